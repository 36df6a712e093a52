// The first lines of a reply. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "net/reply.h"

namespace cvp::net {

/// How the end of a body is told.
struct BodyEnd {
  std::optional<uint64_t> length;  // none and not chunked: by closing
  bool chunked = false;
};

/// Statuses that never have a body.
bool has_no_body(int status);

/// Nothing where a header's name or value would break the protocol.
std::optional<std::string> reply_head(const Reply& reply, const BodyEnd& end, bool keep_alive);

}  // namespace cvp::net
