#pragma once
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "ingest/adder.h"
#include "ingest/wire.h"

namespace cvp::ingest {

/// Over limits::kDocumentBytes; names both sizes.
std::unexpected<Error> fail_too_large(uint64_t bytes);

/// parse_file (in this process where parser_argv is empty), with the hash of the bytes that the child read:
/// the caller compares it with what it stores.
Result<ParseReply> parse_hashed(const sys::Path& file, const std::string& name, const ParserOptions& options,
                                const CancelToken& cancel);

}  // namespace cvp::ingest
