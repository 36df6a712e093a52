// What pages show of a library: collections, documents page by page, revisions and their chunks.
#include <gmock/gmock.h>

#include "store/store.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message.en);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class ListingTest : public ::testing::Test {
 protected:
  Store::Put put(const std::string& uri, std::string_view text, size_t chunk_bytes = 1000) {
    return must(store_->put(testing::plain_revision(collection_, uri, text, chunk_bytes), text));
  }
  std::vector<std::string> uris(const Store::DocumentPage& page) {
    std::vector<std::string> out;
    for (const DocumentInfo& one : must(store_->documents_page(page))) out.push_back(one.uri);
    return out;
  }

  sys::TempFolder folder_ = must(sys::TempFolder::create());
  testing::FakeClock clock_;
  std::unique_ptr<Store> store_ = must(Store::open(folder_.path(), clock_));
  CollectionId collection_ = must(store_->ensure_collection(kDefaultCollection));
};

TEST_F(ListingTest, WhatChangedLastComesFirst) {
  const auto a = put("a", "one");
  put("b", "two");
  const auto c = put("c", "three");
  EXPECT_THAT(uris({.collection = collection_}), ElementsAre("c", "b", "a"));
  put("a", "one, changed");
  EXPECT_THAT(uris({.collection = collection_}), ElementsAre("a", "c", "b"));
  must(store_->trash_document(c.document));
  EXPECT_THAT(uris({.collection = collection_}), ElementsAre("a", "b"));
  must(store_->restore_document(c.document));
  EXPECT_THAT(uris({.collection = collection_}), ElementsAre("a", "c", "b"));
  EXPECT_EQ(must(store_->documents_page({.collection = collection_})).at(0).id, a.document);
}

TEST_F(ListingTest, PagesFollowEachOtherAndKeepToTheirCollection) {
  const CollectionId mine = collection_;
  for (int i = 0; i < 5; ++i) {
    collection_ = mine;
    put("mine-" + std::to_string(i), "text " + std::to_string(i));
    collection_ = must(store_->ensure_collection("other"));
    put("other-" + std::to_string(i), "text " + std::to_string(i));
  }
  Store::DocumentPage page{.collection = mine, .limit = 2};
  std::vector<std::string> seen;
  for (int i = 0; i < 4; ++i) {
    for (const DocumentInfo& one : must(store_->documents_page(page))) {
      seen.push_back(one.uri);
      page.before = one.revision;
    }
  }
  EXPECT_THAT(seen, ElementsAre("mine-4", "mine-3", "mine-2", "mine-1", "mine-0"));
  EXPECT_THAT(uris({.collection = 99}), IsEmpty());
}

TEST_F(ListingTest, APageIsFilledWithWhatIsWanted) {
  for (int i = 0; i < 20; ++i) put((i % 5 == 0 ? "report-" : "note-") + std::to_string(i), std::to_string(i));
  const auto wanted = [](std::string_view uri, std::string_view title) {
    return uri.starts_with("report-") && title.empty();
  };
  EXPECT_THAT(uris({.collection = collection_, .limit = 3, .wanted = wanted}),
              ElementsAre("report-15", "report-10", "report-5"));
}

TEST_F(ListingTest, ACreatedCollectionIsItsManagersFromTheStart) {
  const UserId user =
      must(store_->accounts().create_user({.name = "ann", .password_hash = "x", .role = Role::editor}));
  const CollectionId made = must(store_->create_collection("合同", user));
  const auto grants = must(store_->accounts().grants(made));
  ASSERT_EQ(grants.size(), 1u);
  EXPECT_EQ(grants[0].to, Grant::To::user);
  EXPECT_EQ(grants[0].id, user);
  EXPECT_EQ(grants[0].right, Right::manage);
  EXPECT_EQ(store_->create_collection("合同", user).error().code, Errc::busy);
  EXPECT_EQ(store_->create_collection("a/b", user).error().code, Errc::usage);
  EXPECT_THAT(must(store_->accounts().grants(must(store_->create_collection("nobodys", 0)))), IsEmpty());
}

TEST_F(ListingTest, CollectionsCountTheirLiveChunks) {
  const auto a = put("a", "one two three", 4);
  put("b", "four");
  const auto counted = [&] { return must(store_->collections()).at(0); };
  EXPECT_EQ(counted().documents, 2u);
  EXPECT_EQ(counted().chunks, 5u);
  put("b", "another four");
  EXPECT_EQ(counted().chunks, 5u) << "old revisions do not count";
  must(store_->trash_document(a.document));
  EXPECT_EQ(counted().chunks, 1u);
  must(store_->ensure_collection("empty"));
  EXPECT_EQ(must(store_->collections()).at(1).chunks, 0u);
}

TEST_F(ListingTest, ChunksOfAnyRevisionInSteps) {
  const auto first = put("a", "one two three four ", 4);
  const auto second = put("a", "changed");
  const auto all = must(store_->revision_chunks(first.revision, 0, 100));
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[1].where.span, (Span{4, 8}));
  EXPECT_TRUE(all[1].text.empty());
  const auto some = must(store_->revision_chunks(first.revision, 1, 2));
  ASSERT_EQ(some.size(), 2u);
  EXPECT_EQ(some[0].ordinal, 1u);
  EXPECT_EQ(some[1].id, all[2].id);
  EXPECT_EQ(must(store_->revision_chunks(second.revision, 0, 100)).size(), 1u);
  EXPECT_THAT(must(store_->revision_chunks(99, 0, 100)), IsEmpty());
  EXPECT_EQ(must(store_->revisions(first.document)).at(0).media_type, "text/plain");
}

}  // namespace
}  // namespace cvp::store
