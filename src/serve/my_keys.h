// API keys of the own account.
#pragma once
#include <vector>

#include "serve/backend.h"
#include "serve/route.h"

namespace cvp::serve {

/// Errc::refused for a key: whoever found one must not be able to make it last, lock others out or become
/// more than it.
Result<void> need_browser(const Caller& caller);

std::vector<Route> key_routes(Backend& backend);

}  // namespace cvp::serve
