// The parts of the hardware probe. Each reads below a root ("/" in production), so that tests lay out a
// machine as files.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/hardware.h"

namespace cvp::sys {

/// A file of /proc or /sys without the white space at its ends; empty where it cannot be read. At most 1 MiB.
std::string read_fact(const Path& path);
/// Its number (decimal, or hexadecimal behind 0x); 0 where it has none.
uint64_t read_number(const Path& path);
/// Names in a folder, sorted; at most 4096.
std::vector<std::string> names_in(const Path& folder);

Cpu read_cpu(const Path& root);
std::vector<Disk> read_disks(const Path& root);
/// GPUs and accelerators on the PCI bus, of vendors that make some: with or without a driver, virtual screens
/// left out.
std::vector<GpuDevice> read_pci_gpus(const Path& root);

/// Marketing names from libdrm's amdgpu.ids (device and revision) and from pci.ids; empty where neither file
/// has one. Ids are hexadecimal without 0x.
std::string pci_device_name(const Path& root, std::string_view vendor, std::string_view device,
                            std::string_view revision);

/// What NVML gives; false in `loaded` where the library is not there.
struct NvmlReport {
  bool loaded = false;
  Text problem;  // why a library that is there gave nothing
  std::vector<GpuDevice> gpus;
};
struct NvmlApi;
/// api: nothing loads libnvidia-ml.so.1 of the running driver.
NvmlReport read_nvml(const NvmlApi* api = nullptr);

/// Both views of the same machine: NVML's devices take the place of those with the same bus address.
std::vector<GpuDevice> merge_gpus(std::vector<GpuDevice> pci, std::vector<GpuDevice> nvml);

}  // namespace cvp::sys
