// Where in the knowledge base a passage stands that someone remembers: `cvp why` begins there.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "store/store.h"

namespace cvp::cli {

struct Located {
  store::DocumentInfo document;
  Span span;  // in the active revision's text
  uint32_t page = 0;
  std::vector<store::Chunk>
      chunks;  // those whose own text the passage touches, the one with most of it first
};

/// The first place where the passage stands, folded and without regard to white space, in these collections
/// or, when none is named, in any. Nothing when no document has it.
Result<std::optional<Located>> locate_passage(store::Store& store, std::string_view passage,
                                              const std::vector<store::CollectionId>& collections,
                                              const CancelToken& cancel);

/// Folded, without white space; origin as in Folded.
Folded squeeze(std::string_view text);

}  // namespace cvp::cli
