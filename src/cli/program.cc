#include "cli/program.h"

#include <algorithm>

#include "base/log.h"
#include "cli/from_config.h"
#include "cli/local_door.h"
#include "cli/locale.h"
#include "cli/nearest.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "sys/host.h"

namespace cvp::cli {
namespace {

/// The arguments taken apart: `cvp --lang zh models pull x` is the verb "models pull" with --lang zh x.
struct Parsed {
  std::vector<std::string> words;  // of the verb as typed: "models", "pull"
  std::vector<std::string> rest;   // options and arguments, in order
};

bool takes_value(const std::string& option) {
  return option == "--lang" || option == "--config" || option == "--set";
}

/// The first `most` words that are neither options nor their values; `accept` decides whether a word is
/// taken.
Parsed split(const std::vector<std::string>& arguments,
             const std::function<bool(const std::vector<std::string>&)>& accept) {
  Parsed out;
  size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") break;
    if (word.size() > 1 && word.starts_with('-')) {
      out.rest.push_back(word);
      if (takes_value(word) && i + 1 < arguments.size()) out.rest.push_back(arguments[++i]);
      continue;
    }
    out.words.push_back(word);
    if (!accept(out.words)) {
      out.words.pop_back();
      break;
    }
  }
  out.rest.insert(out.rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
  return out;
}

std::string verb_table(const std::vector<Verb>& verbs, Lang lang, size_t max_columns) {
  std::string out;
  size_t width = 0;
  for (const Verb& verb : verbs) width = std::max(width, columns(verb.name));
  for (const Verb& verb : verbs) {
    out += wrap("  " + pad(verb.name, width + 2) + verb.summary.in(lang), max_columns, width + 4) + "\n";
  }
  return out;
}

/// Of one group: `cvp models --help`.
std::string group_overview(const std::string& group, const std::vector<Verb>& verbs, Lang lang,
                           size_t max_columns) {
  std::string out =
      text("Usage: cvp {} VERB [OPTION…] [ARGUMENT…]\n\n", "用法：cvp {} 命令 [选项…] [参数…]\n\n", group)
          .in(lang);
  out += verb_table(verbs, lang, max_columns) + "\n";
  for (const Verb& verb : verbs) {
    if (!verb.is_default) continue;
    out += text("`cvp {}` alone is `cvp {}`.\n", "单独运行 `cvp {}` 相当于 `cvp {}`。\n", group, verb.name)
               .in(lang);
  }
  return out + text("`cvp {} VERB --help` explains a verb, with examples.\n",
                    "`cvp {} 命令 --help` 查看各命令的说明和示例。\n", group)
                   .in(lang);
}

std::string overview(const std::vector<Verb>& verbs, Lang lang, size_t max_columns) {
  std::string out =
      text(
          "cvp answers questions from your own documents, on this machine, and cites every sentence.\n\n"
          "Usage: cvp VERB [OPTION…] [ARGUMENT…]\n\n",
          "cvp 在本机上根据你自己的文档回答问题，每句话都注明出处。\n\n用法：cvp 命令 [选项…] [参数…]\n\n")
          .in(lang);
  out += verb_table(verbs, lang, max_columns);
  out += text(
             "\nFirst steps:\n"
             "  cvp engine install; cvp models pull    what answers are made with (once)\n"
             "  cvp add DOCUMENTS                      files and folders\n"
             "  cvp ask \"…\"                            an answer with citations\n\n"
             "`cvp VERB --help` explains a verb, with examples. --version prints the version.\n",
             "\n入门：\n"
             "  cvp engine install; cvp models pull    安装引擎和模型（只需一次）\n"
             "  cvp add 文档                           添加文件和文件夹\n"
             "  cvp ask \"……\"                           提问，得到带引用的回答\n\n"
             "`cvp 命令 --help` 查看各命令的说明和示例，--version 显示版本。\n")
             .in(lang);
  return out;
}

/// The verb that other programs call by this word, or "".
std::string_view other_word_for(std::string_view typed) {
  constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
      {"list", "ls"},       {"remove", "rm"},    {"delete", "rm"},      {"del", "rm"},     {"find", "search"},
      {"query", "search"},  {"import", "add"},   {"index", "add"},      {"ingest", "add"}, {"explain", "why"},
      {"status", "doctor"}, {"check", "doctor"}, {"settings", "config"}};
  for (const auto& [word, verb] : kOtherWords)
    if (word == typed) return verb;
  return {};
}

/// --lang, then the configuration, then the locale; before anything was checked, so that complaints come in
/// the right language.
Lang early_lang(const std::vector<std::string>& arguments, const Surroundings& around) {
  std::string named, file;
  if (const auto at = around.cvp_environment.find("CVP_CONFIG"); at != around.cvp_environment.end())
    file = at->second;
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& word = arguments[i];
    if (word == "--lang" && i + 1 < arguments.size()) named = arguments[i + 1];
    if (word.starts_with("--lang=")) named = word.substr(7);
    if (word == "--config" && i + 1 < arguments.size()) file = arguments[i + 1];
  }
  if (const auto lang = parse_lang(named)) return *lang;
  const Config::Sources sources{.file = file.empty() ? sys::default_config_path() : sys::Path(file),
                                .environment = around.cvp_environment};
  if (const auto config = Config::load(sources)) {
    if (const auto lang = parse_lang(config->string("lang"))) return *lang;
  }
  return locale_lang(around.environment);
}

