#include "engine/reply_log.h"

#include "base/log.h"
#include "engine/json.h"

namespace cvp::engine {

namespace json = boost::json;

Result<std::unique_ptr<ReplyLog>> ReplyLog::open(const sys::Path& folder, const std::string& name) {
  TRY(sys::make_folders(folder, 0700));
  std::unique_ptr<ReplyLog> log(new ReplyLog(TRY(sys::PartFile::open(folder / name))));
  TRY(log->load());
  return log;
}

Result<void> ReplyLog::load() {
  if (file_.size() == 0) return {};
  const auto map = TRY(sys::MappedFile::open(file_.part_path()));
  const std::string_view bytes = map.bytes();
  size_t begin = 0, skipped = 0;
  while (true) {
    const size_t end = bytes.find('\n', begin);
    if (end == std::string_view::npos) break;
    const auto line = parse_json(bytes.substr(begin, end - begin), "");
    const std::string_view key = line ? find_string(*line, {"k"}) : std::string_view();
    const auto* value = line ? engine::find(*line, {"v"}) : nullptr;
    if (key.empty() || value == nullptr) {
      ++skipped;
    } else {
      values_[std::string(key)] = json::serialize(*value);
    }
    begin = end + 1;
  }
  if (skipped > 0) log::warn("{}: {} lines without sense", file_.part_path().string(), skipped);
  if (begin < bytes.size()) TRY(file_.truncate(begin));
  return {};
}

std::optional<json::value> ReplyLog::find(const std::string& key) const {
  std::string value;
  {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    if (found == values_.end()) return std::nullopt;
    value = found->second;
  }
  auto parsed = parse_json(value, "");
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

void ReplyLog::keep(const std::string& key, const json::value& value) {
  const std::string line = json::serialize(json::object{{"k", key}, {"v", value}}) + "\n";
  const std::lock_guard lock(mutex_);
  if (file_.size() + line.size() > kLimitBytes) return;
  values_[key] = json::serialize(value);
  const uint64_t size = file_.size();
  const auto written = file_.append(line);
  if (written) return;
  if (!disk_refused_) log::warn("replies are not kept: {}", written.error().message.en);
  disk_refused_ = true;
  if (const auto cut = file_.truncate(size); !cut) log::warn("{}", cut.error().message.en);
}

void ReplyLog::for_each(
    const std::function<void(const std::string& key, const json::value& value)>& visit) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, text] : values_) {
    if (const auto value = parse_json(text, "")) visit(key, *value);
  }
}

size_t ReplyLog::size() const {
  const std::lock_guard lock(mutex_);
  return values_.size();
}

}  // namespace cvp::engine
