#include "serve/oidc_json.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cmath>

#include "base/unicode.h"

namespace cvp::serve {
namespace {

constexpr size_t kDepth = 16;

std::optional<std::string> text_of(const boost::json::value& value) {
  const boost::json::string* string = value.if_string();
  if (string == nullptr) return {};
  std::string out(string->data(), string->size());
  const bool clean =
      valid_utf8(out) && std::ranges::none_of(out, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (!clean) return {};
  return out;
}

}  // namespace

Result<boost::json::object> parse_foreign_object(std::string_view bytes, const Text& what) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(boost::json::string_view(bytes.data(), bytes.size()),
                                                      error, {}, {.max_depth = kDepth});
  const boost::json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr)
    return fail(Errc::unavailable, text("{} is no JSON object", "{}不是 JSON 对象", what));
  return *object;
}

std::string text_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr ? text_of(*value).value_or("") : std::string();
}

std::optional<std::vector<std::string>> texts_in(const boost::json::object& object, std::string_view name,
                                                 size_t most) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr) return {};
  if (auto one = text_of(*value)) return std::vector{std::move(*one)};
  const boost::json::array* array = value->if_array();
  if (array == nullptr) return {};
  std::vector<std::string> out;
  for (const boost::json::value& item : *array) {
    if (out.size() >= most) break;
    if (auto one = text_of(item)) out.push_back(std::move(*one));
  }
  return out;
}

bool true_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<int64_t> time_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return {};
  constexpr double kMost = 1e15;  // and far from where a double has no room for seconds
  if (value->is_double()) {
    const double seconds = value->get_double();
    if (!(std::abs(seconds) < kMost)) return {};
    return static_cast<int64_t>(std::floor(seconds));
  }
  boost::system::error_code error;
  const auto seconds = value->to_number<int64_t>(error);
  if (error || seconds < 0 || seconds > static_cast<int64_t>(kMost)) return {};
  return seconds;
}

}  // namespace cvp::serve
