#include "store/sqlite.h"

#include <gtest/gtest.h>

namespace cvp::store {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open(Database::Options options = {}) {
    auto db = Database::open(path_, options);
    EXPECT_TRUE(db.has_value()) << db.error().message.en;
    return std::move(*db);
  }
  sys::TempFolder folder_ = *sys::TempFolder::create();
  sys::Path path_ = folder_.path() / "t.db";
};

TEST_F(SqliteTest, BindsAndReadsEveryType) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(i, s, b, n)"));
  const std::string blob("\0x\xff", 3);
  ASSERT_TRUE(db->run("INSERT INTO t VALUES(?1, ?2, ?3, NULL)", int64_t{-5}, "文本", Blob{blob}));
  auto row = *db->prepare("SELECT i, s, b, n, typeof(b) FROM t");
  ASSERT_TRUE(*row.step());
  EXPECT_EQ(row.integer(0), -5);
  EXPECT_EQ(row.text(1), "文本");
  EXPECT_EQ(row.blob(2), blob);
  EXPECT_TRUE(row.is_null(3));
  EXPECT_EQ(row.text(4), "blob");
  EXPECT_FALSE(*row.step());
}

TEST_F(SqliteTest, SameStatementMayBeUsedTwiceAtOnce) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(i); INSERT INTO t VALUES(1), (2)"));
  constexpr const char* kSql = "SELECT i FROM t ORDER BY i";
  auto outer = *db->prepare(kSql);
  ASSERT_TRUE(*outer.step());
  {
    auto inner = *db->prepare(kSql);
    ASSERT_TRUE(*inner.step());
    ASSERT_TRUE(*inner.step());
    EXPECT_EQ(inner.integer(0), 2);
  }
  EXPECT_EQ(outer.integer(0), 1);
}

TEST_F(SqliteTest, UncommittedTransactionLeavesNothing) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(i)"));
  {
    auto transaction = *Transaction::begin(*db, Transaction::Kind::write);
    ASSERT_TRUE(db->run("INSERT INTO t VALUES(1)"));
  }
  EXPECT_EQ(**db->integer("SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteTest, SecondWriterIsBusy) {
  auto first = open(), second = open({.busy_timeout_ms = 10});
  auto lock = *Transaction::begin(*first, Transaction::Kind::write);
  const auto refused = Transaction::begin(*second, Transaction::Kind::write);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::busy);
}

TEST_F(SqliteTest, ForeignBytesAreCorrupt) {
  ASSERT_TRUE(sys::write_file_atomic(path_, std::string(8192, 'x')));
  const auto db = Database::open(path_, {});
  ASSERT_FALSE(db.has_value());
  EXPECT_EQ(db.error().code, Errc::corrupt);
}

TEST_F(SqliteTest, ReadOnlyConnectionCannotWrite) {
  auto writer = open();
  ASSERT_TRUE(writer->execute("CREATE TABLE t(i)"));
  auto reader = open({.access = Database::Access::read_only, .wal_autocheckpoint_pages = 0});
  const auto refused = reader->run("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::refused);
}

TEST_F(SqliteTest, BackupIsAWholeCopy) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(i); INSERT INTO t VALUES(7)"));
  const sys::Path copy = folder_.path() / "copy.db";
  ASSERT_TRUE(db->backup_to(copy));
  auto opened = *Database::open(copy, {});
  EXPECT_EQ(**opened->integer("SELECT i FROM t"), 7);
}

TEST_F(SqliteTest, FolderMayLieBehindALinkButTheFileMayNot) {
  { ASSERT_TRUE(open()->execute("CREATE TABLE t(i); INSERT INTO t VALUES(7)")); }
  const sys::Path folder = folder_.path() / "folder", file = folder_.path() / "file.db";
  std::filesystem::create_directory_symlink(folder_.path(), folder);
  std::filesystem::create_symlink(path_, file);
  auto behind = Database::open(folder / "t.db", {});
  ASSERT_TRUE(behind.has_value()) << behind.error().message.en;
  EXPECT_EQ(**(*behind)->integer("SELECT i FROM t"), 7);
  EXPECT_FALSE(Database::open(file, {}).has_value());
}

TEST_F(SqliteTest, WrongSqlIsAnErrorNotACrash) {
  auto db = open();
  EXPECT_FALSE(db->prepare("SELEC 1").has_value());
  auto statement = *db->prepare("SELECT ?1");
  statement.bind(1, 2);  // one parameter too many
  EXPECT_FALSE(statement.step().has_value());
}

}  // namespace
}  // namespace cvp::store
