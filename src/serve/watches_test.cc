#include "serve/watches.h"

#include <filesystem>

#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = FolderFound::State;

class WatchesTest : public ServeTest {
 protected:
  Watches& watches() { return service_->backend().watches; }
  sys::Path at(const std::string& name) const { return root_ / name; }
  void write(const std::string& name, const std::string& words) {
    ASSERT_TRUE(sys::make_folders(at(name).parent_path()));
    ASSERT_TRUE(sys::write_file_atomic(at(name), words));
  }
  void erase(const std::string& name) { ASSERT_TRUE(sys::remove_file(at(name))); }
  WatchView only() { return watches().list()->at(0); }
  template <class Done>
  void until_all(Done done) {
    const auto all_are = [&] { return std::ranges::all_of(*watches().list(), done); };
    for (int i = 0; i < 2000 && !all_are(); ++i) std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(all_are());
  }
  /// After them the folder was looked at and nothing looks any more, until look().
  WatchView watch() {
    const WatchView added = *watches().add(collection_, root_.string());
    until_all([](const WatchView& one) { return one.checked_unix.has_value(); });
    return added;
  }
  void restart() {
    start();
    until_all([](const WatchView& one) { return one.checked_unix.has_value(); });
  }
  void look() {
    clock_.advance(1000);
    watches().wake();
    until_all([&](const WatchView& one) { return one.checked_unix == clock_.unix_seconds(); });
  }
  /// Names of the collection's documents, sorted.
  std::vector<std::string> names(store::CollectionId collection) {
    std::vector<std::string> out;
    const std::vector<store::DocumentInfo> documents = *store_->documents(collection);
    for (const store::DocumentInfo& one : documents)
      out.push_back(sys::Path(one.uri).lexically_relative(root_).string());
    return out;
  }
  std::vector<std::string> names() { return names(collection_); }
  store::DocumentInfo document(const std::string& name) {
    return *store_->find_document(collection_, at(name).string());
  }

  sys::TempFolder watched_ = *sys::TempFolder::create();
  const sys::Path root_ = *sys::real_path(watched_.path());
  const store::CollectionId collection_ = add_collection("manuals");
};

TEST_F(WatchesTest, AddsWhatIsNewOrChangedAndTakesAwayWhatIsGone) {
  write("a.txt", "A valve in the cellar.");
  write("deep/b.md", "# Pumps\n\nA pump on the roof.");
  write("picture.png", "no document");
  EXPECT_EQ(watch().folder, root_.string());
  EXPECT_THAT(names(), ElementsAre("a.txt", "deep/b.md"));
  EXPECT_EQ(only().documents, 2u);
  EXPECT_EQ(only().state, State::watching);
  EXPECT_EQ(only().message.en, "");
  const store::RevisionId before = document("a.txt").revision;
  write("a.txt", "Two valves in the cellar, at least.");
  write("c.txt", "A door.");
  erase("deep/b.md");
  look();
  EXPECT_THAT(names(), ElementsAre("a.txt", "c.txt"));
  EXPECT_NE(document("a.txt").revision, before);
  EXPECT_EQ(only().documents, 2u);
  const auto log = *store_->accounts().audit_log(0, 10);
  ASSERT_THAT(log, SizeIs(2));
  EXPECT_EQ(log[0].subject, root_.string() + " (+1 ~1 -1)");
  EXPECT_EQ(log[0].action, "watch.sync");
}

TEST_F(WatchesTest, WhatWasThereBeforeStaysWhenItsFileLeaves) {
  write("old.txt", "A valve in the cellar.");
  write("new.txt", "A pump on the roof.");
  const auto options = *host_.add_options(collection_);
  ASSERT_TRUE(ingest::add_files(*store_, **host_.tokenizer(), {at("old.txt")}, options, {}, {}, {}));
  watch();
  ASSERT_THAT(names(), ElementsAre("new.txt", "old.txt"));
  erase("old.txt");
  erase("new.txt");
  look();
  EXPECT_THAT(names(), ElementsAre("old.txt"));
  EXPECT_EQ(only().documents, 0u);
}

