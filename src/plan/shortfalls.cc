// What a machine lacks for running models. Thresholds are rules of thumb and say so; each names its remedy.
#include <algorithm>
#include <charconv>

#include "plan/gpu_name.h"
#include "plan/hardware.h"

namespace cvp::plan {
namespace {

constexpr double kGib = 1ull << 30;
// Loading, preparing data and feeding a GPU keep four to eight cores busy: the usual shape of rented machines
// too.
constexpr unsigned kCoresPerGpu = 4, kGoodCoresPerGpu = 8;
constexpr double kSmallMemory = 8 * kGib;
constexpr double kSlowMemory = 15e9;         // bytes/s: one channel of DDR4 gives about 20
constexpr double kSevenBAtFourBits = 4.4e9;  // bytes
constexpr unsigned kFewLanes = 8;
constexpr double kBusyShare = 0.5;  // of the threads

bool is_gpu_card(const MachineGpu& gpu) { return !gpu.device.shares_host_memory; }

double capability_of(const MachineGpu& gpu) {
  double value = 0;
  const std::string& text = gpu.name.compute_capability;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string name_of(const MachineGpu& gpu) {
  if (gpu.name.known()) return gpu.name.canonical;
  return gpu.device.name.empty() ? "PCI " + gpu.device.pci_id : gpu.device.name;
}

void drivers(const Machine& machine, std::vector<Shortfall>& out) {
  for (const MachineGpu& gpu : machine.gpus) {
    if (!is_gpu_card(gpu)) continue;
    const bool nouveau = gpu.device.driver.starts_with("nouveau");
    if (!gpu.device.driver.empty() && !nouveau) continue;
    const Text remedy = gpu.name.vendor == Vendor::nvidia
                            ? text("install NVIDIA's driver (Debian: package nvidia-driver), then restart",
                                   "请安装 NVIDIA 驱动（Debian 上是 nvidia-driver 软件包）并重启")
                        : gpu.name.vendor == Vendor::amd
                            ? text("load the kernel's amdgpu driver; ROCm comes on top of it",
                                   "请启用内核的 amdgpu 驱动，再安装 ROCm")
                            : text("install its vendor's driver", "请安装厂商提供的驱动");
    out.push_back({nouveau ? text("{} runs on nouveau, which cannot compute",
                                  "{} 使用 nouveau 驱动，不能用于计算", name_of(gpu))
                           : text("{} has no driver", "{} 没有驱动", name_of(gpu)),
                   remedy});
  }
}

void old_cards(const Machine& machine, std::vector<Shortfall>& out) {
  for (const MachineGpu& gpu : machine.gpus) {
    const double capability = gpu.name.vendor == Vendor::nvidia ? capability_of(gpu) : 0;
    if (capability <= 0 || capability >= 7.5) continue;
    if (capability < 5) {
      out.push_back(
          {text("{} (compute capability {}) is too old for CUDA 12 and later",
                "{}（计算能力 {}）太旧，CUDA 12 及以后都不支持", name_of(gpu), gpu.name.compute_capability),
           text("run models on the CPU, or through Vulkan", "请用 CPU 运行模型，或改用 Vulkan")});
    } else {
      out.push_back({text("{} (compute capability {}) is not supported by CUDA 13",
                          "{}（计算能力 {}）已不受 CUDA 13 支持", name_of(gpu), gpu.name.compute_capability),
                     text("use an engine built with CUDA 12", "请使用以 CUDA 12 构建的引擎")});
    }
  }
}

void host_for_gpus(const Machine& machine, std::vector<Shortfall>& out) {
  const auto cards = static_cast<unsigned>(std::ranges::count_if(machine.gpus, is_gpu_card));
  if (cards == 0) return;
  const unsigned threads = machine.host.cpu.usable_threads;
  const unsigned cores =
      machine.host.cpu.cores > 0 ? std::min(machine.host.cpu.cores, std::max(1u, threads)) : threads;
  if (cores > 0 && cores < kCoresPerGpu * cards) {
    const Text has =
        cores == 1 ? text("one CPU core", "1 个 CPU 核心") : text("{} CPU cores", "{} 个 CPU 核心", cores);
    const Text for_gpus = cards == 1 ? text("one GPU", "1 块 GPU") : text("{} GPUs", "{} 块 GPU", cards);
    const Text remedy =
        cards == 1
            ? text("for training take more cores; for answering questions it matters less",
                   "训练时请增加核心；只用来回答问题则影响较小")
            : text("for training take fewer GPUs or more cores; for answering questions it matters less",
                   "训练时请减少 GPU 或增加核心；只用来回答问题则影响较小");
    out.push_back({text("{} for {}: a GPU wants {} to {}, else it waits for its data",
                        "{}配 {}：每块 GPU 宜配 {} 到 {} 个核心，否则 GPU 会等数据", has, for_gpus,
                        kCoresPerGpu, kGoodCoresPerGpu),
                   remedy});
  }
  double gpu_bytes = 0;
  for (const MachineGpu& gpu : machine.gpus) {
    if (is_gpu_card(gpu)) gpu_bytes += static_cast<double>(gpu.memory_bytes());
  }
  const auto host_bytes = static_cast<double>(machine.host.memory.total_bytes);
  if (host_bytes > 0 && host_bytes < gpu_bytes) {
    out.push_back(
        {text("{:.0f} GiB of memory is less than the {:.0f} GiB on the GPUs: a model that fills them loads "
              "slowly, and "
              "nothing can be put aside",
              "内存 {:.0f} GiB 少于 GPU 显存 {:.0f} GiB：装满显存的模型加载会很慢，也没有余地存放卸载的部分",
              host_bytes / kGib, gpu_bytes / kGib),
         text("have at least as much memory as there is on the GPUs, better twice as much",
              "内存至少与显存相当，最好是两倍")});
  }
  for (const MachineGpu& gpu : machine.gpus) {
    if (!is_gpu_card(gpu) || gpu.device.pcie_lanes == 0 || gpu.device.pcie_lanes >= kFewLanes) continue;
    out.push_back(
        {text("{} is connected by PCIe ×{} only: parts of a model that stay in main memory reach it slowly",
              "{} 只有 {} 条 PCIe 通道：留在内存里的模型部分传得慢", name_of(gpu), gpu.device.pcie_lanes),
         text("choose a model that fits the card as a whole, or another slot",
              "请选能整个放进显存的模型，或换一个插槽")});
  }
}

void host_alone(const Machine& machine, std::vector<Shortfall>& out) {
  const sys::Cpu& cpu = machine.host.cpu;
  if (cpu.architecture == "x86_64" && !cpu.isa.empty() && !cpu.has("AVX2")) {
    out.push_back({text("the CPU has no AVX2: models run several times slower on it",
                        "CPU 不支持 AVX2：运行模型会慢数倍"),
                   cpu.virtual_machine
                       ? text("if this is a virtual machine, let it pass the host's CPU through",
                              "如果是虚拟机，请让它直通宿主机的 CPU 型号")
                       : text("use a GPU or a CPU made after 2015", "请使用 GPU，或 2015 年以后的 CPU")});
  }
  const auto total = static_cast<double>(machine.host.memory.total_bytes);
  if (total > 0 && total < kSmallMemory) {
    out.push_back(
        {text("{:.1f} GiB of memory is enough for small models only (up to about 3B at 4 bits)",
              "内存只有 {:.1f} GiB，只够运行小模型（4 位量化约 3B 以下）", total / kGib),
         text("`cvp plan recommend` chooses one that fits", "可用 `cvp plan recommend` 选择合适的模型")});
  }
  const double bandwidth = machine.host.memory_bandwidth;
  const bool on_cpu = std::ranges::none_of(machine.gpus, is_gpu_card);
  // Measured while other programs computed, it says nothing about the machine.
  const bool disturbed = machine.host.load > cpu.usable_threads * kBusyShare;
  if (on_cpu && !disturbed && bandwidth > 0 && bandwidth < kSlowMemory) {
    out.push_back(
        {text("memory reads at {:.1f} GB/s: a 7B model at 4 bits cannot write more than {:.1f} tokens a "
              "second",
              "内存读取速度 {:.1f} GB/s：4 位量化的 7B 模型每秒最多写 {:.1f} 个词元", bandwidth / 1e9,
              bandwidth / kSevenBAtFourBits),
         cpu.virtual_machine
             ? text("take a smaller model, or a machine with faster memory",
                    "请选更小的模型，或内存更快的机器")
             : text("fill all memory channels, or take a smaller model", "请插满内存通道，或选更小的模型")});
  }
  const bool spinning =
      !machine.host.disks.empty() &&
      std::ranges::all_of(machine.host.disks, [](const sys::Disk& disk) { return disk.rotational; });
  if (spinning && !cpu.virtual_machine) {
    out.push_back({text("there are only spinning disks: loading a 5 GB model takes about half a minute",
                        "只有机械硬盘：加载 5 GB 的模型约需半分钟"),
                   text("keep the models on a solid-state disk", "请把模型放在固态硬盘上")});
  }
}

}  // namespace

std::vector<Shortfall> shortfalls(const Machine& machine) {
  std::vector<Shortfall> out;
  if (machine.named.empty()) drivers(machine, out);
  old_cards(machine, out);
  host_for_gpus(machine, out);
  host_alone(machine, out);
  return out;
}

}  // namespace cvp::plan
