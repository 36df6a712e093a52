#pragma once
#include <string>
#include <string_view>

#include "store/types.h"

namespace cvp::testing {

/// A plain text as ingest would hand it to the store: cut into chunks of at most chunk_bytes at code point
/// borders, each chunk's context one code point longer than its span. The original is the text itself.
store::NewRevision plain_revision(store::CollectionId collection, std::string uri, std::string_view text,
                                  size_t chunk_bytes = 1000);

}  // namespace cvp::testing
