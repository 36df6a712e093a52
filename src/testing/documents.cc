#include "testing/documents.h"

#include "base/check.h"
#include "sys/sha256.h"

namespace cvp::testing {

store::NewRevision plain_revision(store::CollectionId collection, std::string uri, std::string_view text,
                                  size_t chunk_bytes) {
  store::NewRevision out{.collection = collection,
                         .uri = std::move(uri),
                         .content_sha256 = sys::sha256_hex(text),
                         .bytes = text.size(),
                         .modified_unix = 1,
                         .parsed = {.text = std::string(text),
                                    .title = "",
                                    .media_type = "text/plain",
                                    .page_starts = {},
                                    .layout = {},
                                    .notes = {}},
                         .chunks = {},
                         .made_with = "test 1"};
  uint32_t context_begin = 0;
  for (size_t begin = 0; begin < text.size();) {
    const std::string_view piece = utf8_prefix(text.substr(begin), chunk_bytes);
    CHECK(!piece.empty());
    const Span span{static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + piece.size())};
    out.chunks.push_back({.span = span, .context_begin = context_begin, .tokens = 1, .heading = ""});
    begin += piece.size();
    context_begin = span.end - 1;
    while (context_begin > span.begin && (text[context_begin] & 0xC0) == 0x80) --context_begin;
  }
  return out;
}

}  // namespace cvp::testing
