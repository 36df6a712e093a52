#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "cli/screen_text.h"
#include "cli/verb.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kConfigBytes = 1 << 20;

Result<const ConfigKey*> key_named(const std::string& name) {
  if (const ConfigKey* key = find_config_key(name)) return key;
  const std::string near = nearest_config_key(name);
  return fail(Errc::usage, text("there is no setting “{}”", "没有设置项“{}”", name),
              near.empty() ? text("`cvp config list` shows all", "`cvp config list` 可查看全部")
                           : text("did you mean {}? `cvp config list` shows all",
                                  "是否想写 {}？`cvp config list` 可查看全部", near));
}

std::string shown_value(const App& app, const ConfigKey& key, const Config::Value& value) {
  if (key.kind == ConfigKey::Kind::secret && !value.value.empty()) return "••••••••";
  if (key.name == "home" && value.value.empty()) return app.home().string();
  return value.value;
}

/// A number as a number: its text was checked when it was set.
boost::json::value value_json(const ConfigKey& key, const std::string& shown) {
  if (key.kind != ConfigKey::Kind::integer && key.kind != ConfigKey::Kind::real)
    return boost::json::string(shown);
  boost::system::error_code error;
  boost::json::value number = boost::json::parse(shown, error);
  return error ? boost::json::value(boost::json::string(shown)) : number;
}

Result<int> list(App& app) {
  Printer& printer = app.printer();
  boost::json::array settings;
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    const Config::Value& value = app.config().at(key.name);
    const std::string shown = shown_value(app, key, value);
    const std::string own = key.name.substr(0, key.name.find('.'));
    if (own != section && key.name.find('.') != std::string::npos) printer.line();
    section = own;
    const Text origin = origin_text(key, value.origin);
    const bool changed = value.origin != Config::Value::Origin::fallback;
    const std::string assignment = pad(key.name + " = " + printable(shown), 44);
    printer.line(verbatim((changed ? printer.bold(assignment) : assignment) + "  ") +
                 Text{printer.dim(key.help.en), printer.dim(key.help.zh)} +
                 (changed ? text(" ({})", "（{}）", origin) : Text{}));
    settings.push_back(boost::json::object{{"key", key.name},
                                           {"value", value_json(key, shown)},
                                           {"origin", origin.in(Lang::en)},
                                           {"help", key.help.in(app.lang())}});
  }
  if (printer.json_wanted())
    printer.json({{"file", app.config().file().string()}, {"settings", std::move(settings)}});
  return 0;
}

Result<int> get(App& app, const std::string& name) {
  const ConfigKey* key = TRY(key_named(name));
  const Config::Value& value = app.config().at(name);
  const std::string shown = key->name == "home" ? app.home().string() : value.value;
  app.printer().line(verbatim(printable(shown)));
  app.printer().note(origin_text(*key, value.origin));
  if (app.printer().json_wanted()) {
    app.printer().json({{"key", name},
                        {"value", value_json(*key, shown)},
                        {"origin", origin_text(*key, value.origin).in(Lang::en)}});
  }
  return 0;
}

Result<int> set(App& app, const std::string& name, const std::string& wanted) {
  const ConfigKey* key = TRY(key_named(name));
  const std::string value = TRY(check_config_value(*key, wanted));
  const sys::Path& file = app.config().file();
  const std::string before = sys::exists(file) ? TRY(sys::read_file(file, kConfigBytes)) : std::string();
  const std::string after = TRY(set_in_toml(before, *key, value));
  if (!file.parent_path().empty()) TRY(sys::make_folders(file.parent_path()));
  TRY(sys::write_file_atomic(file, after));
  app.printer().line(text("{} is set in {}", "已在 {1} 中设置 {0}", name, file.string()));
  const auto origin = app.config().at(name).origin;
  if (origin == Config::Value::Origin::environment || origin == Config::Value::Origin::command_line) {
    app.printer().note(text("but now {} decides", "但目前起作用的是{}", origin_text(*key, origin)));
  }
  if (app.printer().json_wanted())
    app.printer().json({{"key", name}, {"value", value_json(*key, value)}, {"file", file.string()}});
  return 0;
}

