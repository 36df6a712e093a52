#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace cvp::model {

/// Byte strings with numbers, walked byte by byte: a double array, so that a step is one addition and one
/// comparison. Immutable after build(); thread-safe. About 12 bytes for each distinct prefix.
class PrefixTrie {
 public:
  static constexpr int32_t kNoValue = -1;
  static constexpr uint32_t kRoot = 0;

  /// Empty keys are left out; of equal keys the last one counts.
  static PrefixTrie build(std::vector<std::pair<std::string_view, int32_t>> keys);

  /// Moves node along byte; false (node unchanged) where no key goes on so.
  bool step(uint32_t& node, unsigned char byte) const {
    const uint64_t next = uint64_t{cells_[node].base} + byte;
    if (next >= cells_.size() || cells_[next].parent != node) return false;
    node = static_cast<uint32_t>(next);
    return true;
  }
  /// The number of the key that ends here, or kNoValue.
  int32_t value(uint32_t node) const { return cells_[node].value; }
  size_t cells() const { return cells_.size(); }

 private:
  friend class TrieBuilder;
  static constexpr uint32_t kFree = UINT32_MAX;
  struct Cell {
    uint32_t base = 0;  // children stand at base + byte
    uint32_t parent = kFree;
    int32_t value = kNoValue;
  };
  std::vector<Cell> cells_;
};

}  // namespace cvp::model
