// One verb's command line: declared once, parsed with CLI11, explained and complained about in the user's
// language.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::cli {

class Command {
 public:
  /// name: "models pull", as typed after the program's name.
  explicit Command(std::string name);
  Command(Command&&) noexcept;
  ~Command();

  /// What the verb does, for its help: one or two sentences.
  void about(Text what) { about_ = std::move(what); }
  /// Names as CLI11 takes them: "-l,--long"; complaints use the last. Targets must outlive parse() and keep
  /// their value where nothing is given.
  void flag(const std::string& names, bool& target, Text help);
  void option(const std::string& names, std::string& target, Text placeholder, Text help);
  void option(const std::string& names, std::vector<std::string>& target, Text placeholder, Text help);
  void number(const std::string& names, int64_t& target, int64_t low, int64_t high, Text help);
  /// Given alone or with a positive number behind it.
  void optional_number(const std::string& names, bool& given, int64_t& target, Text placeholder, Text help);
  void fraction(const std::string& names, double& target, double low, double high, Text help);
  void choice(const std::string& names, std::string& target, const std::vector<std::string>& choices,
              Text help);
  /// What stands without a dash. Of several, only the last may take many.
  void argument(Text placeholder, std::string& target, Text help, bool needed = true);
  void arguments(Text placeholder, std::vector<std::string>& target, Text help, bool needed = true);
  void example(std::string line, Text what) { examples_.push_back({std::move(line), std::move(what)}); }

  /// Errc::usage names what is wrong and the nearest thing that would be right.
  Result<void> parse(const std::vector<std::string>& arguments);
  bool help_wanted() const { return help_wanted_; }
  /// Whether an option of this name was declared.
  bool has(std::string_view name) const;
  std::string help(Lang lang, size_t max_columns) const;
  const std::string& name() const { return name_; }

 private:
  struct Parser;
  using Values = std::vector<std::string>;
  struct Entry {
    std::string names;       // "-l,--long"; empty for arguments
    Text placeholder, help;  // placeholder is empty for flags
    std::function<Result<void>(const Values&)> apply;
    bool many = false, needed = false;  // of arguments
    bool value_optional = false;        // of options
    bool positional() const { return names.empty(); }
  };
  void add(Entry entry, bool takes_value);
  Result<void> take(const Values& extras);
  Result<void> take_arguments(const Values& arguments);
  Result<void> fail_unknown_option(const std::string& typed) const;
  Values option_names() const;
  std::string usage_line(Lang lang) const;
  struct Example {
    std::string line;
    Text what;
  };
  std::string name_;
  Text about_;
  std::vector<Entry> entries_;
  std::vector<Example> examples_;
  bool help_wanted_ = false;
  std::unique_ptr<Parser> parser_;
};

/// What every verb takes, except for names that the verb uses itself.
struct CommonOptions {
  bool json = false, quiet = false;
  std::string lang, config;
  std::vector<std::string> settings;
};
void add_common_options(Command& command, CommonOptions& options);

}  // namespace cvp::cli
