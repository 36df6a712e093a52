// Every setting there is: one table that the file, the environment, --set, `cvp config` and the manual share.
#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace cvp::cli {

struct ConfigKey {
  enum class Kind { string, path, url, integer, real, choice, secret };
  std::string name;  // "search.k"
  Kind kind = Kind::string;
  std::string fallback;              // default, as written
  double low = 0, high = 0;          // integer, real: allowed range
  std::vector<std::string> choices;  // choice
  Text help;                         // one line

  /// "CVP_SEARCH_K"
  std::string environment_name() const;
};

const std::vector<ConfigKey>& config_keys();
const ConfigKey* find_config_key(std::string_view name);
/// The key that was probably meant, or "".
std::string nearest_config_key(std::string_view name);

}  // namespace cvp::cli
