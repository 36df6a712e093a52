// What every way of adding a document does: uploads, OpenAI's API, MCP.
#pragma once
#include <functional>
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

/// Adds in whatever form the document came; with the tokenizer and the sizes that the collection's chunks
/// have.
using AddWith =
    std::function<Result<ingest::FileOutcome>(const model::Tokenizer&, const ingest::AddOptions&)>;

/// Asks for the caller's rights of now, since he may have waited in a line (Errc::cancelled: he was signed
/// out), adds, and audits and announces what changed. A file that could not be added is an outcome.
Result<ingest::FileOutcome> add_with(Backend& backend, const Origin& origin, store::CollectionId collection,
                                     const std::string& name, const AddWith& add);

/// Adds bytes under a clean name (upload_name.h) as add_with.
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
