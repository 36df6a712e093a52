#include <boost/json/array.hpp>

#include "cli/verb.h"
#include "hub/engine_install.h"

namespace cvp::cli {
namespace {

Text origin_of(const hub::EngineProgram& program) {
  if (program.origin == "config") return text("named by engine.path", "由 engine.path 指定");
  if (program.origin == "system") return text("the system's", "系统自带");
  return text("private to cvp", "cvp 私有");
}

Result<int> show(App& app, const hub::EngineProgram& program) {
  std::string command;
  boost::json::array argv;
  for (const std::string& word : program.argv_prefix) {
    command += (command.empty() ? "" : " ") + word;
    argv.emplace_back(word);
  }
  app.printer().line(
      text("llama-server {} ({})", "llama-server {}（{}）", program.version, origin_of(program)));
  app.printer().line(verbatim("  " + app.printer().dim(command)));
  if (app.printer().json_wanted()) {
    app.printer().json({{"version", program.version},
                        {"build", program.build},
                        {"origin", program.origin},
                        {"argv", std::move(argv)}});
  }
  return 0;
}

Result<int> status(App& app) {
  return show(app, TRY(hub::find_engine(app.home(), app.config().string("engine.path"))));
}

Result<int> install(App& app, bool again) {
  const std::string configured = app.config().string("engine.path");
  if (!again) {
    // What is here and new enough is used; only its absence is a reason to install.
    auto found = hub::find_engine(app.home(), configured);
    if (found) return show(app, *found);
    if (!configured.empty()) return std::unexpected(std::move(found).error());
  }
  const sys::HomeLock lock = TRY(app.lock_models());
  return show(app, TRY(hub::install_engine(app.home(), app.printer().on_progress(), app.cancel())));
}

RunVerb declare_status(Command& command) {
  command.about(text("Says which llama-server runs the models. Exit status 3 where there is none.",
                     "显示由哪个 llama-server 运行模型。没有时退出码为 3。"));
  command.example("cvp engine status", text("version and origin", "版本和来源"));
  return [](App& app) { return status(app); };
}

RunVerb declare_install(Command& command) {
  auto again = std::make_shared<bool>(false);
  command.about(
      text("Installs llama.cpp's programs into the home where the system has none that is new enough. "
           "Nothing else on the "
           "system changes.",
           "系统中没有足够新的版本时，将 llama.cpp 的程序安装到 cvp 的文件夹中，不改动系统其他部分。"));
  command.flag("--again", *again, text("also where there is one already", "已有时也重新安装"));
  command.example("cvp engine install", text("at once where it is there already", "已安装时立即返回"));
  return [again](App& app) { return install(app, *again); };
}

}  // namespace

std::vector<Verb> engine_verbs() {
  return {{.name = "engine status",
           .summary = text("which engine runs the models", "查看运行模型的引擎"),
           .declare = declare_status,
           .is_default = true},
          {.name = "engine install",
           .summary = text("install the engine", "安装引擎"),
           .declare = declare_install}};
}

}  // namespace cvp::cli
