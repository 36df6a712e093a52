#include "plan/gpu_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cvp::plan {
namespace {

constexpr size_t kNameBytes = 256;
constexpr uint64_t kGib = 1ull << 30;
constexpr uint64_t kMostGib = 4096;

using Pair = std::pair<std::string_view, std::string_view>;

/// What Chinese speakers write, and spellings of the same thing. In this order.
constexpr std::array<Pair, 30> kRewrites{{{"(R)", " "},
                                          {"(TM)", " "},
                                          {"(C)", " "},
                                          {"®", " "},
                                          {"™", " "},
                                          {"（", "("},
                                          {"）", ")"},
                                          {"英伟达", " NVIDIA "},
                                          {"超威", " AMD "},
                                          {"英特尔", " INTEL "},
                                          {"苹果", " APPLE "},
                                          {"高通", " QUALCOMM "},
                                          {"华为", " HUAWEI "},
                                          {"昇腾", " ASCEND "},
                                          {"摩尔线程", " MTHREADS "},
                                          {"景嘉微", " JINGJIA "},
                                          {"沐曦", " METAX "},
                                          {"壁仞", " BIREN "},
                                          {"寒武纪", " CAMBRICON "},
                                          {"昆仑芯", " KUNLUNXIN "},
                                          {"笔记本电脑", " LAPTOP "},
                                          {"笔记本", " LAPTOP "},
                                          {"移动版", " LAPTOP "},
                                          {"显卡", " "},
                                          {"显存", " "},
                                          {"MAX-Q", " MAXQ "},
                                          {"PCI-E", "PCIE"},
                                          {"MOORE THREADS", "MTHREADS"},
                                          {"JINGJIA MICRO", "JINGJIA"},
                                          {"ADVANCED MICRO DEVICES", "AMD"}}};

constexpr std::array<std::pair<std::string_view, Vendor>, 27> kVendorWords{
    {{"NVIDIA", Vendor::nvidia},
     {"GEFORCE", Vendor::nvidia},
     {"QUADRO", Vendor::nvidia},
     {"TESLA", Vendor::nvidia},
     {"TITAN", Vendor::nvidia},
     {"JETSON", Vendor::nvidia},
     {"RTX", Vendor::nvidia},
     {"GTX", Vendor::nvidia},
     {"AMD", Vendor::amd},
     {"ATI", Vendor::amd},
     {"RADEON", Vendor::amd},
     {"INSTINCT", Vendor::amd},
     {"RX", Vendor::amd},
     {"INTEL", Vendor::intel},
     {"ARC", Vendor::intel},
     {"APPLE", Vendor::apple},
     {"QUALCOMM", Vendor::qualcomm},
     {"ADRENO", Vendor::qualcomm},
     {"HUAWEI", Vendor::huawei},
     {"ASCEND", Vendor::huawei},
     {"MTHREADS", Vendor::moore_threads},
     {"MTT", Vendor::moore_threads},
     {"JINGJIA", Vendor::jingjia},
     {"METAX", Vendor::metax},
     {"BIREN", Vendor::biren},
     {"CAMBRICON", Vendor::cambricon},
     {"KUNLUNXIN", Vendor::kunlunxin}}};

/// Words that only name a vendor and are not part of a product's name.
constexpr std::array<std::string_view, 11> kVendorOnly{"NVIDIA",  "AMD",       "ATI",      "INTEL",
                                                       "APPLE",   "QUALCOMM",  "HUAWEI",   "MTHREADS",
                                                       "JINGJIA", "CAMBRICON", "KUNLUNXIN"};
constexpr std::array<std::string_view, 17> kFiller{
    "CORPORATION", "CORP.",   "INC",        "INC.", "CO.",      "GRAPHICS", "GRAPHIC", "GPU", "WITH",
    "DESIGN",      "EDITION", "GENERATION", "CARD", "FOUNDERS", "DESKTOP",  "MESA",    "DGPU"};
/// What may follow a product's name without changing which product it is.
constexpr std::array<std::string_view, 20> kNoise{
    "PCIE",   "PCI",   "SSE2", "HBM2", "HBM2E", "HBM3", "HBM3E", "GDDR5", "GDDR5X", "GDDR6",
    "GDDR6X", "GDDR7", "LITE", "HASH", "RATE",  "LHR",  "OC",    "FE",    "ACTIVE", "LE"};

template <size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return c >= 'A' && c <= 'Z'; }

void replace_all(std::string& in, std::string_view what, std::string_view with) {
  for (size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + with.size()))
    in.replace(at, what.size(), with);
}

/// "AD104 [GeForce RTX 4070] (rev a1)", as lists of PCI devices say it: what stands in the last square
/// brackets.
std::string bracketed(std::string name) {
  const size_t open = name.rfind('[');
  const size_t close = name.rfind(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return name;
  const std::string inside = name.substr(open + 1, close - open - 1);
  if (inside.find_first_of("0123456789") == std::string::npos) return name;
  for (std::string_view vendor : {"NVIDIA ", "AMD", "INTEL "}) {
    if (name.find(vendor) < open) return std::string(vendor) + " " + inside;
  }
  return inside;
}

/// Round brackets hold another program's remarks, but also "(30-core GPU)" and "(Pascal)".
std::string without_remarks(std::string_view name) {
  std::string out;
  for (size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '(') {
      out.push_back(name[at]);
      continue;
    }
    const size_t close = std::min(name.find(')', at), name.size());
    const std::string_view inside = name.substr(at + 1, close - at - 1);
    const bool kept =
        inside == "PASCAL" || inside.ends_with("CORE GPU") || inside.ends_with("核") || all_digits(inside);
    out += kept ? " " + std::string(inside.substr(0, inside.find_first_of("- 核"))) +
                      (inside == "PASCAL" ? " " : "CORE ")
                : " ";
    at = close;
  }
  return out;
}

