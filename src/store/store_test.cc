#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/pieces.h"
#include "sys/sha256.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message.en);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    store_ = must(Store::open(folder_.path(), clock_));
    collection_ = must(store_->ensure_collection(kDefaultCollection));
  }
  NewRevision revision(std::string uri, std::string_view text, size_t chunk_bytes = 1000) {
    return testing::plain_revision(collection_, std::move(uri), text, chunk_bytes);
  }
  Store::Put put(std::string uri, std::string_view text, size_t chunk_bytes = 1000) {
    return must(store_->put(revision(std::move(uri), text, chunk_bytes), text));
  }
  std::string whole(RevisionId id) {
    return must(store_->text(id, {0, static_cast<uint32_t>(must(store_->text_size(id)))}));
  }
  size_t files() { return must(sys::list_files(folder_.path() / "files", 1000)).size(); }

  sys::TempFolder folder_ = must(sys::TempFolder::create());
  testing::FakeClock clock_;
  std::unique_ptr<Store> store_;
  CollectionId collection_ = 0;
};

TEST_F(StoreTest, KeepsWhatItWasGiven) {
  NewRevision in = revision("/a.txt", "第一页。\fsecond page", 12);
  in.parsed.title = "题目";
  in.parsed.page_starts = {0, 13};
  in.parsed.layout = {{{0, 12}, 1, {1, 2, 3, 4}}, {{13, 19}, 2, {5, 6, 7, 8}}};
  in.parsed.notes = {{"read as UTF-8", "按 UTF-8 读取"}};
  in.chunks[0].heading = "第一章 › 内存";
  const auto done = must(store_->put(in, in.parsed.text));
  reopen();
  EXPECT_EQ(done.outcome, PutOutcome::added);
  const DocumentInfo info = must(store_->document(done.document));
  EXPECT_EQ(info.title, "题目");
  EXPECT_EQ(info.uri, "/a.txt");
  EXPECT_EQ(info.pages, 2u);
  EXPECT_EQ(info.revision_number, 1u);
  EXPECT_EQ(info.notes.at(0).zh, "按 UTF-8 读取");
  EXPECT_EQ(must(store_->find_document(collection_, "/a.txt")).id, done.document);
  EXPECT_EQ(whole(done.revision), in.parsed.text);
  EXPECT_EQ(must(store_->page_at(done.revision, 12)), 1u);
  EXPECT_EQ(must(store_->page_at(done.revision, 13)), 2u);
  EXPECT_EQ(must(store_->layout(done.revision, {5, 13})).size(), 1u);
  EXPECT_EQ(must(store_->layout(done.revision, {11, 14})).size(), 2u);
  const auto chunks = must(store_->document_chunks(done.document));
  ASSERT_EQ(chunks.size(), info.chunks);
  EXPECT_EQ(chunks[0].where.heading, "第一章 › 内存");
  EXPECT_EQ(chunks[1].text, in.parsed.text.substr(in.chunks[1].context_begin,
                                                  in.chunks[1].span.end - in.chunks[1].context_begin));
  EXPECT_EQ(must(sys::read_file(must(store_->original_path(done.revision)), 1000)), in.parsed.text);
  EXPECT_THAT(must(store_->verify(true, {})), IsEmpty());
}

TEST_F(StoreTest, SameFileTwiceIsOneDocument) {
  const auto first = put("/a.txt", "one");
  const uint64_t generation = must(store_->generation());
  EXPECT_EQ(put("/a.txt", "one").outcome, PutOutcome::unchanged);
  const auto copy = put("/copy of a.txt", "one");
  EXPECT_EQ(copy.outcome, PutOutcome::unchanged);
  EXPECT_EQ(copy.document, first.document);
  EXPECT_EQ(must(store_->generation()), generation);
  EXPECT_EQ(must(store_->documents(0)).size(), 1u);
}

TEST_F(StoreTest, SameContentInAnotherCollectionIsItsOwnDocument) {
  put("/a.txt", "one");
  NewRevision other = revision("/a.txt", "one");
  other.collection = must(store_->ensure_collection("合同"));
  EXPECT_EQ(must(store_->put(other, "one")).outcome, PutOutcome::added);
  EXPECT_EQ(files(), 1u);
}

TEST_F(StoreTest, ChangedFileIsANewRevisionAndTheOldTextStays) {
  const auto first = put("/a.txt", "old words");
  const auto old_chunks = must(store_->document_chunks(first.document));
  const auto second = put("/a.txt", "new words");
  EXPECT_EQ(second.outcome, PutOutcome::updated);
  EXPECT_EQ(second.document, first.document);
  EXPECT_EQ(must(store_->document(first.document)).revision_number, 2u);
  EXPECT_EQ(whole(first.revision), "old words");
  const ChunkId old_id = old_chunks.at(0).id;
  EXPECT_EQ(must(store_->chunks(std::vector{old_id})).at(0).text, "old words");
  const auto live = must(store_->live_chunks());
  ASSERT_EQ(live.size(), 1u);
  EXPECT_GT(live[0].id, old_id);
  EXPECT_THAT(must(store_->verify(true, {})), IsEmpty());
}

