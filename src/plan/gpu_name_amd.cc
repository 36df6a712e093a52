// AMD: the word behind Radeon names the family; numbers do not sort by themselves over generations.
#include <algorithm>
#include <array>
#include <charconv>

#include "plan/gpu_grammar.h"

namespace cvp::plan {
namespace {

struct Chip {
  int first, last;  // numbers, both included
  std::string_view architecture, gfx;
};

// LLVM's and ROCm's names of the chips (rocm.docs.amd.com, GPU specifications; LLVM's AMDGPU usage guide).
constexpr std::array<Chip, 12> kRx{{{400, 599, "GCN 4 (Polaris)", "gfx803"},
                                    {5300, 5599, "RDNA 1", "gfx1012"},
                                    {5600, 5799, "RDNA 1", "gfx1010"},
                                    {6300, 6599, "RDNA 2", "gfx1034"},
                                    {6600, 6699, "RDNA 2", "gfx1032"},
                                    {6700, 6799, "RDNA 2", "gfx1031"},
                                    {6800, 6999, "RDNA 2", "gfx1030"},
                                    {7400, 7699, "RDNA 3", "gfx1102"},
                                    {7700, 7899, "RDNA 3", "gfx1101"},
                                    {7900, 7999, "RDNA 3", "gfx1100"},
                                    {9050, 9069, "RDNA 4", "gfx1200"},
                                    {9070, 9079, "RDNA 4", "gfx1201"}}};
constexpr std::array<Chip, 3> kRxLaptop{{{6800, 6899, "RDNA 2", "gfx1031"},
                                         {6700, 6799, "RDNA 2", "gfx1031"},
                                         {7700, 7799, "RDNA 3", "gfx1102"}}};
constexpr std::array<Chip, 6> kIntegrated{{{610, 610, "RDNA 2", "gfx1036"},
                                           {660, 680, "RDNA 2", "gfx1035"},
                                           {740, 780, "RDNA 3", "gfx1103"},
                                           {820, 860, "RDNA 3.5", "gfx1152"},
                                           {880, 890, "RDNA 3.5", "gfx1150"},
                                           {8040, 8060, "RDNA 3.5", "gfx1151"}}};
constexpr std::array<Chip, 8> kW{{{5500, 5500, "RDNA 1", "gfx1012"},
                                  {5700, 5700, "RDNA 1", "gfx1010"},
                                  {6300, 6500, "RDNA 2", "gfx1034"},
                                  {6600, 6600, "RDNA 2", "gfx1032"},
                                  {6800, 6900, "RDNA 2", "gfx1030"},
                                  {7500, 7600, "RDNA 3", "gfx1102"},
                                  {7700, 7700, "RDNA 3", "gfx1101"},
                                  {7800, 7900, "RDNA 3", "gfx1100"}}};
constexpr std::array<Chip, 4> kV{{{520, 520, "RDNA 1", "gfx1011"},
                                  {620, 620, "RDNA 2", "gfx1030"},
                                  {710, 710, "RDNA 3", "gfx1101"},
                                  {340, 340, "GCN 5 (Vega)", "gfx900"}}};
constexpr std::array<Chip, 13> kInstinct{{{6, 6, "GCN 4 (Polaris)", "gfx803"},
                                          {8, 8, "GCN 3 (Fiji)", "gfx803"},
                                          {25, 25, "GCN 5 (Vega)", "gfx900"},
                                          {50, 50, "GCN 5 (Vega)", "gfx906"},
                                          {60, 60, "GCN 5 (Vega)", "gfx906"},
                                          {100, 100, "CDNA 1", "gfx908"},
                                          {210, 210, "CDNA 2", "gfx90a"},
                                          {250, 250, "CDNA 2", "gfx90a"},
                                          {300, 300, "CDNA 3", "gfx942"},
                                          {308, 308, "CDNA 3", "gfx942"},
                                          {325, 325, "CDNA 3", "gfx942"},
                                          {350, 350, "CDNA 4", "gfx950"},
                                          {355, 355, "CDNA 4", "gfx950"}}};

int number_of(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

template <size_t N>
bool fill(const std::array<Chip, N>& chips, int number, GpuName& name) {
  for (const Chip& chip : chips) {
    if (number < chip.first || number > chip.last) continue;
    name.architecture = chip.architecture;
    name.compute_capability = chip.gfx;
    return true;
  }
  return false;
}

void begin(GpuName& name, GpuSeries series, std::string_view prefix, const std::string& number) {
  name.vendor = Vendor::amd;
  name.series = series;
  name.prefix = prefix;
  name.number = number;
}

/// The digit that says how strong a card is within its generation: the second, but the third of RX 9070.
int tier_of(const std::string& digits) {
  const size_t at = digits.size() == 4 && digits[0] == '9' ? 2 : 1;
  return digits[at] - '0';
}

void read_vega(NameWords& words, GpuName& name) {
  const std::string number = words.take_digits(1, 2);
  const bool card = number == "56" || number == "64";
  if (!card && number.size() > 1 && number != "10" && number != "11") return;
  if (number.empty()) return;
  begin(name, card ? GpuSeries::radeon_vega : GpuSeries::radeon_integrated, "Vega", number);
  name.generation = "Vega";
  name.architecture = "GCN 5 (Vega)";
  if (card) name.compute_capability = "gfx900";
  if (!card) name.form = GpuForm::integrated;
  name.canonical = (card ? "Radeon RX Vega " : "Radeon Vega ") + number;
}

void read_rx(NameWords& words, GpuName& name) {
  if (words.take("VEGA")) return read_vega(words, name);
  const std::string digits = words.take_digits(3, 4);
  const int number = number_of(digits);
  const std::string mobile = words.take_one_of({"M", "S"});
  const bool laptop = !mobile.empty() || words.laptop;
  name.prefix = "RX";
  name.number = digits;
  if (!(laptop && fill(kRxLaptop, number, name)) && !fill(kRx, number, name)) return;
  if (mobile == "S") name.compute_capability = digits[0] == '6' ? "gfx1032" : "gfx1102";
  begin(name, GpuSeries::radeon_rx, "RX", digits);
  name.suffix = words.take_one_of({"XTX", "XT", "GRE", "D", "2048SP", "X"});
  if (name.suffix == "X") name.suffix.clear(), words.take_anywhere("X");
  name.generation =
      digits.size() == 4 ? "RX " + digits.substr(0, 1) + "000" : "RX " + digits.substr(0, 1) + "00";
  name.tier = tier_of(digits);
  if (laptop) name.form = GpuForm::laptop;
  name.edition = mobile;
  name.canonical = "Radeon RX " + digits + mobile +
                   (name.suffix == "D"    ? "D"
                    : name.suffix.empty() ? ""
                                          : " " + name.suffix) +
                   memory_words(name.memory_bytes);
}

void read_pro(NameWords& words, GpuName& name) {
  const std::string word = words.take();
  name.prefix = "PRO";
  if (word == "VII") {
    begin(name, GpuSeries::radeon_pro, "PRO", "VII");
    name.architecture = "GCN 5 (Vega)";
    name.compute_capability = "gfx906";
    name.canonical = "Radeon Pro VII" + memory_words(name.memory_bytes);
    return;
  }
  const bool wx = word == "WX";
  const std::string digits = wx ? words.take_digits(4, 4) : (word.empty() ? "" : word.substr(1));
  if (!all_digits(digits)) return;
  const int number = number_of(digits);
  bool known = false;
  if (wx) {
    const bool vega = number == 9100 || number == 8200;
    name.architecture = vega ? "GCN 5 (Vega)" : "GCN 4 (Polaris)";
    name.compute_capability = vega ? "gfx900" : "gfx803";
    known = true;
  } else if (word[0] == 'W') {
    known = fill(kW, number, name);
  } else if (word[0] == 'V') {
    known = fill(kV, number, name);
  } else if (word == "R9700") {
    name.architecture = "RDNA 4";
    name.compute_capability = "gfx1201";
    known = true;
  }
  if (!known) return;
  begin(name, GpuSeries::radeon_pro, wx ? "WX" : word.substr(0, 1), digits);
  name.generation = wx ? "WX" : word.substr(0, 1) + digits.substr(0, 1) + (digits.size() == 4 ? "000" : "00");
  name.canonical = (word[0] == 'R' ? "Radeon AI PRO " : "Radeon PRO ") + (wx ? "WX " + digits : word) +
                   memory_words(name.memory_bytes);
}

void read_instinct(NameWords& words, GpuName& name) {
  std::string word = words.peek();
  if (!word.starts_with("MI") || word.size() < 3) return;
  words.take();
  std::string digits = word.substr(2), letter;
  if (digits.ends_with('X') || digits.ends_with('A'))
    letter = digits.substr(digits.size() - 1), digits.pop_back();
  if (!all_digits(digits) || !fill(kInstinct, number_of(digits), name)) return;
  begin(name, GpuSeries::instinct, "MI", digits);
  name.suffix = letter;
  name.generation = digits.size() == 3 ? "MI" + digits.substr(0, 1) + "00" : "MI";
  if (words.take("OAM") || (digits.size() == 3 && digits[0] >= '2' && digits != "210"))
    name.form = GpuForm::module;
  if (letter == "A") name.form = GpuForm::integrated;
  name.canonical = "Instinct MI" + digits + letter + memory_words(name.memory_bytes);
}

/// HD 7970, R9 390X: before RX. They run no current software for models, so that only the generation is told.
void read_old(NameWords& words, GpuName& name, const std::string& prefix) {
  const std::string digits = words.take_digits(3, 4);
  if (digits.empty()) return;
  begin(name, prefix == "HD" ? GpuSeries::radeon_hd : GpuSeries::radeon_r, prefix, digits);
  if (words.take("M")) name.form = GpuForm::laptop, name.edition = "M";
  name.suffix = words.take_one_of({"X2", "XT", "X", "GE"});
  const int number = number_of(digits);
  const bool gcn = prefix != "HD" || number >= 7700;
  name.architecture = gcn ? "GCN" : "TeraScale";
  name.generation =
      prefix == "HD" ? "HD " + digits.substr(0, 1) + "000" : prefix + " " + digits.substr(0, 1) + "00";
  name.canonical = "Radeon " + prefix + " " + digits + name.edition +
                   (name.suffix == "X"    ? "X"
                    : name.suffix.empty() ? ""
                                          : " " + name.suffix) +
                   memory_words(name.memory_bytes);
}

void read_integrated(NameWords& words, GpuName& name) {
  const std::string digits = words.take_digits(3, 4);
  const std::string letter = words.take_one_of({"M", "S"});
  if (letter.empty() || !fill(kIntegrated, number_of(digits), name)) return;
  begin(name, GpuSeries::radeon_integrated, "", digits);
  name.edition = letter;
  name.form = GpuForm::integrated;
  name.memory_bytes = 0;  // part of the host's
  name.generation = "Radeon " + digits.substr(0, digits.size() - 2) + "00";
  name.canonical = "Radeon " + digits + letter;
}

}  // namespace

void read_amd(NameWords& words, GpuName& name) {
  const bool radeon = words.take("RADEON");
  words.take("AI");
  words.take("INSTINCT");
  if (words.take("RX")) return read_rx(words, name);
  if (words.take("PRO")) return read_pro(words, name);
  if (words.peek().starts_with("MI")) return read_instinct(words, name);
  if (words.take("VEGA")) return read_vega(words, name);
  if (words.take("VII")) {
    begin(name, GpuSeries::radeon_vega, "", "VII");
    name.generation = "Vega";
    name.architecture = "GCN 5 (Vega)";
    name.compute_capability = "gfx906";
    name.canonical = "Radeon VII";
    return;
  }
  if (const std::string old = words.take_one_of({"HD", "R5", "R7", "R9"}); !old.empty())
    return read_old(words, name, old);
  const bool pro_card =
      words.peek() == "WX" || words.peek() == "R9700" || (words.peek().size() == 5 && words.peek()[0] == 'W');
  if (pro_card) return read_pro(words, name);
  const std::string& word = words.peek();
  if (!all_digits(word)) return;
  if (words.peek(1) == "M" || words.peek(1) == "S") return read_integrated(words, name);
  // "7900 XTX" and "5700 XT" without RX: the suffix says whose they are.
  const std::string& next = words.peek(1);
  if (radeon || name.vendor == Vendor::amd || next == "XT" || next == "XTX" || next == "GRE")
    read_rx(words, name);
}

}  // namespace cvp::plan
