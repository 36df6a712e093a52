// Asks again what an account may: for what runs longer than the moment in which its caller was let in.
#pragma once
#include <optional>

#include "base/clock.h"
#include "serve/caller.h"
#include "store/accounts.h"

namespace cvp::serve {

/// The caller with the rights of now; nothing where his account, session or key no longer counts.
Result<std::optional<Caller>> caller_now(store::Accounts& accounts, const Clock& clock, const Caller& caller);

}  // namespace cvp::serve
