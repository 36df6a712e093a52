#include "chat/locate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::chat {
namespace {

TEST(Locate, SqueezeDropsSpaceAndKeepsOrigins) {
  const Folded squeezed = squeeze("Ａ b\n資 料");
  EXPECT_EQ(squeezed.text, "ab资料");
  ASSERT_EQ(squeezed.origin.size(), squeezed.text.size() + 1);
  EXPECT_EQ(squeezed.origin[1], 4u);
}

TEST(Locate, BlocksAreSearchedAsOneText) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::vector<std::string> pieces = {"a", "b", "ab", "中", "Ａ", " ", "\n", "資"};
  for (int round = 0; round < 3000; ++round) {
    std::string text, wanted;
    for (size_t n = random() % 40; n > 0; --n) text += pieces[random() % pieces.size()];
    for (size_t n = 1 + random() % 5; n > 0; --n) wanted += pieces[random() % pieces.size()];
    PassageFinder finder(wanted);
    if (finder.empty()) continue;
    const Folded whole = squeeze(text);
    const size_t expected = whole.text.find(squeeze(wanted).text);
    std::optional<Span> found;
    for (size_t begin = 0; begin < text.size() && !found;) {
      const std::string_view block = utf8_prefix(std::string_view(text).substr(begin), 3 + random() % 9);
      found = finder.next(block, static_cast<uint32_t>(begin));
      begin += block.size();
    }
    ASSERT_EQ(found.has_value(), expected != std::string::npos) << text << " / " << wanted;
    if (!found) continue;
    ASSERT_EQ(found->begin, whole.origin[expected]) << text << " / " << wanted;
    ASSERT_EQ(squeeze(std::string_view(text).substr(found->begin, found->size())).text, squeeze(wanted).text);
  }
}

class LocateTest : public ::testing::Test {
 protected:
  store::DocumentId add(const std::string& collection, const std::string& uri, std::string_view text) {
    const store::CollectionId id = store_->ensure_collection(collection).value();
    return store_->put(cvp::testing::plain_revision(id, uri, text, 100'000), text).value().document;
  }
  std::optional<Located> locate(std::string_view passage, const std::vector<store::CollectionId>& collections,
                                const std::vector<store::DocumentId>& first = {}) {
    return locate_passage(*store_, passage, collections, first, {}).value();
  }

  sys::TempFolder folder_ = sys::TempFolder::create().value();
  cvp::testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = store::Store::open(folder_.path(), clock_).value();
};

TEST_F(LocateTest, FindsAcrossBlocks) {
  // The passage stands over the end of the first mebibyte, in a line of its own and in one long line.
  for (const std::string_view filler : {"filler filler filler\n", "填"}) {
    std::string text;
    while (text.size() + filler.size() + 5 < (1 << 20)) text += filler;
    const size_t at = text.size();
    text += "the needle\nstands here. And more.";
    const store::DocumentId id = add("long", "/" + std::to_string(filler.size()), text);
    const auto found = locate("The NEEDLE stands here.", {}, {id});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->document.id, id);
    EXPECT_EQ(found->span.begin, at);
    ASSERT_FALSE(found->chunks.empty());
    EXPECT_THAT(found->chunks[0].text, ::testing::HasSubstr("needle"));
  }
}

TEST_F(LocateTest, LooksWhereItIsToldAlone) {
  add("mine", "/a", "nothing to see");
  const store::DocumentId theirs = add("theirs", "/b", "the gate opens at nine");
  const store::CollectionId mine = store_->find_collection("mine").value();
  const store::CollectionId other = store_->find_collection("theirs").value();
  EXPECT_EQ(locate("gate opens", {})->document.id, theirs);
  EXPECT_EQ(locate("gate opens", {mine, other})->document.id, theirs);
  EXPECT_FALSE(locate("gate opens", {mine}));
  EXPECT_FALSE(locate("gate opens", {mine}, {theirs})) << "the documents to begin with are no way around";
  EXPECT_FALSE(locate("gate opens", {0})) << "no collection, not all of them";
  EXPECT_FALSE(locate("gate opens", {-1}));
  EXPECT_FALSE(locate(" \n", {}));
}

TEST_F(LocateTest, BeginsWithTheLikelyDocuments) {
  const store::DocumentId one = add("mine", "/1", "the gate opens at nine");
  const store::DocumentId two = add("mine", "/2", "see above: the gate opens at nine");
  EXPECT_EQ(locate("the gate opens", {}, {one})->document.id, one);
  EXPECT_EQ(locate("the gate opens", {}, {two})->document.id, two);
}

}  // namespace
}  // namespace cvp::chat
