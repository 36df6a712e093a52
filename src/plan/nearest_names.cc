#include "plan/nearest_names.h"

#include <algorithm>
#include <tuple>

#include "base/edit_distance.h"

namespace cvp::plan {
namespace {

constexpr size_t kTypedBytes = 100;
// Two slips in a name, one in a short one: three turn "RTX 9999" into every card that there is.
constexpr size_t kMostSlips = 2, kBytesPerSlip = 4;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// How far a name is from what was typed, at its best place: "4060" is near every name with 4060 in it.
size_t distance(std::string_view typed, std::string_view name) {
  if (name.find(typed) != std::string_view::npos) return 0;
  size_t best = edit_distance(typed, name);
  for (size_t at = name.find(' '); at != std::string_view::npos; at = name.find(' ', at + 1))
    best = std::min(best, edit_distance(typed, name.substr(at + 1)));
  return best;
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view typed, const std::vector<std::string>& names,
                                       size_t most) {
  if (typed.empty() || typed.size() > kTypedBytes) return {};
  const std::string wanted = lower(typed);
  std::vector<std::tuple<size_t, size_t, size_t>> ranked;  // distance, length, index
  const size_t most_slips = std::clamp<size_t>(typed.size() / kBytesPerSlip, 1, kMostSlips);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].size() > kTypedBytes) continue;
    const size_t far = distance(wanted, lower(names[i]));
    if (far <= most_slips) ranked.emplace_back(far, names[i].size(), i);
  }
  std::ranges::sort(ranked);
  std::vector<std::string> out;
  for (const auto& [far, length, index] : ranked) {
    if (out.size() == most) break;
    out.push_back(names[index]);
  }
  return out;
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace cvp::plan
