#include "bench/json_fields.h"

#include <boost/json.hpp>

namespace cvp::bench {

namespace json = boost::json;

json::object object_of(std::string_view bytes) {
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(bytes.data(), bytes.size()), error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

int64_t number_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::object object_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : json::object();
}

json::array array_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : json::array();
}

}  // namespace cvp::bench
