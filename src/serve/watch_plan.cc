#include "serve/watch_plan.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace cvp::serve {
namespace {

bool is_below(std::string_view uri, std::string_view folder) {
  return uri == folder || (uri.starts_with(folder) && uri[folder.size()] == '/');
}

bool is_due(const WatchedFile* known, const WatchFailures& failures, const SeenFile& file, int64_t now_unix) {
  if (known != nullptr && known->stamp == file.stamp) return false;
  const auto failed = failures.find(file.uri);
  return failed == failures.end() || failed->second.stamp != file.stamp ||
         now_unix - failed->second.unix_seconds >= kFailureSeconds;
}

}  // namespace

WatchSteps plan_watch(const WatchRecord& record, const WatchFailures& failures,
                      std::span<const SeenFile> seen, std::span<const std::string> closed, int64_t now_unix) {
  WatchSteps out;
  // Documents that leave or become something else: their content may then be wanted from a file that was
  // only a copy.
  std::set<store::DocumentId> changing;
  std::set<std::string_view> present;
  std::vector<const SeenFile*> copies;
  for (const SeenFile& file : seen) {
    present.insert(file.uri);
    const auto found = record.files.find(file.uri);
    const WatchedFile* known = found != record.files.end() ? &found->second : nullptr;
    if (is_due(known, failures, file, now_unix)) {
      out.add.push_back(file);
      if (known != nullptr && known->copy_of == 0) changing.insert(known->document);
    } else if (known != nullptr && known->copy_of != 0) {
      copies.push_back(&file);
    }
  }
  for (const auto& [uri, file] : record.files) {
    const auto in = [&](const std::string& folder) { return is_below(uri, folder); };
    if (present.contains(uri) || std::ranges::any_of(closed, in)) continue;
    out.gone.push_back(uri);
    if (file.copy_of == 0) changing.insert(file.document);
  }
  const auto stood_for = [&](const SeenFile* file) {
    return changing.contains(record.files.at(file->uri).document);
  };
  for (const SeenFile* file : copies)
    if (stood_for(file)) out.add.push_back(*file);
  return out;
}

}  // namespace cvp::serve
