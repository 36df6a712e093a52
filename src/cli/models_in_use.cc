#include "cli/models_in_use.h"

#include <algorithm>

#include "hub/engine_install.h"
#include "sys/host.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;
constexpr int64_t kAutomaticCacheMb = 4096;
constexpr size_t kModelFiles = 10'000;
constexpr const char* kManifestName = "model.toml";

std::string config_section(model::ModelRole role) {
  return role == model::ModelRole::chat ? "chat" : "embedding";
}

/// A quarter of the memory that is free now, since the model itself and others need the rest.
uint64_t cache_bytes(int64_t configured_mb) {
  if (configured_mb >= 0) return static_cast<uint64_t>(configured_mb) * kMegabyte;
  const uint64_t quarter = sys::memory().available_bytes / 4 / kMegabyte;
  return std::min<uint64_t>(quarter, kAutomaticCacheMb) * kMegabyte;
}

/// engine.context bounds what a local engine must hold in memory; a server elsewhere has room unless told
/// otherwise.
uint32_t remote_context(const Config& config) {
  constexpr uint32_t kRemoteContext = 8192;
  if (config.at("engine.context").origin == Config::Value::Origin::fallback) return kRemoteContext;
  return static_cast<uint32_t>(config.integer("engine.context"));
}

Text none_installed(const sys::Path& home, const Text& what, const std::string& id) {
  if (const auto damage = damage_of(home, id)) {
    return text("{}; `cvp models pull {}` gets it again", "{}；可用 `cvp models pull {}` 重新下载",
                damage->message, id);
  }
  return text("no {} is installed; `cvp models pull {}` gets one",
              "没有安装{}；可用 `cvp models pull {}` 下载", what, id);
}

}  // namespace

std::optional<Error> damage_of(const sys::Path& home, const std::string& id) {
  if (!model::valid_model_id(id) || !sys::exists(home / "models" / id / kManifestName)) return std::nullopt;
  auto found = model::find_installed(home, id);
  if (found) return std::nullopt;
  return std::move(found).error();
}

std::vector<DamagedModel> damaged_models(const sys::Path& home) {
  std::vector<DamagedModel> out;
  const sys::Path root = home / "models";
  const auto files = sys::list_files(root, kModelFiles);
  if (!files) return out;  // no folder: nothing was ever installed
  for (const sys::Path& path : *files) {
    if (path.filename() != kManifestName || path.parent_path().parent_path() != root) continue;
    const std::string id = path.parent_path().filename().string();
    if (auto error = damage_of(home, id)) out.push_back({id, std::move(*error)});
  }
  return out;
}

ModelsInUse::ModelsInUse(const Config& config, sys::Path home, const Clock& clock, CancelToken cancel)
    : config_(config), home_(std::move(home)), clock_(clock), cancel_(std::move(cancel)) {}

void ModelsInUse::inject(std::unique_ptr<model::Embedder> embedder,
                         std::unique_ptr<model::Generator> generator) {
  embedder_ = std::move(embedder);
  generator_ = std::move(generator);
  embedder_asked_ = generator_asked_ = true;
}

Result<std::optional<model::InstalledModel>> ModelsInUse::installed(model::ModelRole role) const {
  if (const std::string named = config_.string(config_section(role) + ".model"); !named.empty()) {
    return TRY(model::find_installed(home_, named));
  }
  const std::vector<model::InstalledModel> all = TRY(model::installed_models(home_));
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  const uint64_t memory = sys::memory().total_bytes;
  const std::string& best = catalogue.default_for(role, memory).id;
  const model::InstalledModel* chosen = nullptr;
  auto rank = [&](const model::InstalledModel& m) {
    const bool fits = m.entry.needs_memory_bytes <= memory;
    return (m.entry.id == best ? 2 : 0) + (fits ? 1 : 0);
  };
  for (const model::InstalledModel& candidate : all) {
    if (candidate.entry.role != role) continue;
    if (chosen == nullptr || rank(candidate) > rank(*chosen)) chosen = &candidate;
  }
  if (chosen == nullptr) return std::nullopt;
  return *chosen;
}