Result<int> unset(App& app, const std::string& name) {
  const ConfigKey* key = TRY(key_named(name));
  const sys::Path& file = app.config().file();
  std::string before = sys::exists(file) ? TRY(sys::read_file(file, kConfigBytes)) : std::string();
  if (!before.empty() && !before.ends_with('\n')) before += '\n';
  const std::string after = TRY(unset_in_toml(before, *key));
  const bool was_set = after != before;
  if (was_set) {
    TRY(sys::write_file_atomic(file, after));
    app.printer().line(text("{} is no longer set in {}; its default: {}", "{1} 中不再设置 {0}，默认值：{2}",
                            name, file.string(),
                            key->fallback.empty() ? text("empty", "空") : verbatim(key->fallback)));
  } else {
    app.printer().line(text("{} is not set in {}", "{1} 中没有设置 {0}", name, file.string()));
  }
  if (app.printer().json_wanted())
    app.printer().json({{"key", name}, {"was_set", was_set}, {"file", file.string()}});
  return 0;
}

Result<int> path(App& app) {
  app.printer().line(verbatim(app.config().file().string()));
  if (app.printer().json_wanted()) {
    app.printer().json(
        {{"file", app.config().file().string()}, {"exists", sys::exists(app.config().file())}});
  }
  return 0;
}

RunVerb declare_list(Command& command) {
  command.about(text(
      "Shows every setting with its value, and where it came from: file, environment (CVP_SECTION_KEY) or "
      "--set; what "
      "has no origin is the default.",
      "列出全部设置项及其值和来源：配置文件、环境变量（CVP_SECTION_KEY）或 --set；没有标注来源的是默认值。"));
  command.example("cvp config list", text("all settings", "全部设置"));
  command.example("CVP_SEARCH_K=3 cvp config list",
                  text("with one from the environment", "其中一项来自环境变量"));
  return [](App& app) { return list(app); };
}

RunVerb declare_get(Command& command) {
  auto name = std::make_shared<std::string>();
  command.about(text("Prints one setting.", "输出一个设置项的值。"));
  command.argument(text("KEY", "设置项"), *name, text("such as search.k", "例如 search.k"));
  command.example("cvp config get home", text("where the documents and models are", "文档和模型所在的位置"));
  return [name](App& app) { return get(app, *name); };
}

RunVerb declare_set(Command& command) {
  auto name = std::make_shared<std::string>(), value = std::make_shared<std::string>();
  command.about(
      text("Writes one setting into the configuration file; comments and order stay. `cvp config "
           "unset` takes it out again.",
           "把一个设置项写入配置文件，保留其中的注释和顺序；`cvp config unset` 可撤销。"));
  command.argument(text("KEY", "设置项"), *name, text("such as chat.model", "例如 chat.model"));
  command.argument(text("VALUE", "值"), *value, text("\"\" empties a text", "用 \"\" 可清空文本"));
  command.example("cvp config set lang zh",
                  text("Chinese, whatever the locale says", "无论系统区域如何都使用中文"));
  command.example("cvp config set chat.endpoint http://127.0.0.1:8000/v1",
                  text("another server generates", "改由其他服务器生成回答"));
  return [name, value](App& app) { return set(app, *name, *value); };
}

RunVerb declare_unset(Command& command) {
  auto name = std::make_shared<std::string>();
  command.about(text("Takes one setting out of the configuration file, so that its default is back.",
                     "从配置文件中去掉一个设置项，恢复默认值。"));
  command.argument(text("KEY", "设置项"), *name, text("such as chat.model", "例如 chat.model"));
  command.example("cvp config unset chat.endpoint",
                  text("the model on this machine again", "重新使用本机的模型"));
  return [name](App& app) { return unset(app, *name); };
}

RunVerb declare_path(Command& command) {
  command.about(
      text("Prints where the configuration file is, or would be.", "输出配置文件的位置（可能尚未创建）。"));
  command.example("$EDITOR \"$(cvp config path)\"", text("edit it", "编辑配置文件"));
  return [](App& app) { return path(app); };
}

}  // namespace

std::vector<Verb> config_verbs() {
  return {
      {.name = "config list",
       .summary = text("show all settings and their origin", "查看全部设置及来源"),
       .declare = declare_list,
       .is_default = true},
      {.name = "config get", .summary = text("print one setting", "输出一个设置项"), .declare = declare_get},
      {.name = "config set",
       .summary = text("change one setting in the file", "修改配置文件中的一个设置项"),
       .declare = declare_set},
      {.name = "config unset",
       .summary = text("back to a setting's default", "恢复一个设置项的默认值"),
       .declare = declare_unset},
      {.name = "config path",
       .summary = text("where the file is", "配置文件的位置"),
       .declare = declare_path}};
}

}  // namespace cvp::cli
