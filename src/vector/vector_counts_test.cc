#include "vector/index_fixture_test.h"

namespace cvp::vector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class VectorCountsTest : public IndexFixture {
 protected:
  std::map<store::DocumentId, uint64_t> of(const std::vector<store::DocumentId>& documents) {
    return must(index_->vectors_by_document(documents, &fake_.identity()));
  }
  std::map<store::CollectionId, uint64_t> by_collection() {
    return must(index_->vectors_by_collection(&fake_.identity()));
  }
  testing::FakeEmbedder fake_;
};

TEST_F(VectorCountsTest, AreZeroBeforeAnythingIsEmbedded) {
  const auto document = add("words");
  EXPECT_THAT(of({document}), ElementsAre(Pair(document, 0)));
  EXPECT_THAT(by_collection(), IsEmpty());
  EXPECT_THAT(must(index_->vectors_by_collection(nullptr)), IsEmpty());
}

TEST_F(VectorCountsTest, FollowWhatIsEmbeddedAndRemoved) {
  const auto one = add("first second third", 6);  // three chunks
  const auto first_collection = collection_;
  collection_ = must(store_->ensure_collection("other"));
  const auto two = add("of another collection");
  EXPECT_THAT(of({one, two}), ElementsAre(Pair(one, 0), Pair(two, 0)));
  embed_all(fake_);
  EXPECT_THAT(of({one}), ElementsAre(Pair(one, 3)));
  EXPECT_THAT(of({one, two}), ElementsAre(Pair(one, 3), Pair(two, 1)));
  EXPECT_THAT(by_collection(), ElementsAre(Pair(first_collection, 3), Pair(collection_, 1)));
  EXPECT_THAT(must(index_->vectors_by_collection(nullptr)),
              ElementsAre(Pair(first_collection, 3), Pair(collection_, 1)));

  must(store_->trash_document(one));
  EXPECT_THAT(of({one, two}), ElementsAre(Pair(one, 0), Pair(two, 1))) << "at once, before any catch-up";
  must(store_->restore_document(one));
  EXPECT_EQ(of({one})[one], 0u) << "what came back has vectors to wait for";
  embed_all(fake_);
  EXPECT_EQ(of({one})[one], 3u);
  EXPECT_EQ(must(index_->status(&fake_.identity())).with_vector, 4u);
}

TEST_F(VectorCountsTest, AreTheSameAfterOpeningAgain) {
  const auto document = add("first second third", 6);
  embed_all(fake_);
  reopen();
  EXPECT_THAT(of({document}), ElementsAre(Pair(document, 3)));
}

TEST_F(VectorCountsTest, AreThoseOfOneEmbedder) {
  const auto document = add("first second third", 6);
  embed_all(fake_);
  EXPECT_EQ(of({document})[document], 3u);
  testing::FakeEmbedder other("another", 32);
  EXPECT_EQ(must(index_->vectors_by_document(std::vector{document}, &other.identity()))[document], 0u);
  embed_all(other);
  EXPECT_EQ(must(index_->vectors_by_document(std::vector{document}, &other.identity()))[document], 3u);
  EXPECT_EQ(of({document})[document], 0u) << "its vectors were replaced";
}

}  // namespace
}  // namespace cvp::vector
