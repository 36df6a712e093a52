#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "sys/files.h"

namespace cvp::sys {

/// Incremental SHA-256; hex() ends it and gives 64 lower-case digits.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  std::string hex();

 private:
  alignas(16) std::array<unsigned char, 128> state_;  // holds libsodium's state (checked by a static_assert)
};

std::string sha256_hex(std::string_view bytes);
Result<std::string> sha256_file(const Path& path, const OnProgress& on_progress = {},
                                const CancelToken& cancel = {});

/// n random bytes of the operating system as hex: keys, temporary names.
std::string random_hex(size_t n_bytes);

}  // namespace cvp::sys
