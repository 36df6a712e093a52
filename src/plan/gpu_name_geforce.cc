// GeForce: prefix, number (generation and tier), suffix. GT is the low end, GTX has no RT and Tensor cores,
// RTX has both.
#include <algorithm>
#include <array>
#include <charconv>

#include "plan/gpu_grammar.h"

namespace cvp::plan {
namespace {

struct Generation {
  int first, last;  // numbers, both included
  std::string_view architecture, capability;
};
/// NVIDIA's tables of compute capabilities (developer.nvidia.com/cuda-gpus and cuda-legacy-gpus). The first
/// row that fits.
constexpr std::array<Generation, 23> kGenerations{
    {{400, 449, "Fermi", "2.1"},          {450, 460, "Fermi", "2.1"},       {461, 499, "Fermi", "2.0"},
     {500, 569, "Fermi", "2.1"},          {570, 599, "Fermi", "2.0"},       {600, 699, "Kepler", "3.0"},
     {710, 730, "Kepler", "3.5"},         {745, 750, "Maxwell", "5.0"},     {780, 780, "Kepler", "3.5"},
     {700, 799, "Kepler", "3.0"},         {870, 880, "Kepler", "3.0"},      {800, 869, "Maxwell", "5.0"},
     {910, 910, "Maxwell", "5.2"},        {920, 920, "Kepler", "3.5"},      {930, 945, "Maxwell", "5.0"},
     {950, 999, "Maxwell", "5.2"},        {1000, 1099, "Pascal", "6.1"},    {1600, 1699, "Turing", "7.5"},
     {2050, 2050, "Ampere", "8.6"},       {2060, 2099, "Turing", "7.5"},    {3000, 3099, "Ampere", "8.6"},
     {4000, 4099, "Ada Lovelace", "8.9"}, {5000, 5099, "Blackwell", "12.0"}}};

constexpr std::array<Generation, 5> kMx{{{110, 130, "Maxwell", "5.0"},
                                         {150, 350, "Pascal", "6.1"},
                                         {450, 450, "Turing", "7.5"},
                                         {550, 550, "Turing", "7.5"},
                                         {570, 570, "Ampere", "8.6"}}};

int number_of(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

template <size_t N>
const Generation* generation_of(const std::array<Generation, N>& table, int number) {
  for (const Generation& row : table) {
    if (number >= row.first && number <= row.last) return &row;
  }
  return nullptr;
}

void fill(GpuName& name, const Generation& row) {
  name.architecture = row.architecture;
  name.compute_capability = row.capability;
}

/// Numbers that were sold in laptops only.
bool laptop_only(int number, std::string_view suffix) {
  return number == 2050 || number == 4050 || (number == 1650 && suffix == "Ti");
}

void read_mx(NameWords& words, GpuName& name) {
  const std::string digits = words.take_digits(3, 3);
  const Generation* row = generation_of(kMx, number_of(digits));
  if (row == nullptr) return;
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::geforce_mx;
  name.prefix = "MX";
  name.number = digits;
  name.generation = "MX " + digits.substr(0, 1) + "00";
  name.form = GpuForm::laptop;
  fill(name, *row);
  name.canonical = "GeForce MX" + digits;
}

void read_titan(NameWords& words, GpuName& name) {
  struct Row {
    std::string_view word, canonical, architecture, capability;
  };
  static constexpr std::array<Row, 6> kRows{{{"XP", "TITAN Xp", "Pascal", "6.1"},
                                             {"V", "TITAN V", "Volta", "7.0"},
                                             {"RTX", "TITAN RTX", "Turing", "7.5"},
                                             {"BLACK", "GeForce GTX TITAN Black", "Kepler", "3.5"},
                                             {"Z", "GeForce GTX TITAN Z", "Kepler", "3.5"},
                                             {"", "GeForce GTX TITAN", "Kepler", "3.5"}}};
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::titan;
  name.prefix = "TITAN";
  if (words.take("X")) {
    // The name was used twice: the Maxwell card of 2015 is "GeForce GTX TITAN X".
    const bool pascal = words.take_anywhere("PASCAL") || name.suffix != "GTX";
    name.suffix = "X";
    name.canonical = pascal ? "TITAN X (Pascal)" : "GeForce GTX TITAN X";
    name.architecture = pascal ? "Pascal" : "Maxwell";
    name.compute_capability = pascal ? "6.1" : "5.2";
    return;
  }
  for (const Row& row : kRows) {
    const bool said_first = row.word == "RTX" && name.suffix == "RTX";  // "RTX TITAN"
    if (!row.word.empty() && !said_first && !words.take(row.word)) continue;
    name.suffix = written(row.word);
    name.canonical = row.canonical;
    name.architecture = row.architecture;
    name.compute_capability = row.capability;
    return;
  }
}

std::string read_suffix(NameWords& words) {
  if (words.take("TI")) return words.take("SUPER") ? "Ti SUPER" : "Ti";
  if (words.take("SUPER")) return "SUPER";
  if (words.take("D")) return words.take("V2") ? "D v2" : "D";
  return "";
}

void read_number(NameWords& words, GpuName& name, const std::string& prefix) {
  const std::string digits = words.take_digits(3, 4);
  const int number = number_of(digits);
  const Generation* row = generation_of(kGenerations, number);
  name.prefix = prefix;
  name.number = digits;
  // RTX 6000 and the like are workstation cards; RTX began with 2050, GT and GTX ended with 1660.
  constexpr std::array<int, 7> kTiers{10, 30, 50, 60, 70, 80, 90};
  const bool tier_exists = number < 1000 ? number % 5 == 0 : std::ranges::count(kTiers, number % 100) > 0;
  if (row == nullptr || !tier_exists || (prefix == "RTX") != (number >= 2000)) return;
  const std::string m = words.take_one_of({"M", "MX"});
  name.suffix = read_suffix(words);
  name.vendor = Vendor::nvidia;
  name.series = GpuSeries::geforce;
  name.tier = number % 100;
  const std::string step = digits.size() == 4 ? digits.substr(0, 2) : digits.substr(0, 1) + "00";
  name.generation = (prefix.empty() ? "GeForce" : prefix) + " " + step;
  fill(name, *row);
  const bool laptop = !m.empty() || words.laptop || words.max_q || laptop_only(number, name.suffix);
  if (laptop) name.form = GpuForm::laptop;
  name.canonical = "GeForce " + (prefix.empty() ? "" : prefix + " ") + digits + m +
                   (name.suffix.empty() ? "" : " " + name.suffix);
  name.edition = m;
  if (laptop && m.empty()) {
    name.edition = words.max_q ? "Max-Q" : "Laptop GPU";
    name.canonical += words.max_q ? " with Max-Q Design" : " Laptop GPU";
  }
  name.canonical += memory_words(name.memory_bytes);
}

}  // namespace

void read_geforce(NameWords& words, GpuName& name) {
  const bool said = words.take("GEFORCE");
  if (words.take("MX")) return read_mx(words, name);
  std::string prefix = words.take_one_of({"RTX", "GTX", "GTS", "GT"});
  if (words.take("TITAN")) {
    name.suffix = prefix;
    return read_titan(words, name);
  }
  if (prefix.empty() && !said && !all_digits(words.peek())) return;
  // People write "4090": only numbers that no other vendor has may stand alone.
  if (prefix.empty() && !said) {
    const int number = number_of(words.peek());
    const bool clear = name.vendor == Vendor::nvidia ||
                       (number >= 1000 && number < 5100 && number % 100 >= 30 && number % 10 == 0);
    if (!clear) return;
    prefix = number >= 2000 ? "RTX" : "GTX";
  }
  if (prefix.empty() && number_of(words.peek()) >= 1000)
    prefix = number_of(words.peek()) >= 2000 ? "RTX" : "GTX";
  read_number(words, name, prefix);
}

}  // namespace cvp::plan
