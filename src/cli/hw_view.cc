#include "cli/hw_view.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "plan/gpu_name.h"

namespace cvp::cli {
namespace {

constexpr double kGib = 1ull << 30;

struct JsonFact {
  const char* key;
  const plan::Fact plan::Gpu::*fact;
};
constexpr std::array<JsonFact, 12> kJsonFacts{{{"year", &plan::Gpu::year},
                                               {"memory_bytes", &plan::Gpu::memory_bytes},
                                               {"bandwidth_bytes_per_s", &plan::Gpu::bandwidth},
                                               {"fp32_flops", &plan::Gpu::fp32},
                                               {"fp16_flops", &plan::Gpu::fp16},
                                               {"fp16_fast_flops", &plan::Gpu::fp16_fast},
                                               {"bf16_flops", &plan::Gpu::bf16},
                                               {"int8_ops", &plan::Gpu::int8},
                                               {"cuda_cores", &plan::Gpu::cuda_cores},
                                               {"tensor_cores", &plan::Gpu::tensor_cores},
                                               {"watts", &plan::Gpu::watts},
                                               {"price_usd", &plan::Gpu::price_usd}}};

bool any_fact(const std::vector<const plan::Gpu*>& gpus, bool (*is)(const plan::Fact&)) {
  return std::ranges::any_of(gpus, [&](const plan::Gpu* gpu) {
    return std::ranges::any_of(gpu_columns(), [&](const GpuColumn& column) { return is(gpu->*column.fact); });
  });
}

boost::json::object cpu_json(const sys::Cpu& cpu) {
  boost::json::array isa(cpu.isa.begin(), cpu.isa.end());
  return {{"model", cpu.model},
          {"architecture", cpu.architecture},
          {"sockets", cpu.sockets},
          {"cores", cpu.cores},
          {"threads", cpu.threads},
          {"usable_threads", cpu.usable_threads},
          {"l1_data_bytes", cpu.l1_data_bytes},
          {"l2_bytes", cpu.l2_bytes},
          {"l3_bytes", cpu.l3_bytes},
          {"max_ghz", cpu.max_ghz},
          {"virtual_machine", cpu.virtual_machine},
          {"isa", std::move(isa)}};
}

}  // namespace

const std::vector<GpuColumn>& gpu_columns() {
  static const std::vector<GpuColumn> columns{{text("GB", "显存"), &plan::Gpu::memory_bytes, kGib, 1},
                                              {text("GB/s", "带宽"), &plan::Gpu::bandwidth, 1e9, 0},
                                              {verbatim("FP32"), &plan::Gpu::fp32, 1e12, 1},
                                              {verbatim("FP16"), &plan::Gpu::fp16, 1e12, 1},
                                              {verbatim("INT8"), &plan::Gpu::int8, 1e12, 0},
                                              {text("W", "功耗"), &plan::Gpu::watts, 1, 0},
                                              {text("US$", "美元"), &plan::Gpu::price_usd, 1, 0}};
  return columns;
}

std::string fact_text(const plan::Fact& fact, double unit, int digits) {
  if (!fact) return "–";
  const double value = fact.value / unit;
  const bool whole = digits == 0 || value >= 1000 || value == std::round(value);
  std::string out = whole ? fmt::format("{:.0f}", value) : fmt::format("{:.{}f}", value, digits);
  for (size_t at = whole ? out.size() : 0; at > 3; at -= 3) out.insert(at - 3, ",");
  return fact.checked ? out : out + "?";
}

std::string short_gpu_name(std::string name) {
  constexpr std::array<std::string_view, 4> kPrefixes{"GeForce RTX", "GeForce GTX", "Radeon RX",
                                                      "Radeon PRO"};
  for (std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix)) name.erase(0, prefix.find(' ') + 1);
  }
  for (std::string_view word : {" GPU", " Generation", " Edition"}) {
    const size_t at = name.starts_with("Data Center") ? name.npos : name.find(word);
    if (at != name.npos) name.erase(at, word.size());
  }
  return name;
}

Text also_fits(const std::string& typed, const plan::GpuMatch& match) {
  Text others;
  for (const plan::Gpu* other : match.also)
    others = others.empty() ? verbatim(other->name.canonical)
                            : text("{}, {}", "{}、{}", others, other->name.canonical);
  if (others.empty()) return {};
  return text("“{}” is taken as {}; it could also be {}", "“{}”按 {} 处理；也可能是 {}", typed,
              match.gpu->name.canonical, others);
}

