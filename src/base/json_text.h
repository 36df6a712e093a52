#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace cvp {

/// JSON on one line with numbers as people write them: 0.81, where Boost.JSON's own serializer writes 8.1E-1.
std::string json_text(const boost::json::value& value);

}  // namespace cvp
