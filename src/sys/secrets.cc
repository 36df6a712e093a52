#include "sys/secrets.h"

#include <sodium.h>

#include <array>

#include "base/check.h"

namespace cvp::sys {
namespace {

void start_sodium() { CHECK(sodium_init() >= 0); }

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str(out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return fail(Errc::unavailable, text("there is not enough memory to hash a password (64 MiB)",
                                        "内存不足，无法计算密码哈希（需要 64 MiB）"));
  }
  return std::string(out.data());
}

bool password_matches(std::string_view hash, std::string_view password) {
  start_sodium();
  // Its reader wants an end mark.
  const std::string whole(hash);
  return crypto_pwhash_str_verify(whole.c_str(), password.data(), password.size()) == 0;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cvp::sys
