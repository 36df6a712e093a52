#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

#include "cli/model_facts_view.h"
#include "cli/models_known.h"
#include "cli/models_pull.h"
#include "cli/params_verb.h"
#include "cli/progress_line.h"
#include "cli/quantity.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

Text role_text(model::ModelRole role) {
  switch (role) {
    case model::ModelRole::chat:
      return text("chat", "对话");
    case model::ModelRole::embedding:
      return text("embedding", "向量");
    case model::ModelRole::reranker:
      return text("reranking", "重排");
    case model::ModelRole::base:
      return text("base for training", "训练底座");
  }
  return {};
}

boost::json::object entry_json(const model::CatalogueEntry& entry, const model::InstalledModel* installed,
                               Lang lang) {
  boost::json::array languages(entry.languages.begin(), entry.languages.end());
  boost::json::object out{{"id", entry.id},
                          {"name", entry.display_name},
                          {"role", role_text(entry.role).in(Lang::en)},
                          {"parameters", entry.parameters},
                          {"quantization", entry.quantization},
                          {"languages", std::move(languages)},
                          {"licence", entry.licence},
                          {"licence_url", entry.licence_url},
                          {"bytes", entry.bytes},
                          {"needs_memory_bytes", entry.needs_memory_bytes},
                          {"context_tokens", entry.context_tokens},
                          {"sha256", entry.sha256},
                          {"note", entry.note.in(lang)},
                          {"installed", installed != nullptr}};
  if (installed != nullptr) {
    out["file"] = installed->gguf.string();
    out["file_sha256"] = installed->gguf_sha256;
    out["file_bytes"] = installed->gguf_bytes;
    out["source"] = installed->source;
  }
  return out;
}

Text damage_text(const std::string& id, const Error& error) {
  return text("damaged: {}; `cvp models pull {}` gets it again",
              "已损坏：{}；可用 `cvp models pull {}` 重新下载", error.message, id);
}

struct Known {
  model::CatalogueEntry entry;
  std::optional<model::InstalledModel> installed;
};

/// The catalogue in its order, then the user's own models.
Result<std::vector<Known>> known_models(const App& app) {
  std::vector<Known> out;
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  for (const model::CatalogueEntry& entry : catalogue.entries()) out.push_back({entry, std::nullopt});
  for (model::InstalledModel& model : TRY(model::installed_models(app.home()))) {
    bool listed = false;
    for (Known& known : out) {
      if (known.entry.id != model.entry.id) continue;
      known.installed = model;
      listed = true;
    }
    if (!listed) out.push_back({model.entry, model});
  }
  return out;
}

Result<int> list(App& app) {
  Printer& printer = app.printer();
  boost::json::array models;
  std::map<std::string, Error> damaged;
  for (DamagedModel& model : damaged_models(app.home())) damaged.emplace(model.id, std::move(model.error));
  for (const Known& known : TRY(known_models(app))) {
    const model::CatalogueEntry& entry = known.entry;
    boost::json::object json = entry_json(entry, known.installed ? &*known.installed : nullptr, app.lang());
    const auto damage = damaged.find(entry.id);
    if (damage != damaged.end()) json["damage"] = damage->second.message.in(app.lang());
    models.push_back(std::move(json));
    const std::string mark = damage != damaged.end() ? printer.bad("✗")
                             : known.installed       ? printer.good("✓")
                                                     : " ";
    const std::string size =
        format_bytes(static_cast<double>(known.installed ? known.installed->gguf_bytes : entry.bytes));
    printer.line(verbatim(fmt::format("{} {}  ", mark, printer.bold(pad(entry.id, 30)))) +
                 verbatim(fmt::format("{:>8}  ", size)) + role_text(entry.role));
    const auto below = [&](const Text& what, bool faint) {
      constexpr size_t kIndent = 4;
      const size_t room = std::max<size_t>(20, printer.max_columns()) - kIndent;
      const std::string lines = wrap(printable(what.in(printer.lang())), room, kIndent);
      printer.line(verbatim(std::string(kIndent, ' ') + (faint ? printer.dim(lines) : lines)));
    };
    if (!entry.note.empty()) below(entry.note, true);
    if (damage != damaged.end()) below(damage_text(entry.id, damage->second), false);
  }
  printer.line();
  const Text legend =
      text("✓ installed. `cvp models pull` fetches the defaults, `cvp models pull ID` another one.",
           "✓ 表示已安装。`cvp models pull` 下载默认模型，`cvp models pull 模型名` 下载指定模型。");
  printer.line(verbatim(wrap(legend.in(printer.lang()), printer.max_columns(), 2)));
  if (printer.json_wanted()) printer.json({{"models", std::move(models)}});
  return 0;
}

/// As find_installed, but with a hint for someone who wants to remove or check a model, not to get one.
Result<model::InstalledModel> find_here(const App& app, const std::string& id) {
  auto found = model::find_installed(app.home(), id);
  if (!found && found.error().code == Errc::not_found) {
    found.error().hint = text("`cvp models list` shows which are", "`cvp models list` 可查看已安装的模型");
  }
  return found;
}

