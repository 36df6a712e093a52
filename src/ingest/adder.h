// file → text with positions → chunks → store. Never touches an index.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/tokenizer.h"
#include "store/store.h"
#include "sys/files.h"

namespace cvp::ingest {

struct ChunkOptions {
  uint32_t target_tokens = 360;  // aimed at
  /// Heading included; never exceeded: an embedder's limit less its prefix and special tokens.
  uint32_t max_tokens = 480;
  uint32_t overlap_tokens = 40;  // of the text before, in whole sentences
};

/// Cuts a document at its structure: headings start chunks, paragraphs, list items and table rows are kept
/// whole, long ones are cut at sentences and at last anywhere. Every byte that is not white space is in
/// exactly one chunk's own span. A document that fits into max_tokens is one chunk. Pure, linear in time.
std::vector<store::ChunkSpan> chunk(const store::ParsedText& parsed, const model::Tokenizer& tokenizer,
                                    const ChunkOptions& options);

struct ParserOptions {
  /// How the parser child is started: {self, "parse-child"}. Empty: parsed in this process (tests).
  std::vector<std::string> parser_argv;
  uint64_t memory_bytes = 2ull << 30;
  uint32_t cpu_seconds = 120;
  uint32_t wall_seconds = 180;
};

/// Text of a file, by its content (magic), not its name: TXT, Markdown, HTML, PDF, DOCX. Runs the sandboxed
/// child.
Result<store::ParsedText> parse_file(const sys::Path& file, const std::string& name,
                                     const ParserOptions& options, const CancelToken& cancel);
/// The child's side of parse_file: reads the request from standard input, enters the sandbox, writes the
/// result. Exit status.
int parse_child_main();

struct AddOptions {
  store::CollectionId collection = 0;
  ChunkOptions chunks;
  ParserOptions parser;
  unsigned workers = 2;
};

struct FileOutcome {
  std::string uri;
  enum class Kind { added, updated, unchanged, failed, skipped } kind = Kind::failed;
  store::DocumentId document = 0;
  uint32_t chunks = 0, pages = 0;
  std::vector<Text> notes;
  Error error;  // failed
};

/// What `cvp add` was given, expanded: files, folders (recursively), globs the shell left, "-" (standard
/// input).
struct Inputs {
  std::vector<sys::Path> files;
  bool standard_input = false;
  /// Named but not there or not readable (failed), or in a folder and clearly no document (skipped).
  std::vector<FileOutcome> missing;
};
Result<Inputs> expand_inputs(const std::vector<std::string>& arguments);

/// Adds all files; one file's failure never stops the others. Each outcome is reported as it is known, in any
/// order; "added" is said only after the store's commit. Returns when all are done or cancelled.
Result<void> add_files(store::Store& store, const model::Tokenizer& tokenizer,
                       const std::vector<sys::Path>& files, const AddOptions& options,
                       const OnProgress& on_progress,
                       const std::function<void(const FileOutcome&)>& on_outcome, const CancelToken& cancel);
/// Adds one file under another name than its path (an upload). `uri` becomes the document's; its last part is
/// the name that helps to tell what the file is. What fails is in the outcome, which may name `file`.
Result<FileOutcome> add_file_as(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                                const std::string& uri, const AddOptions& options, const CancelToken& cancel);
/// Adds bytes under a name (standard input, tests).
Result<FileOutcome> add_bytes(store::Store& store, const model::Tokenizer& tokenizer, std::string_view bytes,
                              const std::string& uri, const AddOptions& options, const CancelToken& cancel);

}  // namespace cvp::ingest
