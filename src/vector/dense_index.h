// Exact inner-product search over the vectors of one embedder. Vectors lie in SQLite (tables dense_*), one
// row a chunk and stamp, and in memory as one block while that embedder is in use.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/embedder.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace cvp::vector {

class DenseIndex {
 public:
  /// The number of an embedder's stamp in this file, made when it is new.
  static Result<int64_t> stamp_id(store::Database& writer, const model::EmbedderIdentity& identity);
  static Result<int64_t> find_stamp(store::Database& reader, const std::string& stamp);  // 0: none
  /// The stamp of the vectors that are complete, empty when there are none.
  static Result<std::string> complete_stamp(store::Database& reader);
  /// Chunks that have a vector, ascending.
  static Result<std::vector<store::ChunkId>> chunks_with_vector(store::Database& reader, int64_t stamp);
  /// One durable batch.
  static Result<void> write(store::Database& writer, int64_t stamp, const std::vector<store::ChunkId>& chunks,
                            const std::vector<std::vector<float>>& vectors);
  /// Removes every embedder's vectors of chunks that are gone, in one transaction. Whether there were any.
  static Result<bool> remove(store::Database& writer, const std::vector<store::ChunkId>& gone);
  /// Marks the stamp complete and drops every other one's vectors, in one transaction.
  static Result<void> complete(store::Database& writer, int64_t stamp);

  /// Reads all vectors of a stamp. Errc::corrupt on a row of another size or of no numbers.
  static Result<DenseIndex> load(store::Database& reader, int64_t stamp, uint32_t dimension);
  void append(const std::vector<store::ChunkId>& chunks, const std::vector<std::vector<float>>& vectors);

  /// Cosine with every vector, in the order of ids(). query has dimension() floats.
  void score_all(const std::vector<float>& query, std::vector<float>& out) const;
  const std::vector<store::ChunkId>& ids() const { return ids_; }
  int64_t stamp() const { return stamp_; }
  uint32_t dimension() const { return dimension_; }

 private:
  int64_t stamp_ = 0;
  uint32_t dimension_ = 0;
  std::vector<store::ChunkId> ids_;
  std::vector<float> rows_;
};

}  // namespace cvp::vector
