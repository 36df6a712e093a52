#include "engine/json.h"

#include "base/unicode.h"

namespace cvp::engine {

namespace json = boost::json;

Result<json::value> parse_json(std::string_view bytes, const std::string& who) {
  boost::system::error_code error;  // the form of parse that does not throw
  json::value value = json::parse(json::string_view(bytes.data(), bytes.size()), error);
  if (error) {
    return fail(
        Errc::corrupt, text("{} sent an answer that is not JSON", "{} 返回的内容不是 JSON", who),
        text("check that the address belongs to a compatible server", "请确认这个地址上的服务与本程序兼容"));
  }
  return value;
}

const json::value* find(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = &value;
  for (const std::string_view key : path) {
    const json::object* object = at->if_object();
    if (object == nullptr) return nullptr;
    at = object->if_contains(json::string_view(key.data(), key.size()));
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::optional<double> find_number(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = find(value, path);
  if (at == nullptr || !at->is_number()) return std::nullopt;
  if (const auto* i = at->if_int64()) return static_cast<double>(*i);
  if (const auto* u = at->if_uint64()) return static_cast<double>(*u);
  return at->get_double();
}

std::string_view find_string(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = find(value, path);
  if (at == nullptr || !at->is_string()) return {};
  return {at->get_string().data(), at->get_string().size()};
}

const json::array* find_array(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = find(value, path);
  return at == nullptr ? nullptr : at->if_array();
}

int find_int(const json::value& value, std::initializer_list<std::string_view> path) {
  const double number = find_number(value, path).value_or(0);
  return number >= -1e9 && number <= 1e9 ? static_cast<int>(number) : 0;
}

std::string error_words(std::string_view body) {
  constexpr size_t kLongest = 200;
  std::string_view words;
  const auto parsed = parse_json(body, "");
  if (parsed) {
    words = find_string(*parsed, {"error", "message"});
    if (words.empty()) words = find_string(*parsed, {"error"});
    if (words.empty()) words = find_string(*parsed, {"message"});
    if (words.empty()) words = find_string(*parsed, {"detail"});
  }
  if (words.empty()) words = body;
  return repair_utf8(utf8_prefix(words, kLongest));
}

}  // namespace cvp::engine
