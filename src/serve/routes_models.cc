// The models that are here or can be fetched: list, fetch, remove, choose.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json/array.hpp>

#include "base/log.h"
#include "hub/puller.h"
#include "model/catalogue.h"
#include "model/installed.h"
#include "serve/model_folder.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

using Folder = std::shared_ptr<ModelFolder>;

constexpr std::chrono::seconds kPatienceOfJob{5}, kPatienceOfRequest{1};
constexpr size_t kIdBytes = 100;

/// A role that somebody chooses a model for.
struct Place {
  std::string_view field;    // in JSON
  std::string_view section;  // of the settings
  model::ModelRole role;
};
constexpr std::array<Place, 2> kPlaces = {
    {{"chat", "chat", model::ModelRole::chat}, {"embed", "embedding", model::ModelRole::embedding}}};

std::string key_of(const Place& place, std::string_view name) {
  return fmt::format("{}.{}", place.section, name);
}

Text place_text(const Place& place) {
  return place.role == model::ModelRole::chat ? text("chat model", "对话模型")
                                              : text("embedding model", "向量模型");
}

std::string setting_of(Host& host, const std::string& key) {
  const std::vector<Setting> all = host.settings();
  const auto found = std::ranges::find(all, key, &Setting::key);
  return found != all.end() ? found->value : std::string();
}

/// Of the model that is open; empty: none is.
std::string open_name(Host& host, const Place& place) {
  if (place.role == model::ModelRole::chat) {
    const auto generator = host.generator();
    return generator != nullptr ? generator->identity().name : std::string();
  }
  const auto embedder = host.embedder();
  return embedder != nullptr ? embedder->identity().name : std::string();
}

std::unexpected<Error> fail_unknown(std::string_view name) {
  return fail(Errc::not_found,
              model::valid_model_id(name) ? text("there is no model {}", "没有模型 {}", name)
                                          : text("there is no such model", "没有这个模型"),
              text("see the list of models", "请查看模型列表"));
}

/// By its whole id; Errc::not_found, or Errc::corrupt where it is damaged.
Result<model::InstalledModel> installed_model(const Backend& backend, const std::string& id) {
  if (!model::valid_model_id(id)) return fail_unknown(id);
  auto found = model::find_installed(backend.home, id);
  if (!found && found.error().code != Errc::not_found) return found;
  if (!found || found->entry.id != id) return fail_unknown(id);
  return found;
}

// What the API has no word for is left out.
std::string_view role_word(model::ModelRole role) {
  switch (role) {
    case model::ModelRole::chat:
      return "chat";
    case model::ModelRole::embedding:
      return "embed";
    case model::ModelRole::base:
      return "base";
    case model::ModelRole::reranker:
      break;
  }
  return {};
}

boost::json::object item_json(const model::CatalogueEntry& entry, const model::InstalledModel* here,
                              const std::vector<std::string>& open) {
  return {{"name", entry.id},
          {"role", role_word(entry.role)},
          {"installed", here != nullptr},
          {"in_use", here != nullptr && std::ranges::find(open, entry.id) != open.end()},
          {"bytes", here != nullptr ? here->gguf_bytes : entry.bytes},
          {"licence", entry.licence},
          {"must_accept", entry.licence_must_accept},
          {"memory_bytes", entry.needs_memory_bytes}};
}

