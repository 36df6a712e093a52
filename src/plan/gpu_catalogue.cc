#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "base/embedded.h"
#include "plan/gpu.h"
#include "plan/gpu_grammar.h"
#include "plan/gpu_name.h"
#include "plan/gpu_toml.h"
#include "plan/gpu_words.h"
#include "plan/nearest_names.h"

namespace cvp::data {
std::span<const Embedded> hardware();
}

namespace cvp::plan {
namespace {

constexpr std::string_view kSourcesFile = "data/hardware/sources.toml";
/// Drivers report less than the label says: ECC and firmware take up to a sixteenth.
constexpr double kMemoryTolerance = 0.08;

bool same_edition(const GpuName& wanted, const GpuName& have) {
  if (wanted.edition.empty() || wanted.edition == have.edition) return true;
  return wanted.edition.starts_with("SXM") && have.edition.starts_with("SXM");
}

bool same_product(const GpuName& wanted, const GpuName& have) {
  const bool laptops_agree = (wanted.form == GpuForm::laptop) == (have.form == GpuForm::laptop);
  return laptops_agree && wanted.vendor == have.vendor && wanted.series == have.series &&
         wanted.prefix == have.prefix && wanted.number == have.number && wanted.suffix == have.suffix &&
         same_edition(wanted, have);
}

bool memory_fits(const Gpu& gpu, uint64_t bytes) {
  if (bytes == 0 || !gpu.memory_bytes || gpu.shares_host_memory()) return true;
  return std::abs(static_cast<double>(bytes) / gpu.memory_bytes.value - 1) <= kMemoryTolerance;
}

/// "RTX 6000": the number that four families of workstation cards share.
bool shares_number(const GpuName& wanted, const GpuName& have) {
  const bool family = have.series == GpuSeries::quadro || have.series == GpuSeries::rtx_a ||
                      have.series == GpuSeries::rtx_ada || have.series == GpuSeries::rtx_pro;
  const bool prefix = wanted.prefix == "RTX" || wanted.prefix == have.prefix;
  return family && have.prefix != "P" && prefix && have.number == wanted.number &&
         have.form != GpuForm::laptop;
}

std::vector<std::string> names_of(const std::vector<const Gpu*>& gpus) {
  std::vector<std::string> out;
  for (const Gpu* gpu : gpus) out.push_back(gpu->name.canonical);
  return out;
}

/// "GeForce RTX 3060" of "GeForce RTX 3060 12GB".
std::string without_memory(const GpuName& name) {
  const std::string size = memory_words(name.memory_bytes);
  return name.canonical.ends_with(size) ? name.canonical.substr(0, name.canonical.size() - size.size())
                                        : name.canonical;
}

std::string sizes_of(const std::vector<const Gpu*>& gpus) {
  std::set<double> sizes;
  for (const Gpu* gpu : gpus) {
    if (gpu->memory_bytes) sizes.insert(gpu->memory_bytes.value / (1ull << 30));
  }
  std::vector<std::string> out;
  for (const double gib : sizes) out.push_back(fmt::format("{:g} GB", gib));
  return joined_names(out);
}

/// Of "24 GB laptop card", which is a description and no name: the list that answers it.
Text described(const NameWords& words) {
  if (words.memory_bytes == 0) return {};
  const std::string list = fmt::format("cvp hw list{} --min-memory {}GB",
                                       words.laptop ? " --form laptop" : "", words.memory_bytes >> 30);
  return text("`{}` shows those with that memory", "`{}` 列出有这么多显存的 GPU", list);
}

}  // namespace

Result<GpuCatalogue> GpuCatalogue::load() {
  GpuCatalogue catalogue;
  std::vector<SourceEntry> sources;
  for (const data::Embedded& file : data::hardware()) {
    if (file.path == kSourcesFile) sources = TRY(parse_sources(file.bytes, file.path));
  }
  for (const data::Embedded& file : data::hardware()) {
    if (file.path == kSourcesFile) continue;
    auto gpus = TRY(parse_gpus(file.bytes, file.path, sources));
    std::ranges::move(gpus, std::back_inserter(catalogue.gpus_));
  }
  for (SourceEntry& entry : sources) catalogue.sources_.push_back(std::move(entry.source));
  return catalogue;
}

const FactSource* GpuCatalogue::source(std::string_view key) const {
  const auto found = std::ranges::find(sources_, key, &FactSource::key);
  return found == sources_.end() ? nullptr : &*found;
}

Result<GpuMatch> GpuCatalogue::find(std::string_view name, uint64_t memory_bytes) const {
  const GpuName wanted = decode_gpu_name(name);
  const uint64_t memory = wanted.memory_bytes > 0 ? wanted.memory_bytes : memory_bytes;
  std::vector<const Gpu*> same, fitting;
  for (const Gpu& gpu : gpus_) {
    if (wanted.known() ? !same_product(wanted, gpu.name) : !shares_number(wanted, gpu.name)) continue;
    same.push_back(&gpu);
    if (memory_fits(gpu, memory)) fitting.push_back(&gpu);
  }
  const std::string typed(name.substr(0, 100));
  if (!wanted.known() && fitting.size() > 1) {
    return fail(Errc::usage, text("“{}” may be any of several cards", "“{}”可能指多种显卡", typed),
                text("say which: {}", "请说明是哪一种：{}", joined_names(names_of(fitting))));
  }
  if (!fitting.empty()) return GpuMatch{fitting[0], {fitting.begin() + 1, fitting.end()}};
  if (!same.empty()) {
    return fail(Errc::not_found,
                text("there is no {0} with {1:.0f} GB in the catalogue", "目录里没有 {1:.0f} GB 显存的 {0}",
                     without_memory(same[0]->name), static_cast<double>(memory) / (1ull << 30)),
                text("it is sold with {}", "已知的显存规格：{}", sizes_of(same)));
  }
  const Text missing = text("there is no GPU “{}” in the catalogue", "GPU 目录里没有“{}”", typed);
  if (!wanted.known() && wanted.number.empty()) {
    if (Text list = described(NameWords(name)); !list.empty())
      return fail(Errc::not_found, missing, std::move(list));
  }
  const Text other =
      wanted.form == GpuForm::laptop
          ? text("a laptop's chip has other figures than the desktop card of the same number; ",
                 "笔记本芯片的参数与同名台式机显卡不同；")
          : Text{};
  std::vector<std::string> all;
  for (const Gpu& gpu : gpus_) all.push_back(gpu.name.canonical);
  const std::string near = joined_names(nearest_names(wanted.known() ? wanted.canonical : typed, all));
  if (near.empty())
    return fail(Errc::not_found, missing,
                text("{}`cvp hw list` shows all", "{}用 `cvp hw list` 查看全部", other));
  return fail(Errc::not_found, missing,
              text("{}near it: {}; `cvp hw list` shows all", "{}相近的有：{}；用 `cvp hw list` 查看全部",
                   other, near));
}

}  // namespace cvp::plan
