#include "hub/archive_member.h"

#include <gtest/gtest.h>

#include <random>

#include "hub/zip_for_tests.h"

namespace cvp::hub {
namespace {

class ArchiveMember : public ::testing::Test {
 protected:
  Result<uint64_t> read(std::string_view member, uint64_t limit_bytes = 1 << 30) {
    got_.clear();
    const OnBytes sink = [this](std::string_view bytes) -> Result<void> {
      got_ += bytes;
      return {};
    };
    return read_member(path_, member, limit_bytes, sink, {});
  }
  Result<sys::TempFolder> folder_ = sys::TempFolder::create();
  sys::Path path_ = folder_->path() / "a.whl";
  std::string got_;
};

TEST_F(ArchiveMember, ReadsOneAndOnlyThatName) {
  const std::string big = noise(1'000'000, 1);
  make_zip(path_, {{"x/a.bin", "no"}, {"../../a.bin", "hostile"}, {"a.bin", big}, {"a.bin2", "no"}});
  EXPECT_EQ(read("a.bin").value_or(0), big.size());
  EXPECT_EQ(got_, big);
  const auto missing = read("b.bin");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().message.zh.find("b.bin"), std::string::npos);
}

TEST_F(ArchiveMember, LimitStopsABomb) {
  make_zip(path_, {{"zeros", std::string(50 << 20, '\0')}});
  const auto read_bytes = read("zeros", 1 << 20);
  ASSERT_FALSE(read_bytes);
  EXPECT_EQ(read_bytes.error().code, Errc::refused);
  EXPECT_LE(got_.size(), 1u << 20);
}

TEST_F(ArchiveMember, DamageIsCorrupt) {
  make_zip(path_, {{"a", noise(300'000, 2)}});
  std::string bytes = sys::read_file(path_, 1 << 30).value();
  bytes[150'000] ^= 1;
  ASSERT_TRUE(sys::write_file_atomic(path_, bytes));
  EXPECT_EQ(read("a").error().code, Errc::corrupt);
  for (const size_t keep : {bytes.size() / 2, size_t{100}, size_t{0}}) {
    ASSERT_TRUE(sys::write_file_atomic(path_, bytes.substr(0, keep)));
    const auto truncated = read("a");
    ASSERT_FALSE(truncated) << keep;
    EXPECT_TRUE(truncated.error().code == Errc::corrupt || truncated.error().code == Errc::not_found) << keep;
  }
  ASSERT_TRUE(sys::write_file_atomic(path_, "<html>Not a wheel</html>"));
  EXPECT_EQ(read("a").error().code, Errc::corrupt);
}

TEST_F(ArchiveMember, RandomDamageNeverGivesWrongBytesSilently) {
  const std::string content = noise(5'000, 3);
  make_zip(path_, {{"a", content}});
  const std::string whole = sys::read_file(path_, 1 << 30).value();
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  const std::string positions = noise(400, seed);
  for (size_t i = 0; i + 2 < positions.size(); i += 3) {
    std::string bytes = whole;
    const size_t at =
        (static_cast<unsigned char>(positions[i]) * 256u + static_cast<unsigned char>(positions[i + 1])) %
        bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (positions[i + 2] | 1));
    ASSERT_TRUE(sys::write_file_atomic(path_, bytes));
    if (read("a")) {
      EXPECT_EQ(got_, content) << "byte " << at;
    }
  }
}

}  // namespace
}  // namespace cvp::hub
