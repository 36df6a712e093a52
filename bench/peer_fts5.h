// The peer of search/latency: SQLite's FTS5 with its default tokenizer and bm25(), over text whose CJK runs
// were cut into space-separated character bigrams. What one would write in an afternoon.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/context.h"

struct sqlite3;

namespace cvp::bench {

/// Words and CJK bigrams, separated by spaces.
std::string spaced(std::string_view text);
/// The same terms as an FTS5 query: "a" OR "b".
std::string fts5_query(std::string_view text);

class PeerIndex {
 public:
  static Result<PeerIndex> build(const std::vector<Document>& documents);
  /// Row numbers of the best k, best first.
  Result<std::vector<int64_t>> search(std::string_view query, int k);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit PeerIndex(std::unique_ptr<sqlite3, Close> db) : db_(std::move(db)) {}
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace cvp::bench