Table gpu_table(const std::vector<const plan::Gpu*>& gpus, bool ranks) {
  Table table;
  table.column(verbatim("GPU"));
  table.column(text("year", "年份"), Table::Align::right);
  for (const GpuColumn& column : gpu_columns()) table.column(column.title, Table::Align::right);
  if (ranks) table.column(text("games", "游戏排名"), Table::Align::right);
  for (const plan::Gpu* gpu : gpus) {
    std::vector<Text> cells{verbatim(short_gpu_name(gpu->name.canonical)),
                            verbatim(gpu->year ? fmt::format("{:.0f}", gpu->year.value) : "–")};
    for (const GpuColumn& column : gpu_columns())
      cells.push_back(verbatim(fact_text(gpu->*column.fact, column.unit, column.digits)));
    if (ranks) cells.push_back(verbatim(gpu->games_rank > 0 ? std::to_string(gpu->games_rank) : "–"));
    table.row(std::move(cells));
  }
  return table;
}

void print_gpu_legend(Printer& printer, const std::vector<const plan::Gpu*>& gpus, bool markdown) {
  const bool doubtful = any_fact(gpus, [](const plan::Fact& fact) { return fact && !fact.checked; });
  const bool unknown = any_fact(gpus, [](const plan::Fact& fact) { return !fact; });
  Text legend = text(
      "FP32 and FP16 in TFLOPS, INT8 in TOPS, all dense; FP16 of matrix units with FP32 sums. Prices are "
      "list prices at launch.",
      "显存单位 GB，带宽 GB/s，FP32 和 FP16 为 TFLOPS，INT8 为 TOPS，均为稠密值；FP16 指以 FP32 "
      "累加的矩阵单元。功耗单位 W，价格为上市时的标价。");
  if (doubtful)
    legend = text("{} “?”: not found in a public source again.", "{}“?”：未能在公开来源中再次核实。", legend);
  if (unknown)
    legend = text("{} “–”: not known, or its sources disagree.", "{}“–”：未知，或各来源不一致。", legend);
  printer.line();
  print_paragraph(printer, legend, markdown);
}

boost::json::object gpu_name_json(const plan::GpuName& name) {
  return {{"name", name.canonical},
          {"vendor", plan::vendor_id(name.vendor)},
          {"series", plan::series_id(name.series)},
          {"prefix", name.prefix},
          {"number", name.number},
          {"suffix", name.suffix},
          {"edition", name.edition},
          {"generation", name.generation},
          {"architecture", name.architecture},
          {"compute_capability", name.compute_capability},
          {"tier", name.tier},
          {"form", plan::form_text(name.form).en},
          {"memory_bytes_in_name", name.memory_bytes},
          {"slice", name.slice}};
}

boost::json::object gpu_json(const plan::Gpu& gpu, Lang lang) {
  boost::json::object out = gpu_name_json(gpu.name);
  boost::json::object facts;
  for (const JsonFact& entry : kJsonFacts) {
    const plan::Fact& fact = gpu.*entry.fact;
    if (fact) facts[entry.key] = {{"value", fact.value}, {"source", fact.source}, {"checked", fact.checked}};
  }
  out["facts"] = std::move(facts);
  out["devices"] = gpu.devices;
  out["games_rank"] = gpu.games_rank;
  out["note"] = gpu.note.in(lang);
  return out;
}

boost::json::object machine_json(const plan::Machine& machine, Lang lang) {
  boost::json::array disks, gpus, short_of, notes;
  for (const sys::Disk& disk : machine.host.disks) {
    disks.push_back(boost::json::object{{"device", disk.device},
                                        {"model", disk.model},
                                        {"bytes", disk.bytes},
                                        {"rotational", disk.rotational}});
  }
  for (const plan::MachineGpu& gpu : machine.gpus) {
    boost::json::object one{{"driver_name", gpu.device.name},
                            {"driver", gpu.device.driver},
                            {"pci_id", gpu.device.pci_id},
                            {"bus", gpu.device.bus},
                            {"memory_bytes", gpu.memory_bytes()},
                            {"free_bytes", gpu.device.free_bytes},
                            {"power_limit_watts", gpu.device.power_limit_watts},
                            {"pcie_generation", gpu.device.pcie_generation},
                            {"pcie_lanes", gpu.device.pcie_lanes},
                            {"shares_host_memory", gpu.device.shares_host_memory},
                            {"decoded", gpu_name_json(gpu.name)}};
    if (gpu.facts) one["catalogue"] = gpu_json(*gpu.facts, lang);
    gpus.push_back(std::move(one));
  }
  for (const plan::Shortfall& shortfall : plan::shortfalls(machine)) {
    short_of.push_back(
        boost::json::object{{"what", shortfall.what.in(lang)}, {"remedy", shortfall.remedy.in(lang)}});
  }
  for (const Text& note : machine.host.notes) notes.emplace_back(note.in(lang));
  return {{"cpu", cpu_json(machine.host.cpu)},
          {"memory",
           {{"total_bytes", machine.host.memory.total_bytes},
            {"available_bytes", machine.host.memory.available_bytes},
            {"read_bytes_per_s", machine.host.memory_bandwidth}}},
          {"load", machine.host.load},
          {"disks", std::move(disks)},
          {"gpus", std::move(gpus)},
          {"shortfalls", std::move(short_of)},
          {"notes", std::move(notes)}};
}

}  // namespace cvp::cli
