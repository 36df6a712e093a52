// Intel, Apple, and the vendors with few products.
#include <algorithm>
#include <array>

#include "plan/gpu_grammar.h"

namespace cvp::plan {
namespace {

void begin(GpuName& name, Vendor vendor, GpuSeries series, std::string_view prefix, std::string_view number) {
  name.vendor = vendor;
  name.series = series;
  name.prefix = prefix;
  name.number = number;
}

/// The processors' own: Iris, UHD, HD, and Arc without a letter in front of its number ("Arc 140V").
void integrated(GpuName& name, std::string canonical) {
  begin(name, Vendor::intel, GpuSeries::arc_integrated, "", "");
  name.form = GpuForm::integrated;
  name.memory_bytes = 0;
  name.canonical = std::move(canonical);
}

void read_arc(NameWords& words, GpuName& name) {
  const bool pro = words.take("PRO");
  std::string word = words.peek();
  if (!pro && (words.done() || (word.size() == 4 && (word.ends_with('V') || word.ends_with('T'))))) {
    words.take();
    integrated(name, word.empty() ? "Arc Graphics" : "Arc " + word);
    name.number = word;
    name.architecture = word.ends_with('V') ? "Xe2" : "Xe-LPG";
    return;
  }
  words.take();
  const bool mobile = word.ends_with('M');
  if (mobile) word.pop_back();
  const bool fits = word.size() >= 3 && word.size() <= 4 && (word[0] == 'A' || word[0] == 'B') &&
                    all_digits(word.substr(1));
  if (!fits) return;
  begin(name, Vendor::intel, pro ? GpuSeries::arc_pro : GpuSeries::arc, word.substr(0, 1), word.substr(1));
  name.generation = word[0] == 'A' ? "Arc A" : "Arc B";
  name.architecture = word[0] == 'A' ? "Xe-HPG (Alchemist)" : "Xe2 (Battlemage)";
  name.tier = pro ? 0 : word[1] - '0';
  if (mobile || words.laptop) name.form = GpuForm::laptop;
  if (mobile) name.edition = "M";
  name.canonical = std::string("Arc ") + (pro ? "Pro " : "") + word + (mobile ? "M" : "") +
                   memory_words(name.memory_bytes);
}

void read_gaudi(NameWords& words, GpuName& name, std::string number) {
  if (number.empty()) number = words.take_digits(1, 1);
  if (number != "2" && number != "3" && !number.empty()) return;
  begin(name, Vendor::intel, GpuSeries::gaudi, "Gaudi", number);
  name.architecture = "Gaudi" + number;
  name.generation = name.architecture;
  name.form = GpuForm::module;
  words.take("OAM");
  name.canonical = "Gaudi" + (number.empty() ? "" : " " + number);
}

}  // namespace

void read_intel(NameWords& words, GpuName& name) {
  if (words.take("ARC")) return read_arc(words, name);
  if (words.take("GAUDI")) return read_gaudi(words, name, "");
  if (words.peek() == "GAUDI2" || words.peek() == "GAUDI3")
    return read_gaudi(words, name, words.take().substr(5));
  const bool center = words.take("DATA") && words.take("CENTER");
  if (const std::string kind = words.take_one_of({"MAX", "FLEX"});
      !kind.empty() && (center || name.vendor == Vendor::intel)) {
    const std::string digits = words.take_digits(3, 4);
    if (digits.empty()) return;
    begin(name, Vendor::intel, GpuSeries::intel_max, kind, digits);
    name.architecture = kind == "MAX" ? "Xe-HPC (Ponte Vecchio)" : "Xe-HPG (Alchemist)";
    name.generation = kind == "MAX" ? "Max" : "Flex";
    name.canonical = "Data Center GPU " + name.generation + " " + digits;
    return;
  }
  if (words.take("IRIS")) {
    const std::string kind = words.take_one_of({"XE", "PLUS", "PRO"});
    const std::string digits = words.take_digits(3, 4);
    integrated(name, std::string("Iris") +
                         (kind.empty()   ? ""
                          : kind == "XE" ? " Xe"
                                         : " " + kind) +
                         (digits.empty() ? "" : " " + digits));
    name.architecture = kind == "XE" ? "Xe-LP" : "";
    return;
  }
  if (const std::string kind = words.take_one_of({"UHD", "HD"});
      !kind.empty() && (kind == "UHD" || name.vendor == Vendor::intel)) {
    const std::string digits = words.take_digits(3, 4);
    integrated(name, kind + " Graphics" + (digits.empty() ? "" : " " + digits));
    name.number = digits;
  }
}

void read_apple(NameWords& words, GpuName& name) {
  const std::string& word = words.peek();
  if (word.size() != 2 || word[0] != 'M' || word[1] < '1' || word[1] > '9') return;
  const std::string number = words.take().substr(1);
  begin(name, Vendor::apple, GpuSeries::apple_m, "M", number);
  name.form = GpuForm::integrated;
  name.architecture = "Apple GPU";
  name.generation = "M" + number;
  const std::string kind = words.take_one_of({"PRO", "MAX", "ULTRA"});
  if (!kind.empty()) name.suffix = kind == "PRO" ? "Pro" : kind == "MAX" ? "Max" : "Ultra";
  std::string cores = words.peek();
  if (cores.ends_with("CORE")) {
    cores.resize(cores.size() - 4);
    words.take();
  } else {
    cores = words.take_digits(1, 2);
    words.take("CORE");
  }
  words.take("CORES");
  name.memory_bytes = 0;  // part of the host's
  name.canonical = "Apple M" + number + (name.suffix.empty() ? "" : " " + name.suffix);
  if (!cores.empty()) {
    name.edition = cores + "-core GPU";
    name.canonical += " (" + name.edition + ")";
  }
}

namespace {

void read_adreno(NameWords& words, GpuName& name) {
  std::string number = words.take();
  if (number == "X1" || number == "X2") number += "-" + words.take_digits(2, 2);
  const bool plain = all_digits(number) && number.size() == 3;
  if (!plain && number.size() != 5) return;
  begin(name, Vendor::qualcomm, GpuSeries::adreno, "Adreno", number);
  name.architecture = "Adreno";
  name.form = GpuForm::integrated;
  name.memory_bytes = 0;
  name.generation = plain ? "Adreno " + number.substr(0, 1) + "00" : "Adreno " + number.substr(0, 2);
  name.canonical = "Adreno " + number;
}

void read_ascend(NameWords& words, GpuName& name) {
  std::string word = words.take();
  constexpr std::array<std::string_view, 15> kChips{"310",   "310B", "310P",        "310P3", "910",
                                                    "910A",  "910B", "910B1",       "910B2", "910B3",
                                                    "910B4", "910C", "910PREMIUMA", "950PR", "950DT"};
  if (std::ranges::find(kChips, std::string_view(word)) == kChips.end()) return;
  begin(name, Vendor::huawei, GpuSeries::ascend, "Ascend", word);
  name.architecture = "Da Vinci";
  name.generation = word.substr(0, 3);
  name.form = GpuForm::module;
  name.canonical = "Ascend " + word + memory_words(name.memory_bytes);
}

void read_atlas(NameWords& words, GpuName& name) {
  const std::string word = words.take();
  const bool fits = word.size() == 4 && all_digits(word.substr(0, 3)) &&
                    std::string_view("ITV").find(word[3]) != std::string_view::npos;
  if (!fits) return;
  begin(name, Vendor::huawei, GpuSeries::atlas, word.substr(3), word.substr(0, 3));
  name.architecture = "Da Vinci";
  name.generation = "Atlas " + word.substr(0, 1) + "00";
  const std::string kind = words.take_one_of({"PRO", "DUO", "A2", "A3"});
  name.suffix = kind == "PRO" ? "Pro" : kind == "DUO" ? "Duo" : kind;
  name.canonical =
      "Atlas " + word + (kind.empty() ? "" : " " + name.suffix) + memory_words(name.memory_bytes);
}

void read_mtt(NameWords& words, GpuName& name) {
  const std::string word = words.take();
  if (word.size() < 3 || word.size() > 5 || word[0] != 'S' || !all_digits(word.substr(1))) return;
  begin(name, Vendor::moore_threads, GpuSeries::mtt, "S", word.substr(1));
  name.architecture = "MUSA";
  if (word == "S70" || word == "S80" || word == "S3000") name.compute_capability = "mp_21";
  if (word == "S4000") name.compute_capability = "mp_22";
  name.generation = "MTT S";
  name.canonical = "MTT " + word + memory_words(name.memory_bytes);
}

struct Product {
  std::string_view word, canonical, architecture;
  Vendor vendor;
  GpuSeries series;
};
constexpr std::array<Product, 8> kProducts{
    {{"BR100", "BR100", "Biren", Vendor::biren, GpuSeries::biren_br},
     {"BR104", "BR104", "Biren", Vendor::biren, GpuSeries::biren_br},
     {"C500", "MXC500", "MetaX", Vendor::metax, GpuSeries::mxc},
     {"MXC500", "MXC500", "MetaX", Vendor::metax, GpuSeries::mxc},
     {"MLU370", "MLU370", "MLUarch03", Vendor::cambricon, GpuSeries::mlu},
     {"MLU290", "MLU290", "MLUv02", Vendor::cambricon, GpuSeries::mlu},
     {"RG800", "RG800", "XPU-R", Vendor::kunlunxin, GpuSeries::kunlun_r},
     {"R200", "R200", "XPU-R", Vendor::kunlunxin, GpuSeries::kunlun_r}}};

void read_product(NameWords& words, GpuName& name) {
  for (const Product& product : kProducts) {
    // C500 and R200 are too short to stand for themselves.
    if (product.word.size() < 5 && name.vendor != product.vendor) continue;
    if (!words.take(product.word)) continue;
    begin(name, product.vendor, product.series, "", product.word);
    name.architecture = product.architecture;
    name.canonical = product.canonical;
    const std::string kind = words.take_one_of({"X4", "X8", "S4"});
    if (!kind.empty()) name.canonical += "-" + kind;
    name.suffix = kind;
    name.canonical += memory_words(name.memory_bytes);
    return;
  }
}

}  // namespace

void read_others(NameWords& words, GpuName& name) {
  if (words.take("ADRENO")) return read_adreno(words, name);
  if (words.take("ASCEND") || (name.vendor == Vendor::huawei && words.peek().starts_with("910")))
    return read_ascend(words, name);
  if (words.take("ATLAS")) return read_atlas(words, name);
  if (words.take("MTT")) return read_mtt(words, name);
  std::string word = words.peek();
  if (word.starts_with("JM") && all_digits(word.substr(2)) && word.size() >= 6) {
    words.take();
    begin(name, Vendor::jingjia, GpuSeries::jm, "JM", word.substr(2));
    name.architecture = "JM" + word.substr(2, 1);
    name.generation = name.architecture;
    name.canonical = word + memory_words(name.memory_bytes);
    return;
  }
  words.take("METAX");
  words.take("BIREN");
  read_product(words, name);
}

}  // namespace cvp::plan