TEST_F(StoreTest, NewParserMakesANewRevisionOfTheSameFile) {
  put("/a.txt", "one");
  NewRevision again = revision("/a.txt", "one");
  again.made_with = "test 2";
  EXPECT_EQ(must(store_->put(again, "one")).outcome, PutOutcome::updated);
  EXPECT_EQ(files(), 1u);
}

TEST_F(StoreTest, RemovedIsGone) {
  const auto gone = put("/a.txt", "to be removed");
  const auto kept = put("/b.txt", "stays");
  const uint64_t generation = must(store_->generation());
  const auto id = must(store_->document_chunks(gone.document)).at(0).id;
  must(store_->remove_document(gone.document));
  EXPECT_GT(must(store_->generation()), generation);
  EXPECT_THAT(must(store_->chunks(std::vector{id})), IsEmpty());
  EXPECT_EQ(store_->text(gone.revision, {0, 1}).error().code, Errc::not_found);
  EXPECT_EQ(store_->document(gone.document).error().code, Errc::not_found);
  EXPECT_EQ(store_->remove_document(gone.document).error().code, Errc::not_found);
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(must(store_->live_chunks()).size(), 1u);
  EXPECT_EQ(whole(kept.revision), "stays");
  EXPECT_THAT(must(store_->verify(true, {})), IsEmpty());
}

TEST_F(StoreTest, OriginalStaysWhileAnotherDocumentHasIt) {
  const auto a = put("/a.txt", "shared");
  NewRevision other = revision("/b.txt", "shared");
  other.collection = must(store_->ensure_collection("other"));
  const auto b = must(store_->put(other, "shared"));
  must(store_->remove_document(a.document));
  EXPECT_TRUE(sys::exists(must(store_->original_path(b.revision))));
  must(store_->remove_collection(other.collection));
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(must(store_->collections()).size(), 1u);
}

TEST_F(StoreTest, ChunkIdsAreNeverUsedAgain) {
  const auto first = put("/a.txt", "one");
  const ChunkId id = must(store_->live_chunks()).at(0).id;
  must(store_->remove_document(first.document));
  reopen();
  put("/b.txt", "two");
  EXPECT_GT(must(store_->live_chunks()).at(0).id, id);
}

TEST_F(StoreTest, LongTextIsReadInPartsAcrossPieces) {
  std::string text;
  for (int i = 0; text.size() < 5 * kPieceBytes; ++i) text += "段落 " + std::to_string(i) + "。\n";
  const auto done = put("/long.txt", text, 777);
  EXPECT_EQ(whole(done.revision), text);
  EXPECT_EQ(must(store_->text(done.revision, {kPieceBytes - 5, kPieceBytes + 7})),
            text.substr(kPieceBytes - 5, 12));
  EXPECT_EQ(must(store_->text(done.revision, {kPieceBytes, 3 * kPieceBytes})),
            text.substr(kPieceBytes, 2 * kPieceBytes));
  std::vector<Chunk> all;
  while (true) {
    const auto some = must(store_->live_chunks_after(all.empty() ? 0 : all.back().id, 7));
    if (some.empty()) break;
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(all.size(), must(store_->live_chunks()).size());
  for (const Chunk& chunk : all)
    ASSERT_EQ(chunk.text,
              text.substr(chunk.where.context_begin, chunk.where.span.end - chunk.where.context_begin));
}

TEST_F(StoreTest, LayoutThatBeganLongBeforeTheSpanIsFound) {
  NewRevision in = revision("/wide.txt", std::string(4 * kPieceBytes, 'x'));
  in.parsed.layout = {{{10, 3 * kPieceBytes}, 1, {1, 1, 1, 1}},
                      {{kPieceBytes, kPieceBytes + 5}, 1, {2, 2, 2, 2}}};
  const auto done = must(store_->put(in, in.parsed.text));
  const auto found = must(store_->layout(done.revision, {2 * kPieceBytes + 9, 2 * kPieceBytes + 10}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].box.x0, 1);
}

TEST_F(StoreTest, PositionsOutsideTheTextAreRefusedAndLeaveNothing) {
  auto refused = [&](auto&& spoil) {
    NewRevision in = revision("/bad.txt", "some text");
    spoil(in);
    const auto done = store_->put(in, "some text");
    return !done && done.error().code == Errc::corrupt;
  };
  EXPECT_TRUE(refused([](NewRevision& in) { in.chunks[0].span.end = 10; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.chunks[0].context_begin = 1; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.parsed.page_starts = {5, 3}; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.parsed.page_starts = {0, 11}; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.parsed.layout = {{{8, 10}, 1, {}}}; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.parsed.text[3] = '\xff'; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.parsed.text[3] = '\0'; }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.content_sha256 = sys::sha256_hex("other"); }));
  EXPECT_TRUE(refused([](NewRevision& in) { in.content_sha256 = "../../etc/passwd"; }));
  EXPECT_THAT(must(store_->documents(0)), IsEmpty());
  EXPECT_FALSE(sys::exists(folder_.path() / "files"));
}

