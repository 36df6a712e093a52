#include "model/installed.h"

#include <gmock/gmock.h>

#include "sys/sha256.h"

namespace cvp::model {
namespace {

using ::testing::HasSubstr;

class InstalledTest : public ::testing::Test {
 protected:
  InstalledTest()
      : folder_(std::move(*sys::TempFolder::create())), catalogue_(std::move(*Catalogue::load())) {}

  const sys::Path& home() const { return folder_.path(); }

  /// A pull's last step, with a small stand-in for the file.
  Result<InstalledModel> install(std::string_view id, const std::string& bytes) {
    const sys::Path file = home() / "download.gguf";
    EXPECT_TRUE(sys::write_file_atomic(file, bytes));
    return record_installed(home(), **catalogue_.find(id), file, sys::sha256_hex(bytes), "pypi");
  }

  sys::TempFolder folder_;
  Catalogue catalogue_;
};

TEST_F(InstalledTest, NothingIsInstalledInAFreshHome) {
  EXPECT_TRUE(installed_models(home())->empty());
  const auto missing = find_installed(home(), "multilingual-e5-small");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().hint.en, HasSubstr("cvp models pull multilingual-e5-small"));
}

TEST_F(InstalledTest, RecordsFindsVerifiesAndRemoves) {
  const auto recorded = install("multilingual-e5-small", "GGUF bytes");
  ASSERT_TRUE(recorded) << recorded.error().message.en;
  EXPECT_EQ(recorded->gguf, home() / "models" / "multilingual-e5-small" / "model.gguf");
  ASSERT_TRUE(install("bge-small-zh-v1.5", "other"));

  const auto all = installed_models(home());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].entry.id, "bge-small-zh-v1.5");
  const auto found = find_installed(home(), "multi");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->source, "pypi");
  EXPECT_EQ(found->gguf_bytes, 10u);
  EXPECT_EQ(found->entry.query_prefix, "query: ");
  EXPECT_TRUE(verify_installed(*found, {}, {}));

  ASSERT_TRUE(remove_installed(home(), "multilingual-e5-small"));
  EXPECT_FALSE(find_installed(home(), "multilingual-e5-small"));
  EXPECT_EQ(remove_installed(home(), "multilingual-e5-small").error().code, Errc::not_found);
}

TEST_F(InstalledTest, AChangedFileFailsVerificationAndAShortOneIsNotIntact) {
  const auto model = install("all-minilm-l6-v2", "0123456789");
  ASSERT_TRUE(model);
  ASSERT_TRUE(sys::write_file_atomic(model->gguf, "0123456780"));
  const auto changed = verify_installed(*find_installed(home(), "all-minilm-l6-v2"), {}, {});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::corrupt);
  EXPECT_THAT(changed.error().hint.en, HasSubstr("get it again with `cvp models pull"));

  ASSERT_TRUE(sys::write_file_atomic(model->gguf, "012345"));
  EXPECT_EQ(find_installed(home(), "all-minilm-l6-v2").error().code, Errc::corrupt);
  EXPECT_TRUE(installed_models(home())->empty());
}

TEST_F(InstalledTest, AFolderWithoutManifestIsAnUnfinishedPull) {
  const auto model = install("all-minilm-l6-v2", "0123456789");
  ASSERT_TRUE(sys::remove_file(model->gguf.parent_path() / "model.toml"));
  EXPECT_TRUE(installed_models(home())->empty());
  EXPECT_EQ(find_installed(home(), "all-minilm-l6-v2").error().code, Errc::not_found);
}

TEST_F(InstalledTest, IdsThatLeaveTheFolderAreRefused) {
  ASSERT_TRUE(sys::write_file_atomic(home() / "precious", "x"));
  for (const char* bad : {"..", "../models", "", "a/b"}) {
    EXPECT_EQ(remove_installed(home(), bad).error().code, Errc::usage) << bad;
    EXPECT_EQ(find_installed(home(), bad).error().code, Errc::usage) << bad;
  }
  EXPECT_TRUE(sys::exists(home() / "precious"));
}

}  // namespace
}  // namespace cvp::model
