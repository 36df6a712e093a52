// What the store keeps. Positions are byte offsets in the UTF-8 text of one revision; pages count from 1, 0
// means no pages.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"

namespace cvp::store {

using CollectionId = int64_t;
using DocumentId = int64_t;
using RevisionId = int64_t;
using ChunkId = int64_t;
using ChatId = int64_t;
using JobId = int64_t;

/// In PDF points (1/72 inch), origin at the page's top left.
struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};
/// Where one run of text (a line or a word) stands on a page.
struct LayoutSpan {
  Span span;
  uint32_t page = 0;
  Box box;
};

/// What a parser made of a file.
struct ParsedText {
  std::string text;                   // valid UTF-8, no NUL
  std::string title;                  // from the document, may be empty
  std::string media_type;             // "application/pdf", …
  std::vector<uint32_t> page_starts;  // byte offset where page i+1 begins; empty for formats without pages
  std::vector<LayoutSpan> layout;     // sorted by span.begin; empty where the format has no geometry
  std::vector<Text> notes;            // what was assumed or left out: "read as GB18030 (confidence 87)"
};

/// A chunk's own text is [span.begin, span.end); what is indexed and embedded begins at context_begin <=
/// span.begin, the overlap with the chunk before. Both are plain ranges of the revision's text, so that every
/// quote has exact offsets.
struct ChunkSpan {
  Span span;
  uint32_t context_begin = 0;
  uint32_t page_first = 0, page_last = 0;
  uint32_t tokens = 0;  // of heading + indexed text, by the tokenizer that cut it
  std::string heading;  // "Chapter 2 › Memory", may be empty
};

struct NewRevision {
  CollectionId collection = 0;
  std::string uri;  // how the user named it: absolute path, "stdin:NAME", URL
  std::string content_sha256;
  uint64_t bytes = 0;
  int64_t modified_unix = 0;
  ParsedText parsed;
  std::vector<ChunkSpan> chunks;
  std::string made_with;  // parser + chunker + tokenizer versions
};

enum class PutOutcome { added, updated, unchanged };

struct DocumentInfo {
  DocumentId id = 0;
  CollectionId collection = 0;
  std::string collection_name;
  std::string uri, title, media_type;
  RevisionId revision = 0;       // the active one
  uint32_t revision_number = 0;  // 1, 2, …
  std::string content_sha256;
  uint64_t bytes = 0;
  uint32_t pages = 0, chunks = 0;
  int64_t added_unix = 0;
  std::string made_with;
  std::vector<Text> notes;
};

struct Chunk {
  ChunkId id = 0;
  DocumentId document = 0;
  RevisionId revision = 0;
  CollectionId collection = 0;
  uint32_t ordinal = 0;  // position in the document, from 0
  ChunkSpan where;
  std::string text;   // the revision's bytes [where.context_begin, where.span.end)
  std::string title;  // of the document
  std::string uri;
};

struct Collection {
  CollectionId id = 0;
  std::string name;
  uint32_t documents = 0;
  uint64_t chunks = 0;  // of active revisions
};

struct ChatMessage {
  int64_t id = 0;  // given by the store
  bool from_user = true;
  std::string text;         // as shown
  std::string standalone;   // user turns: the question that was searched for
  std::string answer_json;  // assistant turns: citations, for replay
  int64_t unix_seconds = 0;
  std::string feedback = {};  // JSON; empty: none
};
struct ChatInfo {
  ChatId id = 0;
  int64_t owner = 0;
  std::string title;
  int64_t updated_unix = 0;
  uint32_t messages = 0;
};

}  // namespace cvp::store
