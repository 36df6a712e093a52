#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/types.h"

namespace cvp::serve {

/// What takes a document back out of the trash: given to whoever put it there, made from a secret that ends
/// with the process. Thread-safe.
class UndoTokens {
 public:
  static constexpr size_t kMostBytes = 200;

  UndoTokens();

  struct Deletion {
    store::DocumentId document = 0;
    store::CollectionId collection = 0;
    int64_t until_unix = 0;
  };
  std::string token(const Deletion& deletion) const;
  /// Nothing for a token that is not this document's.
  std::optional<Deletion> read(std::string_view token, store::DocumentId document) const;

 private:
  std::string sign(std::string_view words) const;
  const std::string secret_;
};

}  // namespace cvp::serve
