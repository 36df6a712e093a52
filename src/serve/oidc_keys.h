// The public keys of an identity provider (a JWK set, RFC 7517).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::serve {

struct PublicKey {
  std::string id;         // may be empty
  std::string type;       // "RSA" or "EC"
  std::string curve;      // of "EC": "P-256"
  std::string algorithm;  // the only one that it may be used with; may be empty
  std::string json;       // its public part alone, as JWK
};

/// Those that can check signatures; others, symmetric and short ones are left out. Errc::unavailable for what
/// is no key set.
Result<std::vector<PublicKey>> read_keys(std::string_view json);

}  // namespace cvp::serve
