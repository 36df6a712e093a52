#pragma once
#include <string>
#include <string_view>

namespace cvp::net {

/// Every byte but those that RFC 3986, section 2.3, leaves alone, and those of `kept`, as %XX.
std::string percent_encoded(std::string_view text, std::string_view kept = {});

}  // namespace cvp::net
