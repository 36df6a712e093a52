#include "net/http.h"

namespace cvp::net {

bool SseParser::feed(std::string_view bytes) {
  while (!stopped_ && !bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const size_t end = bytes.find_first_of("\r\n");
    pending_.append(bytes.substr(0, end));
    if (pending_.size() + data_.size() > kEventLimitBytes) stopped_ = true;
    if (end == std::string_view::npos) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (!stopped_ && !end_line()) stopped_ = true;
  }
  return !stopped_;
}

bool SseParser::end_line() {
  const std::string line = std::move(pending_);
  pending_.clear();
  if (line.empty()) {
    if (!has_data_) return true;
    const std::string data = std::move(data_);
    data_.clear();
    has_data_ = false;
    return on_data_(data);
  }
  // Only "data" matters here; event names, ids, retry times and comments (keep-alives) are skipped.
  if (line != "data" && !line.starts_with("data:")) return true;
  std::string_view value = std::string_view(line).substr(std::min<size_t>(5, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
  return true;
}

}  // namespace cvp::net
