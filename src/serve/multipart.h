// multipart/form-data (RFC 7578), as browsers and programs send files: strict, and without copying what was
// sent. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::serve {

struct FormPart {
  std::string name;
  std::optional<std::string> file_name;  // as sent: not to be trusted
  std::string_view content;              // in the body
};

inline constexpr size_t kFormParts = 32, kPartHeadBytes = 8 << 10;

/// Of a Content-Type header. Errc::usage where it is no multipart/form-data with a boundary.
Result<std::string> form_boundary(std::string_view content_type);

/// The parts in order. Errc::usage for anything before the first or behind the last, more than kFormParts,
/// heads of more than kPartHeadBytes, a part without a name, and an end that is missing. Parts view the body.
Result<std::vector<FormPart>> read_form(std::string_view body, std::string_view boundary);

}  // namespace cvp::serve
