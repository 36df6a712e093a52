// The machine that is planned for: this one, or one that is named.
#pragma once
#include <string>

#include "cli/app.h"
#include "cli/command.h"
#include "plan/calibration.h"
#include "plan/device.h"

namespace cvp::cli {

struct MachineOptions {
  std::string name;    // of a GPU; empty: this machine
  int64_t count = 1;   // of named GPUs
  std::string memory;  // of the host; empty: as here
  bool cpu = false;    // leave the GPUs out
};
void declare_machine(Command& command, MachineOptions& options);

struct PlannedMachine {
  plan::Rig rig;
  std::vector<plan::Gpu> cards;  // facts of the GPUs that the catalogue knows
  plan::Measurements measured;   // of this machine; empty for a named one
};

/// Errc::not_found and Errc::usage as GpuCatalogue::find says.
Result<PlannedMachine> open_machine(App& app, const MachineOptions& options);

/// Where measurements of this machine are kept.
sys::Path measurements_path(const App& app);
/// Empty where nothing was measured; a damaged file is said and left out.
plan::Measurements read_measurements(App& app);

}  // namespace cvp::cli
