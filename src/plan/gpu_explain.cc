#include "plan/gpu_explain.h"

#include "plan/gpu_name.h"

namespace cvp::plan {
namespace {

Text nvidia_series_meaning(GpuSeries series) {
  switch (series) {
    case GpuSeries::geforce:
      return text("cards for games, the cheapest way to compute; no ECC memory, no NVLink since the RTX 40",
                  "游戏显卡，算力最便宜；没有 ECC 显存，RTX 40 起也没有 NVLink");
    case GpuSeries::geforce_mx:
      return text("the entry class of laptops; too little memory for models",
                  "笔记本入门级，显存太小，不适合运行模型");
    case GpuSeries::titan:
      return text("the largest chip of its time for enthusiasts", "面向发烧友，用当时最大的芯片");
    case GpuSeries::quadro:
      return text("workstation cards until 2020, with certified drivers",
                  "2020 年以前的工作站显卡，驱动经过专业软件认证");
    case GpuSeries::rtx_a:
    case GpuSeries::rtx_ada:
    case GpuSeries::rtx_pro:
      return text("a workstation card, what used to be called Quadro: more memory, ECC, certified drivers",
                  "工作站显卡，即从前的 Quadro：显存更大，有 ECC，驱动经过认证");
    case GpuSeries::data_center:
      return text("a card or module for servers, what used to be called Tesla: fast memory, no screen",
                  "服务器用的卡或模组，即从前的 Tesla：显存快，不接显示器");
    case GpuSeries::grace_superchip:
      return text("a superchip: a Grace CPU and one or two GPUs on one board",
                  "超级芯片：一颗 Grace CPU 与一到两个 GPU 同在一块板上");
    case GpuSeries::dgx_spark:
      return text("the chip of DGX Spark: CPU and GPU share 128 GB",
                  "DGX Spark 的芯片：CPU 与 GPU 共用 128 GB 内存");
    case GpuSeries::jetson:
      return text("small boards for machines and robots; CPU and GPU share memory",
                  "用于机器人等设备的小板，CPU 与 GPU 共用内存");
    default:
      return {};
  }
}

Text series_meaning(GpuSeries series) {
  if (Text nvidia = nvidia_series_meaning(series); !nvidia.empty()) return nvidia;
  switch (series) {
    case GpuSeries::radeon_hd:
    case GpuSeries::radeon_r:
      return text("Radeon of the years before 2016: too old for current software",
                  "2016 年以前的 Radeon：太旧，现在的软件不支持");
    case GpuSeries::radeon_rx:
    case GpuSeries::radeon_vega:
      return text("AMD's cards for games", "AMD 的游戏显卡");
    case GpuSeries::radeon_pro:
      return text("AMD's workstation cards", "AMD 的工作站显卡");
    case GpuSeries::instinct:
      return text("AMD's accelerators for servers", "AMD 的服务器加速卡");
    case GpuSeries::radeon_integrated:
    case GpuSeries::arc_integrated:
      return text("graphics inside the processor: uses main memory and its speed",
                  "处理器内的核显：用的是内存，速度也受内存限制");
    case GpuSeries::arc:
    case GpuSeries::arc_pro:
      return text("Intel's graphics cards", "英特尔的独立显卡");
    case GpuSeries::intel_max:
      return text("Intel's accelerators for servers", "英特尔的服务器加速卡");
    case GpuSeries::gaudi:
      return text("Intel's chips for training, no GPU in the strict sense",
                  "英特尔的训练芯片，严格说不是 GPU");
    case GpuSeries::apple_m:
      return text("CPU and GPU share one memory; most of it can hold a model",
                  "CPU 与 GPU 共用内存，其中大部分可放模型");
    case GpuSeries::adreno:
      return text("the GPU of Snapdragon chips", "骁龙芯片的 GPU");
    case GpuSeries::ascend:
      return text("Huawei's AI processors", "华为的 AI 处理器");
    case GpuSeries::atlas:
      return text("boards and servers with Ascend chips; 200 and 500 edge, 300 card, 800 server, 900 cluster",
                  "装有昇腾芯片的板卡和服务器；200、500 边缘，300 板卡，800 服务器，900 集群");
    case GpuSeries::mtt:
      return text("Moore Threads' cards; larger numbers are newer or larger",
                  "摩尔线程的显卡，数字越大越新或越强");
    case GpuSeries::jm:
      return text("Jingjia Micro's graphics chips; no software for models",
                  "景嘉微的图形芯片，没有运行模型的软件");
    case GpuSeries::mxc:
    case GpuSeries::biren_br:
    case GpuSeries::mlu:
    case GpuSeries::kunlun_r:
      return text("an accelerator for servers made in China", "国产服务器加速卡");
    default:
      return {};
  }
}

Text prefix_meaning(const GpuName& name) {
  if (name.prefix == "RTX")
    return text("has RT cores (light rays) and Tensor cores (matrices)",
                "有 RT 核心（光线追踪）和 Tensor Core（矩阵运算）");
  if (name.prefix == "GTX")
    return text("no Tensor cores: matrices are computed by the CUDA cores",
                "没有 Tensor Core：矩阵由 CUDA 核心计算");
  if (name.prefix == "GT")
    return text("the low end: for screens, not for computing", "低端：用来接显示器，不适合计算");
  return {};
}

Text tier_meaning(int tier) {
  const Text order = text("tier: 50 entry, 60 middle, 70 upper middle, 80 high, 90 the top",
                          "档次：50 入门，60 中端，70 中高端，80 高端，90 旗舰");
  return tier < 50 ? text("tier: below 50, for screens only", "档次：50 以下，仅用于显示") : order;
}

Text suffix_meaning(const GpuName& name) {
  const std::string& s = name.suffix;
  if (s == "Ti") return text("stronger than the same number without it", "比同编号不带 Ti 的更强");
  if (s == "SUPER") return text("a later, stronger edition of the same number", "同编号后来的加强版");
  if (s == "Ti SUPER")
    return text("stronger than Ti: the order is none < SUPER < Ti < Ti SUPER",
                "强于 Ti；次序是：无后缀 < SUPER < Ti < Ti SUPER");
  if (s == "D" || s == "D v2") {
    return name.vendor == Vendor::amd
               ? text("cut: fewer cores than without it", "缩减版，核心数更少")
               : text("export variant for China, slower for AI", "面向中国的出口特供版，AI 算力更低");
  }
  if (s == "XTX") return text("the largest: none < XT < XTX", "最强；次序是：无后缀 < XT < XTX");
  if (s == "XT") return text("stronger than the same number without it", "比同编号不带 XT 的更强");
  if (s == "GRE") return text("a cut edition, below XT of the same number", "缩减版，低于同编号的 XT");
  if (s == "2048SP") return text("an RX 570 under another name", "换了名字的 RX 570");
  if (name.series == GpuSeries::data_center) {
    if (s == "S") return text("a faster edition", "提速版");
    if (s == "G") return text("a cloud provider's edition", "云厂商定制版");
    if (s == "X") return text("with a network processor on the card", "卡上带网络处理器");
  }
  if (name.series == GpuSeries::apple_m)
    return text("the order is none < Pro < Max < Ultra", "次序是：无后缀 < Pro < Max < Ultra");
  if (s == "Duo") return text("two chips: software sees two devices", "双芯：软件看到两个设备");
  return {};
}

Text edition_meaning(const GpuName& name) {
  const std::string& e = name.edition;
  if (e == "Max-Q Workstation Edition")
    return text("limited to 300 W, for several cards in one machine; not a laptop part",
                "限制在 300 W，便于一台机器装多卡；不是笔记本芯片");
  if (name.form == GpuForm::laptop) {
    return text(
        "a laptop's chip: usually fewer cores and less memory, always less power than the desktop card of "
        "this "
        "number",
        "笔记本芯片：功耗低于同编号的台式机显卡，核心和显存通常也较少");
  }
  if (e.starts_with("SXM"))
    return text("a module for NVIDIA's server boards: more power, NVLink",
                "用于 NVIDIA 服务器主板的模组：功耗更高，有 NVLink");
  if (e == "PCIe")
    return text("a card for ordinary servers: less power than the SXM module",
                "用于普通服务器的插卡：功耗低于 SXM 模组");
  if (e == "NVL") return text("a pair of cards joined by NVLink", "两张以 NVLink 相连的卡");
  if (e == "Server Edition")
    return text("without a fan, for the wind of a server", "无风扇，靠服务器风道散热");
  if (e == "SFF" || e == "SFF Edition") return text("half height, for small cases", "半高卡，用于小机箱");
  if (name.series == GpuSeries::apple_m)
    return text("its GPU cores; fewer cores may also mean less bandwidth",
                "GPU 核心数；核心少的版本带宽也可能更低");
  return {};
}

Text generation_meaning(const GpuName& name, const std::string& generation) {
  if (name.architecture.empty()) return {};
  const Text where = generation == name.architecture ? text("architecture {}", "架构 {}", name.architecture)
                                                     : text("generation {}: architecture {}",
                                                            "{} 代：架构 {}", generation, name.architecture);
  if (name.compute_capability.empty()) return where;
  return name.vendor == Vendor::nvidia
             ? text("{}, compute capability {}", "{}，计算能力 {}", where, name.compute_capability)
             : text("{}, compiled for {}", "{}，编译目标 {}", where, name.compute_capability);
}

}  // namespace

std::vector<NamePart> explain_gpu_name(const GpuName& name) {
  std::vector<NamePart> out;
  if (!name.known()) return out;
  const auto say_text = [&](Text part, Text meaning) {
    if (!meaning.empty() && !part.empty()) out.push_back({std::move(part), std::move(meaning)});
  };
  const auto say = [&](const std::string& part, Text meaning) {
    say_text(verbatim(part), std::move(meaning));
  };
  say_text(vendor_text(name.vendor), software_of(name.vendor));
  say_text(series_text(name.series), series_meaning(name.series));
  say(name.prefix, prefix_meaning(name));
  const std::string& generation = name.generation.empty() ? name.architecture : name.generation;
  say(name.number.empty() ? generation : name.number, generation_meaning(name, generation));
  if (name.series == GpuSeries::geforce)
    say(name.number.substr(name.number.size() - 2), tier_meaning(name.tier));
  if (name.series == GpuSeries::radeon_rx) {
    say(std::to_string(name.tier),
        text("tier: 5 entry, 6 middle, 7 upper middle, 8 high, 9 the top; 50 at the end is a refresh",
             "档次：5 入门，6 中端，7 中高端，8 高端，9 旗舰；末尾 50 是改良版"));
  }
  say(name.suffix, suffix_meaning(name));
  say_text(name.edition.empty() ? form_text(name.form) : verbatim(name.edition), edition_meaning(name));
  if (name.memory_bytes > 0) {
    say(fmt::format("{}GB", name.memory_bytes >> 30),
        text("memory on the card; the same name with another size may be another chip",
             "显存；同名而显存不同的卡，芯片也可能不同"));
  }
  if (!name.slice.empty())
    say(name.slice, text("a slice: only a part of the card", "切片：只是一块卡的一部分"));
  return out;
}

Text software_of(Vendor vendor) {
  switch (vendor) {
    case Vendor::nvidia:
      return text("runs CUDA, which nearly all software for models is written for",
                  "运行 CUDA，几乎所有模型软件都支持");
    case Vendor::amd:
      return text("runs ROCm (HIP) and Vulkan; no CUDA", "运行 ROCm（HIP）和 Vulkan，不能运行 CUDA");
    case Vendor::intel:
      return text("runs oneAPI (SYCL) and Vulkan; no CUDA", "运行 oneAPI（SYCL）和 Vulkan，不能运行 CUDA");
    case Vendor::apple:
      return text("runs Metal; no CUDA", "运行 Metal，不能运行 CUDA");
    case Vendor::qualcomm:
      return text("runs OpenCL and Vulkan; no CUDA", "运行 OpenCL 和 Vulkan，不能运行 CUDA");
    case Vendor::huawei:
      return text("runs CANN; no CUDA", "运行 CANN，不能运行 CUDA");
    case Vendor::moore_threads:
      return text("runs MUSA, which CUDA programs are translated to", "运行 MUSA，CUDA 程序可转换过来");
    case Vendor::jingjia:
      return text("made for screens; no software for models", "用于图形显示，没有运行模型的软件");
    case Vendor::metax:
    case Vendor::biren:
    case Vendor::cambricon:
    case Vendor::kunlunxin:
      return text("runs its vendor's own software; no CUDA", "运行厂商自己的软件，不能运行 CUDA");
    case Vendor::unknown:
      return {};
  }
  return {};
}

}  // namespace cvp::plan