/// What is known about a model that cannot be fetched by name.
Result<int> show_known(App& app, const std::string& id) {
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  const plan::ModelFacts& facts = *TRY(known.find(id));
  show_facts(app.printer(), facts);
  if (facts.shape && facts.access == plan::Access::weights)
    app.printer().line(text("  `cvp plan {}` says where it runs and how fast",
                            "  `cvp plan {}` 查看它在哪些机器上能运行、速度如何", facts.id));
  if (app.printer().json_wanted()) app.printer().json(facts_json(facts, app.lang()));
  return 0;
}

/// Of the catalogue of known models; nothing where it is a user's own.
Result<std::optional<plan::ModelFacts>> facts_of(const std::string& installs_as) {
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  for (const plan::ModelFacts& facts : known.all())
    if (facts.installs_as == installs_as) return facts;
  return std::nullopt;
}

Result<int> show(App& app, const std::string& id) {
  const auto all = TRY(known_models(app));
  const Known* found = nullptr;
  for (const Known& known : all) {
    if (known.entry.id == id) found = &known;
  }
  if (found == nullptr) {
    const model::Catalogue catalogue = TRY(model::Catalogue::load());
    const auto entry = catalogue.find(id);
    if (!entry) return show_known(app, id);
    for (const Known& known : all) {
      if (known.entry.id == (*entry)->id) found = &known;
    }
  }
  const model::CatalogueEntry& e = found->entry;
  const auto& installed = found->installed;
  Printer& printer = app.printer();
  printer.line(verbatim(printer.bold(e.id) + "  ") + e.note);
  auto row = [&](const Text& name, const std::string& value) {
    if (!value.empty()) printer.line(text("  {}: {}", "  {}：{}", name, printable(value)));
  };
  row(text("name", "名称"), e.display_name);
  row(text("role", "用途"), role_text(e.role).in(app.lang()));
  row(text("parameters", "参数量"), e.parameters > 0 ? count_text(e.parameters).in(app.lang()) : "");
  row(text("quantization", "量化"), e.quantization);
  row(text("licence", "许可证"), e.licence + (e.licence_url.empty() ? "" : "  " + e.licence_url));
  row(text("download", "下载大小"), e.bytes > 0 ? format_bytes(static_cast<double>(e.bytes)) : "");
  row(text("needs memory", "所需内存"),
      e.needs_memory_bytes > 0 ? format_bytes(static_cast<double>(e.needs_memory_bytes)) : "");
  row(text("context", "上下文"),
      e.context_tokens > 0 ? text("{} tokens", "{} 词元", e.context_tokens).in(app.lang()) : "");
  row(text("SHA-256 of the download", "下载文件的 SHA-256"), e.sha256);
  row(text("file", "文件"), installed ? installed->gguf.string() : "");
  row(text("SHA-256 of the file", "该文件的 SHA-256"), installed ? installed->gguf_sha256 : "");
  row(text("came from", "来源"), installed ? installed->source : "");
  if (const auto damage = damage_of(app.home(), e.id)) {
    printer.line(verbatim("  ") + damage_text(e.id, *damage));
  } else if (!installed) {
    printer.line(text("  not installed: `cvp models pull {}` gets it",
                      "  未安装：可用 `cvp models pull {}` 下载", e.id));
  }
  boost::json::object json = entry_json(e, installed ? &*installed : nullptr, app.lang());
  if (const auto facts = TRY(facts_of(e.id))) {
    printer.line();
    show_facts(printer, *facts);
    json["facts"] = facts_json(*facts, app.lang());
  }
  if (printer.json_wanted()) printer.json(json);
  return 0;
}

Result<int> rm(App& app, const std::string& id, bool yes) {
  const sys::HomeLock lock = TRY(app.lock_models());
  // A damaged one cannot be opened, but its space can be had back.
  const std::string whole_id = damage_of(app.home(), id) ? id : TRY(find_here(app, id)).entry.id;
  const auto file = sys::stat_file(app.home() / "models" / whole_id / "model.gguf");
  const uint64_t bytes = file ? file->bytes : 0;
  const std::string size = format_bytes(static_cast<double>(bytes));
  if (!yes && app.printer().on_terminal() &&
      !confirm(app, text("Remove {} ({})?", "删除 {}（{}）？", whole_id, size))) {
    return fail(Errc::refused, text("nothing was removed", "没有删除任何内容"));
  }
  TRY(model::remove_installed(app.home(), whole_id));
  app.printer().line(text("{} removed, {} freed", "已删除 {}，释放 {}", whole_id, size));
  app.printer().note(
      text("`cvp models pull {}` gets it again", "需要时可用 `cvp models pull {}` 重新下载", whole_id));
  if (app.printer().json_wanted()) app.printer().json({{"removed", whole_id}, {"bytes", bytes}});
  return 0;
}