Result<net::Reply> list(Backend& backend) {
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  const std::vector<model::InstalledModel> installed = TRY(model::installed_models(backend.home));
  std::vector<std::string> open;
  for (const Place& place : kPlaces) open.push_back(open_name(backend.host, place));
  boost::json::array items;
  const auto add = [&](const model::CatalogueEntry& entry, const model::InstalledModel* here) {
    if (!role_word(entry.role).empty()) items.push_back(item_json(entry, here, open));
  };
  for (const model::CatalogueEntry& entry : catalogue.entries()) {
    const auto here = std::ranges::find(installed, entry.id, [](const auto& one) { return one.entry.id; });
    add(entry, here != installed.end() ? &*here : nullptr);
  }
  for (const model::InstalledModel& one : installed) {
    if (std::ranges::find(catalogue.entries(), one.entry.id, &model::CatalogueEntry::id) ==
        catalogue.entries().end())
      add(one.entry, &one);
  }
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

Result<model::CatalogueEntry> fetchable(const std::string& id) {
  if (!model::valid_model_id(id)) return fail_unknown(id);
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  const auto found = std::ranges::find(catalogue.entries(), id, &model::CatalogueEntry::id);
  if (found == catalogue.entries().end()) return fail_unknown(id);
  return *found;
}

/// The job counts bytes: steps that are counted otherwise only say what is going on.
OnProgress in_bytes(const OnProgress& on_progress, uint64_t total) {
  return [on_progress, total, done = std::make_shared<std::atomic<uint64_t>>(0)](const Progress& step) {
    if (step.unit == Progress::Unit::bytes && step.total > 0) {
      *done = step.done;
      on_progress(step);
    } else {
      on_progress({.what = step.what, .done = *done, .total = total, .unit = Progress::Unit::bytes});
    }
  };
}

Result<net::Reply> start_pull(Backend& backend, const Folder& folder, Call& call) {
  Fields fields(call.body);
  const bool accepted = fields.boolean("accept_licence", false);
  TRY(fields.finish());
  const model::CatalogueEntry entry = TRY(fetchable(call.path["name"]));
  if (entry.licence_must_accept && !accepted) {
    return fail(Errc::usage,
                text("the licence of {} must be accepted first", "须先接受 {} 的许可证", entry.id),
                text("read {}, then accept it", "请阅读 {}，然后选择接受", entry.licence_url));
  }
  hub::PullOptions how = backend.host.pull_options();
  how.accept_licence = true;
  TRY(hub::check_sources(entry, how.only_sources));
  const auto claim = TRY(folder->claim(entry.id));
  TRY(backend.audit(call, "model.pull", entry.id));
  const auto fetch = [folder, entry, how, home = backend.home, &host = backend.host,
                      &upkeep = backend.upkeep](const OnProgress& on_progress,
                                                const CancelToken& cancel) -> Result<Text> {
    const auto lock = TRY(folder->lock(kPatienceOfJob, cancel));
    TRY(hub::pull(home, entry, how, in_bytes(on_progress, entry.bytes), cancel));
    if (auto opened = host.reload_models(); !opened) {
      return wrap(std::move(opened).error(),
                  text("{} is installed, but cannot be used yet", "{} 已安装，但还不能使用", entry.id));
    }
    upkeep.wake();
    return text("{} is installed", "{} 已安装", entry.id);
  };
  const JobView job = TRY(
      backend.jobs.start({.kind = "pull", .subject = entry.id, .unit = "bytes", .owner = call.caller.user.id},
                         [claim, fetch](const OnProgress& on_progress, const CancelToken& cancel) {
                           auto done = fetch(on_progress, cancel);
                           // Before anybody hears that it ended, and may want to remove it.
                           claim->end();
                           return done;
                         }));
  return json_reply(job_json(job, call.lang), 202);
}

/// Open, or named by the settings though it could not be opened.
bool in_use(Host& host, const std::string& id) {
  return std::ranges::any_of(kPlaces, [&](const Place& place) {
    return open_name(host, place) == id || setting_of(host, key_of(place, "model")) == id;
  });
}

Result<net::Reply> remove(Backend& backend, const Folder& folder, Call& call) {
  const std::string& id = call.path["name"];
  if (!model::valid_model_id(id)) return fail_unknown(id);
  const auto claim = TRY(folder->claim(id));
  // What is damaged cannot be used, but its space can be had back.
  const auto found = installed_model(backend, id);
  if (!found && found.error().code != Errc::corrupt) return std::unexpected(found.error());
  if (in_use(backend.host, id)) {
    return fail(Errc::busy, text("{} is in use", "{} 正在使用", id),
                text("let another model take its place first", "请先改用其他模型"));
  }
  const auto lock = TRY(folder->lock(kPatienceOfRequest, call.request.gone));
  TRY(model::remove_installed(backend.home, id));
  TRY(backend.audit(call, "model.remove", id));
  return no_content();
}

/// That the model can take the place.
Result<void> check_choice(Backend& backend, const Place& place, const std::string& id) {
  const model::InstalledModel found = TRY(installed_model(backend, id));
  if (found.entry.role != place.role)
    return fail(Errc::usage, text("{} is no {}", "{} 不是{}", id, place_text(place)));
  return {};
}

using Choices = std::vector<std::pair<const Place*, std::string>>;

/// A server elsewhere comes before what is installed. Where nothing is open, an engine is still missing.
Result<void> check_effect(Host& host, const Choices& choices) {
  for (const auto& [place, id] : choices) {
    const std::string open = open_name(host, *place);
    if (open.empty() || open == id) continue;
    return fail(Errc::busy, text("{} stays the {}", "仍在使用 {} 作为{}", open, place_text(*place)),
                text("empty the setting {} first", "请先清空设置项 {}", key_of(*place, "endpoint")));
  }
  return {};
}

/// All or nothing: the settings must not promise a model for the next start that could not be opened.
Result<void> use_models(Host& host, const Choices& choices) {
  std::map<std::string, std::string> wanted, before;
  for (const auto& [place, id] : choices) {
    const std::string key = key_of(*place, "model");
    before[key] = setting_of(host, key);
    wanted[key] = id;
  }
  Result<void> done = host.change_settings(wanted);
  if (done) done = host.reload_models();
  if (done) done = check_effect(host, choices);
  if (done) return done;
  const auto changed = [&](const auto& one) { return setting_of(host, one.first) != one.second; };
  if (std::ranges::none_of(before, changed)) return done;
  Result<void> undone = host.change_settings(before);
  if (undone) undone = host.reload_models();
  if (!undone) log::warn("the models' settings could not be put back: {}", undone.error().message.en);
  return done;
}

Result<net::Reply> choose(Backend& backend, Call& call) {
  Fields fields(call.body);
  Choices choices;
  for (const Place& place : kPlaces)
    if (auto id = fields.maybe_text(std::string(place.field), kIdBytes)) choices.emplace_back(&place, *id);
  TRY(fields.finish());
  if (choices.empty()) {
    return fail(Errc::usage, text("no model is named", "没有指定模型"),
                text("name one in “chat”, in “embed” or in both", "请在“chat”或“embed”中写出模型名称"));
  }
  std::string subject;
  for (const auto& [place, id] : choices) {
    TRY(check_choice(backend, *place, id));
    subject += (subject.empty() ? "" : ", ") + id;
  }
  TRY(use_models(backend.host, choices));
  backend.upkeep.wake();
  TRY(backend.audit(call, "model.use", subject));
  return no_content();
}

}  // namespace

