// The steps of install_engine with their effects as parameters, so that tests need neither apt nor a network.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "hub/command.h"
#include "hub/engine_install.h"
#include "sys/files.h"

namespace cvp::hub {

struct InstallEffects {
  RunCommand run;
  std::function<bool(std::string_view program)> has_program;
  std::function<Result<uint64_t>(const sys::Path&)> free_bytes;
  sys::Path etc = "/etc";
};
InstallEffects system_install_effects();

Result<EngineProgram> install_engine_with(const InstallEffects& effects, const sys::Path& home,
                                          const OnProgress& on_progress, const CancelToken& cancel);

/// Sum of the sizes in the output of `apt-get install --print-uris`: lines of 'URI' FILE BYTES HASH.
uint64_t sum_of_print_uris(std::string_view output);

/// The lines of `apt-config dump` that say how this machine reaches its servers (proxies, certificates,
/// retries).
std::string network_settings(std::string_view apt_config_dump);

}  // namespace cvp::hub
