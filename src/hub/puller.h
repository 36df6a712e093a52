// Brings models into HOME/models: several sources in order, parts joined as they arrive, resumed, hashed,
// imported to GGUF.
#pragma once
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/catalogue.h"
#include "model/installed.h"
#include "sys/files.h"

namespace cvp::hub {

struct PullOptions {
  bool accept_licence = false;            // needed for entries with licence.must_accept
  std::vector<std::string> only_sources;  // kinds; empty: all, in the catalogue's order
  std::string hugging_face_base =
      "https://huggingface.co";  // configurable mirrors; tests use a local stand-in
  std::string modelscope_base = "https://modelscope.cn";
};

/// Errc::usage where only_sources has a kind that does not exist, or the entry comes from none of them.
Result<void> check_sources(const model::CatalogueEntry& entry, const std::vector<std::string>& only_sources);

/// Already there and intact: returns at once. Disk space is checked first. A source that fails is said in
/// progress and the next is tried; the error lists all. A wrong hash is never installed.
Result<model::InstalledModel> pull(const sys::Path& home, const model::CatalogueEntry& entry,
                                   const PullOptions& options, const OnProgress& on_progress,
                                   const CancelToken& cancel);

}  // namespace cvp::hub
