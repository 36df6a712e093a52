// Steps of a write transaction that more than one method takes.
#pragma once
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/types.h"

namespace cvp::store {

/// Removes a document with all its revisions and says which originals they had.
Result<std::vector<std::string>> remove_document_rows(Database& db, DocumentId id);
/// Tells derived indexes that the set of live chunks has changed.
Result<void> bump_generation(Database& db);
/// Errc::not_found unless the document exists.
std::unexpected<Error> no_document(DocumentId id);

}  // namespace cvp::store
