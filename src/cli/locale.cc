#include "cli/locale.h"

namespace cvp::cli {

std::optional<Lang> parse_lang(std::string_view name) {
  const std::string_view language = name.substr(0, name.find_first_of("_-.@"));
  if (language == "zh") return Lang::zh;
  if (language == "en" || language == "C" || language == "POSIX") return Lang::en;
  return std::nullopt;
}

Lang locale_lang(const std::function<std::optional<std::string>(const char* name)>& env) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const auto value = env(name)) return parse_lang(*value).value_or(Lang::en);
  }
  return Lang::en;
}

}  // namespace cvp::cli
