#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::model {

/// Parses JSON out of a file that may be hostile: depth and size are limited. Errc::corrupt names the file
/// and the place.
Result<boost::json::value> parse_json(std::string_view text, const std::string& name);

/// The non-negative integer under key of an object; nothing where it is absent or of another kind.
std::optional<uint64_t> json_number(const boost::json::object& object, std::string_view key);
/// The integer or real number under key.
std::optional<double> json_real(const boost::json::object& object, std::string_view key);
const boost::json::object* json_object(const boost::json::object& object, std::string_view key);

}  // namespace cvp::model
