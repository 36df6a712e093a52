#include "cli/app.h"

#include "cli/from_config.h"

namespace cvp::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

}  // namespace

App::App(Config config, Printer& printer, const Clock& clock, CancelToken cancel, std::string verb,
         const Lent* lent)
    : config_(std::move(config)),
      printer_(printer),
      clock_(clock),
      cancel_(std::move(cancel)),
      verb_(std::move(verb)),
      lent_(lent),
      models_(config_, home_of(config_), clock_, cancel_) {}

std::string App::version() { return CVP_VERSION; }

sys::Path App::home() const { return home_of(config_); }

Result<sys::HomeLock> App::lock(const sys::Path& folder) {
  return sys::HomeLock::acquire(folder, verb_, kPatience, clock_, cancel_, [&](const std::string& owner) {
    printer_.note(text("waiting for another process ({}) to leave {}", "正在等待另一个进程（{}）释放 {}",
                       owner, folder.string()));
  });
}

Result<sys::HomeLock> App::lock_models() { return lock(home() / "models"); }

Result<store::Store*> App::store() {
  if (lent_ != nullptr) return &lent_->store;
  if (!store_) {
    if (!lock_) lock_.emplace(TRY(lock(home())));
    store_ = TRY(store::Store::open(home(), clock_));
  }
  return store_.get();
}

Result<vector::Index*> App::index() {
  if (lent_ != nullptr) return &lent_->index;
  if (!index_) {
    store::Store* opened = TRY(store());
    index_ = TRY(vector::Index::open(home() / "index", *opened));
  }
  return index_.get();
}

Result<const prompt::Library*> App::prompts() {
  if (lent_ != nullptr) return &lent_->prompts;
  if (!prompts_) prompts_.emplace(TRY(load_prompts(config_)));
  return &*prompts_;
}

Result<std::vector<store::CollectionId>> App::collections(const std::vector<std::string>& names) {
  std::vector<store::CollectionId> ids;
  store::Store* opened = TRY(store());
  for (const std::string& name : names) ids.push_back(TRY(opened->find_collection(name)));
  return ids;
}

Result<chat::Calibration> App::calibration(const std::string& model_name) {
  return calibration_of(*TRY(store()), model_name);
}

vector::SearchOptions App::search_options() const { return cli::search_options(config_); }

chat::AskOptions App::ask_options(const std::string& mode) const { return cli::ask_options(config_, mode); }

}  // namespace cvp::cli
