#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::serve {

inline constexpr size_t kUploadNameBytes = 1024;

/// What a client calls a file, made harmless: folders stay ("a/b.pdf"), but nothing climbs ("..") or begins
/// at a root, and no character is left that cannot be seen or that turns the direction of writing. It names a
/// document; no file of the server ever has it. Errc::usage where nothing remains.
Result<std::string> clean_upload_name(std::string_view name);

}  // namespace cvp::serve
