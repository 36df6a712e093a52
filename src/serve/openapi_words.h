// What the OpenAPI document says to people.
#pragma once
#include <string_view>
#include <vector>

#include "base/text.h"
#include "serve/route.h"

namespace cvp::serve {

/// How to sign in, what errors look like, what is limited.
Text manual_words();
Text session_words();
Text key_words();
Text success_words();
Text retry_words();
/// Which account and which key a route asks for.
Text need_words(const Route& route);

/// Statuses that routes share, with a name for components.responses each.
const std::vector<int>& all_failures();
std::string_view failure_name(int status);
Text failure_words(int status);

}  // namespace cvp::serve
