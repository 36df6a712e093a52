#include <algorithm>
#include <array>
#include <charconv>

#include "sys/hardware_sources.h"

namespace cvp::sys {
namespace {

/// Vendors whose display controllers and accelerators run models. Others on this list's classes are virtual
/// screens and the chips that servers show their console with.
constexpr std::array<std::string_view, 9> kVendors{"10de", "1002", "8086", "19e5", "1ed5",
                                                   "0731", "cabc", "1da3", "9999"};
constexpr uint64_t kVga = 0x0300, k3d = 0x0302, kDisplay = 0x0380, kAccelerator = 0x1200;

std::string id_of(const Path& file) {
  std::string text = read_fact(file);
  return text.starts_with("0x") ? text.substr(2) : text;
}

/// "16.0 GT/s PCIe": 2.5, 5, 8, 16, 32, 64 are generations 1 to 6.
unsigned generation_of(const std::string& speed) {
  double value = 0;
  std::from_chars(speed.data(), speed.data() + speed.size(), value);
  constexpr std::array<double, 6> kSpeeds{2.5, 5, 8, 16, 32, 64};
  const auto found = std::ranges::find(kSpeeds, value);
  return found == kSpeeds.end() ? 0 : static_cast<unsigned>(found - kSpeeds.begin()) + 1;
}

GpuDevice read_device(const Path& root, const Path& folder, const std::string& bus,
                      const std::string& vendor) {
  const std::string device = id_of(folder / "device");
  GpuDevice gpu{.name = read_fact(folder / "product_name"), .pci_id = vendor + ":" + device, .bus = bus};
  std::error_code error;
  const Path driver = std::filesystem::read_symlink(folder / "driver", error);
  if (!error) gpu.driver = driver.filename().string();
  const std::string version = read_fact(folder / "driver/module/version");
  if (!version.empty()) gpu.driver += " " + version;
  gpu.memory_bytes = read_number(folder / "mem_info_vram_total");                          // amdgpu
  if (gpu.memory_bytes == 0) gpu.memory_bytes = read_number(folder / "lmem_total_bytes");  // i915, discrete
  const uint64_t used = read_number(folder / "mem_info_vram_used");
  if (gpu.memory_bytes > 0) gpu.free_bytes = gpu.memory_bytes - std::min(used, gpu.memory_bytes);
  gpu.pcie_generation = generation_of(read_fact(folder / "max_link_speed"));
  gpu.pcie_lanes = static_cast<unsigned>(std::min<uint64_t>(read_number(folder / "max_link_width"), 64));
  // Intel's graphics inside the processor are always device 2 of the first bus.
  gpu.shares_host_memory = vendor == "8086" && bus.ends_with("00:02.0");
  if (gpu.name.empty()) gpu.name = pci_device_name(root, vendor, device, id_of(folder / "revision"));
  return gpu;
}

}  // namespace

std::vector<GpuDevice> read_pci_gpus(const Path& root) {
  std::vector<GpuDevice> out;
  const Path devices = root / "sys/bus/pci/devices";
  for (const std::string& bus : names_in(devices)) {
    const uint64_t kind = read_number(devices / bus / "class") >> 8;
    if (kind != kVga && kind != k3d && kind != kDisplay && kind != kAccelerator) continue;
    const std::string vendor = id_of(devices / bus / "vendor");
    if (std::ranges::find(kVendors, std::string_view(vendor)) == kVendors.end()) continue;
    out.push_back(read_device(root, devices / bus, bus, vendor));
  }
  return out;
}

std::vector<GpuDevice> merge_gpus(std::vector<GpuDevice> pci, std::vector<GpuDevice> nvml) {
  for (GpuDevice& known : nvml) {
    // NVML writes the domain with eight digits, /sys with four.
    const auto same = std::ranges::find_if(pci, [&](const GpuDevice& gpu) {
      return !gpu.bus.empty() && known.bus.size() >= gpu.bus.size() && known.bus.ends_with(gpu.bus);
    });
    if (same != pci.end()) {
      known.bus = same->bus;
      *same = std::move(known);
    } else {
      pci.push_back(std::move(known));
    }
  }
  return pci;
}

}  // namespace cvp::sys
