// A set of questions as it comes from a body, checked before anything runs.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "eval/evaluate.h"
#include "serve/caller.h"
#include "store/store.h"

namespace cvp::serve {

struct EvaluationSet {
  std::string name;
  enum class Kind { retrieval, answers } kind = Kind::retrieval;
  std::vector<store::CollectionId> collections;  // never empty
  std::vector<eval::Question> questions;         // ids are their numbers in the set
};

/// Reads the body NewEvaluation. A "document" is looked for by name or uri in the collections. A question
/// without an answer and a document is one that the documents do not answer. Errc::usage names the question
/// that is wrong; Errc::not_found a collection that the caller may not read.
Result<EvaluationSet> read_evaluation_set(const boost::json::object& body, const Caller& caller,
                                          store::Store& store);

}  // namespace cvp::serve
