#include "sys/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>

#include "sys/fd.h"
#include "sys/os_error.h"
#include "sys/sha256.h"

namespace cvp::sys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Files : public ::testing::Test {
 protected:
  Path at(std::string_view name) const { return folder_.path() / name; }
  void write(std::string_view name, std::string_view bytes) {
    ASSERT_TRUE(write_file_atomic(at(name), bytes));
  }
  TempFolder folder_ = *TempFolder::create("cvp-test");
};

TEST_F(Files, WriteAndReadBack) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{262144}, static_cast<size_t>(random() % 3'000'000)}) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    write("a", bytes);
    EXPECT_EQ(read_file(at("a"), 4 << 20).value(), bytes);
    EXPECT_EQ(MappedFile::open(at("a")).value().bytes(), bytes);
  }
  struct stat info {};
  ASSERT_EQ(::stat(at("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(Files, ErrorsNameFileAndReasonInBothLanguages) {
  const auto missing = read_file(at("missing"), 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().message.en, HasSubstr(at("missing").string() + ": it is not there"));
  EXPECT_THAT(missing.error().message.zh, HasSubstr("不存在"));
  EXPECT_THAT(read_file(folder_.path(), 10).error().message.en, HasSubstr("it is a folder"));
  write("large", std::string(100, 'x'));
  EXPECT_EQ(read_file(at("large"), 99).error().code, Errc::refused);
  EXPECT_EQ(read_file("/dev/null", 99).error().code, Errc::refused);
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(at("pipe"), 99).error().code, Errc::refused);
}

TEST_F(Files, FailedWriteLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(make_folders(at("folder/inner")));
  EXPECT_FALSE(write_file_atomic(at("folder"), "x"));
  EXPECT_FALSE(write_file_atomic(at("absent/x"), "x"));
  EXPECT_THAT(list_files(folder_.path(), 100).value(), ElementsAre());
}

TEST_F(Files, FullDiskIsSaidSo) {
  const Fd full(open_retry("/dev/full", O_WRONLY));
  ASSERT_TRUE(full.valid());
  const int error = write_all(full.get(), "x");
  EXPECT_EQ(error, ENOSPC);
  const Error said = fail_errno(error, text("write", "写入"), at("f")).error();
  EXPECT_EQ(said.code, Errc::unavailable);
  EXPECT_THAT(said.message.en, HasSubstr("the disk is full"));
  EXPECT_FALSE(said.hint.empty());
}

TEST_F(Files, PartFileFollowsNoLink) {
  ASSERT_EQ(::symlink("/dev/full", at("g.part").c_str()), 0);
  EXPECT_FALSE(PartFile::open(at("g")));
}

TEST_F(Files, ListIsSortedAndSkipsHiddenAndLinks) {
  ASSERT_TRUE(make_folders(at("b/c")));
  ASSERT_TRUE(make_folders(at(".hidden")));
  for (const char* name : {"z", "b/y", "b/c/x", ".hidden/h", ".h"}) write(name, "1");
  ASSERT_EQ(::symlink(at("z").c_str(), at("link").c_str()), 0);
  ASSERT_EQ(::symlink(folder_.path().c_str(), at("b/loop").c_str()), 0);
  EXPECT_THAT(list_files(folder_.path(), 100).value(), ElementsAre(at("b/c/x"), at("b/y"), at("z")));
  EXPECT_EQ(list_files(folder_.path(), 3).error().code, Errc::refused);
  EXPECT_EQ(list_files(at("missing"), 3).error().code, Errc::not_found);
}

TEST_F(Files, RealPathFollowsLinks) {
  ASSERT_TRUE(make_folders(at("real/inner")));
  write("real/inner/x", "1");
  ASSERT_EQ(::symlink(at("real").c_str(), at("link").c_str()), 0);
  const Path root = real_path(folder_.path()).value();
  EXPECT_EQ(real_path(at("link/inner/../inner/x")).value(), root / "real/inner/x");
  EXPECT_EQ(real_path(at("link/missing")).error().code, Errc::not_found);
  EXPECT_EQ(stat_file(at("link")).value().device, stat_file(at("real/inner/x")).value().device);
}

TEST_F(Files, PartFileResumesAndFinishes) {
  {
    PartFile part = PartFile::open(at("model")).value();
    ASSERT_TRUE(part.append("hello "));
  }
  EXPECT_FALSE(sys::exists(at("model")));
  PartFile part = PartFile::open(at("model")).value();
  EXPECT_EQ(part.size(), 6u);
  ASSERT_TRUE(part.append("worldXX"));
  ASSERT_TRUE(part.write_at(0, "H"));
  ASSERT_TRUE(part.truncate(11));
  ASSERT_TRUE(part.finish());
  EXPECT_EQ(read_file(at("model"), 100).value(), "Hello world");
  EXPECT_FALSE(sys::exists(at("model.part")));
  PartFile dropped = PartFile::open(at("other")).value();
  ASSERT_TRUE(dropped.discard());
  EXPECT_FALSE(sys::exists(at("other.part")));
}

TEST_F(Files, FoldersAndRemoval) {
  ASSERT_TRUE(make_folders(at("a/b/c")));
  ASSERT_TRUE(make_folders(at("a/b/c")));
  write("a/file", "x");
  EXPECT_EQ(make_folders(at("a/file")).error().code, Errc::refused);
  EXPECT_FALSE(make_folders(at("a/file/d")));
  EXPECT_TRUE(remove_file(at("nothing")));
  EXPECT_TRUE(remove_tree(at("a")));
  EXPECT_TRUE(remove_tree(at("a")));
  EXPECT_FALSE(sys::exists(at("a")));
  EXPECT_GT(free_bytes(at("not/yet/there")).value(), 0u);
}

TEST_F(Files, TempFolderIsRemoved) {
  Path path;
  {
    const TempFolder temporary = *TempFolder::create();
    path = temporary.path();
    ASSERT_TRUE(write_file_atomic(path / "x", "y"));
  }
  EXPECT_FALSE(sys::exists(path));
}

TEST(Sha256, KnownDigestsAndPieces) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.update("a");
  pieces.update("bc");
  EXPECT_EQ(pieces.hex(), sha256_hex("abc"));
  EXPECT_EQ(random_hex(16).size(), 32u);
  EXPECT_NE(random_hex(16), random_hex(16));
}

TEST_F(Files, Sha256OfAFileReportsAndCancels) {
  const std::string bytes(3 << 20, 'q');
  write("big", bytes);
  uint64_t last = 0;
  const auto hash = sha256_file(at("big"), [&](const Progress& p) {
    EXPECT_EQ(p.total, bytes.size());
    EXPECT_GT(p.done, last);
    last = p.done;
  });
  EXPECT_EQ(hash.value(), sha256_hex(bytes));
  EXPECT_EQ(last, bytes.size());
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ(sha256_file(at("big"), {}, cancel).error().code, Errc::cancelled);
}

}  // namespace
}  // namespace cvp::sys