Result<engine::LocalOptions> ModelsInUse::local_options(model::ModelRole role) {
  hub::EngineProgram program = TRY(hub::find_engine(home_, config_.string("engine.path")));
  // A short path of its own: a socket's name may have 107 bytes, a home's any number.
  if (!runtime_folder_) runtime_folder_.emplace(TRY(sys::TempFolder::create("cvp-run")));
  const bool chat = role == model::ModelRole::chat;
  return engine::LocalOptions{.argv_prefix = std::move(program.argv_prefix),
                              .runtime_folder = runtime_folder_->path(),
                              .context_tokens = static_cast<uint32_t>(config_.integer("engine.context")),
                              .cache_bytes = chat ? cache_bytes(config_.integer("engine.cache_mb")) : 0,
                              .threads = static_cast<unsigned>(config_.integer("engine.threads"))};
}

Result<std::unique_ptr<model::Embedder>> ModelsInUse::open_embedder() {
  if (const std::string endpoint = config_.string("embedding.endpoint"); !endpoint.empty()) {
    return engine::remote_embedder(
        {.base_url = endpoint,
         .model = config_.string("embedding.remote_model"),
         .api_key = config_.string("embedding.api_key"),
         .query_prefix = config_.string("embedding.query_prefix"),
         .passage_prefix = config_.string("embedding.passage_prefix"),
         .max_input_tokens = static_cast<uint32_t>(config_.integer("embedding.max_tokens"))},
        clock_, cancel_);
  }
  const auto found = TRY(installed(model::ModelRole::embedding));
  if (!found) {
    const model::Catalogue catalogue = TRY(model::Catalogue::load());
    const auto& wanted = catalogue.default_for(model::ModelRole::embedding, sys::memory().total_bytes);
    why_no_embedder_ = none_installed(home_, text("embedding model", "向量模型"), wanted.id);
    return nullptr;
  }
  auto options = local_options(model::ModelRole::embedding);
  if (!options && options.error().code == Errc::not_found && config_.string("engine.path").empty()) {
    why_no_embedder_ = text("{}; {}", "{}；{}", options.error().message, options.error().hint);
    return nullptr;
  }
  if (!options) return std::unexpected(std::move(options).error());
  return engine::local_embedder(*found, *options, clock_);
}

Result<std::unique_ptr<model::Generator>> ModelsInUse::open_generator() {
  if (const std::string endpoint = config_.string("chat.endpoint"); !endpoint.empty()) {
    return engine::remote_generator({.base_url = endpoint,
                                     .model = config_.string("chat.remote_model"),
                                     .api_key = config_.string("chat.api_key"),
                                     .context_tokens = remote_context(config_)},
                                    clock_, cancel_);
  }
  const auto found = TRY(installed(model::ModelRole::chat));
  if (!found) {
    const model::Catalogue catalogue = TRY(model::Catalogue::load());
    const auto& wanted = catalogue.default_for(model::ModelRole::chat, sys::memory().total_bytes);
    why_no_generator_ = none_installed(home_, text("chat model", "对话模型"), wanted.id);
    return nullptr;
  }
  auto options = local_options(model::ModelRole::chat);
  if (!options && options.error().code == Errc::not_found && config_.string("chat.model").empty() &&
      config_.string("engine.path").empty()) {
    why_no_generator_ = text("{}; {}", "{}；{}", options.error().message, options.error().hint);
    return nullptr;
  }
  if (!options) return std::unexpected(std::move(options).error());
  return engine::local_generator(*found, *options, clock_);
}

Text ModelsInUse::why_no_embedder() const {
  const std::lock_guard lock(mutex_);
  return why_no_embedder_;
}

Text ModelsInUse::why_no_generator() const {
  const std::lock_guard lock(mutex_);
  return why_no_generator_;
}

Result<model::Embedder*> ModelsInUse::embedder() {
  const std::lock_guard lock(mutex_);
  if (!embedder_asked_) embedder_ = TRY(open_embedder());
  embedder_asked_ = true;
  return embedder_.get();
}

Result<model::Generator*> ModelsInUse::generator() {
  const std::lock_guard lock(mutex_);
  if (!generator_asked_) generator_ = TRY(open_generator());
  generator_asked_ = true;
  return generator_.get();
}

Result<const model::Tokenizer*> ModelsInUse::tokenizer() {
  const std::lock_guard lock(mutex_);
  if (!tokenizer_) {
    const bool remote = !config_.string("embedding.endpoint").empty();
    const auto found = remote ? std::nullopt : TRY(installed(model::ModelRole::embedding));
    tokenizer_ = found ? TRY(model::open_gguf_tokenizer(found->gguf)) : model::estimating_tokenizer();
  }
  return tokenizer_.get();
}

}  // namespace cvp::cli
