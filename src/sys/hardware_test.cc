#include "sys/hardware.h"

#include <gmock/gmock.h>

#include <cstring>

#include "sys/hardware_sources.h"
#include "sys/memory_bandwidth.h"
#include "sys/nvml_api.h"

namespace cvp::sys {
namespace {

using ::testing::ElementsAre;

/// A machine laid out as files.
class Layout {
 public:
  void file(const std::string& path, std::string_view text) {
    const Path full = folder_.path() / path;
    EXPECT_TRUE(make_folders(full.parent_path()));
    EXPECT_TRUE(write_file_atomic(full, text));
  }
  void link(const std::string& path, const std::string& target) {
    EXPECT_TRUE(make_folders((folder_.path() / path).parent_path()));
    std::filesystem::create_symlink(target, folder_.path() / path);
  }
  void cpu(int number, int socket, int core, std::string_view l3_with) {
    const std::string at = "sys/devices/system/cpu/cpu" + std::to_string(number);
    file(at + "/topology/physical_package_id", std::to_string(socket) + "\n");
    file(at + "/topology/core_id", std::to_string(core) + "\n");
    file(at + "/cpufreq/cpuinfo_max_freq", "5700000\n");
    file(at + "/cache/index0/level", "1\n"), file(at + "/cache/index0/type", "Data\n"),
        file(at + "/cache/index0/size", "32K\n");
    file(at + "/cache/index2/level", "2\n"), file(at + "/cache/index2/size", "1024K\n");
    file(at + "/cache/index3/level", "3\n"), file(at + "/cache/index3/size", "32768K\n");
    file(at + "/cache/index3/shared_cpu_list", l3_with);
  }
  void pci(const std::string& bus, std::string_view kind, std::string_view vendor, std::string_view device) {
    const std::string at = "sys/bus/pci/devices/" + bus + "/";
    file(at + "class", kind), file(at + "vendor", vendor), file(at + "device", device),
        file(at + "revision", "0xc8\n");
    file(at + "max_link_speed", "16.0 GT/s PCIe\n"), file(at + "max_link_width", "16\n");
  }
  const Path& root() const { return folder_.path(); }