TEST_F(WatchesTest, AFolderThatIsNotThereTakesNothingAway) {
  write("in/a.txt", "A valve in the cellar.");
  ASSERT_TRUE(watches().add(collection_, at("in").string()));
  until_all([](const WatchView& one) { return one.checked_unix.has_value(); });
  ASSERT_TRUE(sys::rename_durably(at("in"), at("elsewhere")));
  look();
  EXPECT_EQ(only().state, State::missing);
  EXPECT_THAT(only().message.zh, HasSubstr("均已保留"));
  EXPECT_THAT(names(), ElementsAre("in/a.txt"));
  std::filesystem::create_directory_symlink(at("elsewhere"), at("in"));
  look();
  EXPECT_EQ(only().state, State::missing) << "a link is not the folder that was named";
  ASSERT_TRUE(sys::remove_file(at("in")));
  ASSERT_TRUE(sys::rename_durably(at("elsewhere"), at("in")));
  look();
  EXPECT_EQ(only().state, State::watching);
  EXPECT_EQ(only().message.en, "");
  EXPECT_THAT(names(), ElementsAre("in/a.txt"));
}

TEST_F(WatchesTest, LinksLeadNowhere) {
  const sys::TempFolder other = *sys::TempFolder::create();
  ASSERT_TRUE(sys::write_file_atomic(other.path() / "secret.txt", "The safe's code is 4711."));
  write("a.txt", "A valve in the cellar.");
  std::filesystem::create_symlink(other.path() / "secret.txt", at("link.txt"));
  std::filesystem::create_directory_symlink(other.path(), at("folder"));
  watch();
  EXPECT_THAT(names(), ElementsAre("a.txt"));
  // A file that becomes a link is gone; what it leads to is not read.
  erase("a.txt");
  std::filesystem::create_symlink(other.path() / "secret.txt", at("a.txt"));
  look();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(WatchesTest, UnchangedFilesAreNotReadAgain) {
  write("a.txt", "A valve in the cellar.");
  watch();
  const auto time = std::filesystem::last_write_time(at("a.txt"));
  const store::RevisionId before = document("a.txt").revision;
  write("a.txt", "A valve in the kitche.");
  std::filesystem::last_write_time(at("a.txt"), time);
  look();
  EXPECT_EQ(document("a.txt").revision, before) << "same size, same time";
  std::filesystem::last_write_time(at("a.txt"), time + 5s);
  look();
  EXPECT_NE(document("a.txt").revision, before);
}

TEST_F(WatchesTest, WhatSomebodyRemovedStaysAwayUntilItsFileChanges) {
  write("a.txt", "A valve in the cellar.");
  watch();
  ASSERT_TRUE(store_->trash_document(document("a.txt").id));
  look();
  EXPECT_THAT(names(), IsEmpty());
  restart();
  EXPECT_THAT(names(), IsEmpty()) << "nor does a restart bring it back";
  write("a.txt", "Another valve, in another cellar.");
  look();
  EXPECT_THAT(names(), ElementsAre("a.txt"));
}

TEST_F(WatchesTest, GoesOnAfterARestart) {
  write("a.txt", "A valve in the cellar.");
  write("b.txt", "A pump on the roof.");
  const int64_t id = watch().id;
  const store::RevisionId before = document("a.txt").revision;
  service_.reset();
  erase("b.txt");
  restart();
  EXPECT_EQ(only().id, id);
  EXPECT_EQ(document("a.txt").revision, before);
  EXPECT_THAT(names(), ElementsAre("a.txt"));
}

TEST_F(WatchesTest, ACopyTakesItsOriginalsPlace) {
  write("a.txt", "A valve in the cellar.");
  write("z.txt", "A valve in the cellar.");
  watch();
  EXPECT_THAT(names(), ElementsAre("a.txt"));
  EXPECT_EQ(only().documents, 2u) << "both files are in it";
  erase("a.txt");
  look();
  EXPECT_THAT(names(), ElementsAre("z.txt"));
  write("b.txt", "A valve in the cellar.");
  look();
  write("z.txt", "Something else, and longer, by now.");  // a stamp is size and second
  look();
  EXPECT_THAT(names(), ElementsAre("b.txt", "z.txt"));
}

TEST_F(WatchesTest, ACopyOfWhatIsNotItsOwnTakesNothingAway) {
  const std::string words = "A valve in the cellar.";
  ASSERT_TRUE(store_->put(cvp::testing::plain_revision(collection_, "upload.txt", words), words));
  write("a.txt", words);
  watch();
  erase("a.txt");
  look();
  EXPECT_TRUE(store_->find_document(collection_, "upload.txt"));
}

TEST_F(WatchesTest, SaysWhatCouldNotBeAdded) {
  write("bad.txt", "");
  write("good.txt", "A valve in the cellar.");
  watch();
  EXPECT_EQ(only().state, State::watching);
  EXPECT_THAT(only().message.en, HasSubstr("bad.txt"));
  EXPECT_THAT(only().message.zh, HasSubstr("未能添加"));
  EXPECT_THAT(names(), ElementsAre("good.txt"));
  write("bad.txt", "It has words now.");
  look();
  EXPECT_EQ(only().message.en, "");
  EXPECT_THAT(names(), ElementsAre("bad.txt", "good.txt"));
}

TEST_F(WatchesTest, RefusesWhatCannotBeWatched) {
  ASSERT_TRUE(sys::make_folders(at("in/deep")));
  write("file.txt", "no folder");
  const sys::Path home = folder_.path();
  ASSERT_TRUE(sys::make_folders(home / "files"));
  std::filesystem::create_directory_symlink(home, at("to home"));
  for (const sys::Path& folder : {sys::Path("relative"), at("missing"), at("file.txt"), home, home / "files",
                                  home.parent_path(), sys::Path("/"), at("to home"), at("to home/files")})
    EXPECT_EQ(watches().add(collection_, folder.string()).error().code, Errc::usage) << folder;
  ASSERT_TRUE(watches().add(collection_, at("in").string()));
  for (const char* taken : {"in", "in/deep", "in/../in/", "."})
    EXPECT_EQ(watches().add(collection_, at(taken).string()).error().code, Errc::busy) << taken;
  EXPECT_TRUE(watches().add(add_collection("another"), at("in").string()));
  EXPECT_THAT(*watches().list(), SizeIs(2));
}

TEST_F(WatchesTest, DocumentsStayWhenTheFolderIsNoLongerWatched) {
  write("a.txt", "A valve in the cellar.");
  const int64_t id = watch().id;
  EXPECT_EQ(watches().remove(id)->folder, root_.string());
  EXPECT_EQ(watches().remove(id).error().code, Errc::not_found);
  EXPECT_THAT(*watches().list(), IsEmpty());
  EXPECT_FALSE(store_->value("watch/" + std::to_string(id)));
  erase("a.txt");
  restart();
  EXPECT_THAT(names(), ElementsAre("a.txt"));
  EXPECT_GT(watch().id, id) << "an id is not used twice";
}

TEST_F(WatchesTest, EndsWithItsCollection) {
  write("a.txt", "A valve in the cellar.");
  watch();
  ASSERT_TRUE(store_->remove_collection(collection_));
  watches().wake();
  for (int i = 0; i < 2000 && !watches().list()->empty(); ++i) std::this_thread::sleep_for(5ms);
  EXPECT_THAT(*watches().list(), IsEmpty());
  EXPECT_TRUE(sys::exists(at("a.txt")));
}

TEST_F(WatchesTest, ManyFilesAreShownAsATask) {
  const Caller admin{.user = {.id = 1, .role = store::Role::admin}};
  for (int i = 0; i < 40; ++i) write(fmt::format("{}.txt", i), fmt::format("Valve number {}.", i));
  watch();
  EXPECT_THAT(names(), SizeIs(40));
  const std::vector<JobView> jobs = service_->backend().jobs.list(admin);
  ASSERT_THAT(jobs, SizeIs(1));
  EXPECT_EQ(jobs[0].kind, "watch");
  EXPECT_EQ(jobs[0].subject, root_.filename().string());
  EXPECT_EQ(jobs[0].state, JobView::State::done);
  EXPECT_EQ(jobs[0].total, 40u);
  EXPECT_THAT(jobs[0].message.en, HasSubstr("40 added"));
  const Caller stranger{.user = {.id = 2, .role = store::Role::reader}};
  EXPECT_THAT(service_->backend().jobs.list(stranger), IsEmpty());
}

TEST_F(WatchesTest, TheServerEndsWhileFilesAreAdded) {
  for (int i = 0; i < 100; ++i) write(fmt::format("{}.txt", i), fmt::format("Valve number {}.", i));
  ASSERT_TRUE(watches().add(collection_, root_.string()));
  for (int i = 0; i < 2000 && names().empty(); ++i) std::this_thread::sleep_for(1ms);
  service_.reset();
  restart();
  EXPECT_THAT(names(), SizeIs(100));
  for (int i = 0; i < 100; ++i) erase(fmt::format("{}.txt", i));
  look();
  EXPECT_THAT(names(), IsEmpty()) << "all of them came with the folder, before the end and after";
}

}  // namespace
}  // namespace cvp::serve
