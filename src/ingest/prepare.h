#pragma once
#include <optional>
#include <string>

#include "ingest/adder.h"

namespace cvp::ingest {

/// A document that is ready for the store, or what became of it instead.
struct Prepared {
  sys::Path file;       // empty for bytes
  FileOutcome outcome;  // filled but for document and kind where revision is set
  std::optional<store::NewRevision> revision;
  std::string original;
};

/// Reads, hashes, parses and cuts one file; skips it where the store has it already as it would become.
/// Thread-safe.
Prepared prepare_file(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                      const AddOptions& options, const CancelToken& cancel);
/// The same under another name.
Prepared prepare_file_as(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                         const std::string& uri, const AddOptions& options, const CancelToken& cancel);
Prepared prepare_bytes(store::Store& store, const model::Tokenizer& tokenizer, std::string_view bytes,
                       const std::string& uri, const AddOptions& options, const CancelToken& cancel);

/// One transaction; the outcome is final.
FileOutcome commit(store::Store& store, Prepared prepared);

/// Parser, chunker, tokenizer and sizes: another value means that the document must be made again.
std::string made_with(const model::Tokenizer& tokenizer, const ChunkOptions& options);

/// A path as text: bytes that are not UTF-8 are written %XX.
std::string uri_of(const sys::Path& file);

}  // namespace cvp::ingest
