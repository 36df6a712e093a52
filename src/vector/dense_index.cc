#include "vector/dense_index.h"

#include <cstring>

#include "vector/dot.h"

namespace cvp::vector {

Result<int64_t> DenseIndex::find_stamp(store::Database& reader, const std::string& stamp) {
  return TRY(reader.integer("SELECT id FROM dense_stamps WHERE stamp = ?1", stamp)).value_or(0);
}

Result<int64_t> DenseIndex::stamp_id(store::Database& writer, const model::EmbedderIdentity& identity) {
  const std::string stamp = identity.stamp();
  TRY(writer.run("INSERT OR IGNORE INTO dense_stamps(stamp, dimension, complete) VALUES(?1, ?2, 0)", stamp,
                 identity.dimension));
  return find_stamp(writer, stamp);
}

Result<std::string> DenseIndex::complete_stamp(store::Database& reader) {
  store::Statement row =
      TRY(reader.prepare("SELECT stamp FROM dense_stamps WHERE complete = 1 ORDER BY id DESC LIMIT 1"));
  row.bind();
  return TRY(row.step()) ? row.string(0) : std::string();
}

Result<uint64_t> DenseIndex::count(store::Database& reader, int64_t stamp) {
  return static_cast<uint64_t>(
      TRY(reader.integer("SELECT count(*) FROM dense_vectors WHERE stamp = ?1", stamp)).value_or(0));
}

Result<std::vector<store::ChunkId>> DenseIndex::chunks_with_vector(store::Database& reader, int64_t stamp) {
  std::vector<store::ChunkId> out;
  store::Statement rows =
      TRY(reader.prepare("SELECT chunk FROM dense_vectors WHERE stamp = ?1 ORDER BY chunk"));
  rows.bind(stamp);
  while (TRY(rows.step())) out.push_back(rows.integer(0));
  return out;
}

Result<void> DenseIndex::write(store::Database& writer, int64_t stamp,
                               const std::vector<store::ChunkId>& chunks,
                               const std::vector<std::vector<float>>& vectors) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  store::Statement insert =
      TRY(writer.prepare("INSERT OR REPLACE INTO dense_vectors(stamp, chunk, data) VALUES(?1, ?2, ?3)"));
  std::string bytes;
  for (size_t i = 0; i < chunks.size(); ++i) {
    bytes.resize(vectors[i].size() * sizeof(float));
    std::memcpy(bytes.data(), vectors[i].data(), bytes.size());
    TRY(insert.bind(stamp, chunks[i], store::Blob{bytes}).run());
  }
  return transaction.commit();
}

Result<void> DenseIndex::complete(store::Database& writer, int64_t stamp,
                                  const std::vector<store::ChunkId>& gone) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  TRY(writer.run("UPDATE dense_stamps SET complete = 1 WHERE id = ?1", stamp));
  TRY(writer.run("DELETE FROM dense_vectors WHERE stamp <> ?1", stamp));
  TRY(writer.run("DELETE FROM dense_stamps WHERE id <> ?1", stamp));
  for (const store::ChunkId chunk : gone)
    TRY(writer.run("DELETE FROM dense_vectors WHERE stamp = ?1 AND chunk = ?2", stamp, chunk));
  return transaction.commit();
}

Result<DenseIndex> DenseIndex::load(store::Database& reader, int64_t stamp, uint32_t dimension) {
  DenseIndex out;
  out.stamp_ = stamp;
  out.dimension_ = dimension;
  const uint64_t rows_expected = TRY(count(reader, stamp));
  out.ids_.reserve(rows_expected);
  out.rows_.reserve(rows_expected * dimension);
  store::Statement rows =
      TRY(reader.prepare("SELECT chunk, data FROM dense_vectors WHERE stamp = ?1 ORDER BY chunk"));
  rows.bind(stamp);
  while (TRY(rows.step())) {
    const std::string_view bytes = rows.blob(1);
    if (bytes.size() != dimension * sizeof(float))
      return fail(Errc::corrupt,
                  text("a stored vector has {} bytes instead of {}", "有一个向量是 {} 字节，应为 {} 字节",
                       bytes.size(), dimension * sizeof(float)));
    const size_t at = out.rows_.size();
    out.rows_.resize(at + dimension);
    std::memcpy(out.rows_.data() + at, bytes.data(), bytes.size());
    out.ids_.push_back(rows.integer(0));
  }
  return out;
}

void DenseIndex::append(const std::vector<store::ChunkId>& chunks,
                        const std::vector<std::vector<float>>& vectors) {
  for (size_t i = 0; i < chunks.size(); ++i) {
    ids_.push_back(chunks[i]);
    rows_.insert(rows_.end(), vectors[i].begin(), vectors[i].end());
  }
}

std::vector<float> DenseIndex::score_all(const std::vector<float>& query) const {
  std::vector<float> out(ids_.size());
  static const DotRows dot = choose_dot_rows();
  dot(rows_.data(), ids_.size(), dimension_, query.data(), out.data());
  return out;
}

}  // namespace cvp::vector
