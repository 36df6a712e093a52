#include "bench/peer_fts5.h"

#include <gtest/gtest.h>

namespace cvp::bench {
namespace {

TEST(PeerFts5, CutsIntoBigramsAndWords) {
  EXPECT_EQ(spaced("私有化部署 of GPU，好。"), "私有 有化 化部 部署 of gpu 好");
  EXPECT_EQ(spaced("7B模型"), "7b 模型");
  EXPECT_EQ(spaced(" ，。"), "");
  EXPECT_EQ(fts5_query("模型 x"), "\"模型\" OR \"x\"");
}

TEST(PeerFts5, FindsTheBestFirst) {
  auto index = PeerIndex::build(
      {{"a", "今天天气很好"}, {"b", "大模型需要显存"}, {"c", "显存决定大模型能否运行，大模型需要显存"}});
  ASSERT_TRUE(index) << index.error().message.en;
  const auto found = index->search("大模型要多少显存？", 10);
  ASSERT_TRUE(found) << found.error().message.en;
  EXPECT_EQ(found->size(), 2u);
  EXPECT_EQ(index->search("\" OR *", 10)->size(), 0u);
  EXPECT_EQ(index->search("", 10)->size(), 0u);
}

}  // namespace
}  // namespace cvp::bench