TEST_F(StoreTest, UnknownCollectionLeavesNoOriginal) {
  NewRevision in = revision("/a.txt", "one");
  in.collection = 999;
  EXPECT_EQ(store_->put(in, "one").error().code, Errc::not_found);
  EXPECT_FALSE(sys::exists(folder_.path() / "files"));
}

TEST_F(StoreTest, SpansOutsideTheTextAreErrors) {
  const auto done = put("/a.txt", "short");
  EXPECT_FALSE(store_->text(done.revision, {0, 6}));
  EXPECT_FALSE(store_->text(done.revision, {4, 2}));
  EXPECT_EQ(must(store_->text(done.revision, {5, 5})), "");
  EXPECT_FALSE(store_->page_at(done.revision, 6));
}

TEST_F(StoreTest, CollectionNamesAreCheckedAndNearOnesOffered) {
  for (const char* bad : {"", " a", "a ", "a  b", "a/b", "..", "\xff", "名称。"})
    EXPECT_EQ(store_->ensure_collection(bad).error().code, Errc::usage) << bad;
  EXPECT_FALSE(store_->ensure_collection(std::string(65, 'x')));
  EXPECT_TRUE(store_->ensure_collection(std::string(64, 'x')));
  const CollectionId id = must(store_->ensure_collection("合同-2024"));
  EXPECT_EQ(must(store_->ensure_collection("合同-2024")), id);
  EXPECT_EQ(must(store_->find_collection("合同-2024")), id);
  const auto missing = store_->find_collection("合同2024");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().hint.en, HasSubstr("合同-2024"));
}

TEST_F(StoreTest, ChatsKeepTheirOrder) {
  const ChatId first = must(store_->create_chat("first"));
  clock_.advance(5000);
  const ChatId second = must(store_->create_chat("second"));
  must(store_->append_message(
      second, {.from_user = true, .text = "内存多大？", .standalone = "", .answer_json = ""}));
  clock_.advance(5000);
  must(store_->append_message(first,
                              {.from_user = false, .text = "16 GB", .standalone = "", .answer_json = "{}"}));
  const auto chats = must(store_->chats(10));
  ASSERT_EQ(chats.size(), 2u);
  EXPECT_EQ(chats[0].id, first);
  EXPECT_EQ(chats[0].messages, 1u);
  EXPECT_EQ(must(store_->messages(second)).at(0).text, "内存多大？");
  must(store_->remove_chat(second));
  EXPECT_EQ(store_->messages(second).error().code, Errc::not_found);
  EXPECT_EQ(store_->append_message(second, {}).error().code, Errc::not_found);
}

TEST_F(StoreTest, UnfinishedJobsAreListedUntilTheyAreDone) {
  const JobId first = must(store_->begin_job("add", "/docs"));
  const JobId other = must(store_->begin_job("add", "/more"));
  must(store_->end_job(other, true));
  must(store_->end_job(first, false));
  reopen();
  auto jobs = must(store_->unfinished_jobs());
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].description, "/docs");
  must(store_->end_job(must(store_->begin_job("add", "/docs")), true));
  EXPECT_THAT(must(store_->unfinished_jobs()), IsEmpty());
}

TEST_F(StoreTest, ValuesAreReplaced) {
  EXPECT_EQ(store_->value("calibration").error().code, Errc::not_found);
  must(store_->set_value("calibration", "1"));
  must(store_->set_value("calibration", "2"));
  EXPECT_EQ(must(store_->value("calibration")), "2");
  must(store_->remove_value("calibration"));
  must(store_->remove_value("calibration"));
  EXPECT_EQ(store_->value("calibration").error().code, Errc::not_found);
}

TEST_F(StoreTest, VerifyNamesAChangedOriginal) {
  const auto done = put("/a.txt", "one");
  must(sys::write_file_atomic(must(store_->original_path(done.revision)), "two"));
  EXPECT_THAT(must(store_->verify(false, {})), IsEmpty()) << "same size: only the hash tells";
  EXPECT_EQ(must(store_->verify(true, {})).size(), 1u);
  must(sys::remove_file(must(store_->original_path(done.revision))));
  EXPECT_EQ(must(store_->verify(false, {})).size(), 1u);
}

