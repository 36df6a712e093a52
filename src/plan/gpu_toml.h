// How GPUs and the sources of their facts stand in TOML (data/hardware).
#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/gpu.h"

namespace cvp::plan {

struct SourceEntry {
  FactSource source;
  bool unverified = false;
};

/// file is what an error calls the text. Errc::corrupt where TOML or a field is wrong: keys that are not
/// known, facts without a source of the list, numbers outside of what can be.
Result<std::vector<SourceEntry>> parse_sources(std::string_view toml, std::string_view file);
Result<std::vector<Gpu>> parse_gpus(std::string_view toml, std::string_view file,
                                    const std::vector<SourceEntry>& sources);

}  // namespace cvp::plan
