// What the program around the server provides: models, settings, and the verbs that need no home. The cli
// implements it.
#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "chat/answerer.h"
#include "hub/puller.h"
#include "ingest/adder.h"
#include "model/embedder.h"
#include "model/generator.h"
#include "model/tokenizer.h"
#include "vector/index.h"

namespace cvp::serve {

struct Setting {
  std::string key, value, fallback;
  Text help;
  std::string_view type;  // "text", "number", "choice", "secret"
  std::vector<std::string> choices;
};

/// Thread-safe.
class Host {
 public:
  virtual ~Host() = default;

  // Models. Null: there is none, and why_no_… says what gets one. What was handed out stays usable after
  // reload_models.
  virtual std::shared_ptr<model::Generator> generator() = 0;
  virtual std::shared_ptr<model::Embedder> embedder() = 0;
  virtual Text why_no_generator() = 0;
  virtual Text why_no_embedder() = 0;
  /// Whether the engine of the chat model answers; also yes where none runs, or it is at work. Starts
  /// nothing.
  virtual Result<void> engine_answers() = 0;
  /// Opens what is configured and installed now. An error leaves what was open.
  virtual Result<void> reload_models() = 0;
  virtual Result<chat::Calibration> calibration(const std::string& model) = 0;

  // What is configured.
  virtual chat::AskOptions ask_options(const std::string& mode) = 0;  // empty: the configured mode
  virtual vector::SearchOptions search_options() = 0;
  virtual Result<ingest::AddOptions> add_options(store::CollectionId collection) = 0;
  virtual Result<std::shared_ptr<const model::Tokenizer>> tokenizer() = 0;
  virtual hub::PullOptions pull_options() = 0;
  virtual std::vector<Setting> settings() = 0;
  /// All or none, written to the configuration file. Errc::usage names a wrong key or value.
  virtual Result<void> change_settings(const std::map<std::string, std::string>& values) = 0;

  /// What `cvp ARGUMENTS --json` prints, also where the status says that nothing fits (3); an error that it
  /// prints is the error. For verbs that use no documents: hw, plan, models list.
  virtual Result<boost::json::value> verb(const std::vector<std::string>& arguments, Lang lang,
                                          const CancelToken& cancel) = 0;
};

}  // namespace cvp::serve
