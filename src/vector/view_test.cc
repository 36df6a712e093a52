// What one user may search must look the same whatever else the index holds.
#include <cmath>

#include "vector/index_fixture_test.h"

namespace cvp::vector {
namespace {

using ::testing::Contains;

class ViewTest : public IndexFixture {
 protected:
  store::ChunkId add_to(store::CollectionId collection, std::string_view text) {
    const std::string uri = "/view-" + std::to_string(++uris_);
    const auto put = must(store_->put(testing::plain_revision(collection, uri, text, 100'000), text));
    return must(store_->document_chunks(put.document)).at(0).id;
  }
  SearchResult ask(std::string_view query, Mode mode, store::CollectionId collection) {
    return must(
        index_->search(query, {.k = 100, .mode = mode, .collections = {collection}}, &fake_, cancel_));
  }
  store::CollectionId other() { return must(store_->ensure_collection("other")); }

  testing::FakeEmbedder fake_;
  int uris_ = 0;
};

TEST_F(ViewTest, WeightsAreOfTheCollectionsNamed) {
  add("内存 显存");
  add("别的");
  for (int i = 0; i < 20; ++i) add_to(other(), "显存 显存 第" + std::to_string(i));
  const auto weight = [&](const std::vector<store::CollectionId>& collections) {
    return must(index_->term_weights("显存", collections)).at(0).idf;
  };
  EXPECT_NEAR(weight({collection_}), std::log(1 + 1.5 / 1.5), 1e-9);
  EXPECT_NEAR(weight({other()}), std::log(1 + 0.5 / 20.5), 1e-9);
  EXPECT_NEAR(weight({}), std::log(1 + 1.5 / 21.5), 1e-9);
  EXPECT_NEAR(weight({999}), std::log(1 + 0.5 / 0.5), 1e-9) << "no chunks at all";
}

TEST_F(ViewTest, VectorsOfOthersAreNotOnesOwn) {
  for (int i = 0; i < 10; ++i) add_to(other(), "别人的显存说明 " + std::to_string(i));
  embed_all(fake_);
  add("显存和内存");
  add("显存的价格与显存的用途");
  const SearchResult text = ask("显存", Mode::text, collection_);
  ASSERT_EQ(text.hits.size(), 2u);
  for (const Mode mode : {Mode::hybrid, Mode::dense}) {
    const SearchResult found = ask("显存", mode, collection_);
    EXPECT_FALSE(found.dense_used);
    ASSERT_EQ(found.hits.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(found.hits[i].chunk, text.hits[i].chunk);
      EXPECT_EQ(found.hits[i].score, text.hits[i].score);
    }
  }
  embed_all(fake_);
  EXPECT_TRUE(ask("显存", Mode::hybrid, collection_).dense_used);
}

TEST_F(ViewTest, OneCharacterFindsOnesOwn) {
  const store::ChunkId mine = add_to(collection_, "一龥");
  std::string theirs;
  for (char32_t c = 0x4E00; c < 0x9000; ++c) {
    theirs += "一";
    append_utf8(theirs, c);
    theirs += ' ';
  }
  add_to(other(), theirs);
  const SearchResult found = ask("一", Mode::text, collection_);
  ASSERT_EQ(found.hits.size(), 1u);
  EXPECT_EQ(found.hits[0].chunk, mine);
}

TEST_F(ViewTest, NothingIsExplainedThatIsNotSeen) {
  const store::ChunkId theirs = add_to(other(), "显存的秘密");
  const store::ChunkId mine = add_to(collection_, "显存和内存");
  const SearchOptions options{.collections = {collection_}};
  const auto refused = index_->explain("显存 秘密", theirs, options, nullptr, cancel_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::not_found);
  EXPECT_EQ(refused.error().message.en, text("there is no passage {}", "没有编号为 {} 的段落", theirs).en);
  const auto why = must(index_->explain("显存 秘密", mine, options, nullptr, cancel_));
  EXPECT_EQ(why.chunks_searched, 1u);
  EXPECT_EQ(why.hit.text_rank, 1u);
  EXPECT_THAT(why.terms_missing, Contains("秘密"));
}

}  // namespace
}  // namespace cvp::vector