log::Level log_level(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "info") return log::Level::info;
  if (name == "error") return log::Level::error;
  if (name == "off") return log::Level::off;
  return log::Level::warn;
}

class Program {
 public:
  Program(const std::vector<std::string>& arguments, const Surroundings& around)
      : arguments_(arguments),
        around_(around),
        lang_(early_lang(arguments, around)),
        printer_(around.screen, around.clock, lang_) {}

  int run() {
    const Parsed parsed = split(arguments_, [&](const auto& words) { return is_verb_prefix(words); });
    const auto first_is = [&](std::initializer_list<const char*> names) {
      return !parsed.rest.empty() &&
             std::find(names.begin(), names.end(), parsed.rest.front()) != names.end();
    };
    if (parsed.words.empty()) {
      if (first_is({"--version", "-V", "version"})) {
        printer_.line(verbatim("cvp " + App::version()));
        return 0;
      }
      return no_verb(parsed.rest);
    }
    if (parsed.words.front() == "help") return help_verb(parsed);
    if (const Verb* verb = find(parsed.words)) return run_verb(*verb, parsed.rest);
    return group(parsed);
  }

 private:
  static std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
  }

  bool is_verb_prefix(const std::vector<std::string>& words) const {
    if (words.front() == "help") return words.size() <= 3;
    const std::string typed = joined(words);
    return std::any_of(verbs_.begin(), verbs_.end(),
                       [&](const Verb& v) { return v.name == typed || v.name.starts_with(typed + " "); });
  }

  const Verb* find(const std::vector<std::string>& words) const {
    const std::string typed = joined(words);
    const auto at =
        std::find_if(verbs_.begin(), verbs_.end(), [&](const Verb& v) { return v.name == typed; });
    return at == verbs_.end() ? nullptr : &*at;
  }

  std::vector<Verb> below(const std::string& group) const {
    std::vector<Verb> out;
    for (const Verb& verb : verbs_) {
      if (group.empty() || verb.name.starts_with(group + " ")) out.push_back(verb);
    }
    return out;
  }

  int fail_with(const Error& error) {
    printer_.error(error);
    return exit_status(error.code);
  }

  void show_overview(const std::string& group) {
    const size_t width = printer_.max_columns();
    printer_.piece(group.empty() ? overview(verbs_, lang_, width)
                                 : group_overview(group, below(group), lang_, width));
  }

  int no_verb(const std::vector<std::string>& rest) {
    bool help = false;
    for (size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == "--lang" && (i + 1 == rest.size() || !parse_lang(rest[i + 1]))) {
        return fail_with({Errc::usage, text("--lang needs en or zh behind it", "--lang 后面应为 en 或 zh"),
                          text("`cvp --help` lists the verbs", "`cvp --help` 列出全部命令")});
      }
      if (takes_value(rest[i])) {
        ++i;
      } else if (rest[i] == "-h" || rest[i] == "--help") {
        help = true;
      } else if (rest[i].starts_with("--lang=")) {
        continue;
      } else {
        return unknown_verb("", rest[i]);
      }
    }
    show_overview("");
    return help ? 0 : 2;
  }

  int unknown_verb(const std::string& group, const std::string& typed) {
    std::vector<std::string> names;
    for (const Verb& verb : below(group)) {
      const std::string name = group.empty() ? verb.name : verb.name.substr(group.size() + 1);
      names.push_back(name.substr(0, name.find(' ')));
    }
    const std::string prefix = group.empty() ? "cvp " : "cvp " + group + " ";
    std::string near = nearest(typed, names);
    if (const std::string_view known = other_word_for(typed); group.empty() && !known.empty()) near = known;
    if (typed.starts_with('-')) {
      return fail_with({Errc::usage, text("there is no option {} here", "这里没有选项 {}", typed),
                        text("`cvp --help` lists the verbs", "`cvp --help` 列出全部命令")});
    }
    const Text listed = text("`{}--help` lists all", "`{}--help` 列出全部命令", prefix);
    return fail_with({Errc::usage, text("there is no verb “{}”", "没有命令“{}”", prefix.substr(4) + typed),
                      near.empty()
                          ? listed
                          : text("did you mean `{}{}`? {}", "是否想写 `{}{}`？{}", prefix, near, listed)});
  }

  /// A group without its second word: its default, its help, or a complaint.
  int group(const Parsed& parsed) {
    const std::string name = joined(parsed.words);
    const bool help = std::any_of(parsed.rest.begin(), parsed.rest.end(),
                                  [](const auto& w) { return w == "-h" || w == "--help"; });
    if (help) {
      show_overview(name);
      return 0;
    }
    for (size_t i = 0; i < parsed.rest.size(); ++i) {
      if (takes_value(parsed.rest[i])) {
        ++i;
      } else if (!parsed.rest[i].starts_with('-')) {
        return unknown_verb(name, parsed.rest[i]);
      }
    }
    for (const Verb& verb : below(name)) {
      if (verb.is_default) return run_verb(verb, parsed.rest);
    }
    show_overview(name);
    return 2;
  }

  int help_verb(const Parsed& parsed) {
    const std::vector<std::string> words(parsed.words.begin() + 1, parsed.words.end());
    if (words.empty()) {
      show_overview("");
      return 0;
    }
    if (const Verb* verb = find(words)) return run_verb(*verb, {"--help"});
    const std::string name = joined(words);
    if (below(name).empty()) return unknown_verb("", name);
    show_overview(name);
    return 0;
  }

  int run_verb(const Verb& verb, const std::vector<std::string>& rest) {
    Command command(verb.name);
    CommonOptions common;
    const RunVerb run = verb.declare(command);
    add_common_options(command, common);
    // Asked for help among wrong options, help is what is wanted.
    auto parsed = command.parse(rest);
    // What was complained about may stand before --json.
    printer_.set_json(common.json ||
                      (!parsed && std::find(rest.begin(), rest.end(), "--json") != rest.end()));
    printer_.set_quiet(common.quiet);
    if (!parsed) return fail_with(parsed.error());
    if (command.help_wanted()) {
      printer_.set_json(false);
      printer_.piece(command.help(lang_, printer_.max_columns()));
      return 0;
    }
    return run_with(verb, run, common);
  }

  int run_with(const Verb& verb, const RunVerb& run, const CommonOptions& common) {
    Config::Sources sources{.environment = around_.cvp_environment, .settings = common.settings};
    const auto named = around_.cvp_environment.find("CVP_CONFIG");
    if (!common.config.empty()) {
      sources.file = common.config;
    } else if (named != around_.cvp_environment.end() && !named->second.empty()) {
      sources.file = named->second;
    }
    // `cvp config set` may make the file that was named.
    sources.file_was_named = !sources.file.empty() && verb.name != "config set";
    if (sources.file.empty()) sources.file = sys::default_config_path();
    auto config = Config::load(sources);
    if (!config) return fail_with(config.error());
    if (const auto lang = parse_lang(config->string("lang")); lang && common.lang.empty())
      printer_.set_lang(*lang);
    if (verb.uses_home && around_.lent == nullptr) {
      const auto status = run_in_server(home_of(*config), arguments_, around_);
      if (!status) return fail_with(status.error());
      if (*status) return **status;
    }
    if (!around_.keep_log) log::init(log_level(config->string("log.level")), config->string("log.file"));
    App app(std::move(*config), printer_, around_.clock, around_.cancel, verb.name, around_.lent);
    app.set_input(around_.input);
    app.set_sources(std::move(sources));
    const auto status = run(app);
    printer_.clear_status();
    if (!status) return fail_with(status.error());
    return *status;
  }

  const std::vector<std::string>& arguments_;
  const Surroundings& around_;
  const std::vector<Verb> verbs_ = all_verbs();
  Lang lang_;
  Printer printer_;
};

}  // namespace

std::vector<Verb> all_verbs() {
  std::vector<Verb> out = {add_verb(), ls_verb(),   rm_verb(), search_verb(),
                           ask_verb(), chat_verb(), why_verb()};
  for (auto&& group : {hw_verbs(), models_verbs(), plan_verbs(), engine_verbs(), prompt_verbs(),
                       config_verbs(), eval_verbs(), users_verbs()}) {
    out.insert(out.end(), group.begin(), group.end());
  }
  out.push_back(serve_verb());
  out.push_back(doctor_verb());
  return out;
}

int run_program(const std::vector<std::string>& arguments, const Surroundings& around) {
  return Program(arguments, around).run();
}

}  // namespace cvp::cli
