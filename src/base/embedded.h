#pragma once
#include <span>
#include <string_view>

namespace cvp::data {

/// A file of the source tree that the build put into the binary (cmake: cvp_embed). path is relative to the
/// root.
struct Embedded {
  std::string_view path;
  std::string_view bytes;
};

}  // namespace cvp::data
