// NVIDIA's cards and modules for servers: a letter names the architecture, the number the size of the chip,
// then the shape.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "plan/gpu_grammar.h"

namespace cvp::plan {
namespace {

struct Model {
  std::string_view letters, number, architecture, capability;
};
/// Only numbers that exist, so that other vendors' and screws' names are not taken for GPUs.
constexpr std::array<Model, 45> kModels{
    {{"C", "1060", "Tesla", "1.3"},      {"S", "1070", "Tesla", "1.3"},
     {"C", "2050", "Fermi", "2.0"},      {"C", "2070", "Fermi", "2.0"},
     {"C", "2075", "Fermi", "2.0"},      {"M", "2050", "Fermi", "2.0"},
     {"M", "2070", "Fermi", "2.0"},      {"M", "2075", "Fermi", "2.0"},
     {"M", "2090", "Fermi", "2.0"},      {"K", "8", "Kepler", "3.0"},
     {"K", "10", "Kepler", "3.0"},       {"K", "20", "Kepler", "3.5"},
     {"K", "40", "Kepler", "3.5"},       {"K", "80", "Kepler", "3.7"},
     {"M", "4", "Maxwell", "5.2"},       {"M", "6", "Maxwell", "5.2"},
     {"M", "10", "Maxwell", "5.0"},      {"M", "40", "Maxwell", "5.2"},
     {"M", "60", "Maxwell", "5.2"},      {"P", "4", "Pascal", "6.1"},
     {"P", "6", "Pascal", "6.1"},        {"P", "40", "Pascal", "6.1"},
     {"P", "100", "Pascal", "6.0"},      {"V", "100", "Volta", "7.0"},
     {"T", "4", "Turing", "7.5"},        {"T", "10", "Turing", "7.5"},
     {"T", "40", "Turing", "7.5"},       {"A", "2", "Ampere", "8.6"},
     {"A", "10", "Ampere", "8.6"},       {"A", "16", "Ampere", "8.6"},
     {"A", "40", "Ampere", "8.6"},       {"A", "30", "Ampere", "8.0"},
     {"A", "100", "Ampere", "8.0"},      {"A", "800", "Ampere", "8.0"},
     {"L", "2", "Ada Lovelace", "8.9"},  {"L", "4", "Ada Lovelace", "8.9"},
     {"L", "20", "Ada Lovelace", "8.9"}, {"L", "40", "Ada Lovelace", "8.9"},
     {"H", "20", "Hopper", "9.0"},       {"H", "100", "Hopper", "9.0"},
     {"H", "200", "Hopper", "9.0"},      {"H", "800", "Hopper", "9.0"},
     {"B", "100", "Blackwell", "10.0"},  {"B", "200", "Blackwell", "10.0"},
     {"B", "300", "Blackwell", "10.3"}}};
constexpr std::array<Model, 4> kGrace{{{"GH", "200", "Hopper", "9.0"},
                                       {"GB", "200", "Blackwell", "10.0"},
                                       {"GB", "300", "Blackwell", "10.3"},
                                       {"GB", "10", "Blackwell", "12.1"}}};

/// Which socket "SXM" means without its number.
std::string_view socket_of(std::string_view model) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSockets{{{"P100", "SXM2"},
                                                                                   {"V100", "SXM2"},
                                                                                   {"A100", "SXM4"},
                                                                                   {"A800", "SXM4"},
                                                                                   {"H100", "SXM5"},
                                                                                   {"H800", "SXM5"},
                                                                                   {"H200", "SXM5"}}};
  for (const auto& [name, socket] : kSockets) {
    if (name == model) return socket;
  }
  return "SXM";
}

struct Parts {
  std::string letters, number, suffix;
};
std::optional<Parts> parts_of(std::string_view word) {
  Parts out;
  size_t at = 0;
  while (at < word.size() && word[at] >= 'A' && word[at] <= 'Z') ++at;
  size_t end = at;
  while (end < word.size() && word[end] >= '0' && word[end] <= '9') ++end;
  out.letters = word.substr(0, at);
  out.number = word.substr(at, end - at);
  out.suffix = word.substr(end);
  if (out.letters.empty() || out.letters.size() > 2 || out.number.empty() || out.suffix.size() > 1)
    return std::nullopt;
  return out;
}

template <size_t N>
const Model* model_of(const std::array<Model, N>& models, const Parts& parts) {
  for (const Model& model : models) {
    if (model.letters == parts.letters && model.number == parts.number) return &model;
  }
  return nullptr;
}

std::string read_edition(NameWords& words, std::string_view model) {
  const bool hbm3 = words.take_anywhere("HBM3");
  for (std::string_view edition : {"SXM", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6"}) {
    if (words.take_anywhere(edition)) return std::string(edition == "SXM" ? socket_of(model) : edition);
  }
  if (words.take_anywhere("NVL")) return "NVL";
  if (words.take_anywhere("PCIE")) return "PCIe";
  words.take_anywhere("HGX");
  words.take_anywhere("DGXS");
  // The driver calls the module "H100 80GB HBM3"; the PCIe card has HBM2e.
  if (hbm3 && model == "H100") return "SXM5";
  return "";
}

void read_grace(NameWords& words, GpuName& name, const Parts& parts, const Model& model) {
  name.vendor = Vendor::nvidia;
  name.prefix = parts.letters;
  name.number = parts.number;
  name.architecture = model.architecture;
  name.compute_capability = model.capability;
  name.generation = model.architecture;
  name.canonical = parts.letters + parts.number;
  const bool spark = parts.number == "10";
  name.series = spark ? GpuSeries::dgx_spark : GpuSeries::grace_superchip;
  name.form = spark ? GpuForm::integrated : GpuForm::module;
  words.take_anywhere("NVL");
  // "GH200 480GB" counts the host's memory, and GB10's 128 GB are the host's too.
  constexpr uint64_t kMostOnGpu = 300ull << 30;
  if (name.memory_bytes > kMostOnGpu || spark) name.memory_bytes = 0;
  name.canonical += memory_words(name.memory_bytes);
}

void read_jetson(NameWords& words, GpuName& name) {
  struct Row {
    std::string_view word, architecture, capability;
  };
  static constexpr std::array<Row, 5> kRows{{{"THOR", "Blackwell", "11.0"},
                                             {"ORIN", "Ampere", "8.7"},
                                             {"XAVIER", "Volta", "7.2"},
                                             {"TX2", "Pascal", "6.2"},
                                             {"NANO", "Maxwell", "5.3"}}};
  const bool agx = words.take("AGX");
  for (const Row& row : kRows) {
    if (!words.take(row.word)) continue;
    const std::string size = words.take_one_of({"NX", "NANO"});
    name.vendor = Vendor::nvidia;
    name.series = GpuSeries::jetson;
    name.form = GpuForm::integrated;
    name.prefix = "Jetson";
    name.number = row.word;
    name.suffix = size;
    name.architecture = row.architecture;
    name.compute_capability = row.capability;
    name.generation = row.word;
    const auto title = [](std::string_view word) {
      if (word.size() < 4) return std::string(word);
      std::string out(word);
      for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
      out[0] = word[0];
      return out;
    };
    name.canonical = std::string("Jetson ") + (agx ? "AGX " : "") + title(row.word) +
                     (size.empty() ? "" : " " + title(size)) + memory_words(name.memory_bytes);
    return;
  }
}

}  // namespace

void read_data_center(NameWords& words, GpuName& name) {
  if (words.take("JETSON") || words.peek() == "ORIN") return read_jetson(words, name);
  const bool tesla = words.take("TESLA") || words.take("GRID");
  words.take_one_of({"HGX", "DGX"});
  const auto parts = parts_of(words.peek());
  if (!parts) return;
  if (const Model* grace = model_of(kGrace, *parts)) {
    words.take();
    return read_grace(words, name, *parts, *grace);
  }
  const Model* model = model_of(kModels, *parts);
  constexpr std::string_view kSuffixes = "GSMXC";
  const bool old = model != nullptr && (model->architecture == "Tesla" || model->architecture == "Fermi");
  // "M4" and "C2050" are other things too; the word Tesla or NVIDIA must stand before them.
  const bool needs_word =
      parts->letters == "M" || parts->letters == "C" || parts->letters == "S" || parts->letters == "K";
  if (model == nullptr || (needs_word && !tesla && name.vendor != Vendor::nvidia)) return;
  if (!parts->suffix.empty() && kSuffixes.find(parts->suffix) == std::string_view::npos) return;
  words.take();
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::data_center;
  name.prefix = parts->letters;
  name.number = parts->number;
  name.suffix = parts->suffix;
  name.architecture = model->architecture;
  name.compute_capability = model->capability;
  name.generation = model->architecture;
  const std::string plain = parts->letters + parts->number;
  // H20's second edition has more memory: "H20-3e".
  if (words.take("3E")) name.memory_bytes = 141ull << 30;
  // "a100-80" leaves the unit out.
  if (const std::string size = words.take_digits(2, 3); !size.empty() && name.memory_bytes == 0)
    name.memory_bytes = std::stoull(size) << 30;
  name.edition = read_edition(words, plain);
  if (name.edition.starts_with("SXM")) name.form = GpuForm::module;
  const bool named_tesla = old || std::string_view("KMPVT").find(parts->letters) != std::string_view::npos;
  name.canonical = (named_tesla ? "Tesla " : "") + plain + name.suffix +
                   (name.edition.empty() ? "" : " " + name.edition) + memory_words(name.memory_bytes);
}

}  // namespace cvp::plan
