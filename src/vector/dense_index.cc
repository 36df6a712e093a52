#include "vector/dense_index.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "vector/dot.h"

namespace cvp::vector {
namespace {

// A row's key is stamp * kChunksOfStamp + chunk: rows of one stamp lie together in one B-tree, in chunk
// order.
constexpr int64_t kChunksOfStamp = int64_t{1} << 40;

int64_t key(int64_t stamp, store::ChunkId chunk) { return stamp * kChunksOfStamp + chunk; }

}  // namespace

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

Result<std::vector<store::ChunkId>> DenseIndex::chunks_with_vector(store::Database& reader, int64_t stamp) {
  std::vector<store::ChunkId> out;
  store::Statement rows =
      TRY(reader.prepare("SELECT id FROM dense_vectors WHERE id >= ?1 AND id < ?2 ORDER BY id"));
  rows.bind(key(stamp, 0), key(stamp + 1, 0));
  while (TRY(rows.step())) out.push_back(rows.integer(0) - key(stamp, 0));
  return out;
}

Result<void> DenseIndex::write(store::Database& writer, int64_t stamp,
                               const std::vector<store::ChunkId>& chunks,
                               const std::vector<std::vector<float>>& vectors) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  store::Statement insert =
      TRY(writer.prepare("INSERT OR REPLACE INTO dense_vectors(id, data) VALUES(?1, ?2)"));
  std::string bytes;
  for (size_t i = 0; i < chunks.size(); ++i) {
    bytes.resize(vectors[i].size() * sizeof(float));
    std::memcpy(bytes.data(), vectors[i].data(), bytes.size());
    TRY(insert.bind(key(stamp, chunks[i]), store::Blob{bytes}).run());
  }
  return transaction.commit();
}

Result<bool> DenseIndex::remove(store::Database& writer, const std::vector<store::ChunkId>& gone) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  store::Statement remove =
      TRY(writer.prepare("DELETE FROM dense_vectors WHERE id IN (SELECT id * ?1 + ?2 FROM dense_stamps)"));
  bool any = false;
  for (const store::ChunkId chunk : gone) {
    TRY(remove.bind(kChunksOfStamp, chunk).run());
    any = any || writer.changes() > 0;
  }
  TRY(transaction.commit());
  return any;
}

Result<void> DenseIndex::complete(store::Database& writer, int64_t stamp) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  TRY(writer.run("UPDATE dense_stamps SET complete = 1 WHERE id = ?1", stamp));
  TRY(writer.run("DELETE FROM dense_vectors WHERE id < ?1 OR id >= ?2", key(stamp, 0), key(stamp + 1, 0)));
  TRY(writer.run("DELETE FROM dense_stamps WHERE id <> ?1", stamp));
  return transaction.commit();
}

Result<DenseIndex> DenseIndex::load(store::Database& reader, int64_t stamp, uint32_t dimension) {
  const int64_t first = key(stamp, 0), end = key(stamp + 1, 0);
  const int64_t expected =
      TRY(reader.integer("SELECT count(*) FROM dense_vectors WHERE id >= ?1 AND id < ?2", first, end))
          .value_or(0);
  DenseIndex out;
  out.stamp_ = stamp;
  out.dimension_ = dimension;
  out.ids_.reserve(static_cast<size_t>(expected));
  out.rows_.reserve(static_cast<size_t>(expected) * dimension);
  // Chunks and vectors from one statement: another connection may commit a batch between two.
  store::Statement rows =
      TRY(reader.prepare("SELECT id, data FROM dense_vectors WHERE id >= ?1 AND id < ?2 ORDER BY id"));
  rows.bind(first, end);
  while (TRY(rows.step())) {
    const std::string_view bytes = rows.blob(1);
    if (bytes.size() != dimension * sizeof(float))
      return fail(Errc::corrupt,
                  text("a stored vector has {} bytes instead of {}", "有一个向量是 {} 字节，应为 {} 字节",
                       bytes.size(), dimension * sizeof(float)));
    out.ids_.push_back(rows.integer(0) - first);
    out.rows_.resize(out.ids_.size() * dimension);
    float* row = out.rows_.data() + (out.ids_.size() - 1) * dimension;
    std::memcpy(row, bytes.data(), bytes.size());
    if (!std::all_of(row, row + dimension, [](float value) { return std::isfinite(value); }))
      return fail(Errc::corrupt, text("a stored vector holds no numbers", "有一个向量的内容不是有效数值"));
  }
  return out;
}

void DenseIndex::append(const std::vector<store::ChunkId>& chunks,
                        const std::vector<std::vector<float>>& vectors) {
  ids_.insert(ids_.end(), chunks.begin(), chunks.end());
  for (const std::vector<float>& vector : vectors) rows_.insert(rows_.end(), vector.begin(), vector.end());
}

void DenseIndex::score_all(const std::vector<float>& query, std::vector<float>& out) const {
  static const DotRows dot = choose_dot_rows();
  out.resize(ids_.size());
  dot(rows_.data(), ids_.size(), dimension_, query.data(), out.data());
}

}  // namespace cvp::vector
