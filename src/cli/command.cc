#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/number.h"
#include "cli/nearest.h"

namespace cvp::cli {

struct Command::Parser {
  CLI::App app;
  std::vector<CLI::Option*> options;  // as entries_
  CLI::Option* help = nullptr;
};

Command::Command(std::string name) : name_(std::move(name)), parser_(std::make_unique<Parser>()) {
  parser_->app.set_help_flag();
  parser_->app.allow_extras();
  parser_->help = parser_->app.add_flag("-h,--help");
}
Command::Command(Command&&) noexcept = default;
Command::~Command() = default;

namespace {

/// "-l,--long" → "--long"
std::string main_name(const std::string& names) { return names.substr(names.find_last_of(',') + 1); }

std::unexpected<Error> fail_usage(const std::string& verb, Text message, Text hint = {}) {
  if (hint.empty()) hint = text("`cvp {} --help` explains it", "`cvp {} --help` 有说明", verb);
  return fail(Errc::usage, std::move(message), std::move(hint));
}

std::unexpected<Error> fail_no_value(const std::string& verb, const std::string& option) {
  return fail_usage(verb, text("{} needs a value", "{} 后面需要一个值", option));
}

/// An empty value is what an unset variable of a script leaves; it would be ignored without a word.
Result<void> check_given(const std::string& verb, const std::string& names,
                         const std::vector<std::string>& values) {
  if (std::ranges::find(values, "") != values.end()) return fail_no_value(verb, main_name(names));
  return {};
}

}  // namespace

void Command::add(Entry entry, bool takes_value) {
  CLI::Option* option = nullptr;
  // Arguments without a dash are what CLI11 leaves over: as its own it would split "[a,b]", which may be a
  // question.
  if (!entry.positional()) {
    option = takes_value ? parser_->app.add_option(entry.names) : parser_->app.add_flag(entry.names);
    if (entry.value_optional) option->expected(0, 1);
    // One value a time: an option that may be repeated must not swallow the arguments behind it.
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  }
  parser_->options.push_back(option);
  entries_.push_back(std::move(entry));
}

void Command::flag(const std::string& names, bool& target, Text help) {
  add({.names = names,
       .help = std::move(help),
       .apply = [&target](const Values&) -> Result<void> {
         target = true;
         return {};
       }},
      false);
}

void Command::option(const std::string& names, std::string& target, Text placeholder, Text help) {
  add({.names = names,
       .placeholder = std::move(placeholder),
       .help = std::move(help),
       .apply = [names, verb = name_, &target](const Values& values) -> Result<void> {
         TRY(check_given(verb, names, values));
         target = values.back();
         return {};
       }},
      true);
}

void Command::option(const std::string& names, std::vector<std::string>& target, Text placeholder,
                     Text help) {
  add({.names = names,
       .placeholder = std::move(placeholder),
       .help = std::move(help),
       .apply = [names, verb = name_, &target](const Values& values) -> Result<void> {
         TRY(check_given(verb, names, values));
         target = values;
         return {};
       }},
      true);
}

void Command::number(const std::string& names, int64_t& target, int64_t low, int64_t high, Text help) {
  auto apply = [this, names, &target, low, high](const Values& values) -> Result<void> {
    const auto value = parse_number<int64_t>(values.back());
    if (!value || *value < low || *value > high) {
      return fail_usage(
          name_, text("{} needs a whole number from {} to {}, not “{}”",
                      "{} 需要 {} 到 {} 之间的整数，而不是“{}”", main_name(names), low, high, values.back()));
    }
    target = *value;
    return {};
  };
  add({.names = names, .placeholder = verbatim("N"), .help = std::move(help), .apply = apply}, true);
}

void Command::optional_number(const std::string& names, bool& given, int64_t& target, Text placeholder,
                              Text help) {
  auto apply = [this, names, &given, &target](const Values& values) -> Result<void> {
    given = true;
    const std::string& typed = values.back();
    if (typed.empty() || typed == "true") return {};  // how CLI11 says that there is no value
    const auto value = parse_number<int64_t>(typed);
    if (!value || *value < 1) {
      return fail_usage(
          name_, text("{} takes a number, not “{}”", "{} 后面应为数字，而不是“{}”", main_name(names), typed));
    }
    target = *value;
    return {};
  };
  add({.names = names,
       .placeholder = std::move(placeholder),
       .help = std::move(help),
       .apply = apply,
       .value_optional = true},
      true);
}

void Command::fraction(const std::string& names, double& target, double low, double high, Text help) {
  auto apply = [this, names, &target, low, high](const Values& values) -> Result<void> {
    const auto value = parse_number<double>(values.back());
    if (!value || !(*value >= low && *value <= high)) {
      return fail_usage(
          name_, text("{} needs a number from {} to {}, not “{}”", "{} 需要 {} 到 {} 之间的数，而不是“{}”",
                      main_name(names), low, high, values.back()));
    }
    target = *value;
    return {};
  };
  add({.names = names, .placeholder = verbatim("X"), .help = std::move(help), .apply = apply}, true);
}

void Command::choice(const std::string& names, std::string& target, const std::vector<std::string>& choices,
                     Text help) {
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : "|") + choice;
  auto apply = [this, names, &target, choices, all](const Values& values) -> Result<void> {
    const std::string& value = values.back();
    if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
      const std::string near = nearest(value, choices);
      return fail_usage(
          name_,
          text("{} is one of {}, not “{}”", "{} 只能是 {} 之一，而不是“{}”", main_name(names), all, value),
          near.empty() ? Text{} : text("did you mean {}?", "是否想写 {}？", near));
    }
    target = value;
    return {};
  };
  add({.names = names, .placeholder = verbatim(all), .help = std::move(help), .apply = apply}, true);
}

