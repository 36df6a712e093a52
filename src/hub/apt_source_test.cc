#include "hub/apt_source.h"

#include <gtest/gtest.h>

namespace cvp::hub {
namespace {

TEST(AptSource, OneLine) {
  const auto entries = parse_one_line_sources(
      "# comment\n"
      "deb-src http://a.example/debian bookworm main\n"
      "deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian/ bookworm main contrib # why\n"
      "deb [broken http://x y main\n"
      "deb http://short\n"
      "  deb\thttp://b.example/debian-security bookworm-security main\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].uri, "http://a.example/debian/");
  EXPECT_EQ(entries[0].signed_by, "/k.gpg");
  EXPECT_EQ(entries[0].suites, std::vector<std::string>{"bookworm"});
  EXPECT_EQ(entries[0].components, (std::vector<std::string>{"main", "contrib"}));
  EXPECT_EQ(entries[1].uri, "http://b.example/debian-security");
}

TEST(AptSource, Deb822WithInlineKeyAndDisabledStanza) {
  const auto entries = parse_deb822_sources(
      "Types: deb deb-src\n# http://old.example\nURIs: http://a.example/debian http://b.example/debian\n"
      "Suites: bookworm bookworm-updates\nComponents: main\nSigned-By:\n -----BEGIN\n .\n abc\n"
      "\nEnabled: no\nTypes: deb\nURIs: http://c.example/debian\nSuites: bookworm\nComponents: main\n"
      "\nTypes: deb-src\nURIs: http://d.example/debian\nSuites: bookworm\nComponents: main\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].uri, "http://b.example/debian");
  EXPECT_EQ(entries[1].suites.size(), 2u);
  EXPECT_EQ(entries[0].signed_by, "\n -----BEGIN\n .\n abc");
  const std::string source = deb822_source(entries[0], "sid");
  EXPECT_NE(source.find("Suites: sid\n"), std::string::npos);
  EXPECT_NE(source.find("Signed-By: \n -----BEGIN\n .\n abc\n"), std::string::npos);
}

class FindDebianSource : public ::testing::Test {
 protected:
  void SetUp() override {
    write("os-release", "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\nVERSION_CODENAME=bookworm\n");
  }
  void write(const std::string& name, const std::string& text) {
    const sys::Path path = etc_->path() / name;
    ASSERT_TRUE(sys::make_folders(path.parent_path()));
    ASSERT_TRUE(sys::write_file_atomic(path, text));
  }
  Result<sys::TempFolder> etc_ = sys::TempFolder::create();
};

TEST_F(FindDebianSource, PrefersDebianItselfOverOthersThatLookAlike) {
  write("apt/sources.list.d/a.list", "deb http://other.example/apt bookworm main\n");
  write("apt/sources.list.d/b.list", "deb http://docker.example/linux/debian bookworm stable\n");
  write("apt/sources.list.d/debian.sources",
        "Types: deb\nURIs: http://d.example/debian-security\nSuites: bookworm-security\nComponents: main\n\n"
        "Types: deb\nURIs: http://d.example/debian\nSuites: bookworm\nComponents: main\n");
  const auto source = find_debian_source(etc_->path());
  ASSERT_TRUE(source);
  EXPECT_EQ(source->uri, "http://d.example/debian");
}

TEST_F(FindDebianSource, AMirrorOfAnotherNameWillDo) {
  write("apt/sources.list", "deb https://mirror.example/proxy-debian-main stable main\n");
  const auto source = find_debian_source(etc_->path());
  ASSERT_TRUE(source);
  EXPECT_EQ(source->uri, "https://mirror.example/proxy-debian-main");
}

TEST_F(FindDebianSource, NoServerAndNotDebian) {
  const auto none = find_debian_source(etc_->path());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::unavailable);
  write("os-release", "ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME='Ubuntu 24.04'\n");
  const auto other = find_debian_source(etc_->path());
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.en.find("Ubuntu 24.04"), std::string::npos);
  EXPECT_NE(other.error().hint.en.find("cvp config set engine.path"), std::string::npos);
}

}  // namespace
}  // namespace cvp::hub
