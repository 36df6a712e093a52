#include "serve/revoke.h"

namespace cvp::serve {

void end_calls(Backend& backend, store::UserId user) {
  backend.live.cancel_if([&](const LiveCalls::Call& call) { return call.user == user; });
}

void end_calls_of_key(Backend& backend, store::KeyId key) {
  backend.live.cancel_if([&](const LiveCalls::Call& call) { return call.key == key; });
}

Result<void> end_sessions(Backend& backend, store::UserId user) {
  TRY(backend.store.accounts().close_sessions(user, ""));
  end_calls(backend, user);
  return {};
}

Result<void> end_other_sessions(Backend& backend, const Caller& caller) {
  TRY(backend.store.accounts().close_sessions(caller.user.id, caller.session_hash));
  backend.live.cancel_if([&](const LiveCalls::Call& call) {
    return call.user == caller.user.id && call.key == 0 && call.session_hash != caller.session_hash;
  });
  return {};
}

Result<void> end_session(Backend& backend, const std::string& session_hash) {
  TRY(backend.store.accounts().close_session(session_hash));
  backend.live.cancel_if([&](const LiveCalls::Call& call) { return call.session_hash == session_hash; });
  return {};
}

}  // namespace cvp::serve
