// The catalogue of models that people ask about, open and closed (data/catalogue/*.toml, embedded): facts,
// each with the source it was read in. What can be fetched and run with one command is model/catalogue.h.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "plan/shape.h"

namespace cvp::plan {

enum class Access {
  weights,    // can be downloaded
  api,        // only through its maker's service
  unreleased  // described in a paper, never offered
};
enum class Commercial {
  unknown,
  yes,
  conditions,  // under conditions that ModelFacts::licence_note names
  no
};

/// Texts are empty and numbers 0 where the fact is not public or could not be confirmed.
struct ModelFacts {
  std::string id;      // "llama-2-7b"
  std::string family;  // id of the family: "llama-2"
  std::string name;    // "Llama 2 7B"
  std::string maker, country;
  std::string released;  // "2023-07-18" or "2023-07"
  Access access = Access::weights;
  double parameters = 0, active_parameters = 0;  // published, of all and of what one token uses
  double training_tokens = 0;
  Text training_data;  // "45 TB of raw text, filtered to 570 GB"
  uint32_t context_tokens = 0;
  std::vector<std::string> languages;  // "zh", "en", "multilingual", "code"
  std::string licence, licence_url;
  Commercial commercial = Commercial::unknown;
  Text licence_note;              // what the licence allows, in a sentence
  std::vector<std::string> gguf;  // repositories on Hugging Face
  std::string chat_template;      // "chatml", "llama-3" …
  std::string installs_as;        // id of model::Catalogue that `cvp models pull` takes
  Text note;
  std::optional<Shape> shape;  // where its config is known
  std::vector<std::string> aliases;
  /// Fact's name ("released", "training_tokens") to the address of what says so. A fact that has none stands
  /// in `unverified`.
  std::map<std::string, std::string> sources;
  std::vector<std::string> unverified;

  bool has_language(std::string_view language) const;  // multilingual counts for every one
};

class KnownModels {
 public:
  static Result<KnownModels> load();
  /// For tests: name is what errors call the text.
  static Result<KnownModels> parse(std::string_view toml, const std::string& name);

  const std::vector<ModelFacts>& all() const { return models_; }
  /// By id, name or alias, in any case and with or without its hyphens and spaces, or a unique beginning of
  /// one; Errc::not_found names the nearest.
  Result<const ModelFacts*> find(std::string_view asked) const;

 private:
  Result<void> add(std::vector<ModelFacts> models, const std::string& file);
  std::vector<ModelFacts> models_;
  std::map<std::string, size_t, std::less<>> names_;  // folded ids, names and aliases
};

}  // namespace cvp::plan
