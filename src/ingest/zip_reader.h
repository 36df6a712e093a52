// Single files out of a hostile zip. Nothing is ever written, so names cannot escape; sizes are what the
// bytes unfold to, not what the archive claims.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::ingest {

struct ZipLimits {
  size_t entries = 20'000;
  uint64_t entry_bytes = 64ull << 20;
  uint64_t total_bytes = 192ull << 20;
};

/// The wanted entries that exist, unpacked. Errors: damaged, encrypted, an entry or the whole over the
/// limits.
Result<std::map<std::string, std::string>> read_zip(std::string_view zip,
                                                    const std::vector<std::string>& wanted,
                                                    const ZipLimits& limits = {});

}  // namespace cvp::ingest
