// The grammar of GPU names: what "RTX 4060 Ti 16GB" says about vendor, family, generation, tier and edition.
#pragma once
#include <optional>
#include <string_view>

#include "base/text.h"
#include "plan/gpu.h"

namespace cvp::plan {

/// Takes any spelling apart: typed names, driver strings, lists of PCI devices. Pure and total: what the
/// grammar does not know has series unknown (its vendor, prefix and number may still be known).
GpuName decode_gpu_name(std::string_view name);

/// "nvidia": as typed and in JSON.
std::string_view vendor_id(Vendor vendor);
/// An id or a name, in either language and any case: "NVIDIA", "英伟达".
std::optional<Vendor> parse_vendor(std::string_view typed);
/// Ids of all vendors but unknown.
std::vector<std::string> vendor_ids();
/// "geforce": in JSON.
std::string_view series_id(GpuSeries series);
Text vendor_text(Vendor vendor);
/// "GeForce", "data centre": what a series is called in a sentence.
Text series_text(GpuSeries series);
Text form_text(GpuForm form);

}  // namespace cvp::plan
