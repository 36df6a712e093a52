#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace cvp::cli {

/// "en", "zh", or the name of a locale ("zh_CN.UTF-8", "C"); nothing for a language that cvp does not speak.
std::optional<Lang> parse_lang(std::string_view name);

/// The language of the environment: the first of LC_ALL, LC_MESSAGES, LANG that is set decides; English where
/// none speaks Chinese.
Lang locale_lang(const std::function<std::optional<std::string>(const char* name)>& env);

}  // namespace cvp::cli
