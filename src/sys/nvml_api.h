// The few calls of NVIDIA's management library that the probe makes, as a table: the driver's library fills
// it, or a test does.
#pragma once

namespace cvp::sys {

struct NvmlMemory {
  unsigned long long total, free, used;
};
struct NvmlPci {  // of nvmlDeviceGetPciInfo_v3
  char bus_legacy[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char bus_id[32];
};
using NvmlHandle = void*;

/// Every call returns 0 when it worked. Calls that an old driver does not have are null.
struct NvmlApi {
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*driver_version)(char* text, unsigned bytes) = nullptr;
  int (*count)(unsigned* devices) = nullptr;
  int (*by_index)(unsigned index, NvmlHandle* device) = nullptr;
  int (*name)(NvmlHandle device, char* text, unsigned bytes) = nullptr;
  int (*memory)(NvmlHandle device, NvmlMemory* memory) = nullptr;
  int (*compute_capability)(NvmlHandle device, int* major, int* minor) = nullptr;
  int (*pci)(NvmlHandle device, NvmlPci* pci) = nullptr;
  int (*power_limit)(NvmlHandle device, unsigned* milliwatts) = nullptr;
  int (*pcie_generation)(NvmlHandle device, unsigned* generation) = nullptr;
  int (*pcie_lanes)(NvmlHandle device, unsigned* lanes) = nullptr;
};

}  // namespace cvp::sys
