// Collections and documents as the API shows them.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "serve/backend.h"

namespace cvp::serve {

/// What people call a document: the last part of a path of this machine or of an address; an upload's name
/// with its folders; "stdin:NAME" without its beginning. Of a name it gives the name again.
std::string document_name(std::string_view uri);

/// Document in data/api/library.json. The second looks up how many of its chunks have a vector.
boost::json::object document_json(const store::DocumentInfo& document, uint64_t vectors_done, Lang lang);
Result<boost::json::object> document_json(const Backend& backend, const store::DocumentInfo& document,
                                          Lang lang);
Result<boost::json::array> documents_json(const Backend& backend,
                                          std::span<const store::DocumentInfo> documents, Lang lang);

/// Collection. Who may do what with it is told to those who manage it alone.
Result<boost::json::object> collection_json(const Backend& backend, const store::Collection& collection,
                                            uint64_t vectors_done, store::Right right);
/// Those that the caller may read.
Result<boost::json::array> collections_json(const Backend& backend, const Caller& caller);
Result<boost::json::object> collection_json(const Backend& backend, store::CollectionId id,
                                            store::Right right);

}  // namespace cvp::serve
