#include "store/schema.h"

#include <gtest/gtest.h>

#include "store/sqlite_store.h"
#include "testing/fakes.h"

namespace cvp::store {
namespace {

constexpr Migration kOld[] = {{1, "CREATE TABLE note(text TEXT)"}};
constexpr Migration kNew[] = {{1, "CREATE TABLE note(text TEXT)"},
                              {2, "ALTER TABLE note ADD COLUMN lang TEXT; UPDATE note SET lang = 'zh'"}};
constexpr Migration kBroken[] = {{1, "CREATE TABLE note(text TEXT)"},
                                 {2, "UPDATE note SET text = 'lost'; SELECT * FROM nowhere"}};

class SchemaTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open(const sys::Path& path) { return std::move(*Database::open(path, {})); }
  Result<void> migrate_to(std::span<const Migration> list) {
    return migrate(*open(file_), list, file_, backup_);
  }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  sys::Path file_ = folder_.path() / "cvp.db", backup_ = folder_.path() / "backup";
};

TEST_F(SchemaTest, OlderDataIsCopiedAndMigrated) {
  ASSERT_TRUE(migrate_to(kOld));
  EXPECT_FALSE(sys::exists(backup_)) << "nothing to copy in a new database";
  ASSERT_TRUE(open(file_)->execute("INSERT INTO note VALUES('旧')"));
  ASSERT_TRUE(migrate_to(kNew));
  EXPECT_EQ(**open(file_)->integer("SELECT count(*) FROM note WHERE text = '旧' AND lang = 'zh'"), 1);
  EXPECT_EQ(**open(backup_)->integer("PRAGMA user_version"), 1);
  EXPECT_EQ(**open(backup_)->integer("SELECT count(*) FROM note"), 1);
  ASSERT_TRUE(migrate_to(kNew)) << "a second run has nothing to do";
}

TEST_F(SchemaTest, FailedMigrationChangesNothing) {
  ASSERT_TRUE(migrate_to(kOld));
  ASSERT_TRUE(open(file_)->execute("INSERT INTO note VALUES('kept')"));
  ASSERT_FALSE(migrate_to(kBroken));
  EXPECT_EQ(**open(file_)->integer("PRAGMA user_version"), 1);
  EXPECT_EQ(**open(file_)->integer("SELECT count(*) FROM note WHERE text = 'kept'"), 1);
}

TEST_F(SchemaTest, NewerSchemaIsRefused) {
  ASSERT_TRUE(migrate_to(kNew));
  const auto refused = migrate_to(kOld);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::refused);
}

TEST_F(SchemaTest, AnotherProgramsDatabaseIsLeftAlone) {
  ASSERT_TRUE(open(file_)->execute("CREATE TABLE theirs(x)"));
  const auto refused = migrate_to(migrations());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::corrupt);
  EXPECT_EQ(**open(file_)->integer("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(SchemaTest, StoreOfNewerProgramIsNamed) {
  testing::FakeClock clock;
  { ASSERT_TRUE(Store::open(folder_.path(), clock)); }
  ASSERT_TRUE(open(file_)->execute("PRAGMA user_version = 99"));
  const auto refused = Store::open(folder_.path(), clock);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_NE(refused.error().message.en.find("99"), std::string::npos);
}

TEST(Migrations, AreNumberedWithoutGaps) {
  int version = 0;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.to, ++version);
}

}  // namespace
}  // namespace cvp::store
