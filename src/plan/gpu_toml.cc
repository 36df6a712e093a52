#include "plan/gpu_toml.h"

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "plan/gpu_name.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace cvp::plan {
namespace {

struct Column {
  std::string_view key;
  Fact Gpu::*fact;
  double unit;       // what 1 of the file is
  double low, high;  // what can be, in the file's unit
};
constexpr double kGib = 1ull << 30;
constexpr std::array<Column, 12> kColumns{{{"year", &Gpu::year, 1, 2006, 2100},
                                           {"memory_gib", &Gpu::memory_bytes, kGib, 0.25, 4096},
                                           {"bandwidth_gb_s", &Gpu::bandwidth, 1e9, 1, 1e5},
                                           {"fp32_tflops", &Gpu::fp32, 1e12, 0.01, 1e5},
                                           {"fp16_tflops", &Gpu::fp16, 1e12, 0.01, 1e5},
                                           {"fp16_fast_tflops", &Gpu::fp16_fast, 1e12, 0.01, 1e5},
                                           {"bf16_tflops", &Gpu::bf16, 1e12, 0.01, 1e5},
                                           {"int8_tops", &Gpu::int8, 1e12, 0.01, 1e5},
                                           {"cuda_cores", &Gpu::cuda_cores, 1, 1, 1e6},
                                           {"tensor_cores", &Gpu::tensor_cores, 1, 1, 1e5},
                                           {"watts", &Gpu::watts, 1, 1, 1e5},
                                           {"price_usd", &Gpu::price_usd, 1, 1, 1e7}}};

Text problem(std::string_view file, const std::string& gpu, std::string_view key) {
  return text("{}: {}: the field “{}” is missing or wrong", "{}：{}：字段“{}”缺失或有误", std::string(file),
              gpu, std::string(key));
}

Result<toml::table> parse(std::string_view toml, std::string_view file) {
  toml::parse_result parsed = toml::parse(toml, file);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(Errc::corrupt, text("{}, line {}: {}", "{} 第 {} 行：{}", std::string(file),
                                    error.source().begin.line, std::string(error.description())));
  }
  return std::move(parsed).table();
}

const SourceEntry* find_source(const std::vector<SourceEntry>& sources, std::string_view key) {
  for (const SourceEntry& entry : sources) {
    if (entry.source.key == key) return &entry;
  }
  return nullptr;
}

/// [value, "source"]
std::optional<Fact> read_fact(const toml::node& node, const Column& column,
                              const std::vector<SourceEntry>& sources) {
  const toml::array* pair = node.as_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const auto value = (*pair)[0].value<double>();
  const auto key = (*pair)[1].value_exact<std::string>();
  if (!value || !key || !std::isfinite(*value) || *value < column.low || *value > column.high)
    return std::nullopt;
  const SourceEntry* source = find_source(sources, *key);
  if (source == nullptr) return std::nullopt;
  return Fact{.value = *value * column.unit, .source = *key, .checked = !source->unverified};
}

/// The fields that are no facts with a source. False: wrong, or not known.
bool read_plain(std::string_view key, const toml::node& node, const std::vector<SourceEntry>& sources,
                Gpu& gpu) {
  if (key == "name") return true;
  if (key == "architecture") {
    const auto value = node.value_exact<std::string>();
    if (value) gpu.name.architecture = *value;
    return value.has_value();
  }
  if (key == "compute") {
    const toml::array* pair = node.as_array();
    if (pair == nullptr || pair->size() != 2) return false;
    const auto value = (*pair)[0].value_exact<std::string>();
    const auto source = (*pair)[1].value_exact<std::string>();
    if (!value || !source || find_source(sources, *source) == nullptr) return false;
    gpu.name.compute_capability = *value;
    return true;
  }
  if (key == "devices" || key == "games_rank") {
    const auto value = node.value_exact<int64_t>();
    if (!value || *value < 1 || *value > 100) return false;
    (key == "devices" ? gpu.devices : gpu.games_rank) = static_cast<int>(*value);
    return true;
  }
  if (key == "note") {
    const toml::table* both = node.as_table();
    if (both == nullptr || !(*both)["en"].is_string() || !(*both)["zh"].is_string()) return false;
    gpu.note = {*(*both)["en"].value<std::string>(), *(*both)["zh"].value<std::string>()};
    return true;
  }
  return false;
}

Result<Gpu> read_gpu(const toml::table& table, std::string_view file,
                     const std::vector<SourceEntry>& sources) {
  const std::string name = table["name"].value_or<std::string>("");
  Gpu gpu;
  gpu.name = decode_gpu_name(name);
  if (!gpu.name.known() || gpu.name.canonical != name)
    return fail(Errc::corrupt, problem(file, name, "name"));
  for (const auto& [key, node] : table) {
    const Column* column = nullptr;
    for (const Column& candidate : kColumns) {
      if (candidate.key == key.str()) column = &candidate;
    }
    if (column == nullptr) {
      if (!read_plain(key.str(), node, sources, gpu))
        return fail(Errc::corrupt, problem(file, name, key.str()));
      continue;
    }
    const auto fact = read_fact(node, *column, sources);
    if (!fact) return fail(Errc::corrupt, problem(file, name, key.str()));
    gpu.*(column->fact) = *fact;
  }
  return gpu;
}

}  // namespace

Result<std::vector<SourceEntry>> parse_sources(std::string_view toml, std::string_view file) {
  const toml::table root = TRY(parse(toml, file));
  std::vector<SourceEntry> out;
  const toml::table* list = root["source"].as_table();
  if (list == nullptr) return fail(Errc::corrupt, problem(file, "", "source"));
  for (const auto& [key, node] : *list) {
    const toml::table* table = node.as_table();
    if (table == nullptr || !(*table)["title"].is_string())
      return fail(Errc::corrupt, problem(file, std::string(key.str()), "title"));
    out.push_back({.source = {.key = std::string(key.str()),
                              .title = (*table)["title"].value_or<std::string>(""),
                              .url = (*table)["url"].value_or<std::string>("")},
                   .unverified = (*table)["unverified"].value_or(false)});
  }
  return out;
}

Result<std::vector<Gpu>> parse_gpus(std::string_view toml, std::string_view file,
                                    const std::vector<SourceEntry>& sources) {
  const toml::table root = TRY(parse(toml, file));
  std::vector<Gpu> out;
  const toml::array* list = root["gpu"].as_array();
  if (list == nullptr) return fail(Errc::corrupt, problem(file, "", "gpu"));
  for (const toml::node& node : *list) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return fail(Errc::corrupt, problem(file, "", "gpu"));
    out.push_back(TRY(read_gpu(*table, file, sources)));
  }
  return out;
}

}  // namespace cvp::plan
