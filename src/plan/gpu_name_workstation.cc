// NVIDIA's cards for workstations. Until 2020 the letter after "Quadro" names the architecture; after that
// the word around the number.
#include <algorithm>
#include <array>
#include <optional>

#include "plan/gpu_grammar.h"

namespace cvp::plan {
namespace {

struct Family {
  std::string_view letter, architecture, capability;
};
constexpr std::array<Family, 10> kQuadro{{{"FX", "Tesla", "1.x"},
                                          {"NVS", "", ""},
                                          {"", "Fermi", "2.x"},
                                          {"K", "Kepler", "3.0"},
                                          {"M", "Maxwell", "5.2"},
                                          {"P", "Pascal", "6.1"},
                                          {"GP", "Pascal", "6.0"},
                                          {"GV", "Volta", "7.0"},
                                          {"RTX", "Turing", "7.5"},
                                          {"T", "Turing", "7.5"}}};

/// Where the letter is not the whole truth (developer.nvidia.com/cuda-legacy-gpus).
struct Exception {
  std::string_view model, architecture, capability;
};
constexpr std::array<Exception, 14> kExceptions{{{"K6000", "Kepler", "3.5"},
                                                 {"K5200", "Kepler", "3.5"},
                                                 {"K610M", "Kepler", "3.5"},
                                                 {"K510M", "Kepler", "3.5"},
                                                 {"K2200", "Maxwell", "5.0"},
                                                 {"K1200", "Maxwell", "5.0"},
                                                 {"K620", "Maxwell", "5.0"},
                                                 {"M1200", "Maxwell", "5.0"},
                                                 {"M520", "Maxwell", "5.0"},
                                                 {"M1000M", "Maxwell", "5.0"},
                                                 {"M2000M", "Maxwell", "5.0"},
                                                 {"M3000M", "Maxwell", "5.0"},
                                                 {"M4000M", "Maxwell", "5.0"},
                                                 {"M5000M", "Maxwell", "5.0"}}};

/// Sold in laptops only.
constexpr std::array<std::string_view, 10> kLaptopOnly{"P3000", "P3200", "P4200", "P5200",    "P500",
                                                       "P520",  "M1200", "M520",  "RTX 3000", "A3000"};
constexpr std::array<std::string_view, 6> kBigNumbers{"3000", "4000", "5000", "6000", "8000", "2000"};

/// "P5000" → P, 5000, M or nothing.
struct Model {
  std::string letter, digits;
  bool mobile = false;
};
std::optional<Model> split_model(std::string_view word) {
  Model out;
  size_t at = 0;
  while (at < word.size() && word[at] >= 'A' && word[at] <= 'Z') ++at;
  out.letter = word.substr(0, at);
  std::string_view rest = word.substr(at);
  if (rest.ends_with('M')) rest.remove_suffix(1), out.mobile = true;
  if (!all_digits(rest) || rest.size() < 3 || rest.size() > 4) return std::nullopt;
  out.digits = rest;
  return out;
}

void set_laptop(const NameWords& words, GpuName& name, bool only_there) {
  if (!words.laptop && !words.max_q && !only_there && !name.number.ends_with('M')) return;
  name.form = GpuForm::laptop;
  if (words.max_q) {
    name.edition = "Max-Q";
    name.canonical += " with Max-Q Design";
  } else if (words.laptop) {
    name.edition = "Laptop GPU";
    name.canonical += " Laptop GPU";
  }
}

void read_quadro(NameWords& words, GpuName& name) {
  std::string letter = words.take_one_of({"RTX", "FX", "NVS"});
  const auto model = split_model(words.peek());
  if (!model || (!letter.empty() && !model->letter.empty())) return;
  words.take();
  if (letter.empty()) letter = model->letter;
  const bool mobile = model->mobile || words.take("M");
  const auto family = std::ranges::find(kQuadro, std::string_view(letter), &Family::letter);
  if (family == kQuadro.end()) return;
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::quadro;
  name.prefix = letter;
  name.number = model->digits + (mobile ? "M" : "");
  name.architecture = family->architecture;
  name.compute_capability = family->capability;
  const std::string written_model = letter == "RTX" || letter == "FX" || letter == "NVS"
                                        ? letter + " " + name.number
                                        : letter + name.number;
  const auto other = std::ranges::find(kExceptions, std::string_view(written_model), &Exception::model);
  if (other != kExceptions.end()) {
    name.architecture = other->architecture;
    name.compute_capability = other->capability;
  }
  name.generation = letter.empty() ? "Quadro" : "Quadro " + letter;
  name.canonical = "Quadro " + written_model;
  words.take_anywhere("PASSIVE");
  set_laptop(words, name,
             std::ranges::find(kLaptopOnly, std::string_view(written_model)) != kLaptopOnly.end());
  name.canonical += memory_words(name.memory_bytes);
}

void read_rtx_pro(NameWords& words, GpuName& name) {
  const std::string digits = words.take_digits(3, 4);
  words.take("BLACKWELL");
  if (digits.empty()) return;
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::rtx_pro;
  name.prefix = "RTX PRO";
  name.number = digits;
  name.generation = "RTX PRO Blackwell";
  name.architecture = "Blackwell";
  name.compute_capability = "12.0";
  name.canonical = "RTX PRO " + digits + " Blackwell";
  const std::string kind = words.take_one_of({"WORKSTATION", "SERVER", "SFF", "WS"});
  if (words.laptop) {
    name.form = GpuForm::laptop;
    name.edition = "Laptop GPU";
    name.canonical += " Generation Laptop GPU";
  } else if (words.max_q) {
    // A 300 W card for desktops, in spite of the word.
    name.edition = "Max-Q Workstation Edition";
  } else if (kind == "SERVER") {
    name.edition = "Server Edition";
  } else if (kind == "SFF") {
    name.edition = "SFF Edition";
  } else if (!kind.empty() && digits == "6000") {
    name.edition = "Workstation Edition";
  }
  if (!name.edition.empty() && name.form == GpuForm::card) name.canonical += " " + name.edition;
  name.canonical += memory_words(name.memory_bytes);
}

void read_rtx_ada(NameWords& words, GpuName& name, const std::string& digits) {
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::rtx_ada;
  name.prefix = "RTX";
  name.number = digits;
  name.generation = "RTX Ada";
  name.architecture = "Ada Lovelace";
  name.compute_capability = "8.9";
  const bool small = words.take_anywhere("SFF");
  name.canonical = "RTX " + digits + (small ? " SFF" : "") + " Ada Generation";
  if (small) name.edition = "SFF";
  set_laptop(words, name, digits == "3000" || digits == "3500");
  name.canonical += memory_words(name.memory_bytes);
}

void read_rtx_a(NameWords& words, GpuName& name, const std::string& word) {
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::rtx_a;
  name.prefix = "RTX A";
  name.number = word.substr(1);
  name.generation = "RTX A";
  name.architecture = "Ampere";
  name.compute_capability = "8.6";
  name.canonical = "RTX " + word;
  if (words.take("EMBEDDED")) {
    name.edition = "Embedded";
    name.canonical += " Embedded";
    name.form = GpuForm::module;
  }
  set_laptop(words, name, word == "A3000");
  name.canonical += memory_words(name.memory_bytes);
}

}  // namespace

void read_workstation(NameWords& words, GpuName& name) {
  if (words.take("QUADRO")) {
    // "Quadro RTX A6000" is what some shops call the RTX A6000.
    if (words.peek() == "RTX" && words.peek(1).starts_with('A')) return read_workstation(words, name);
    return read_quadro(words, name);
  }
  // T400 to T2000: Turing without the word Quadro. T4 is a card for servers.
  if (const auto model = split_model(words.peek()); model && model->letter == "T")
    return read_quadro(words, name);
  // "A6000" alone is what people say; the cards for servers have at most three digits.
  if (const auto model = split_model(words.peek());
      model && model->letter == "A" && model->digits.size() == 4)
    return read_rtx_a(words, name, words.take());
  if (!words.take("RTX")) return;
  if (words.take("PRO")) return read_rtx_pro(words, name);
  if (const auto model = split_model(words.peek()); model && model->letter == "A") {
    const std::string word = words.take();
    if (words.take_anywhere("ADA")) return;
    return read_rtx_a(words, name, word);
  }
  const std::string digits = words.take_digits(3, 4);
  if (!digits.empty() && words.take_anywhere("ADA")) return read_rtx_ada(words, name, digits);
  name.prefix = "RTX";
  name.number = digits;
  if (words.take_anywhere("BLACKWELL")) {
    // "RTX 6000 Blackwell": the word PRO was left out.
    name.prefix = "RTX PRO";
    return;
  }
  // Without any of these words, "RTX 3000" to "RTX 8000" may be any of four families; memory or the reader
  // must say which.
  const bool ambiguous = std::ranges::find(kBigNumbers, std::string_view(digits)) != kBigNumbers.end();
  if (!ambiguous) name.prefix.clear(), name.number.clear();
}

}  // namespace cvp::plan
