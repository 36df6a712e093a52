// The child process: limits, breakdowns, hostile files. This program is its own parser child.
#include "ingest/parse_file.h"

#include <gmock/gmock.h>

#include <chrono>

#include "ingest/test_support.h"
#include "sys/process.h"

namespace cvp::ingest {
namespace {

class ParseFile : public ::testing::Test {
 protected:
  ParseFile() : folder_(std::move(*sys::TempFolder::create())) {}
  sys::Path file(const std::string& name, std::string_view bytes) {
    const sys::Path path = folder_.path() / name;
    EXPECT_TRUE(sys::write_file_atomic(path, bytes).has_value());
    return path;
  }
  static std::string error_of(const Result<store::ParsedText>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? "" : result.error().message.en;
  }
  Result<store::ParsedText> parse(const sys::Path& path, const ParserOptions& options = child_parser()) {
    return parse_file(path, path.filename().string(), options, cancel_);
  }
  sys::TempFolder folder_;
  CancelToken cancel_;
};

TEST_F(ParseFile, ReadsThroughTheSandboxedChild) {
  const auto parsed = parse(file("\xb2\xe2.txt", "大语言模型"));  // a name that is not UTF-8
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message.en;
  EXPECT_EQ(parsed->text, "大语言模型");
  EXPECT_EQ(parse(file("a.md", "# T\n\nx"))->title, "T");
}

TEST_F(ParseFile, PdfProgramsRunInsideTheSandbox) {
  NEEDS_DATA("documents/pdf");
  if (!sys::find_program("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  const auto parsed = parse(test_data() / "documents/pdf/sources/multi_page.pdf");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message.en;
  EXPECT_EQ(parsed->page_starts.size(), 5U);
  EXPECT_GT(parsed->layout.size(), 50U);
}

TEST_F(ParseFile, ErrorsOfTheChildArriveInBothLanguages) {
  const auto empty = parse(file("a.txt", ""));
  EXPECT_EQ(error_of(empty), "the file is empty");
  EXPECT_EQ(empty.error().message.zh, "文件是空的");
  EXPECT_EQ(error_of(parse(file("b.txt", " \n "))), "there is no text in the file");
  EXPECT_FALSE(parse(folder_.path() / "none").has_value());
  EXPECT_FALSE(parse(folder_.path()).has_value());
}

TEST_F(ParseFile, WhatBecomesOfTheChildIsOneFilesError) {
  const sys::Path any = file("a.txt", "x");
  ParserOptions options = child_parser();
  options.parser_argv = {"/bin/sh", "-c", "kill -SEGV $$"};
  EXPECT_EQ(error_of(parse(any, options)), "the parser broke down on it (signal 11)");
  options.parser_argv = {"/bin/sh", "-c", "kill -XCPU $$"};
  EXPECT_EQ(error_of(parse(any, options)), "reading it took longer than 120 s and was stopped");
  options.parser_argv = {"/bin/sh", "-c", "exit 3"};
  EXPECT_EQ(error_of(parse(any, options)), "the parser ended without a result (status 3)");
  options.parser_argv = {"/bin/echo", "nonsense"};
  EXPECT_EQ(error_of(parse(any, options)), "the parser gave an invalid reply");
  options.parser_argv = {"/bin/sleep", "30"};
  options.wall_seconds = 1;
  EXPECT_EQ(error_of(parse(any, options)), "reading it took longer than 1 s and was stopped");
}

TEST_F(ParseFile, MemoryIsLimited) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "no address space limit below a sanitizer";
#endif
  ParserOptions options = child_parser();
  options.memory_bytes = 150 << 20;
  const auto parsed = parse(file("a.txt", std::string(60 << 20, 'x')), options);
  EXPECT_NE(error_of(parsed).find("memory"), std::string::npos) << error_of(parsed);
}

TEST_F(ParseFile, CancelEndsTheChild) {
  ParserOptions options = child_parser();
  options.parser_argv = {"/bin/sleep", "30"};
  cancel_.cancel();
  const auto start = std::chrono::steady_clock::now();
  const auto parsed = parse(file("a.txt", "x"), options);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, Errc::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(ParseFile, SizesAreNamed) {
  const sys::Path big = folder_.path() / "big.txt";
  auto part = sys::PartFile::open(big);
  ASSERT_TRUE(part.has_value());
  ASSERT_TRUE(part->write_at(500'000'000 - 1, "x").has_value());
  ASSERT_TRUE(part->finish().has_value());
  EXPECT_EQ(error_of(parse(big)), "the file has 477 MB, more than the 256 MB that one document may have");
  const auto long_text = parse(file("long.txt", std::string(60 << 20, 'x')));
  ASSERT_TRUE(long_text.has_value()) << long_text.error().message.en;
  EXPECT_EQ(long_text->text.size(), 60U << 20);
  EXPECT_EQ(error_of(parse(file("longer.txt", std::string(65 << 20, 'x')))),
            "its text is longer than 64 MB, the most one document may have");
}

/// Every 16th file: each ends in seconds with a text or a clear error, and nothing brings this process down.
TEST_F(ParseFile, HostileFilesEndClean) {
  NEEDS_DATA("hostile");
  auto files = test_files("hostile/pdf");
  const auto office = test_files("hostile/office");
  files.insert(files.end(), office.begin(), office.end());
  size_t good = 0, refused = 0;
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < files.size(); i += 16) {
    const auto before = std::chrono::steady_clock::now();
    const auto parsed = parse(files[i]);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(30)) << files[i];
    ++(parsed ? good : refused);
    if (parsed) continue;
    EXPECT_NE(parsed.error().code, Errc::failed) << files[i] << ": " << parsed.error().message.en;
    EXPECT_FALSE(parsed.error().message.zh.empty());
  }
  std::printf("hostile files: %zu read, %zu refused, %.1f s\n", good, refused,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  EXPECT_GT(good, 5U);
}

}  // namespace
}  // namespace cvp::ingest

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "parse-child") return cvp::ingest::parse_child_main();
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
