// Passwords and comparing secrets (libsodium); random tokens are sha256.h's random_hex.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::sys {

/// Argon2id with a random salt, about 64 MiB and a tenth of a second, as one printable text.
Result<std::string> hash_password(std::string_view password);
/// False also for a hash that is none. Takes as long as hash_password.
bool password_matches(std::string_view hash, std::string_view password);
/// In time that does not depend on where they differ.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace cvp::sys