TEST_F(StoreTest, VerifyGoesOnBehindAnOriginalThatCannotBeRead) {
  NewRevision unreadable = revision("/a.txt", "one");
  unreadable.bytes = 0;
  const auto first = must(store_->put(unreadable, "one"));
  const auto second = put("/b.txt", "two");
  // A file of no bytes whose reading fails, whoever reads it.
  const sys::Path original = must(store_->original_path(first.revision));
  must(sys::remove_file(original));
  std::filesystem::create_symlink("/proc/self/mem", original);
  must(sys::remove_file(must(store_->original_path(second.revision))));
  EXPECT_EQ(must(store_->verify(true, {})).size(), 2u);
  CancelToken stop;
  stop.cancel();
  EXPECT_EQ(store_->verify(true, stop).error().code, Errc::cancelled);
}

/// secure_delete, the emptied log and the removed original: no file of the home holds the words any more.
TEST_F(StoreTest, RemovedWordsAreInNoFile) {
  auto canary = [](int i) { return "canary" + std::to_string(i * 7919) + "canary"; };
  std::vector<DocumentId> ids;
  for (int i = 0; i < 60; ++i) {
    NewRevision in = revision("/" + canary(i), canary(i) + std::string(i * 400, 'x') + canary(i), 600);
    in.parsed.title = canary(i);
    for (ChunkSpan& chunk : in.chunks) chunk.heading = canary(i);
    ids.push_back(must(store_->put(in, in.parsed.text)).document);
  }
  for (size_t i = 1; i < ids.size(); i += 2) must(store_->remove_document(ids[i]));
  for (const sys::Path& path : must(sys::list_files(folder_.path(), 1000))) {
    const std::string bytes = must(sys::read_file(path, 100 << 20));
    for (size_t i = 1; i < ids.size(); i += 2)
      ASSERT_EQ(bytes.find(canary(static_cast<int>(i))), std::string::npos)
          << path << " still holds document " << i;
  }
  EXPECT_EQ(must(store_->documents(0)).size(), 30u);
}

TEST_F(StoreTest, TheTrashIsOutOfSightAndCanBeUndone) {
  const auto one = put("/a.txt", "first words"), other = put("/b.txt", "other words");
  ASSERT_TRUE(store_->trash_document(one.document));
  EXPECT_EQ(must(store_->documents(collection_)).size(), 1u);
  EXPECT_EQ(store_->document(one.document).error().code, Errc::not_found);
  EXPECT_EQ(store_->find_document(collection_, "/a.txt").error().code, Errc::not_found);
  EXPECT_EQ(store_->document_of(one.revision).error().code, Errc::not_found);
  EXPECT_EQ(must(store_->live_chunks()).size(), 1u);
  EXPECT_FALSE(store_->trash_document(one.document)) << "it is there already";
  ASSERT_TRUE(store_->restore_document(one.document));
  EXPECT_EQ(must(store_->live_chunks()).size(), 2u);
  EXPECT_EQ(whole(one.revision), "first words");
  EXPECT_FALSE(store_->restore_document(other.document)) << "it was never there";
}

TEST_F(StoreTest, AddingAgainTakesOutOfTheTrash) {
  const auto one = put("/a.txt", "first words");
  ASSERT_TRUE(store_->trash_document(one.document));
  EXPECT_EQ(put("/copy.txt", "first words").outcome, PutOutcome::added)
      << "a copy of what is in the trash is new";
  const auto again = put("/a.txt", "first words");
  EXPECT_EQ(again.document, one.document);
  EXPECT_EQ(must(store_->live_chunks()).size(), 2u);
}

TEST_F(StoreTest, AnEmptiedTrashLeavesNothing) {
  const auto one = put("/a.txt", "first words");
  ASSERT_TRUE(store_->trash_document(one.document));
  EXPECT_EQ(must(store_->empty_trash(clock_.unix_seconds())), 0u) << "too new";
  clock_.advance(2000);
  EXPECT_EQ(must(store_->empty_trash(clock_.unix_seconds())), 1u);
  EXPECT_EQ(files(), 0u);
  EXPECT_FALSE(store_->restore_document(one.document));
}

TEST_F(StoreTest, RevisionsAreListedNewestFirst) {
  const auto first = put("/a.txt", "one");
  const auto second = put("/a.txt", "two");
  const auto all = must(store_->revisions(first.document));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, second.revision);
  EXPECT_TRUE(all[0].active);
  EXPECT_FALSE(all[1].active);
  EXPECT_EQ(must(store_->document_of(first.revision)).id, first.document);
}

}  // namespace
}  // namespace cvp::store
