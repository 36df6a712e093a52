#pragma once
#include <string>
#include <string_view>

namespace cvp::model {

/// A field of a stamp in quotes, on one line, so that two different lists of fields never give the same
/// stamp.
std::string stamp_field(std::string_view value);

}  // namespace cvp::model
