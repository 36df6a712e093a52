#include "ingest/adder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ingest/prepare.h"
#include "ingest/test_support.h"
#include "testing/fakes.h"

namespace cvp::ingest {
namespace {

class Adder : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = store::Store::open(folder_.path() / "home", clock_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message.en;
    store_ = std::move(*opened);
    options_.collection = *store_->ensure_collection(store::kDefaultCollection);
    options_.parser = child_parser();
  }
  sys::Path file(const std::string& name, std::string_view bytes) {
    const sys::Path path = folder_.path() / "docs" / name;
    EXPECT_TRUE(sys::make_folders(path.parent_path()).has_value());
    EXPECT_TRUE(sys::write_file_atomic(path, bytes).has_value());
    return path;
  }
  std::vector<FileOutcome> add(const std::vector<sys::Path>& files) {
    std::vector<FileOutcome> outcomes;
    const auto done = add_files(
        *store_, *tokenizer_, files, options_, [&](const Progress& p) { progress_ = p; },
        [&](const FileOutcome& o) { outcomes.push_back(o); }, cancel_);
    EXPECT_TRUE(done.has_value());
    return outcomes;
  }
  FileOutcome add_one(const sys::Path& path) {
    auto outcomes = add({path});
    EXPECT_EQ(outcomes.size(), 1U);
    return outcomes.empty() ? FileOutcome() : outcomes[0];
  }

  sys::TempFolder folder_ = std::move(*sys::TempFolder::create());
  testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<model::Tokenizer> tokenizer_ = model::estimating_tokenizer();
  AddOptions options_;
  CancelToken cancel_;
  Progress progress_;
};

using Kind = FileOutcome::Kind;

TEST_F(Adder, AddedUnchangedUpdated) {
  const sys::Path path = file("手册.md", "# 手册\n\n零件编号 PPR-9087。\n");
  const FileOutcome added = add_one(path);
  EXPECT_EQ(added.kind, Kind::added) << added.error.message.en;
  EXPECT_EQ(added.chunks, 1U);
  EXPECT_EQ(added.uri, path.string());
  const auto chunks = store_->document_chunks(added.document);
  ASSERT_TRUE(chunks.has_value());
  EXPECT_EQ((*chunks)[0].text, "# 手册\n\n零件编号 PPR-9087。");
  EXPECT_EQ((*chunks)[0].title, "手册");
  EXPECT_EQ((*chunks)[0].where.heading, "手册");

  EXPECT_EQ(add_one(path).kind, Kind::unchanged);
  file("手册.md", "# 手册\n\n零件编号 QQS-1234。\n");
  const FileOutcome updated = add_one(path);
  EXPECT_EQ(updated.kind, Kind::updated);
  EXPECT_EQ(updated.document, added.document);
  options_.chunks.max_tokens = 100;  // made otherwise: made anew
  EXPECT_EQ(add_one(path).kind, Kind::updated);
  EXPECT_EQ(add_one(path).kind, Kind::unchanged);
}

TEST_F(Adder, UnchangedFilesAreNotParsedAgain) {
  const sys::Path path = file("a.txt", "some words");
  EXPECT_EQ(add_one(path).kind, Kind::added);
  options_.parser.parser_argv = {"/bin/false"};
  EXPECT_EQ(add_one(path).kind, Kind::unchanged);
  file("a.txt", "other words");
  EXPECT_EQ(add_one(path).kind, Kind::failed);
}

TEST_F(Adder, TheSameContentUnderAnotherNameIsSaid) {
  const sys::Path first = file("a.txt", "the same words");
  const FileOutcome added = add_one(first);
  const FileOutcome again = add_one(file("b.txt", "the same words"));
  EXPECT_EQ(again.kind, Kind::unchanged);
  EXPECT_EQ(again.document, added.document);
  ASSERT_EQ(again.notes.size(), 1U);
  EXPECT_NE(again.notes[0].en.find("a.txt"), std::string::npos);
}

TEST_F(Adder, ACopyIsAddedWhenWhatItCopiedChangesInTheSameRun) {
  const sys::Path report = file("report.txt", "the words of the first version");
  EXPECT_EQ(add_one(report).kind, Kind::added);
  const sys::Path copy = file("report-v1.txt", "the words of the first version");
  file("report.txt", "the words of the second version");
  options_.workers = 1;  // the copy first
  const auto outcomes = add({copy, report});
  ASSERT_EQ(outcomes.size(), 2U);
  for (const FileOutcome& outcome : outcomes)
    EXPECT_EQ(outcome.kind, outcome.uri == copy ? Kind::added : Kind::updated) << outcome.uri;
  EXPECT_EQ(progress_.done, 2U);
  EXPECT_EQ(store_->documents(options_.collection)->size(), 2U);
}

TEST_F(Adder, OneBadFileNeverStopsTheOthers) {
  std::vector<sys::Path> files;
  for (int i = 0; i < 20; ++i)
    files.push_back(file("good" + std::to_string(i) + ".txt", "words of file " + std::to_string(i)));
  files.push_back(file("empty.txt", ""));
  files.push_back(file("binary.txt", std::string("\x7f"
                                                 "ELF\0\1\2\3",
                                                 8)));
  files.push_back(folder_.path() / "docs/missing.txt");
  options_.workers = 3;
  const auto outcomes = add(files);
  EXPECT_EQ(outcomes.size(), files.size());
  EXPECT_EQ(
      std::count_if(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.kind == Kind::added; }),
      20);
  for (const FileOutcome& outcome : outcomes) {
    if (outcome.kind != Kind::failed) continue;
    EXPECT_FALSE(outcome.error.message.en.empty()) << outcome.uri;
  }
  EXPECT_EQ(progress_.done, files.size());
  EXPECT_EQ(progress_.total, files.size());
  EXPECT_EQ(store_->documents(options_.collection)->size(), 20U);
}

