// Talks to the identity provider: its description and keys, kept for a while; codes for tokens. Blocks: never
// on a worker of the server.
#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "serve/oidc_discovery.h"
#include "serve/oidc_keys.h"

namespace cvp::serve {

/// Thread-safe. What goes wrong is Errc::unavailable, for an administrator to read; it never holds a code, a
/// token or the secret.
class OidcClient {
 public:
  static constexpr double kFreshMs = 3600e3;  // the description, and keys that were taken back
  static constexpr double kNewKeysMs = 60e3;  // keys are fetched anew for a strange token at most so often
  static constexpr double kAfterFailureMs = 5e3;  // a provider that is down is not asked again for so long

  OidcClient(const OidcOptions& options, const Clock& clock) : options_(options), clock_(clock) {}

  struct Known {
    OidcProvider provider;
    std::vector<PublicKey> keys;
  };
  /// Without asking anybody; null where that is needed.
  std::shared_ptr<const Known> at_hand() const;
  Result<std::shared_ptr<const Known>> known(const CancelToken& cancel);
  /// For a token whose key is not among those known. The same again where they were fetched just now.
  Result<std::shared_ptr<const Known>> with_newer_keys(const CancelToken& cancel);

  struct Tokens {
    std::string id_token, access_token;
  };
  /// Errc::not_found: the provider does not know the code, or no longer.
  Result<Tokens> redeem(const OidcProvider& provider, const std::string& code, const std::string& verifier,
                        const CancelToken& cancel) const;
  Result<boost::json::object> userinfo(const OidcProvider& provider, const std::string& access_token,
                                       const CancelToken& cancel) const;

 private:
  Result<Known> fetch(const CancelToken& cancel) const;

  const OidcOptions options_;
  const Clock& clock_;
  std::mutex fetching_;  // one at a time
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const Known> known_;
  double fetched_ms_ = 0, keys_ms_ = 0;
  std::optional<Error> failure_;  // of the last fetch
  double failed_ms_ = 0;
};

}  // namespace cvp::serve
