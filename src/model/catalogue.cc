#include "model/catalogue.h"

#include <algorithm>

#include "base/check.h"
#include "base/edit_distance.h"
#include "base/embedded.h"
#include "model/entry_toml.h"

namespace cvp::data {
std::span<const Embedded> models();
}

namespace cvp::model {
namespace {

constexpr size_t kSuggestions = 3;

/// The ids most like what was asked for, best first: those that contain it, then by edit distance.
std::vector<std::string> nearest(const std::vector<CatalogueEntry>& entries, std::string_view id) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& entry : entries) {
    const bool contains = !id.empty() && entry.id.find(id) != std::string::npos;
    ranked.emplace_back(contains ? 0 : edit_distance(id, entry.id), entry.id);
  }
  std::ranges::stable_sort(ranked, {}, &std::pair<size_t, std::string>::first);
  std::vector<std::string> ids;
  for (size_t i = 0; i < std::min(kSuggestions, ranked.size()); ++i) ids.push_back(ranked[i].second);
  return ids;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : ", ") + word;
  return line;
}

std::string lower_ascii(std::string_view given) {
  std::string lower(given);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

void replace_all(std::string& in, std::string_view what, const std::string& with) {
  for (size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + with.size()))
    in.replace(at, what.size(), with);
}

bool reads_chinese_and_english(const CatalogueEntry& entry) {
  return std::ranges::count(entry.languages, "zh") && std::ranges::count(entry.languages, "en");
}

}  // namespace

std::string part_member(const Source& source, size_t index) {
  std::string member = source.member;
  replace_all(member, "{n}", fmt::format("{}", index + 1));
  replace_all(member, "{nn}", fmt::format("{:02}", index + 1));
  replace_all(member, "{kk}", fmt::format("{:02}", index));
  return member;
}

bool valid_model_id(std::string_view id) {
  constexpr size_t kMaxIdBytes = 100;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (id.empty() || id.size() > kMaxIdBytes || !plain(id[0])) return false;
  return std::ranges::all_of(id, [&](char c) { return plain(c) || c == '.' || c == '-' || c == '_'; });
}

Result<Catalogue> Catalogue::load() {
  Catalogue catalogue;
  for (const auto& file : data::models()) {
    for (auto& entry : TRY(parse_entries(file.bytes, file.path))) {
      for (const auto& other : catalogue.entries_) {
        if (other.id == entry.id)
          return fail(Errc::corrupt, text("{}: the model {} stands there twice", "{}：模型 {} 重复出现",
                                          file.path, entry.id));
      }
      catalogue.entries_.push_back(std::move(entry));
    }
  }
  return catalogue;
}

Result<const CatalogueEntry*> Catalogue::find(std::string_view id) const {
  const std::string wanted = lower_ascii(id);
  std::vector<const CatalogueEntry*> matches;
  for (const auto& entry : entries_) {
    if (entry.id == wanted) return &entry;
    if (!wanted.empty() && entry.id.starts_with(wanted)) matches.push_back(&entry);
  }
  if (matches.size() == 1) return matches[0];
  if (matches.size() > 1) {
    std::vector<std::string> ids;
    for (const auto* entry : matches) ids.push_back(entry->id);
    return fail(
        Errc::not_found,
        text("more than one model starts with \"{}\"", "有多个模型的名称以 “{}” 开头", std::string(id)),
        text("write more of the name: {}", "请把名称写完整一些：{}", joined(ids)));
  }
  return fail(
      Errc::not_found,
      text("there is no model \"{}\" in the catalogue", "模型目录里没有 “{}”", std::string(id)),
      text("did you mean {}? `cvp models list` shows all of them",
           "你要找的是不是 {}？用 `cvp models list` 查看全部模型", joined(nearest(entries_, wanted))));
}

const CatalogueEntry& Catalogue::default_for(ModelRole role, uint64_t memory_bytes) const {
  const CatalogueEntry* smallest = nullptr;
  for (const auto& entry : entries_) {
    if (entry.role != role || !reads_chinese_and_english(entry)) continue;
    if (entry.needs_memory_bytes <= memory_bytes / 2) return entry;
    if (!smallest || entry.needs_memory_bytes < smallest->needs_memory_bytes) smallest = &entry;
  }
  CHECK(smallest != nullptr);
  return *smallest;
}

}  // namespace cvp::model
