#include "sys/nvml_api.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "sys/hardware_sources.h"

namespace cvp::sys {
namespace {

constexpr const char* kLibrary = "libnvidia-ml.so.1";
constexpr unsigned kMostGpus = 256;
constexpr unsigned kTextBytes = 128;
constexpr int kDriverNotLoaded = 9;

template <class Call>
void load(void* library, const char* name, Call& call) {
  void* symbol = ::dlsym(library, name);
  static_assert(sizeof(call) == sizeof(symbol));
  std::memcpy(&call, &symbol, sizeof call);
}

NvmlApi load_api(void* library) {
  NvmlApi api;
  load(library, "nvmlInit_v2", api.init);
  load(library, "nvmlShutdown", api.shutdown);
  load(library, "nvmlSystemGetDriverVersion", api.driver_version);
  load(library, "nvmlDeviceGetCount_v2", api.count);
  load(library, "nvmlDeviceGetHandleByIndex_v2", api.by_index);
  load(library, "nvmlDeviceGetName", api.name);
  load(library, "nvmlDeviceGetMemoryInfo", api.memory);
  load(library, "nvmlDeviceGetCudaComputeCapability", api.compute_capability);
  load(library, "nvmlDeviceGetPciInfo_v3", api.pci);
  load(library, "nvmlDeviceGetPowerManagementLimit", api.power_limit);
  load(library, "nvmlDeviceGetMaxPcieLinkGeneration", api.pcie_generation);
  load(library, "nvmlDeviceGetMaxPcieLinkWidth", api.pcie_lanes);
  return api;
}

template <size_t N>
std::string text_of(const std::array<char, N>& text) {
  return std::string(text.data(), ::strnlen(text.data(), N));
}

GpuDevice read_device(const NvmlApi& api, NvmlHandle handle, const std::string& driver) {
  GpuDevice gpu{.driver = driver};
  std::array<char, kTextBytes> text{};
  if (api.name != nullptr && api.name(handle, text.data(), kTextBytes) == 0) gpu.name = text_of(text);
  NvmlMemory memory{};
  if (api.memory != nullptr && api.memory(handle, &memory) == 0) {
    gpu.memory_bytes = memory.total;
    gpu.free_bytes = std::min(memory.free, memory.total);
  }
  int major = 0, minor = 0;
  if (api.compute_capability != nullptr && api.compute_capability(handle, &major, &minor) == 0)
    gpu.compute_capability = fmt::format("{}.{}", major, minor);
  NvmlPci pci{};
  if (api.pci != nullptr && api.pci(handle, &pci) == 0) {
    gpu.pci_id = fmt::format("{:04x}:{:04x}", pci.device_id & 0xffff, pci.device_id >> 16);
    gpu.bus = std::string(pci.bus_id, ::strnlen(pci.bus_id, sizeof pci.bus_id));
    std::ranges::transform(gpu.bus, gpu.bus.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  unsigned value = 0;
  if (api.power_limit != nullptr && api.power_limit(handle, &value) == 0)
    gpu.power_limit_watts = value / 1000.0;
  if (api.pcie_generation != nullptr && api.pcie_generation(handle, &value) == 0) gpu.pcie_generation = value;
  if (api.pcie_lanes != nullptr && api.pcie_lanes(handle, &value) == 0) gpu.pcie_lanes = value;
  return gpu;
}

NvmlReport read_with(const NvmlApi& api) {
  NvmlReport report{.loaded = true};
  if (api.init == nullptr || api.shutdown == nullptr || api.count == nullptr || api.by_index == nullptr) {
    report.problem = text("{} lacks calls that every driver since 2013 has",
                          "{} 缺少 2013 年以来的驱动都有的接口", kLibrary);
    return report;
  }
  if (const int error = api.init(); error != 0) {
    report.problem =
        error == kDriverNotLoaded
            ? text("NVIDIA's library is there, but its kernel driver is not loaded",
                   "有 NVIDIA 的库，但内核驱动没有加载")
            : text("NVIDIA's driver does not answer (error {})", "NVIDIA 驱动没有响应（错误 {}）", error);
    return report;
  }
  std::array<char, kTextBytes> version{};
  std::string driver = "nvidia";
  if (api.driver_version != nullptr && api.driver_version(version.data(), kTextBytes) == 0)
    driver += " " + text_of(version);
  unsigned count = 0;
  if (api.count(&count) != 0) count = 0;
  for (unsigned i = 0; i < std::min(count, kMostGpus); ++i) {
    NvmlHandle handle = nullptr;
    // A card that fell off the bus has no handle; the others are still there.
    if (api.by_index(i, &handle) == 0) report.gpus.push_back(read_device(api, handle, driver));
  }
  api.shutdown();
  return report;
}

}  // namespace

NvmlReport read_nvml(const NvmlApi* api) {
  if (api != nullptr) return read_with(*api);
  void* library = ::dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return {};
  NvmlReport report = read_with(load_api(library));
  ::dlclose(library);
  return report;
}

}  // namespace cvp::sys
