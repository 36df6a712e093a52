// What figures read of JSON that a server sent: nothing of it is trusted to be there.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace cvp::bench {

/// {} where it is no object.
boost::json::object object_of(std::string_view json);
/// 0 where there is no such number.
int64_t number_in(const boost::json::object& object, std::string_view key);
std::string text_in(const boost::json::object& object, std::string_view key);
/// {} where there is none.
boost::json::object object_in(const boost::json::object& object, std::string_view key);
boost::json::array array_in(const boost::json::object& object, std::string_view key);

}  // namespace cvp::bench
