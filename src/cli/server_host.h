// What `cvp serve` provides to the server: models by configuration, settings in their file, verbs in this
// process.
#pragma once
#include <memory>
#include <mutex>

#include "cli/app.h"
#include "cli/program.h"
#include "serve/host.h"

namespace cvp::cli {

/// Thread-safe.
class ServerHost : public serve::Host {
 public:
  struct Parts {
    Config config;
    Config::Sources sources;  // where it came from
    store::Store& store;
    const Clock& clock;
    CancelToken cancel;  // ends what the engines do
  };
  explicit ServerHost(Parts parts);

  std::shared_ptr<model::Generator> generator() override;
  std::shared_ptr<model::Embedder> embedder() override;
  Text why_no_generator() override;
  Text why_no_embedder() override;
  Result<void> engine_answers() override;
  Result<void> reload_models() override;
  Result<chat::Calibration> calibration(const std::string& model) override;
  chat::AskOptions ask_options(const std::string& mode) override;
  vector::SearchOptions search_options() override;
  Result<ingest::AddOptions> add_options(store::CollectionId collection) override;
  Result<std::shared_ptr<const model::Tokenizer>> tokenizer() override;
  hub::PullOptions pull_options() override;
  std::vector<serve::Setting> settings() override;
  Result<void> change_settings(const std::map<std::string, std::string>& values) override;
  Result<boost::json::value> verb(const std::vector<std::string>& arguments, Lang lang,
                                  const CancelToken& cancel) override;

  /// The models in use, for verbs that run here.
  std::shared_ptr<ModelsInUse> models();

 private:
  /// Models, and the configuration that named them. Whoever got a model keeps all of it.
  struct Opened {
    Opened(Config config_, const Parts& parts);
    const Config config;
    ModelsInUse models;
    const std::string made_of;  // changes when other models are to be used
  };
  std::shared_ptr<Opened> opened() const;
  std::shared_ptr<const Config> config() const;

  const Parts parts_;
  std::mutex changing_;  // one change of the settings at a time
  mutable std::mutex mutex_;
  std::shared_ptr<const Config> config_;  // guarded by mutex_
  std::shared_ptr<Opened> opened_;        // guarded by mutex_
};

}  // namespace cvp::cli