Result<int> verify(App& app, const std::string& id) {
  std::vector<model::InstalledModel> models;
  std::vector<DamagedModel> damaged;
  if (id.empty()) {
    models = TRY(model::installed_models(app.home()));
    damaged = damaged_models(app.home());
  } else {
    models.push_back(TRY(find_here(app, id)));
  }
  boost::json::array results;
  bool all_well = damaged.empty();
  for (const DamagedModel& model : damaged) {
    results.push_back(boost::json::object{{"id", model.id}, {"intact", false}});
    app.printer().line(verbatim(app.printer().bad("✗") + " " + model.id + "  ") +
                       damage_text(model.id, model.error));
  }
  for (const model::InstalledModel& model : models) {
    const auto result = model::verify_installed(model, app.printer().on_progress(), app.cancel());
    if (!result && result.error().code == Errc::cancelled) return std::unexpected(result.error());
    all_well = all_well && result.has_value();
    results.push_back(boost::json::object{{"id", model.entry.id}, {"intact", result.has_value()}});
    if (result) {
      app.printer().line(text("{} {}: intact", "{} {}：完好", app.printer().good("✓"), model.entry.id));
    } else {
      app.printer().line(
          text("{} {}: {}", "{} {}：{}", app.printer().bad("✗"), model.entry.id, result.error().message));
      if (!result.error().hint.empty()) app.printer().line(verbatim("    ") + result.error().hint);
    }
  }
  if (models.empty() && damaged.empty())
    app.printer().line(text("No model is installed.", "没有安装任何模型。"));
  if (app.printer().json_wanted()) app.printer().json({{"models", std::move(results)}});
  return all_well ? 0 : 1;
}

RunVerb declare_list(Command& command) {
  auto filter = std::make_shared<KnownFilter>();
  command.about(
      text("Lists the models that can be fetched by name and those that are installed; with --all or a "
           "filter, all that are known, open and closed.",
           "列出可按名称下载的模型和已安装的模型；加 --all 或筛选条件时，列出全部已知模型，包括闭源的。"));
  command.flag("-a,--all", filter->all, text("every known model", "全部已知模型"));
  declare_filter(command, *filter);
  command.example("cvp models list", text("what can be installed", "可以安装的模型"));
  command.example("cvp models list --open --language zh --max 8B --commercial",
                  text("open, Chinese, at most 8 billion parameters, for a business",
                       "开放权重、会中文、不超过 80 亿参数、可商用"));
  return [filter](App& app) { return filter->any() ? list_known(app, *filter, {}) : list(app); };
}

RunVerb declare_show(Command& command) {
  auto id = std::make_shared<std::string>();
  command.about(
      text("Everything about one model: purpose, licence, size, memory, hash, where it is; of models "
           "that are only known, the facts and their sources.",
           "查看一个模型的用途、许可证、大小、内存、哈希和位置；对仅收录资料的模型，给出资料和来源。"));
  command.argument(text("ID", "模型"), *id,
                   text("as in `cvp models list --all`", "见 `cvp models list --all`"));
  command.example("cvp models show multilingual-e5-small",
                  text("the default embedding model", "默认的向量模型"));
  command.example("cvp models show llama-2-70b", text("facts and their sources", "资料和来源"));
  return [id](App& app) { return show(app, *id); };
}

RunVerb declare_rm(Command& command) {
  auto id = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  command.about(text("Removes an installed model from the disk.", "从磁盘删除一个已安装的模型。"));
  command.argument(text("ID", "模型"), *id, text("an installed model", "已安装的模型"));
  command.flag("-y,--yes", *yes, text("do not ask", "不询问"));
  command.example("cvp models rm smollm2-135m-instruct", text("frees its space", "释放其空间"));
  return [id, yes](App& app) { return rm(app, *id, *yes); };
}

RunVerb declare_verify(Command& command) {
  auto id = std::make_shared<std::string>();
  command.about(
      text("Reads the installed model files and compares their SHA-256. Exit status 1 where one differs.",
           "读取已安装的模型文件并核对 SHA-256。有不一致时退出码为 1。"));
  command.argument(text("ID", "模型"), *id, text("one model; all without it", "某个模型；不写则检查全部"),
                   false);
  command.example("cvp models verify", text("all installed models", "检查全部已安装的模型"));
  return [id](App& app) { return verify(app, *id); };
}

}  // namespace

std::vector<Verb> models_verbs() {
  return {{.name = "models list",
           .summary = text("models there are, and those installed", "可用和已安装的模型"),
           .declare = declare_list,
           .is_default = true},
          models_pull_verb(),
          {.name = "models show",
           .summary = text("everything about one model", "查看一个模型的详情"),
           .declare = declare_show},
          models_search_verb(),
          models_compare_verb(),
          {.name = "models rm", .summary = text("remove a model", "删除一个模型"), .declare = declare_rm},
          {.name = "models verify",
           .summary = text("check the files' hashes", "核对模型文件的哈希"),
           .declare = declare_verify},
          params_verb()};
}

}  // namespace cvp::cli
