#include "serve/call.h"

#include <algorithm>

#include "base/number.h"

namespace cvp::serve {
Result<int64_t> Call::id(const std::string& name) const {
  const auto found = path.find(name);
  const auto value = found != path.end() ? parse_number<int64_t>(found->second) : std::nullopt;
  if (!value || *value < 0)
    return fail(Errc::not_found, text("there is nothing at this address", "此地址没有内容"));
  return *value;
}

Result<int64_t> Call::number(const std::string& name, int64_t otherwise, int64_t least, int64_t most) const {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return otherwise;
  const auto value = parse_number<int64_t>(found->second);
  if (!value || *value < least || *value > most)
    return fail(Errc::usage,
                text("{} must be a number from {} to {}", "{} 须为 {} 到 {} 之间的数", name, least, most));
  return *value;
}

std::string Call::query(const std::string& name) const {
  const auto found = request.query.find(name);
  return found != request.query.end() ? found->second : std::string();
}

const boost::json::value* Fields::take(const std::string& name) {
  asked_.push_back(name);
  const boost::json::value* value = object_.if_contains(name);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

void Fields::wrong(const std::string& name, const Text& what) {
  if (first_) return;
  first_ = Error{Errc::usage, cvp::text("“{}”: {}", "“{}”：{}", name, what), {}};
}

std::optional<std::string> Fields::maybe_text(const std::string& name, size_t most_bytes) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  const boost::json::string* string = value->if_string();
  if (string == nullptr) {
    wrong(name, cvp::text("must be a text", "须为文本"));
    return {};
  }
  if (string->size() > most_bytes || !valid_utf8({string->data(), string->size()}) ||
      std::string_view(string->data(), string->size()).find('\0') != std::string_view::npos) {
    wrong(name,
          cvp::text("must be at most {} bytes of UTF-8", "须为不超过 {} 字节的 UTF-8 文本", most_bytes));
    return {};
  }
  return std::string(string->data(), string->size());
}

std::string Fields::text(const std::string& name, size_t most_bytes) {
  auto value = maybe_text(name, most_bytes);
  if (!value) wrong(name, cvp::text("is missing", "缺少此项"));  // unless it was wrong in another way
  if (value && value->empty()) wrong(name, cvp::text("is empty", "不能为空"));
  return std::move(value).value_or("");
}

std::string Fields::choice(const std::string& name, const std::vector<std::string_view>& choices,
                           const std::string& otherwise) {
  constexpr size_t kLongest = 100;
  const auto value = maybe_text(name, kLongest);
  if (!value) return otherwise;
  if (std::ranges::find(choices, *value) == choices.end()) {
    std::string all;
    for (const std::string_view one : choices) all.append(all.empty() ? "" : ", ").append(one);
    wrong(name, cvp::text("must be one of {}", "须为以下之一：{}", all));
    return otherwise;
  }
  return *value;
}

int64_t Fields::integer(const std::string& name, int64_t otherwise, int64_t least, int64_t most) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return otherwise;
  boost::system::error_code error;
  const auto number = value->to_number<int64_t>(error);
  if (error || !value->is_number() || number < least || number > most) {
    wrong(name, cvp::text("must be a whole number from {} to {}", "须为 {} 到 {} 之间的整数", least, most));
    return otherwise;
  }
  return number;
}

std::optional<bool> Fields::maybe_bool(const std::string& name) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  if (!value->is_bool()) {
    wrong(name, cvp::text("must be true or false", "须为 true 或 false"));
    return {};
  }
  return value->get_bool();
}

const boost::json::array* Fields::array(const std::string& name, size_t most) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return nullptr;
  const boost::json::array* array = value->if_array();
  if (array == nullptr || array->size() > most) {
    wrong(name, cvp::text("must be a list of at most {}", "须为不超过 {} 项的列表", most));
    return nullptr;
  }
  return array;
}

std::vector<int64_t> Fields::ids(const std::string& name, size_t most) {
  std::vector<int64_t> out;
  const boost::json::array* all = array(name, most);
  if (all == nullptr) return out;
  for (const boost::json::value& one : *all) {
    if (!one.is_int64() || one.get_int64() < 0) {
      wrong(name, cvp::text("must be a list of ids", "须为编号列表"));
      return {};
    }
    out.push_back(one.get_int64());
  }
  return out;
}

std::vector<std::string> Fields::texts(const std::string& name, size_t most, size_t most_bytes) {
  std::vector<std::string> out;
  const boost::json::array* all = array(name, most);
  if (all == nullptr) return out;
  for (const boost::json::value& one : *all) {
    const boost::json::string* string = one.if_string();
    if (string == nullptr || string->size() > most_bytes || !valid_utf8({string->data(), string->size()})) {
      wrong(name, cvp::text("must be a list of texts", "须为文本列表"));
      return {};
    }
    out.emplace_back(string->data(), string->size());
  }
  return out;
}

Result<void> Fields::finish() const {
  if (first_) return std::unexpected(*first_);
  for (const auto& [name, value] : object_) {
    if (std::ranges::find(asked_, std::string_view(name.data(), name.size())) == asked_.end())
      return fail(Errc::usage, cvp::text("unknown field “{}”", "未知字段“{}”",
                                         utf8_prefix(std::string_view(name.data(), name.size()), 100)));
  }
  return {};
}

}  // namespace cvp::serve
