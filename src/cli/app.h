// The composition root: what a verb may need, opened when it first asks. One object a run.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "chat/answerer.h"
#include "cli/config.h"
#include "cli/models_in_use.h"
#include "cli/printer.h"
#include "prompt/library.h"
#include "store/store.h"
#include "sys/home_lock.h"
#include "vector/index.h"

namespace cvp::cli {

/// What a server lends to the verbs that run inside it, since nobody else may open its home.
struct Lent {
  store::Store& store;
  vector::Index& index;
  const prompt::Library& prompts;
  std::shared_ptr<ModelsInUse> models;
  std::function<void()> wake;  // documents changed: vectors are to be made
};

class App {
 public:
  /// verb names this process to others that wait for the home. References must outlive the app.
  App(Config config, Printer& printer, const Clock& clock, CancelToken cancel, std::string verb,
      const Lent* lent = nullptr);

  const Config& config() const { return config_; }
  /// Where the configuration came from.
  const Config::Sources& sources() const { return sources_; }
  void set_sources(Config::Sources sources) { sources_ = std::move(sources); }
  static std::string version();
  Printer& printer() { return printer_; }
  const Clock& clock() const { return clock_; }
  const CancelToken& cancel() const { return cancel_; }
  Lang lang() const { return printer_.lang(); }
  sys::Path home() const;

  /// Takes the home (waiting up to 10 s for another owner) and opens its store.
  Result<store::Store*> store();
  Result<vector::Index*> index();
  Result<const prompt::Library*> prompts();
  /// Inside a server, which makes vectors itself.
  bool in_server() const { return lent_ != nullptr; }
  void wake_server() const { lent_->wake(); }
  ModelsInUse& models() { return lent_ != nullptr ? *lent_->models : models_; }
  /// Standard input, or that of the process this verb runs for.
  int input() const { return input_; }
  void set_input(int fd) { input_ = fd; }

  /// Ids of named collections; Errc::not_found names the nearest.
  Result<std::vector<store::CollectionId>> collections(const std::vector<std::string>& names);
  /// The user's own calibration of a model, else the shipped one.
  Result<chat::Calibration> calibration(const std::string& model_name);
  vector::SearchOptions search_options() const;
  /// mode: auto, single, joint, extract; empty: as configured.
  chat::AskOptions ask_options(const std::string& mode) const;

  /// Takes the folder of the models instead, for verbs that only change those.
  Result<sys::HomeLock> lock_models();

 private:
  Result<sys::HomeLock> lock(const sys::Path& folder);
  Config config_;
  Printer& printer_;
  const Clock& clock_;
  CancelToken cancel_;
  std::string verb_;
  const Lent* lent_;
  Config::Sources sources_;
  int input_ = 0;
  // In the order of need: what stands below uses what stands above.
  std::optional<sys::HomeLock> lock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<vector::Index> index_;
  std::optional<prompt::Library> prompts_;
  ModelsInUse models_;
};

}  // namespace cvp::cli
