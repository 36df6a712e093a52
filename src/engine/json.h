// Replies of servers as JSON, read without trust: what is absent or of another kind is nothing.
#pragma once
#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::engine {

/// Errc::corrupt, naming who sent it, where bytes are not one JSON value.
Result<boost::json::value> parse_json(std::string_view bytes, const std::string& who);

/// The value at a path of object keys, or nullptr.
const boost::json::value* find(const boost::json::value& value, std::initializer_list<std::string_view> path);
std::optional<double> find_number(const boost::json::value& value,
                                  std::initializer_list<std::string_view> path);
std::string_view find_string(const boost::json::value& value, std::initializer_list<std::string_view> path);
const boost::json::array* find_array(const boost::json::value& value,
                                     std::initializer_list<std::string_view> path);
/// The integer at the path, 0 where there is none or it does not fit.
int find_int(const boost::json::value& value, std::initializer_list<std::string_view> path);

/// The server's own words in a reply that reports an error: {"error":{"message":…}}, {"error":"…"},
/// {"detail":…} or the first 200 bytes.
std::string error_words(std::string_view body);

}  // namespace cvp::engine