void Command::argument(Text placeholder, std::string& target, Text help, bool needed) {
  add({.placeholder = std::move(placeholder),
       .help = std::move(help),
       .apply = [&target](const Values& values) -> Result<void> {
         target = values.front();
         return {};
       },
       .needed = needed},
      true);
}

void Command::arguments(Text placeholder, std::vector<std::string>& target, Text help, bool needed) {
  add({.placeholder = std::move(placeholder),
       .help = std::move(help),
       .apply = [&target](const Values& values) -> Result<void> {
         target = values;
         return {};
       },
       .many = true,
       .needed = needed},
      true);
}

Result<void> Command::parse(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    // CLI11 would take the next argument as the value of "--gpu=".
    const std::string option = argument.substr(0, argument.find('='));
    if (argument.starts_with("--") && argument.size() == option.size() + 1 && has(option))
      return fail_no_value(name_, option);
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    parser_->app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    // "--k: 1 required TEXT missing": the only fault left to CLI11, since values are checked here.
    const std::string said = error.what();
    const std::string option = said.substr(0, said.find(':'));
    return fail_no_value(name_, option);
  } catch (const CLI::Error& error) {
    return fail_usage(
        name_, text("the command line cannot be read: {}", "无法解析命令行：{}", std::string(error.what())));
  }
  if (parser_->help->count() > 0) {
    help_wanted_ = true;
    return {};
  }
  return take(parser_->app.remaining());
}

Command::Values Command::option_names() const {
  Values names = {"-h", "--help"};
  for (const Entry& entry : entries_) {
    for (size_t begin = 0; begin < entry.names.size();) {
      const size_t end = std::min(entry.names.find(',', begin), entry.names.size());
      names.push_back(entry.names.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return names;
}

bool Command::has(std::string_view name) const {
  const Values names = option_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What CLI11 left over: unknown options, and the arguments.
Result<void> Command::take(const Values& extras) {
  Values arguments;
  bool only_arguments = false;
  for (const std::string& extra : extras) {
    if (only_arguments || !extra.starts_with('-') || extra == "-") {
      arguments.push_back(extra);
    } else if (extra == "--") {
      only_arguments = true;
    } else {
      return fail_unknown_option(extra.substr(0, extra.find('=')));
    }
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].positional()) continue;
    const Values& values = parser_->options[i]->results();
    if (!values.empty()) TRY(entries_[i].apply(values));
  }
  return take_arguments(arguments);
}

Result<void> Command::take_arguments(const Values& arguments) {
  size_t taken = 0;
  for (const Entry& entry : entries_) {
    if (!entry.positional()) continue;
    if (taken == arguments.size()) {
      if (!entry.needed) continue;
      return fail_usage(name_,
                        text("`cvp {}` needs {}", "`cvp {}` 还缺少参数：{}", name_, entry.placeholder));
    }
    const auto begin = arguments.begin() + static_cast<std::ptrdiff_t>(taken);
    const auto end = entry.many ? arguments.end() : begin + 1;
    TRY(entry.apply(Values(begin, end)));
    taken = static_cast<size_t>(end - arguments.begin());
  }
  if (taken == arguments.size()) return {};
  return fail_usage(name_, text("“{}” is one argument too many", "多出了参数“{}”", arguments[taken]));
}

Result<void> Command::fail_unknown_option(const std::string& typed) const {
  const std::string near = typed.size() > 2 ? nearest(typed, option_names()) : "";
  return fail_usage(name_, text("`cvp {}` has no option {}", "`cvp {}` 没有选项 {}", name_, typed),
                    near.empty() ? Text{}
                                 : text("did you mean {}? `cvp {} --help` lists all",
                                        "是否想写 {}？`cvp {} --help` 列出全部选项", near, name_));
}

void add_common_options(Command& command, CommonOptions& options) {
  command.flag("--json", options.json, text("print the result as one line of JSON", "以一行 JSON 输出结果"));
  command.flag("-q,--quiet", options.quiet, text("no progress and no notes", "不显示进度和提示"));
  command.choice("--lang", options.lang, {"en", "zh"}, text("language of the output", "输出语言"));
  command.option("--config", options.config, text("FILE", "文件"), text("configuration file", "配置文件"));
  if (command.has("--set")) return;
  command.option("--set", options.settings, text("KEY=VALUE", "设置项=值"),
                 text("a setting for this run; may be repeated (`cvp config list`)",
                      "仅本次运行生效的设置，可重复（见 `cvp config list`）"));
}

}  // namespace cvp::cli
