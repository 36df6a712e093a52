#include "cli/from_config.h"

#include "serve/caller.h"
#include "sys/host.h"

namespace cvp::cli {
namespace {

constexpr size_t kPromptFiles = 200;
constexpr uint64_t kPromptBytes = 64 << 10;
/// Beside the text go the prefix ("passage: "), two special tokens and the document's title.
constexpr uint32_t kReservedTokens = 32;

}  // namespace

sys::Path home_of(const Config& config) {
  const std::string configured = config.string("home");
  return configured.empty() ? sys::default_home() : sys::Path(configured);
}

vector::SearchOptions search_options(const Config& config) {
  return {.k = static_cast<size_t>(config.integer("search.k")),
          .dense_weight = config.real("search.dense_weight")};
}

chat::AskOptions ask_options(const Config& config, const std::string& wanted) {
  const std::string mode = wanted.empty() ? config.string("answer.mode") : wanted;
  chat::AskOptions options{.retrieve = static_cast<size_t>(config.integer("answer.retrieve")),
                           .dense_weight = config.real("search.dense_weight"),
                           .read_limit = static_cast<size_t>(config.integer("answer.read_limit")),
                           .extract_sentences = static_cast<size_t>(config.integer("answer.sentences")),
                           .answer_tokens = static_cast<int>(config.integer("answer.tokens")),
                           .refuse_below = config.real("answer.refuse_below")};
  if (mode == "single") options.mode = chat::ReadMode::single;
  if (mode == "joint") options.mode = chat::ReadMode::joint;
  if (mode == "extract") options.mode = chat::ReadMode::extract;
  return options;
}

ingest::AddOptions add_options(const Config& config, store::CollectionId collection,
                               uint32_t embedder_tokens) {
  ingest::AddOptions options;
  options.collection = collection;
  options.chunks = {.target_tokens = static_cast<uint32_t>(config.integer("ingest.chunk_tokens")),
                    .max_tokens = static_cast<uint32_t>(config.integer("ingest.max_tokens")),
                    .overlap_tokens = static_cast<uint32_t>(config.integer("ingest.overlap_tokens"))};
  if (embedder_tokens > 2 * kReservedTokens)
    options.chunks.max_tokens = std::min(options.chunks.max_tokens, embedder_tokens - kReservedTokens);
  options.chunks.target_tokens = std::min(options.chunks.target_tokens, options.chunks.max_tokens);
  options.chunks.overlap_tokens = std::min(options.chunks.overlap_tokens, options.chunks.max_tokens / 4);
  options.parser.parser_argv = {sys::self_executable().string(), "parse-child"};
  options.workers = static_cast<unsigned>(config.integer("ingest.workers"));
  return options;
}

hub::PullOptions pull_options(const Config& config) {
  return {.hugging_face_base = config.string("hub.hugging_face"),
          .modelscope_base = config.string("hub.modelscope")};
}

serve::OidcOptions oidc_options(const Config& config) {
  return {.issuer = config.string("serve.oidc_issuer"),
          .client_id = config.string("serve.oidc_client_id"),
          .client_secret = config.string("serve.oidc_client_secret"),
          .redirect = config.string("serve.oidc_redirect"),
          .groups_claim = config.string("serve.oidc_groups_claim"),
          .default_role = serve::role_of(config.string("serve.oidc_default_role"))};  // "none" is no role
}

Result<chat::Calibration> calibration_of(store::Store& store, const std::string& model_name) {
  const auto own = store.value("calibration/" + model_name);
  if (own) return chat::parse_calibration(*own, "calibration/" + model_name);
  if (own.error().code != Errc::not_found) return std::unexpected(own.error());
  return chat::shipped_calibration(model_name);
}

Result<prompt::Library> load_prompts(const Config& config) {
  std::map<std::string, std::string> files;
  const sys::Path folder = config.file().parent_path() / "prompts";
  if (sys::exists(folder)) {
    for (const sys::Path& path : TRY(sys::list_files(folder, kPromptFiles))) {
      if (path.extension() == ".toml")
        files[path.filename().string()] = TRY(sys::read_file(path, kPromptBytes));
    }
  }
  return prompt::Library::load(files);
}

}  // namespace cvp::cli
