// What a person names when a model is to be planned, found and opened.
#pragma once
#include <string>

#include "cli/app.h"
#include "plan/infer.h"

namespace cvp::cli {

struct NamedSubject {
  plan::Subject subject;
  double parameters = 0;
  std::string download_id;  // what `cvp models pull` takes; empty: it is here, or cvp cannot fetch it
  std::string where;        // of GGUF files elsewhere; empty: none are known
  std::string file;         // local; empty: there is none
  std::vector<Text> notes;  // what was assumed
};

/// A GGUF or safetensors file, a config.json (or its folder), the same elsewhere ("hf:OWNER/REPOSITORY/FILE",
/// an address), an installed model, a known one, or a size such as "14B". Errors name what is near;
/// Errc::usage for what cannot name a model, Errc::refused for models whose weights nobody can have.
Result<NamedSubject> open_subject(App& app, const std::string& named);
/// The same; Errc::refused where its file does not say how the model is built.
Result<NamedSubject> open_plannable(App& app, const std::string& named);

}  // namespace cvp::cli
