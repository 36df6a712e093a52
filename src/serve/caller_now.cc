#include "serve/caller_now.h"

namespace cvp::serve {

Result<std::optional<Caller>> caller_now(store::Accounts& accounts, const Clock& clock,
                                         const Caller& caller) {
  auto user = accounts.user(caller.user.id);
  if (!user && user.error().code != Errc::not_found) return std::unexpected(std::move(user).error());
  if (!user || user->disabled) return std::nullopt;
  Caller now = caller;
  if (!caller.session_hash.empty() && !TRY(accounts.session(caller.session_hash))) return std::nullopt;
  if (caller.key != 0) {
    const std::vector<store::ApiKey> keys = TRY(accounts.keys(caller.user.id));
    const auto key = std::ranges::find(keys, caller.key, &store::ApiKey::id);
    if (key == keys.end() || (key->expires_unix != 0 && key->expires_unix <= clock.unix_seconds()))
      return std::nullopt;
    now.scopes = key->scopes;
  }
  now.user = std::move(*user);
  now.rights = TRY(accounts.rights(now.user));
  return now;
}

}  // namespace cvp::serve