 private:
  TempFolder folder_ = *TempFolder::create();
};

TEST(CpuProbe, CountsSocketsCoresAndCaches) {
  Layout machine;
  machine.file(
      "proc/cpuinfo",
      "processor\t: 0\nmodel name\t: AMD Ryzen 9 7950X\nflags\t\t: fma avx avx2 sse4_2 avx512f avx512bw "
      "avx512dq avx512vl avx512cd avx512_vnni hypervisor\n\nprocessor\t: 1\n");
  machine.cpu(0, 0, 0, "0-1"), machine.cpu(1, 0, 0, "0-1"), machine.cpu(2, 0, 1, "2-3"),
      machine.cpu(3, 1, 0, "2-3");
  const Cpu cpu = read_cpu(machine.root());
  EXPECT_EQ(cpu.model, "AMD Ryzen 9 7950X");
  EXPECT_EQ(cpu.sockets, 2u);
  EXPECT_EQ(cpu.cores, 3u);
  EXPECT_EQ(cpu.threads, 4u);
  EXPECT_EQ(cpu.l1_data_bytes, 32u << 10);
  EXPECT_EQ(cpu.l2_bytes, 1u << 20);
  EXPECT_EQ(cpu.l3_bytes, 64u << 20);
  EXPECT_DOUBLE_EQ(cpu.max_ghz, 5.7);
  EXPECT_TRUE(cpu.virtual_machine);
  EXPECT_THAT(cpu.isa, ElementsAre("SSE4.2", "AVX", "FMA", "AVX2", "AVX-512", "AVX-512 VNNI"));
  EXPECT_TRUE(cpu.has("AVX2"));
  EXPECT_FALSE(cpu.has("AMX"));
}

TEST(CpuProbe, ReadsArm) {
  Layout machine;
  machine.file("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd asimddp i8mm sve\n");
  machine.file("proc/device-tree/model", std::string_view("Board\0", 6));
  const Cpu cpu = read_cpu(machine.root());
  EXPECT_THAT(cpu.isa, ElementsAre("NEON", "DotProd", "I8MM", "SVE"));
}

TEST(CpuProbe, NothingThereIsNothing) {
  Layout machine;
  machine.file("sys/devices/system/cpu/cpu0/cache/index3/size", "99999999999999999999K");
  machine.file("sys/devices/system/cpu/cpufreq/boost", "1");
  const Cpu cpu = read_cpu(machine.root());
  EXPECT_EQ(cpu.model, "");
  EXPECT_EQ(cpu.cores, 0u);
  EXPECT_EQ(cpu.threads, 1u);
  EXPECT_EQ(cpu.l3_bytes, 0u);
  EXPECT_TRUE(cpu.isa.empty());
}

TEST(DiskProbe, LeavesOutWhatIsNoDisk) {
  Layout machine;
  machine.file("sys/block/nvme0n1/size", "1953525168\n");
  machine.file("sys/block/nvme0n1/device/model", "Samsung SSD 990 PRO 1TB  \n");
  machine.file("sys/block/sda/size", "7814037168\n");
  machine.file("sys/block/sda/queue/rotational", "1\n");
  machine.file("sys/block/loop0/size", "100\n");
  machine.file("sys/block/dm-0/size", "100\n");
  machine.file("sys/block/sdb/size", "0\n");
  machine.file("sys/block/sdc/size", "18446744073709551615\n");
  const auto disks = read_disks(machine.root());
  ASSERT_EQ(disks.size(), 2u);
  EXPECT_EQ(disks[0].model, "Samsung SSD 990 PRO 1TB");
  EXPECT_EQ(disks[0].bytes, 1'000'204'886'016u);
  EXPECT_FALSE(disks[0].rotational);
  EXPECT_TRUE(disks[1].rotational);
}

TEST(PciProbe, NamesAmdCardsByDeviceAndRevision) {
  Layout machine;
  machine.pci("0000:03:00.0", "0x030000\n", "0x1002\n", "0x744c\n");
  machine.file("sys/bus/pci/devices/0000:03:00.0/mem_info_vram_total", "25753026560\n");
  machine.file("sys/bus/pci/devices/0000:03:00.0/mem_info_vram_used", "1073741824\n");
  machine.link("sys/bus/pci/devices/0000:03:00.0/driver", "../../../../bus/pci/drivers/amdgpu");
  machine.file("usr/share/libdrm/amdgpu.ids",
               "# list\n1.0.0\n744C,\tCC,\tAMD Radeon RX 7900 XT\n744C,\tC8,\tAMD Radeon RX 7900 XTX\n");
  const auto gpus = read_pci_gpus(machine.root());
  ASSERT_EQ(gpus.size(), 1u);
  EXPECT_EQ(gpus[0].name, "AMD Radeon RX 7900 XTX");
  EXPECT_EQ(gpus[0].driver, "amdgpu");
  EXPECT_EQ(gpus[0].pci_id, "1002:744c");
  EXPECT_EQ(gpus[0].memory_bytes, 25'753'026'560u);
  EXPECT_EQ(gpus[0].free_bytes, 25'753'026'560u - 1'073'741'824u);
  EXPECT_EQ(gpus[0].pcie_generation, 4u);
  EXPECT_EQ(gpus[0].pcie_lanes, 16u);
}

TEST(PciProbe, SeesCardsWithoutDriverAndNoVirtualScreens) {
  Layout machine;
  machine.pci("0000:00:01.0", "0x030000\n", "0x1234\n", "0x1111\n");
  machine.pci("0000:00:02.0", "0x030000\n", "0x8086\n", "0x4680\n");
  machine.pci("0000:00:1f.3", "0x040300\n", "0x8086\n", "0x7ad0\n");
  machine.pci("0000:01:00.0", "0x030000\n", "0x10de\n", "0x2684\n");
  machine.file(
      "usr/share/misc/pci.ids",
      "8086  Intel Corporation\n\t4680  AlderLake-S GT1 [UHD Graphics 770]\n10de  NVIDIA Corporation\n"
      "\t2684  AD102 [GeForce RTX 4090]\n\t\t10de 16f3  Board\n");
  const auto gpus = read_pci_gpus(machine.root());
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_TRUE(gpus[0].shares_host_memory);
  EXPECT_EQ(gpus[0].name, "Intel Corporation AlderLake-S GT1 [UHD Graphics 770]");
  EXPECT_EQ(gpus[1].name, "NVIDIA Corporation AD102 [GeForce RTX 4090]");
  EXPECT_EQ(gpus[1].driver, "");
  EXPECT_FALSE(gpus[1].shares_host_memory);
}

NvmlApi fake_nvml() {
  NvmlApi api;
  api.init = [] { return 0; };
  api.shutdown = [] { return 0; };
  api.count = [](unsigned* n) { return *n = 2, 0; };
  api.by_index = [](unsigned i, NvmlHandle*) { return i == 0 ? 0 : 15; };
  api.driver_version = [](char* text, unsigned bytes) { return std::strncpy(text, "550.54.14", bytes), 0; };
  api.name = [](NvmlHandle, char* text, unsigned bytes) {
    return std::memset(text, 'x', bytes), std::memcpy(text, "NVIDIA GeForce RTX 4090", 24), 0;
  };
  api.memory = [](NvmlHandle, NvmlMemory* m) {
    return *m = {25'757'220'864ull, 25'000'000'000ull, 757'220'864ull}, 0;
  };
  api.compute_capability = [](NvmlHandle, int* major, int* minor) { return *major = 8, *minor = 9, 0; };
  api.pci = [](NvmlHandle, NvmlPci* pci) {
    return pci->device_id = 0x268410de, std::strncpy(pci->bus_id, "00000000:01:00.0", 32), 0;
  };
  api.power_limit = [](NvmlHandle, unsigned* mw) { return *mw = 450'000, 0; };
  return api;
}

TEST(Nvml, ReadsEveryCardThatAnswers) {
  const NvmlApi api = fake_nvml();
  const NvmlReport report = read_nvml(&api);
  EXPECT_TRUE(report.loaded);
  ASSERT_EQ(report.gpus.size(), 1u) << "the second fell off the bus";
  const GpuDevice& gpu = report.gpus[0];
  EXPECT_EQ(gpu.name, "NVIDIA GeForce RTX 4090");
  EXPECT_EQ(gpu.driver, "nvidia 550.54.14");
  EXPECT_EQ(gpu.compute_capability, "8.9");
  EXPECT_EQ(gpu.pci_id, "10de:2684");
  EXPECT_EQ(gpu.memory_bytes, 25'757'220'864u);
  EXPECT_EQ(gpu.power_limit_watts, 450);
  EXPECT_EQ(gpu.pcie_lanes, 0u) << "a call that the driver does not have";
}

TEST(Nvml, SaysWhyThereIsNothing) {
  NvmlApi api = fake_nvml();
  api.init = [] { return 9; };
  EXPECT_THAT(read_nvml(&api).problem.en, ::testing::HasSubstr("kernel driver is not loaded"));
  EXPECT_TRUE(read_nvml(&api).gpus.empty());
  NvmlApi old;
  EXPECT_FALSE(read_nvml(&old).problem.empty());
}

TEST(Nvml, TakesThePlaceOfTheSameCardOnTheBus) {
  const NvmlApi api = fake_nvml();
  std::vector<GpuDevice> pci{{.name = "AD102", .bus = "0000:01:00.0"},
                             {.name = "other", .bus = "0000:02:00.0"}};
  const auto merged = merge_gpus(std::move(pci), read_nvml(&api).gpus);
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].name, "NVIDIA GeForce RTX 4090");
  EXPECT_EQ(merged[0].bus, "0000:01:00.0");
  EXPECT_EQ(merged[1].name, "other");
}

TEST(MemoryBandwidth, BufferIsLargerThanTheCaches) {
  constexpr uint64_t kMib = 1 << 20;
  EXPECT_EQ(bandwidth_buffer_bytes(0, 64ull << 30), 128 * kMib);
  EXPECT_EQ(bandwidth_buffer_bytes(384 * kMib, 64ull << 30), 1536 * kMib);
  EXPECT_EQ(bandwidth_buffer_bytes(UINT64_MAX, UINT64_MAX), 4096 * kMib);
  EXPECT_EQ(bandwidth_buffer_bytes(32 * kMib, 200 * kMib), 50 * kMib);
}

TEST(MemoryBandwidth, MeasuresOrSaysWhyNot) {
  const auto speed = measure_read_bandwidth(2, 32 << 20, {});
  ASSERT_TRUE(speed);
  EXPECT_GT(*speed, 1e8);
  EXPECT_LT(*speed, 1e14);
  EXPECT_EQ(measure_read_bandwidth(2, 1000, {}).error().code, Errc::unavailable);
  const CancelToken cancelled;
  cancelled.cancel();
  EXPECT_EQ(measure_read_bandwidth(1, 32 << 20, cancelled).error().code, Errc::cancelled);
}

TEST(Hardware, ThisMachineIsPlausible) {
  const Hardware found = real_hardware().read();
  EXPECT_GE(found.cpu.usable_threads, 1u);
  EXPECT_GT(found.memory.total_bytes, 64u << 20);
  EXPECT_FALSE(found.cpu.architecture.empty());
}

}  // namespace
}  // namespace cvp::sys
