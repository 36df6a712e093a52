// What is installed: HOME/models/ID/model.gguf + model.toml (what it is, where it came from, its hash).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/catalogue.h"
#include "sys/files.h"

namespace cvp::model {

struct InstalledModel {
  CatalogueEntry entry;  // facts; for a user's own file made from its header
  sys::Path gguf;
  std::string gguf_sha256;
  uint64_t gguf_bytes = 0;
  std::string source;  // where it came from
};

/// All intact manifests, sorted by id. Size is checked, the hash only by verify().
Result<std::vector<InstalledModel>> installed_models(const sys::Path& home);
/// Errc::not_found says which command gets it (`cvp models pull ID`).
Result<InstalledModel> find_installed(const sys::Path& home, std::string_view id);
Result<void> remove_installed(const sys::Path& home, std::string_view id);
Result<void> verify_installed(const InstalledModel& model, const OnProgress& on_progress,
                              const CancelToken& cancel);
/// Moves gguf to HOME/models/ID/model.gguf where it is not there yet (same file system), then writes
/// model.toml last, so that a folder without it is an unfinished pull.
Result<InstalledModel> record_installed(const sys::Path& home, const CatalogueEntry& entry,
                                        const sys::Path& gguf, const std::string& gguf_sha256,
                                        const std::string& source);

}  // namespace cvp::model
