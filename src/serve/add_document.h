// Documents that come through OpenAI's API and MCP, where the bytes are a part of something else.
#pragma once
#include <string>
#include <string_view>

#include "ingest/adder.h"
#include "serve/backend.h"

namespace cvp::serve {

/// Whoever did it, for the audit log.
struct Origin {
  Caller caller;
  std::string address;
};

/// Adds bytes under a clean name (upload_name.h) with the caller's rights of now; audited and announced.
/// May take minutes: never on a worker. What fails with the file is Errc::refused, corrupt or failed, as
/// upload_failure takes it; it may name the server's own folders.
Result<ingest::FileOutcome> add_document(Backend& backend, const Origin& origin,
                                         store::CollectionId collection, const std::string& name,
                                         std::string_view bytes, const CancelToken& cancel);

/// The same error as a client may see it.
Error shown_add_error(const Backend& backend, const Error& error, const std::string& name);

/// The only collection that the caller may write to. Errc::usage, with the choices, where there are several
/// or none.
Result<store::CollectionId> only_writable(const Backend& backend, const Caller& caller);

}  // namespace cvp::serve
