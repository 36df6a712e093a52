// Settings and where each came from: default < file < environment < --set. Unknown keys are errors that name
// the nearest.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/config_keys.h"
#include "sys/files.h"

namespace cvp::cli {

class Config {
 public:
  struct Value {
    std::string value;
    enum class Origin { fallback, file, environment, command_line } origin = Origin::fallback;
  };

  struct Sources {
    sys::Path file;                                  // may be absent unless file_was_named
    bool file_was_named = false;                     // by --config or CVP_CONFIG: then it must be there
    std::map<std::string, std::string> environment;  // all variables CVP_*
    std::vector<std::string> settings;               // --set "key=value"
  };
  static Result<Config> load(const Sources& sources);

  /// Checked when loaded: the key exists and its value is of its kind.
  std::string string(std::string_view key) const { return at(key).value; }
  int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  const Value& at(std::string_view key) const;
  const sys::Path& file() const { return file_; }

 private:
  Result<void> set(const std::string& key, std::string value, Value::Origin origin, const Text& place);
  Result<void> read_file(const sys::Path& path);
  std::map<std::string, Value, std::less<>> values_;
  sys::Path file_;
};

/// The value in its one spelling, or what is wrong with it.
Result<std::string> check_config_value(const ConfigKey& key, std::string_view value);

/// "default", "file", "environment CVP_SEARCH_K", "command line".
Text origin_text(const ConfigKey& key, Config::Value::Origin origin);

/// A TOML file with one key set, everything else, comments included, as it was. Errc::refused where the file
/// is written in a way that cannot be changed safely (inline tables, several keys on a line).
Result<std::string> set_in_toml(std::string_view toml, const ConfigKey& key, std::string_view value);

/// The same with the key taken out, so that its default is back.
Result<std::string> unset_in_toml(std::string_view toml, const ConfigKey& key);

/// CVP_* variables of the process.
std::map<std::string, std::string> cvp_environment(char** environment);

}  // namespace cvp::cli