std::vector<Route> model_routes(Backend& backend) {
  const auto folder = std::make_shared<ModelFolder>(backend.home, backend.clock);
  return {
      {.method = "GET",
       .pattern = "/api/models",
       .summary = text("The models that are installed or can be, and which are in use",
                       "已安装和可安装的模型，以及正在使用的模型"),
       .gives = "ModelList",
       .run = [&backend](Call&) { return list(backend); }},
      {.method = "POST",
       .pattern = "/api/models/{name}/pull",
       .need = Need::admin,
       .scope = Scope::admin,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Starts to fetch a model", "开始下载一个模型"),
       .takes = "Pull",
       .gives = "Job",
       .gives_status = 202,
       .run = [&backend, folder](Call& call) { return start_pull(backend, folder, call); }},
      {.method = "DELETE",
       .pattern = "/api/models/{name}",
       .need = Need::admin,
       .scope = Scope::admin,
       .summary = text("Removes an installed model that is not in use", "删除一个未在使用的已安装模型"),
       .gives = "",
       .run = [&backend, folder](Call& call) { return remove(backend, folder, call); }},
      {.method = "PUT",
       .pattern = "/api/models/in_use",
       .need = Need::admin,
       .scope = Scope::admin,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Chooses which installed models answer and search", "选择用于回答和检索的已安装模型"),
       .takes = "ModelChoice",
       .gives = "",
       .run = [&backend](Call& call) { return choose(backend, call); }}};
}

}  // namespace cvp::serve
