// The composition root: what a verb may need, opened when it first asks. One object a run.
#pragma once
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

class App {
 public:
  /// verb names this process to others that wait for the home. References must outlive the app.
  App(Config config, Printer& printer, const Clock& clock, CancelToken cancel, std::string verb);

  const Config& config() const { return config_; }
  Printer& printer() { return printer_; }
  const Clock& clock() const { return clock_; }
  const CancelToken& cancel() const { return cancel_; }
  Lang lang() const { return printer_.lang(); }
  sys::Path home() const;

  /// Takes the home (waiting up to 10 s for another owner) and opens its store.
  Result<store::Store*> store();
  Result<vector::Index*> index();
  Result<const prompt::Library*> prompts();
  ModelsInUse& models() { return models_; }

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
  // In the order of need: what stands below uses what stands above.
  std::optional<sys::HomeLock> lock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<vector::Index> index_;
  std::optional<prompt::Library> prompts_;
  ModelsInUse models_;
};

}  // namespace cvp::cli
