// Which models this run uses, by configuration and by what is installed, and their engines.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "cli/config.h"
#include "engine/engines.h"
#include "model/catalogue.h"
#include "model/embedder.h"
#include "model/generator.h"
#include "model/installed.h"
#include "model/tokenizer.h"
#include "sys/files.h"

namespace cvp::cli {

/// What is wrong with a model that was installed and can no longer be used: cut short, overwritten, its
/// description unreadable. Nothing where it is whole, not there, or no name.
std::optional<Error> damage_of(const sys::Path& home, const std::string& id);
struct DamagedModel {
  std::string id;
  Error error;
};
std::vector<DamagedModel> damaged_models(const sys::Path& home);

/// Thread-safe.
class ModelsInUse {
 public:
  /// config must outlive this.
  ModelsInUse(const Config& config, sys::Path home, const Clock& clock, CancelToken cancel);

  /// For tests: these instead of what is configured and installed.
  void inject(std::unique_ptr<model::Embedder> embedder, std::unique_ptr<model::Generator> generator);

  /// Null where none is configured or installed, or its engine is missing: why_no_embedder() says which and
  /// what to do. A model that the configuration names and that is not there is an error. Opening starts no
  /// process.
  Result<model::Embedder*> embedder();
  Result<model::Generator*> generator();
  Text why_no_embedder() const;
  Text why_no_generator() const;

  /// The embedder's own, or an estimate where none is installed here.
  Result<const model::Tokenizer*> tokenizer();

  /// The installed model of a role that would be used; nothing where there is none.
  Result<std::optional<model::InstalledModel>> installed(model::ModelRole role) const;

 private:
  Result<engine::LocalOptions> local_options(model::ModelRole role);
  Result<std::unique_ptr<model::Embedder>> open_embedder();
  Result<std::unique_ptr<model::Generator>> open_generator();

  mutable std::mutex mutex_;  // guards what is opened
  const Config& config_;
  sys::Path home_;
  const Clock& clock_;
  const CancelToken cancel_;
  std::optional<sys::TempFolder> runtime_folder_;  // sockets; outlives the engines
  std::unique_ptr<model::Tokenizer> tokenizer_;
  std::unique_ptr<model::Embedder> embedder_;
  std::unique_ptr<model::Generator> generator_;
  bool embedder_asked_ = false, generator_asked_ = false;
  Text why_no_embedder_, why_no_generator_;
};

}  // namespace cvp::cli
