#include "plan/gpu_name.h"

#include <array>

#include "base/unicode.h"
#include "plan/gpu_grammar.h"

namespace cvp::plan {
namespace {

struct VendorRow {
  Vendor vendor;
  std::string_view id, en, zh;
};
constexpr std::array<VendorRow, 13> kVendors{
    {{Vendor::unknown, "unknown", "unknown", "未知"},
     {Vendor::nvidia, "nvidia", "NVIDIA", "英伟达（NVIDIA）"},
     {Vendor::amd, "amd", "AMD", "AMD"},
     {Vendor::intel, "intel", "Intel", "英特尔（Intel）"},
     {Vendor::apple, "apple", "Apple", "苹果（Apple）"},
     {Vendor::qualcomm, "qualcomm", "Qualcomm", "高通（Qualcomm）"},
     {Vendor::huawei, "huawei", "Huawei", "华为"},
     {Vendor::moore_threads, "moore-threads", "Moore Threads", "摩尔线程"},
     {Vendor::jingjia, "jingjia", "Jingjia Micro", "景嘉微"},
     {Vendor::metax, "metax", "MetaX", "沐曦"},
     {Vendor::biren, "biren", "Biren", "壁仞"},
     {Vendor::cambricon, "cambricon", "Cambricon", "寒武纪"},
     {Vendor::kunlunxin, "kunlunxin", "Kunlunxin", "昆仑芯"}}};

struct SeriesRow {
  GpuSeries series;
  std::string_view id, en, zh;
};
constexpr std::array<SeriesRow, 34> kSeries{
    {{GpuSeries::unknown, "unknown", "unknown", "未知"},
     {GpuSeries::geforce, "geforce", "GeForce", "GeForce"},
     {GpuSeries::geforce_mx, "geforce-mx", "GeForce MX", "GeForce MX"},
     {GpuSeries::titan, "titan", "Titan", "Titan"},
     {GpuSeries::quadro, "quadro", "Quadro", "Quadro"},
     {GpuSeries::rtx_a, "rtx-a", "RTX A", "RTX A"},
     {GpuSeries::rtx_ada, "rtx-ada", "RTX Ada", "RTX Ada"},
     {GpuSeries::rtx_pro, "rtx-pro", "RTX PRO", "RTX PRO"},
     {GpuSeries::data_center, "data-center", "data centre (Tesla)", "数据中心（Tesla）"},
     {GpuSeries::grace_superchip, "grace", "Grace superchip", "Grace 超级芯片"},
     {GpuSeries::dgx_spark, "dgx-spark", "DGX Spark", "DGX Spark"},
     {GpuSeries::jetson, "jetson", "Jetson", "Jetson"},
     {GpuSeries::radeon_hd, "radeon-hd", "Radeon HD", "Radeon HD"},
     {GpuSeries::radeon_r, "radeon-r", "Radeon R5/R7/R9", "Radeon R5/R7/R9"},
     {GpuSeries::radeon_rx, "radeon-rx", "Radeon RX", "Radeon RX"},
     {GpuSeries::radeon_vega, "radeon-vega", "Radeon Vega", "Radeon Vega"},
     {GpuSeries::radeon_pro, "radeon-pro", "Radeon PRO", "Radeon PRO"},
     {GpuSeries::instinct, "instinct", "Instinct", "Instinct"},
     {GpuSeries::radeon_integrated, "radeon-integrated", "Radeon, integrated", "Radeon 核显"},
     {GpuSeries::arc, "arc", "Arc", "Arc（锐炫）"},
     {GpuSeries::arc_pro, "arc-pro", "Arc Pro", "Arc Pro（锐炫 Pro）"},
     {GpuSeries::arc_integrated, "intel-integrated", "Intel, integrated", "英特尔核显"},
     {GpuSeries::intel_max, "intel-max", "Data Center GPU", "数据中心 GPU"},
     {GpuSeries::gaudi, "gaudi", "Gaudi", "Gaudi"},
     {GpuSeries::apple_m, "apple-m", "Apple M", "苹果 M 系列"},
     {GpuSeries::adreno, "adreno", "Adreno", "Adreno"},
     {GpuSeries::ascend, "ascend", "Ascend", "昇腾（Ascend）"},
     {GpuSeries::atlas, "atlas", "Atlas", "Atlas"},
     {GpuSeries::mtt, "mtt", "MTT", "MTT"},
     {GpuSeries::jm, "jm", "JM", "JM"},
     {GpuSeries::mxc, "mxc", "MXC", "曦云"},
     {GpuSeries::biren_br, "br", "BR", "BR"},
     {GpuSeries::mlu, "mlu", "MLU", "思元（MLU）"},
     {GpuSeries::kunlun_r, "kunlun", "Kunlun", "昆仑"}}};

const VendorRow& row_of(Vendor vendor) {
  for (const VendorRow& row : kVendors) {
    if (row.vendor == vendor) return row;
  }
  return kVendors[0];
}

const SeriesRow& row_of(GpuSeries series) {
  for (const SeriesRow& row : kSeries) {
    if (row.series == series) return row;
  }
  return kSeries[0];
}

using Reader = void (*)(NameWords&, GpuName&);

/// Tries one part of the grammar on a fresh copy of the words. What stays over must not matter, else the name
/// is another product.
bool tried(Reader reader, const NameWords& words, GpuName& name) {
  NameWords copy = words;
  GpuName read = name;
  reader(copy, read);
  if (!read.known() && read.number.empty()) return false;
  if (read.known() && !copy.rest_is_noise()) {
    read.series = GpuSeries::unknown;
    read.canonical.clear();
  }
  name = std::move(read);
  return name.known();
}

}  // namespace

GpuName decode_gpu_name(std::string_view text) {
  const NameWords words(text);
  GpuName name{.vendor = words.vendor(), .memory_bytes = words.memory_bytes, .slice = words.slice};
  struct Step {
    Vendor vendor;
    Reader reader;
  };
  // Vendor first: Apple's M4 and NVIDIA's Tesla M4 share a name. A bare "M4" is Apple's.
  static constexpr std::array<Step, 7> kSteps{{{Vendor::apple, read_apple},
                                               {Vendor::nvidia, read_geforce},
                                               {Vendor::nvidia, read_workstation},
                                               {Vendor::nvidia, read_data_center},
                                               {Vendor::amd, read_amd},
                                               {Vendor::intel, read_intel},
                                               {Vendor::unknown, read_others}}};
  const Vendor said = words.vendor();
  for (const Step& step : kSteps) {
    const bool others = step.vendor == Vendor::unknown && said != Vendor::nvidia && said != Vendor::amd &&
                        said != Vendor::intel && said != Vendor::apple;
    if (said != Vendor::unknown && said != step.vendor && !others) continue;
    if (tried(step.reader, words, name)) return name;
  }
  return name;
}

std::string_view vendor_id(Vendor vendor) { return row_of(vendor).id; }

std::optional<Vendor> parse_vendor(std::string_view typed) {
  constexpr std::string_view kBracket = "（";
  const std::string wanted = fold(typed);
  for (const VendorRow& row : kVendors) {
    if (row.vendor == Vendor::unknown) continue;
    const std::string_view zh = row.zh.substr(0, row.zh.find(kBracket));
    if (wanted == row.id || wanted == fold(row.en) || wanted == fold(zh)) return row.vendor;
  }
  return std::nullopt;
}

std::vector<std::string> vendor_ids() {
  std::vector<std::string> out;
  for (const VendorRow& row : kVendors) {
    if (row.vendor != Vendor::unknown) out.emplace_back(row.id);
  }
  return out;
}

std::string_view series_id(GpuSeries series) { return row_of(series).id; }
Text vendor_text(Vendor vendor) { return {std::string(row_of(vendor).en), std::string(row_of(vendor).zh)}; }
Text series_text(GpuSeries series) {
  return {std::string(row_of(series).en), std::string(row_of(series).zh)};
}

Text form_text(GpuForm form) {
  switch (form) {
    case GpuForm::card:
      return text("card", "显卡");
    case GpuForm::laptop:
      return text("laptop", "笔记本");
    case GpuForm::module:
      return text("module", "模组");
    case GpuForm::integrated:
      return text("integrated", "集成");
  }
  return {};
}

std::string memory_words(uint64_t bytes) { return bytes == 0 ? "" : fmt::format(" {}GB", bytes >> 30); }

std::string written(std::string_view word) {
  if (word == "TI") return "Ti";
  if (word == "V2") return "v2";
  if (word == "BLACK") return "Black";
  return std::string(word);
}

}  // namespace cvp::plan
