// What an account, a session or a key may no longer do ends at once, also what is running.
#pragma once
#include <string>

#include "serve/backend.h"

namespace cvp::serve {

/// Running calls only: rights became fewer, the sessions stay.
void end_calls(Backend& backend, store::UserId user);
void end_calls_of_key(Backend& backend, store::KeyId key);
/// All sessions, and all that runs, for keys too.
Result<void> end_sessions(Backend& backend, store::UserId user);
/// The caller's other browsers; his keys go on.
Result<void> end_other_sessions(Backend& backend, const Caller& caller);
Result<void> end_session(Backend& backend, const std::string& session_hash);

}  // namespace cvp::serve
