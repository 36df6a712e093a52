#include "ingest/prepare.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/unicode.h"
#include "ingest/parse.h"
#include "ingest/parse_file.h"
#include "sys/sha256.h"

namespace cvp::ingest {
namespace {

/// Where the bytes come from and what is known of them before they are parsed.
struct Source {
  std::string uri, name;
  sys::Path file;  // holds `bytes`
  std::string bytes, sha256;
  int64_t modified_unix = 0;
};

Prepared failed(const std::string& uri, Error error) {
  Prepared prepared;
  prepared.outcome.uri = uri;
  prepared.outcome.kind = FileOutcome::Kind::failed;
  prepared.outcome.error = std::move(error);
  return prepared;
}

std::optional<FileOutcome> already_there(store::Store& store, const Source& source, const AddOptions& options,
                                         const std::string& made) {
  const auto known = store.find_document(options.collection, source.uri);
  if (!known || known->content_sha256 != source.sha256 || known->made_with != made) return {};
  FileOutcome outcome;
  outcome.uri = source.uri;
  outcome.kind = FileOutcome::Kind::unchanged;
  outcome.document = known->id;
  outcome.chunks = known->chunks;
  outcome.pages = known->pages;
  return outcome;
}

std::string stem_of(const std::string& name) {
  const std::string stem = sys::Path(name).stem().string();
  return valid_utf8(stem) ? stem : repair_utf8(stem);
}

Result<Prepared> prepare(store::Store& store, const model::Tokenizer& tokenizer, Source source,
                         const AddOptions& options, const CancelToken& cancel) {
  const std::string made = made_with(tokenizer, options.chunks);
  Prepared prepared;
  if (auto outcome = already_there(store, source, options, made)) {
    prepared.outcome = std::move(*outcome);
    return prepared;
  }
  ParseReply reply = TRY(parse_hashed(source.file, source.name, options.parser, cancel));
  if (reply.content_sha256 != source.sha256) {
    return fail(Errc::busy, text("the file changed while it was being read", "读取过程中文件发生了变化"),
                text("add it again when nothing writes to it", "请在没有程序写入该文件时重新添加"));
  }
  store::NewRevision revision;
  revision.collection = options.collection;
  revision.uri = source.uri;
  revision.content_sha256 = source.sha256;
  revision.bytes = source.bytes.size();
  revision.modified_unix = source.modified_unix;
  revision.parsed = std::move(reply.parsed);
  if (revision.parsed.title.empty()) revision.parsed.title = stem_of(source.name);
  revision.chunks = chunk(revision.parsed, tokenizer, options.chunks);
  revision.made_with = made;
  if (cancel.cancelled()) return fail_cancelled();

  prepared.outcome.uri = source.uri;
  prepared.outcome.chunks = static_cast<uint32_t>(revision.chunks.size());
  prepared.outcome.pages = static_cast<uint32_t>(revision.parsed.page_starts.size());
  prepared.outcome.notes = revision.parsed.notes;
  prepared.revision = std::move(revision);
  prepared.original = std::move(source.bytes);
  return prepared;
}

Result<Source> open_source(const sys::Path& file, const std::string& uri, const std::string& name) {
  const sys::FileInfo info = TRY(sys::stat_file(file));
  if (info.bytes > limits::kDocumentBytes) return fail_too_large(info.bytes);
  Source source;
  source.uri = uri;
  source.name = name;
  source.file = file;
  source.modified_unix = info.modified_unix;
  source.bytes = TRY(sys::read_file(file, limits::kDocumentBytes));
  source.sha256 = sys::sha256_hex(source.bytes);
  return source;
}

Prepared prepare_source(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                        const std::string& uri, const std::string& name, const AddOptions& options,
                        const CancelToken& cancel) {
  auto source = open_source(file, uri, name);
  if (!source) return failed(uri, std::move(source).error());
  auto prepared = prepare(store, tokenizer, std::move(*source), options, cancel);
  if (!prepared) return failed(uri, std::move(prepared).error());
  prepared->file = file;
  return std::move(*prepared);
}

}  // namespace

std::string made_with(const model::Tokenizer& tokenizer, const ChunkOptions& options) {
  return fmt::format("parser {}, chunker {}, {} {}/{}/{}", kParserVersion, kChunkerVersion, tokenizer.id(),
                     options.target_tokens, options.max_tokens, options.overlap_tokens);
}

std::string uri_of(const sys::Path& file) {
  const std::string raw = std::filesystem::absolute(file).lexically_normal().string();
  if (valid_utf8(raw)) return raw;
  std::string uri;
  for (size_t pos = 0; pos < raw.size();) {
    const size_t start = pos;
    const bool broken = decode_utf8(raw, pos) == 0xfffd && pos - start == 1;
    uri += broken ? fmt::format("%{:02X}", static_cast<unsigned char>(raw[start]))
                  : raw.substr(start, pos - start);
  }
  return uri;
}

Prepared prepare_file(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                      const AddOptions& options, const CancelToken& cancel) {
  return prepare_source(store, tokenizer, file, uri_of(file), file.filename().string(), options, cancel);
}

Prepared prepare_file_as(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                         const std::string& uri, const AddOptions& options, const CancelToken& cancel) {
  const std::string name = uri.substr(uri.rfind('/') + 1);  // npos + 1 is 0
  return prepare_source(store, tokenizer, file, uri, name, options, cancel);
}

Prepared prepare_bytes(store::Store& store, const model::Tokenizer& tokenizer, std::string_view bytes,
                       const std::string& uri, const AddOptions& options, const CancelToken& cancel) {
  if (bytes.size() > limits::kDocumentBytes) return failed(uri, fail_too_large(bytes.size()).error());
  const auto folder = sys::TempFolder::create();
  if (!folder) return failed(uri, folder.error());
  Source source;
  source.uri = uri;
  source.name = uri.substr(uri.find_last_of("/:") + 1);  // npos + 1 is 0
  source.file = folder->path() / "document";
  source.bytes = bytes;
  source.sha256 = sys::sha256_hex(bytes);
  if (auto written = sys::write_file_atomic(source.file, bytes); !written)
    return failed(uri, std::move(written).error());
  auto prepared = prepare(store, tokenizer, std::move(source), options, cancel);
  return prepared ? std::move(*prepared) : failed(uri, std::move(prepared).error());
}

FileOutcome commit(store::Store& store, Prepared prepared) {
  FileOutcome outcome = std::move(prepared.outcome);
  if (!prepared.revision) return outcome;
  auto put = store.put(*prepared.revision, prepared.original);
  if (!put) {
    outcome.kind = FileOutcome::Kind::failed;
    outcome.error = std::move(put).error();
    return outcome;
  }
  outcome.document = put->document;
  switch (put->outcome) {
    case store::PutOutcome::added:
      outcome.kind = FileOutcome::Kind::added;
      break;
    case store::PutOutcome::updated:
      outcome.kind = FileOutcome::Kind::updated;
      break;
    case store::PutOutcome::unchanged:
      outcome.kind = FileOutcome::Kind::unchanged;
      break;
  }
  if (outcome.kind == FileOutcome::Kind::unchanged) {
    const auto kept = store.document(put->document);
    if (kept && kept->uri != outcome.uri) {
      outcome.notes.push_back(
          text("the same content is there already as {}", "相同内容已存在：{}", kept->uri));
    }
  }
  return outcome;
}

}  // namespace cvp::ingest
