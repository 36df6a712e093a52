#include "model/prefix_trie.h"

#include <algorithm>

namespace cvp::model {

/// Places the nodes depth first. Free cells form a list; the children of a node go to the first place where
/// all of them fit. Places that stay almost full are given up after some tries, so that building takes time
/// in proportion to the number of nodes.
class TrieBuilder {
 public:
  explicit TrieBuilder(std::vector<std::pair<std::string_view, int32_t>> keys) : keys_(std::move(keys)) {
    std::ranges::stable_sort(keys_, {}, [](const auto& key) { return key.first; });
  }

  PrefixTrie run() {
    grow(kBytes);
    take(PrefixTrie::kRoot);
    trie_.cells_[PrefixTrie::kRoot].parent = PrefixTrie::kRoot;
    pending_.push_back({PrefixTrie::kRoot, 0, keys_.size(), 0});
    while (!pending_.empty()) {
      const Node node = pending_.back();
      pending_.pop_back();
      place_children(node);
    }
    trie_.cells_.resize(used_);
    // The root is nobody's child: a step back to it must not look like one.
    trie_.cells_[PrefixTrie::kRoot].parent = PrefixTrie::kFree;
    return std::move(trie_);
  }

 private:
  static constexpr uint32_t kBytes = 256;
  static constexpr size_t kMaxTries = 64;

  struct Node {
    uint32_t cell;
    size_t begin, end;  // its keys
    size_t depth;
  };

  void grow(uint32_t at_least) {
    const auto old = static_cast<uint32_t>(trie_.cells_.size());
    const auto size = std::max<uint32_t>(at_least, old + old / 2);
    trie_.cells_.resize(size);
    next_.resize(size);
    previous_.resize(size);
    for (uint32_t i = old; i < size; ++i) {
      previous_[i] = last_free_;
      next_[i] = kEnd;
      if (last_free_ == kEnd)
        first_free_ = i;
      else
        next_[last_free_] = i;
      last_free_ = i;
    }
  }

  void take(uint32_t cell) {
    used_ = std::max(used_, cell + 1);
    if (previous_[cell] == kEnd)
      first_free_ = next_[cell];
    else
      next_[previous_[cell]] = next_[cell];
    if (next_[cell] == kEnd)
      last_free_ = previous_[cell];
    else
      previous_[next_[cell]] = previous_[cell];
  }

  bool is_free(uint64_t cell) const {
    return cell >= trie_.cells_.size() || trie_.cells_[cell].parent == PrefixTrie::kFree;
  }

  /// Where the children of bytes (sorted) all fit. Bases start at 1, so that no child falls on the root.
  uint32_t find_base(const std::vector<unsigned char>& bytes) {
    size_t tries = 0;
    for (uint32_t cell = first_free_; cell != kEnd && tries < kMaxTries; cell = next_[cell], ++tries) {
      if (cell <= bytes[0]) continue;
      const uint32_t base = cell - bytes[0];
      if (std::ranges::all_of(bytes, [&](unsigned char byte) { return is_free(uint64_t{base} + byte); }))
        return base;
    }
    return std::max<uint32_t>(used_, bytes[0] + 1u) - bytes[0];
  }

  void place_children(const Node& node) {
    std::vector<unsigned char> bytes;
    std::vector<size_t> begins;
    for (size_t i = node.begin; i < node.end; ++i) {
      if (keys_[i].first.size() == node.depth) {
        if (node.depth > 0) trie_.cells_[node.cell].value = keys_[i].second;
        continue;
      }
      const auto byte = static_cast<unsigned char>(keys_[i].first[node.depth]);
      if (bytes.empty() || bytes.back() != byte) {
        bytes.push_back(byte);
        begins.push_back(i);
      }
    }
    if (bytes.empty()) return;
    begins.push_back(node.end);
    const uint32_t base = find_base(bytes);
    if (uint64_t{base} + kBytes > trie_.cells_.size()) grow(base + kBytes);
    trie_.cells_[node.cell].base = base;
    for (size_t i = 0; i < bytes.size(); ++i) {
      const uint32_t child = base + bytes[i];
      take(child);
      trie_.cells_[child].parent = node.cell;
      pending_.push_back({child, begins[i], begins[i + 1], node.depth + 1});
    }
  }

  static constexpr uint32_t kEnd = UINT32_MAX;
  std::vector<std::pair<std::string_view, int32_t>> keys_;
  PrefixTrie trie_;
  std::vector<uint32_t> next_, previous_;
  uint32_t first_free_ = kEnd, last_free_ = kEnd;
  uint32_t used_ = 0;  // every cell from here on is free
  std::vector<Node> pending_;
};

PrefixTrie PrefixTrie::build(std::vector<std::pair<std::string_view, int32_t>> keys) {
  return TrieBuilder(std::move(keys)).run();
}

}  // namespace cvp::model
