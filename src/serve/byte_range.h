// Which part of a file a client wants (RFC 9110, 14), and how a file is sent under its own name (RFC 6266).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cvp::serve {

struct ByteRange {
  enum class Kind { whole, part, outside } kind = Kind::whole;
  uint64_t begin = 0, end = 0;  // [begin, end); of the whole file too
};

/// One range of bytes. Several, other units and what is no range count for nothing: the whole is sent.
ByteRange parse_range(std::string_view header, uint64_t size);

/// Content-Disposition: to be saved, never shown. The name may be any UTF-8.
std::string as_attachment(std::string_view file_name);

}  // namespace cvp::serve
