#include "base/json_text.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cmath>
#include <utility>

namespace cvp {
namespace {

void append(std::string& out, const boost::json::value& value) {
  if (const auto* object = value.if_object()) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : *object) {
      if (!std::exchange(first, false)) out += ',';
      out += boost::json::serialize(boost::json::string(key)) + ':';
      append(out, member);
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    bool first = true;
    for (const boost::json::value& element : *array) {
      if (!std::exchange(first, false)) out += ',';
      append(out, element);
    }
    out += ']';
  } else if (const double* number = value.if_double()) {
    // JSON knows no infinities.
    out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string json_text(const boost::json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace cvp
