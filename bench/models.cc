#include "bench/models.h"

#include "hub/engine_install.h"
#include "hub/puller.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

/// What is absent makes a skip, whatever kept it from being fetched; a stop stays a stop.
std::unexpected<Error> absent(Error error) {
  if (error.code != Errc::cancelled) error.code = Errc::not_found;
  return std::unexpected(std::move(error));
}

}  // namespace

Result<model::InstalledModel> installed(const sys::Path& bench_home, const model::CatalogueEntry& entry,
                                        const OnProgress& on_progress, const CancelToken& cancel) {
  for (const sys::Path& home : {sys::default_home(), bench_home}) {
    auto found = model::find_installed(home, entry.id);
    if (found) return found;
  }
  auto pulled = hub::pull(bench_home, entry, {}, on_progress, cancel);
  if (!pulled) return absent(std::move(pulled).error());
  return pulled;
}

Result<model::InstalledModel> installed_default(const sys::Path& bench_home, model::ModelRole role,
                                                const OnProgress& on_progress, const CancelToken& cancel) {
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  return installed(bench_home, catalogue.default_for(role, sys::memory().total_bytes), on_progress, cancel);
}

Result<engine::LocalOptions> engine_options(const sys::Path& bench_home, const OnProgress& on_progress,
                                            const CancelToken& cancel) {
  auto program = hub::find_engine(sys::default_home(), "");
  if (!program) program = hub::find_engine(bench_home, "");
  if (!program) program = hub::install_engine(bench_home, on_progress, cancel);
  if (!program) return absent(std::move(program).error());
  engine::LocalOptions out;
  out.argv_prefix = program->argv_prefix;
  out.runtime_folder = bench_home / "run";
  TRY(sys::make_folders(out.runtime_folder));
  return out;
}

}  // namespace cvp::bench
