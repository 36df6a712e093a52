#include "model/prefix_trie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace cvp::model {
namespace {

int32_t look_up(const PrefixTrie& trie, std::string_view key) {
  uint32_t node = PrefixTrie::kRoot;
  for (char c : key)
    if (!trie.step(node, static_cast<unsigned char>(c))) return PrefixTrie::kNoValue;
  return trie.value(node);
}

TEST(PrefixTrieTest, FindsKeysAndOnlyKeys) {
  const PrefixTrie trie =
      PrefixTrie::build({{"a", 1}, {"abc", 2}, {"▁中", 3}, {std::string_view("\0x", 2), 4}, {"", 9}});
  EXPECT_EQ(look_up(trie, "a"), 1);
  EXPECT_EQ(look_up(trie, "ab"), PrefixTrie::kNoValue);
  EXPECT_EQ(look_up(trie, "abc"), 2);
  EXPECT_EQ(look_up(trie, "abcd"), PrefixTrie::kNoValue);
  EXPECT_EQ(look_up(trie, "▁中"), 3);
  EXPECT_EQ(look_up(trie, std::string_view("\0x", 2)), 4);
  EXPECT_EQ(look_up(trie, ""), PrefixTrie::kNoValue);
}

TEST(PrefixTrieTest, OfEqualKeysTheLastCounts) {
  EXPECT_EQ(look_up(PrefixTrie::build({{"a", 1}, {"b", 5}, {"a", 2}}), "a"), 2);
}

TEST(PrefixTrieTest, AnEmptyTrieHasNoSteps) {
  const PrefixTrie trie = PrefixTrie::build({});
  for (int byte = 0; byte < 256; ++byte) {
    uint32_t node = PrefixTrie::kRoot;
    EXPECT_FALSE(trie.step(node, static_cast<unsigned char>(byte)));
  }
}

TEST(PrefixTrieTest, AgreesWithAMapOnRandomKeys) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (const int alphabet : {2, 20, 256}) {
    std::map<std::string, int32_t> expected;
    for (int i = 0; i < 5000; ++i) {
      std::string key(1 + random() % 8, '\0');
      for (char& c : key) c = static_cast<char>(random() % static_cast<unsigned>(alphabet));
      expected.emplace(key, i);
    }
    std::vector<std::pair<std::string_view, int32_t>> keys(expected.begin(), expected.end());
    std::shuffle(keys.begin(), keys.end(), random);
    const PrefixTrie trie = PrefixTrie::build(keys);
    for (const auto& [key, value] : expected) {
      ASSERT_EQ(look_up(trie, key), value);
      std::string other = key;
      other[random() % other.size()] = static_cast<char>(random());
      const auto found = expected.find(other);
      ASSERT_EQ(look_up(trie, other), found == expected.end() ? PrefixTrie::kNoValue : found->second);
    }
    EXPECT_LT(trie.cells(), 5000u * 9 + 1000);  // not much more than one cell for each prefix
  }
}

}  // namespace
}  // namespace cvp::model
