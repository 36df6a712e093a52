// Engine and models for the figures: the user's own where installed, else installed once into the bench home.
#pragma once
#include <memory>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "engine/engines.h"
#include "model/installed.h"
#include "sys/files.h"

namespace cvp::bench {

/// The user's own where it is installed, else installed once into the bench home. Errc::not_found where it is
/// not there and cannot be fetched: the figure is skipped, not failed.
Result<model::InstalledModel> installed(const sys::Path& bench_home, const model::CatalogueEntry& entry,
                                        const OnProgress& on_progress, const CancelToken& cancel);
/// The default model of a role, likewise.
Result<model::InstalledModel> installed_default(const sys::Path& bench_home, model::ModelRole role,
                                                const OnProgress& on_progress, const CancelToken& cancel);
/// Options for an engine child that runs from here.
Result<engine::LocalOptions> engine_options(const sys::Path& bench_home, const OnProgress& on_progress,
                                            const CancelToken& cancel);

}  // namespace cvp::bench
