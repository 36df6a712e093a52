#include "vector/postings.h"

#include <gtest/gtest.h>

#include <random>

namespace cvp::vector {
namespace {

TEST(Postings, RoundTrip) {
  const std::vector<Posting> list = {
      {100, 1}, {101, 127}, {300, 128}, {70'000, 1}, {4'000'000'000, 4'000'000'000}};
  std::vector<Posting> back;
  ASSERT_TRUE(decode_postings(encode_postings(list, 100), 100, back));
  EXPECT_EQ(back, list);
  EXPECT_EQ(encode_postings({}, 5), "");
}

TEST(Postings, CutBytesAreNoticed) {
  const std::string bytes = encode_postings({{1000, 1}, {2000, 500}}, 0);
  std::vector<Posting> back;
  EXPECT_FALSE(decode_postings(std::string_view(bytes).substr(0, bytes.size() - 1), 0, back));
}

TEST(Postings, AnyBytesAreReadWithinTheirEnd) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 30, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::vector<Posting> out;
    decode_postings(bytes, random(), out);
    ASSERT_LE(out.size(), bytes.size());
  }
}

}  // namespace
}  // namespace cvp::vector