/// "RTX4060TI" → RTX, 4060, TI.
void push_apart(std::vector<std::string>& out, std::string_view word) {
  for (std::string_view prefix : {"RTX", "GTX", "GTS", "GT", "MX", "RX", "MTT"}) {
    if (word.size() > prefix.size() && word.starts_with(prefix) && digit(word[prefix.size()])) {
      out.emplace_back(prefix);
      push_apart(out, word.substr(prefix.size()));
      return;
    }
  }
  size_t digits = 0;
  while (digits < word.size() && digit(word[digits])) ++digits;
  if (digits == 3 || digits == 4) {
    std::string_view tail = word.substr(digits);
    for (std::string_view suffix : {"TI", "SUPER", "XTX", "XT", "GRE", "D", "MX", "M", "S", "X"}) {
      if (tail == suffix || (suffix == "TI" && tail == "TISUPER")) {
        out.emplace_back(word.substr(0, digits));
        out.emplace_back(suffix);
        if (tail != suffix) out.emplace_back("SUPER");
        return;
      }
    }
  }
  out.emplace_back(word);
}

/// "16GB", "24G", "16384MB": bytes; 0 where the word is no size.
uint64_t size_of(std::string_view word) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  const std::string_view unit(end, word.data() + word.size());
  if (error != std::errc() || value == 0) return 0;
  if ((unit == "GB" || unit == "G" || unit == "GIB") && value <= kMostGib) return value * kGib;
  if ((unit == "MB" || unit == "MIB") && value % 1024 == 0 && value / 1024 <= kMostGib)
    return value / 1024 * kGib;
  return 0;
}

/// MIG's "1G.10GB", and vGPU's "8Q" behind "A10".
bool is_slice(std::string_view word, std::string_view before) {
  if (word.empty() || !digit(word[0])) return false;
  if (const size_t dot = word.find("G."); dot != std::string_view::npos && dot <= 2) return true;
  if (before.empty() || !letter(before[0]) || !digit(before.back())) return false;
  const std::string_view head = word.substr(0, word.size() - 1);
  return all_digits(head) && head.size() <= 3 &&
         std::string_view("QCAB").find(word.back()) != std::string_view::npos;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(" \t\n,/_-:[]", at), text.size());
    if (end > at) push_apart(out, text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, digit); }

NameWords::NameWords(std::string_view name) {
  if (name.size() > kNameBytes) return;
  std::string text(name);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  for (const auto& [what, with] : kRewrites) replace_all(text, what, with);
  for (std::string& word : split(without_remarks(bracketed(std::move(text))))) {
    // "80 GB" is one word, as is "MIG 1g.10gb".
    const bool unit = word == "GB" || word == "G" || word == "GIB" || word == "MB";
    if (unit && !words_.empty() && all_digits(words_.back())) {
      words_.back() += word;
    } else {
      words_.push_back(std::move(word));
    }
  }
  take_out_flags();
}

void NameWords::take_out_flags() {
  std::vector<std::string> kept;
  for (std::string& word : words_) {
    for (const auto& [spelled, meant] : kVendorWords) {
      if (word == spelled && vendor_ == Vendor::unknown) vendor_ = meant;
    }
    if (word == "LAPTOP" || word == "MOBILE" || word == "NOTEBOOK") {
      laptop = true;
    } else if (word == "MAXQ") {
      max_q = true;
    } else if (const uint64_t bytes = size_of(word)) {
      memory_bytes = bytes;
    } else if (is_slice(word, kept.empty() ? std::string_view() : kept.back())) {
      slice = word;
    } else if (!among(kVendorOnly, word) && !among(kFiller, word) && word != "MIG") {
      kept.push_back(std::move(word));
    }
  }
  words_ = std::move(kept);
}

const std::string& NameWords::peek(size_t ahead) const {
  static const std::string nothing;
  return at_ + ahead < words_.size() ? words_[at_ + ahead] : nothing;
}

std::string NameWords::take() { return done() ? std::string() : words_[at_++]; }

bool NameWords::take(std::string_view word) {
  if (done() || words_[at_] != word) return false;
  ++at_;
  return true;
}

std::string NameWords::take_one_of(std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, std::string_view(peek())) != words.end() ? take() : std::string();
}

std::string NameWords::take_digits(size_t least, size_t most) {
  const std::string& word = peek();
  return all_digits(word) && word.size() >= least && word.size() <= most ? take() : std::string();
}

bool NameWords::take_anywhere(std::string_view word) {
  const auto found = std::find(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end(), word);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

bool NameWords::rest_is_noise() const {
  return std::all_of(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end(),
                     [](const std::string& word) { return among(kNoise, word); });
}

}  // namespace cvp::plan
