#include "cli/app.h"

#include "sys/host.h"

namespace cvp::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
constexpr size_t kPromptFiles = 200;
constexpr uint64_t kPromptBytes = 64 << 10;

sys::Path home_of(const Config& config) {
  const std::string configured = config.string("home");
  return configured.empty() ? sys::default_home() : sys::Path(configured);
}

}  // namespace

App::App(Config config, Printer& printer, const Clock& clock, CancelToken cancel, std::string verb)
    : config_(std::move(config)),
      printer_(printer),
      clock_(clock),
      cancel_(std::move(cancel)),
      verb_(std::move(verb)),
      models_(config_, home_of(config_), clock_, cancel_) {}

sys::Path App::home() const { return home_of(config_); }

Result<sys::HomeLock> App::lock(const sys::Path& folder) {
  return sys::HomeLock::acquire(folder, verb_, kPatience, clock_, cancel_, [&](const std::string& owner) {
    printer_.note(text("waiting for another process ({}) to leave {}", "正在等待另一个进程（{}）释放 {}",
                       owner, folder.string()));
  });
}

Result<sys::HomeLock> App::lock_models() { return lock(home() / "models"); }

Result<store::Store*> App::store() {
  if (!store_) {
    if (!lock_) lock_.emplace(TRY(lock(home())));
    store_ = TRY(store::Store::open(home(), clock_));
  }
  return store_.get();
}

Result<vector::Index*> App::index() {
  if (!index_) {
    store::Store* opened = TRY(store());
    index_ = TRY(vector::Index::open(home() / "index", *opened));
  }
  return index_.get();
}

Result<const prompt::Library*> App::prompts() {
  if (!prompts_) {
    std::map<std::string, std::string> files;
    const sys::Path folder = config_.file().parent_path() / "prompts";
    if (sys::exists(folder)) {
      for (const sys::Path& path : TRY(sys::list_files(folder, kPromptFiles))) {
        if (path.extension() == ".toml")
          files[path.filename().string()] = TRY(sys::read_file(path, kPromptBytes));
      }
    }
    prompts_ = TRY(prompt::Library::load(files));
  }
  return &*prompts_;
}

Result<std::vector<store::CollectionId>> App::collections(const std::vector<std::string>& names) {
  std::vector<store::CollectionId> ids;
  store::Store* opened = TRY(store());
  for (const std::string& name : names) ids.push_back(TRY(opened->find_collection(name)));
  return ids;
}

Result<chat::Calibration> App::calibration(const std::string& model_name) {
  store::Store* opened = TRY(store());
  const auto own = opened->value("calibration/" + model_name);
  if (own) return chat::parse_calibration(*own, "calibration/" + model_name);
  if (own.error().code != Errc::not_found) return std::unexpected(own.error());
  return chat::shipped_calibration(model_name);
}

vector::SearchOptions App::search_options() const {
  return {.k = static_cast<size_t>(config_.integer("search.k")),
          .dense_weight = config_.real("search.dense_weight")};
}

chat::AskOptions App::ask_options(const std::string& wanted) const {
  const std::string mode = wanted.empty() ? config_.string("answer.mode") : wanted;
  chat::AskOptions options{.retrieve = static_cast<size_t>(config_.integer("answer.retrieve")),
                           .dense_weight = config_.real("search.dense_weight"),
                           .read_limit = static_cast<size_t>(config_.integer("answer.read_limit")),
                           .extract_sentences = static_cast<size_t>(config_.integer("answer.sentences")),
                           .answer_tokens = static_cast<int>(config_.integer("answer.tokens")),
                           .refuse_below = config_.real("answer.refuse_below")};
  if (mode == "single") options.mode = chat::ReadMode::single;
  if (mode == "joint") options.mode = chat::ReadMode::joint;
  if (mode == "extract") options.mode = chat::ReadMode::extract;
  return options;
}

}  // namespace cvp::cli
