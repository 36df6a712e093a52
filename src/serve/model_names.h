// What a model's name stands for in OpenAI's API: the chat model as it is, the embedder, or documents that
// answer: "cvp" for all that the caller may read, "cvp:NAME" for one collection.
#pragma once
#include <boost/json/array.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "serve/backend.h"

namespace cvp::serve {

struct NamedModel {
  enum class Kind { documents, chat, embedder } kind = Kind::documents;
  std::vector<store::CollectionId> collections;  // of documents; empty: all that the caller may read
};

/// Errc::not_found names what there is; the same for a collection that the caller may not read as for one
/// that is not there. "cvp/NAME" is understood as well.
Result<NamedModel> named_model(const Backend& backend, const Caller& caller, std::string_view name);

/// Every name that named_model knows for this caller, in OpenAI's form.
Result<boost::json::array> models_json(const Backend& backend, const Caller& caller);
boost::json::object model_json(std::string_view name);

/// The collections that the caller may read, by name. Errc::not_found for any other.
Result<std::vector<store::Collection>> seen_collections(const Backend& backend, const Caller& caller);
Result<store::CollectionId> collection_named(const Backend& backend, const Caller& caller,
                                             std::string_view name);

}  // namespace cvp::serve
