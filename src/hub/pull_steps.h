// pull with its effects as parameters, so that tests need neither a registry nor a large file.
#pragma once
#include <functional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"
#include "hub/command.h"
#include "hub/puller.h"
#include "model/catalogue.h"
#include "model/import.h"
#include "sys/files.h"

namespace cvp::hub {

struct PullEffects {
  RunCommand run;
  std::function<Result<uint64_t>(const sys::Path&)> free_bytes;
  std::function<decltype(model::import_to_gguf)> import_model;
  const Clock* clock = nullptr;
};
PullEffects system_pull_effects();

Result<model::InstalledModel> pull_with(const PullEffects& effects, const sys::Path& home,
                                        const model::CatalogueEntry& entry, const PullOptions& options,
                                        const OnProgress& on_progress, const CancelToken& cancel);

/// "PyPI", "Hugging Face", the URL's host …
std::string source_name(const model::Source& source);
/// "98 MB", "1.1 GB".
std::string readable_bytes(uint64_t bytes);

}  // namespace cvp::hub
