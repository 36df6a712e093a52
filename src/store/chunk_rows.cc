#include <algorithm>

#include "store/sqlite_store.h"
#include "store/text_reader.h"

namespace cvp::store {
namespace {

constexpr size_t kMostChunksAtOnce = 4096;

constexpr const char* kChunkColumns =
    "SELECT c.id, r.document, c.revision, d.collection, c.ordinal, c.span_begin, c.span_end, "
    "c.context_begin, c.page_first,"
    " c.page_last, c.tokens, c.heading, r.title, d.uri ";
constexpr const char* kChunkJoins =
    " CROSS JOIN revisions r ON r.id = c.revision CROSS JOIN documents d ON d.id = r.document ";

const std::string kChunkById = std::string(kChunkColumns) + "FROM chunks c" + kChunkJoins + "WHERE c.id = ?1";
const std::string kChunksOfDocument =
    std::string(kChunkColumns) +
    "FROM documents d CROSS JOIN revisions r ON r.id = d.active_revision"
    " CROSS JOIN chunks c ON c.revision = r.id WHERE d.id = ?1 ORDER BY c.ordinal";
const std::string kChunksOfRevision = std::string(kChunkColumns) + "FROM chunks c" + kChunkJoins +
                                      "WHERE c.revision = ?1 AND c.ordinal >= ?2 ORDER BY c.ordinal LIMIT ?3";
const std::string kLiveChunksAfter = std::string(kChunkColumns) +
                                     "FROM live_chunks l CROSS JOIN chunks c ON c.id = l.chunk" +
                                     kChunkJoins + "WHERE l.chunk > ?1 ORDER BY l.chunk LIMIT ?2";

Chunk read_chunk(const Statement& row) {
  auto number = [&row](int column) { return static_cast<uint32_t>(row.integer(column)); };
  return {.id = row.integer(0),
          .document = row.integer(1),
          .revision = row.integer(2),
          .collection = row.integer(3),
          .ordinal = number(4),
          .where = {.span = {number(5), number(6)},
                    .context_begin = number(7),
                    .page_first = number(8),
                    .page_last = number(9),
                    .tokens = number(10),
                    .heading = row.string(11)},
          .text = {},
          .title = row.string(12),
          .uri = row.string(13)};
}

Result<void> read_rows(Statement& rows, TextReader& reader, std::vector<Chunk>& out) {
  while (TRY(rows.step())) {
    Chunk chunk = read_chunk(rows);
    chunk.text = TRY(reader.read(chunk.revision, {chunk.where.context_begin, chunk.where.span.end}));
    out.push_back(std::move(chunk));
  }
  return {};
}

}  // namespace

Result<std::vector<Chunk>> SqliteStore::chunks(std::span<const ChunkId> ids) {
  auto snapshot = TRY(readers_.snapshot());
  auto row = TRY(snapshot.db().prepare(kChunkById));
  TextReader reader(snapshot.db());
  std::vector<Chunk> out;
  for (ChunkId id : ids) TRY(read_rows(row.bind(id), reader, out));
  return out;
}

Result<std::vector<Chunk>> SqliteStore::document_chunks(DocumentId id) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(kChunksOfDocument));
  TextReader reader(snapshot.db());
  std::vector<Chunk> out;
  TRY(read_rows(rows.bind(id), reader, out));
  return out;
}

Result<std::vector<Chunk>> SqliteStore::revision_chunks(RevisionId revision, uint32_t first, size_t limit) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(kChunksOfRevision));
  rows.bind(revision, first, static_cast<uint64_t>(limit));
  std::vector<Chunk> out;
  while (TRY(rows.step())) out.push_back(read_chunk(rows));
  return out;
}

Result<std::vector<Store::LiveChunk>> SqliteStore::live_chunks() {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare("SELECT chunk, collection FROM live_chunks ORDER BY chunk"));
  std::vector<LiveChunk> out;
  while (TRY(rows.step())) out.push_back({rows.integer(0), rows.integer(1)});
  return out;
}

Result<std::vector<Chunk>> SqliteStore::live_chunks_after(ChunkId after, size_t limit) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(kLiveChunksAfter));
  rows.bind(after, static_cast<uint64_t>(std::min(limit, kMostChunksAtOnce)));
  TextReader reader(snapshot.db());
  std::vector<Chunk> out;
  TRY(read_rows(rows, reader, out));
  return out;
}

Result<uint64_t> SqliteStore::generation() {
  auto snapshot = TRY(readers_.snapshot());
  return static_cast<uint64_t>(
      TRY(snapshot.db().integer("SELECT value FROM counters WHERE name = 'generation'")).value_or(0));
}

}  // namespace cvp::store