TEST_F(Adder, CancelLeavesWhatWasSaid) {
  std::vector<sys::Path> files;
  for (int i = 0; i < 30; ++i)
    files.push_back(file(std::to_string(i) + ".txt", "words " + std::to_string(i)));
  std::set<std::string> said;
  const auto done = add_files(
      *store_, *tokenizer_, files, options_, {},
      [&](const FileOutcome& o) {
        said.insert(o.uri);
        if (said.size() == 5) cancel_.cancel();
      },
      cancel_);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Errc::cancelled);
  const auto documents = store_->documents(options_.collection);
  ASSERT_EQ(documents->size(), 5U);
  for (const auto& document : *documents) EXPECT_TRUE(said.contains(document.uri));
  // A second run continues.
  cancel_ = CancelToken();
  const auto outcomes = add(files);
  EXPECT_EQ(std::count_if(outcomes.begin(), outcomes.end(),
                          [](const auto& o) { return o.kind == Kind::unchanged; }),
            5);
  EXPECT_EQ(store_->documents(options_.collection)->size(), 30U);
}

TEST_F(Adder, BytesFromStandardInput) {
  const auto added = add_bytes(*store_, *tokenizer_, "# Notes\n\nThe lighthouse is forty metres high.",
                               "stdin:notes.md", options_, cancel_);
  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(added->kind, Kind::added) << added->error.message.en;
  EXPECT_EQ(store_->document(added->document)->media_type, "text/markdown");
  EXPECT_EQ(store_->document(added->document)->uri, "stdin:notes.md");
  const auto empty = add_bytes(*store_, *tokenizer_, "", "stdin:x", options_, cancel_);
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->kind, Kind::failed);
}

TEST_F(Adder, AFileUnderAnotherName) {
  const sys::Path spooled = file("request-17.part", "# Notes\n\nThe lighthouse is forty metres high.");
  const auto add_as = [&](const std::string& uri) {
    return *add_file_as(*store_, *tokenizer_, spooled, uri, options_, cancel_);
  };
  const FileOutcome added = add_as("island/notes.md");
  ASSERT_EQ(added.kind, Kind::added) << added.error.message.en;
  const auto document = store_->document(added.document);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->uri, "island/notes.md");
  EXPECT_EQ(document->media_type, "text/markdown") << "by the name it was given";
  EXPECT_EQ(add_as("island/notes.md").kind, Kind::unchanged);
  file("request-17.part", "# Notes\n\nThe lighthouse is fifty metres high.");
  const FileOutcome updated = add_as("island/notes.md");
  EXPECT_EQ(updated.kind, Kind::updated);
  EXPECT_EQ(updated.document, added.document);
  file("request-17.part", "");
  EXPECT_EQ(add_as("island/empty.md").error.code, Errc::refused);
  cancel_.cancel();
  file("request-17.part", "more words");
  EXPECT_EQ(add_file_as(*store_, *tokenizer_, spooled, "late.md", options_, cancel_).error().code,
            Errc::cancelled);
  EXPECT_FALSE(store_->find_document(options_.collection, "late.md"));
}

TEST_F(Adder, InputsAreExpanded) {
  file("a.txt", "x");
  file("sub/b.md", "x");
  file("sub/photo.JPG", "x");
  file("sub/~$b.docx", "x");
  const std::string docs = (folder_.path() / "docs").string();
  const auto inputs =
      expand_inputs({docs, docs + "/a.txt", docs + "/sub/../a.txt", docs + "/none.txt", "", "-"});
  ASSERT_TRUE(inputs.has_value());
  EXPECT_TRUE(inputs->standard_input);
  ASSERT_EQ(inputs->files.size(), 2U);
  EXPECT_EQ(inputs->files[1].filename(), "b.md");
  EXPECT_EQ(std::count_if(inputs->missing.begin(), inputs->missing.end(),
                          [](const auto& o) { return o.kind == Kind::skipped; }),
            2);
  EXPECT_EQ(std::count_if(inputs->missing.begin(), inputs->missing.end(),
                          [](const auto& o) { return o.kind == Kind::failed; }),
            2);
  EXPECT_FALSE(expand_inputs({}).has_value());
  EXPECT_EQ(uri_of("/a/\xff/中.txt"), "/a/%FF/中.txt");
}

}  // namespace
}  // namespace cvp::ingest
