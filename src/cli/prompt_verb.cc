#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

#include "cli/screen_text.h"
#include "cli/verb.h"

namespace cvp::cli {
namespace {

struct Options {
  std::string name, only;
  std::vector<std::string> values;
};

std::string_view role_name(model::Role role) {
  switch (role) {
    case model::Role::system:
      return "system";
    case model::Role::user:
      return "user";
    case model::Role::assistant:
      return "assistant";
  }
  return "user";
}

const char* lang_name(Lang lang) { return lang == Lang::zh ? "zh" : "en"; }

Result<int> list(App& app) {
  boost::json::array templates;
  for (const prompt::Template& t : TRY(app.prompts())->all()) {
    app.printer().line(verbatim(fmt::format("{} {}  v{}  {}", pad(t.name, 16), lang_name(t.lang), t.version,
                                            printable(t.purpose))) +
                       (t.overridden ? text("  (your copy)", "（你的副本）") : Text{}));
    templates.push_back(boost::json::object{{"name", t.name},
                                            {"lang", lang_name(t.lang)},
                                            {"version", t.version},
                                            {"purpose", t.purpose},
                                            {"overridden", t.overridden}});
  }
  app.printer().line();
  app.printer().line(text("A copy in {} overrides one: NAME.LANG.toml",
                          "放在 {} 中的同名副本会取代内置模板：名称.语言.toml",
                          (app.config().file().parent_path() / "prompts").string()));
  if (app.printer().json_wanted()) app.printer().json({{"templates", std::move(templates)}});
  return 0;
}

std::vector<Lang> languages(const Options& options) {
  if (options.only == "en") return {Lang::en};
  if (options.only == "zh") return {Lang::zh};
  return {Lang::en, Lang::zh};
}

Result<int> show(App& app, const Options& options) {
  const prompt::Library* library = TRY(app.prompts());
  boost::json::array shown;
  for (const Lang lang : languages(options)) {
    const prompt::Template* t = TRY(library->find(options.name, lang));
    app.printer().line(
        verbatim(app.printer().bold(fmt::format("{} {} v{}", t->name, lang_name(lang), t->version))));
    boost::json::array messages;
    for (const auto& message : t->messages) {
      app.printer().line(verbatim(app.printer().dim(fmt::format("── {}", role_name(message.role)))));
      boost::json::array parts;
      for (size_t i = 0; i < message.parts.size(); ++i) {
        // A border is where a cached prefix may end.
        if (i > 0) app.printer().line(verbatim(app.printer().dim("┄┄")));
        app.printer().line(verbatim(printable(message.parts[i])));
        parts.emplace_back(message.parts[i]);
      }
      messages.push_back(boost::json::object{{"role", role_name(message.role)}, {"parts", std::move(parts)}});
    }
    for (const std::string& option : t->options)
      app.printer().line(text("answer: {}", "可选答案：{}", printable(option)));
    app.printer().line();
    shown.push_back(boost::json::object{{"name", t->name},
                                        {"lang", lang_name(lang)},
                                        {"version", t->version},
                                        {"messages", std::move(messages)}});
  }
  if (app.printer().json_wanted()) app.printer().json({{"templates", std::move(shown)}});
  return 0;
}

/// The {placeholders} of a template; {{ and }} are braces.
std::set<std::string> placeholders_of(const prompt::Template& source) {
  std::set<std::string> out;
  for (const auto& message : source.messages) {
    for (const std::string& part : message.parts) {
      for (size_t i = 0; i < part.size(); ++i) {
        if ((part[i] == '{' || part[i] == '}') && i + 1 < part.size() && part[i + 1] == part[i]) {
          ++i;
        } else if (part[i] == '{') {
          const size_t end = std::min(part.find('}', i), part.size());
          out.insert(part.substr(i + 1, end - i - 1));
          i = end;
        }
      }
    }
  }
  return out;
}

/// Says what is missing or too much on the command line before the template itself is blamed.
Result<void> check_values(const prompt::Template& source, const prompt::Values& values) {
  const std::set<std::string> wanted = placeholders_of(source);
  std::string all;
  for (const std::string& name : wanted) all += (all.empty() ? "--set " : " --set ") + name + "=\"…\"";
  const Text hint = wanted.empty()
                        ? text("it has no placeholders", "它没有占位符")
                        : text("give each of its placeholders once: {}", "每个占位符写一次：{}", all);
  for (const std::string& name : wanted) {
    if (values.contains(name)) continue;
    return fail(Errc::usage,
                text("nothing is given for the placeholder {}", "没有给出占位符 {} 的文字", name), hint);
  }
  for (const auto& [name, value] : values) {
    if (wanted.contains(name)) continue;
    return fail(Errc::usage, text("{} has no placeholder {}", "{} 没有占位符 {}", source.name, name), hint);
  }
  return {};
}

Result<int> test(App& app, const Options& options) {
  prompt::Values values;
  for (const std::string& value : options.values) {
    const size_t equals = value.find('=');
    if (equals == value.npos) {
      return fail(Errc::usage, text("--set needs placeholder=text, not “{}”",
                                    "--set 的格式是 占位符=文字，而不是“{}”", value));
    }
    values[value.substr(0, equals)] = value.substr(equals + 1);
  }
  const Lang lang = options.only.empty() ? app.lang() : options.only == "zh" ? Lang::zh : Lang::en;
  const prompt::Template* t = TRY(TRY(app.prompts())->find(options.name, lang));
  TRY(check_values(*t, values));
  boost::json::array messages;
  for (const model::Message& message : TRY(prompt::render(*t, values))) {
    std::string whole;
    for (const std::string& part : message.parts) whole += part;
    app.printer().line(verbatim(app.printer().dim(fmt::format("── {}", role_name(message.role)))));
    app.printer().line(verbatim(printable(whole)));
    messages.push_back(boost::json::object{{"role", role_name(message.role)}, {"text", whole}});
  }
  if (app.printer().json_wanted()) {
    app.printer().json({{"name", t->name},
                        {"lang", lang_name(lang)},
                        {"version", t->version},
                        {"messages", std::move(messages)}});
  }
  return 0;
}

RunVerb declare_list(Command& command) {
  command.about(text("Lists the prompt templates: name, language, version, purpose.",
                     "列出提示词模板：名称、语言、版本、用途。"));
  command.example("cvp prompt list", text("all templates", "全部模板"));
  return [](App& app) { return list(app); };
}

RunVerb declare_show(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Prints a template as it is; dotted lines are the borders up to which the engine keeps its work.",
           "原样输出一个模板；点线是引擎可缓存到的分界处。"));
  command.argument(text("NAME", "名称"), options->name,
                   text("as in `cvp prompt list`", "见 `cvp prompt list`"));
  command.choice("--in", options->only, {"en", "zh"},
                 text("one language; both without it", "只看一种语言；不写则两种都显示"));
  command.example("cvp prompt show read-answer --in zh", text("the Chinese version", "中文版"));
  return [options](App& app) { return show(app, *options); };
}

RunVerb declare_test(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(text("Fills a template's placeholders and prints the messages that a model would get.",
                     "填入模板的占位符，输出模型将收到的消息。"));
  command.argument(text("NAME", "名称"), options->name,
                   text("as in `cvp prompt list`", "见 `cvp prompt list`"));
  command.choice("--in", options->only, {"en", "zh"}, text("language of the template", "模板的语言"));
  command.option("--set", options->values, text("PLACEHOLDER=TEXT", "占位符=文字"),
                 text("one for each placeholder; may be repeated", "每个占位符写一个，可重复"));
  command.example("cvp prompt test read-answer --set question=\"…\"",
                  text("with your own text", "用自己的文字试填"));
  return [options](App& app) { return test(app, *options); };
}

}  // namespace

std::vector<Verb> prompt_verbs() {
  return {
      {.name = "prompt list",
       .summary = text("prompt templates there are", "列出提示词模板"),
       .declare = declare_list,
       .is_default = true},
      {.name = "prompt show", .summary = text("print a template", "查看一个模板"), .declare = declare_show},
      {.name = "prompt test",
       .summary = text("fill a template and print it", "填充模板并输出"),
       .declare = declare_test}};
}

}  // namespace cvp::cli
