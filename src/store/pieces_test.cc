#include "store/pieces.h"

#include <gtest/gtest.h>

#include <random>

namespace cvp::store {
namespace {

TEST(Pieces, VarintsOfEverySizeRoundTrip) {
  for (int bit = 0; bit < 64; ++bit) {
    for (uint64_t value : {(uint64_t{1} << bit) - 1, uint64_t{1} << bit, (uint64_t{1} << bit) + 1}) {
      std::string bytes;
      put_varint(bytes, value);
      size_t pos = 0;
      EXPECT_EQ(get_varint(bytes, pos), value);
      EXPECT_EQ(pos, bytes.size());
      pos = 0;
      EXPECT_EQ(get_varint(bytes.substr(0, bytes.size() - 1), pos), std::nullopt);
    }
  }
}

TEST(Pieces, LayoutRoundTrips) {
  const std::vector<LayoutSpan> items = {
      {{3, 9}, 1, {1.5f, -2, 3e9f, 0.1f}}, {{3, 3}, 2, {}}, {{70'000, 4'000'000'000}, 9, {}}};
  const auto back = unpack_layout(pack_layout(items));
  ASSERT_TRUE(back.has_value());
  ASSERT_EQ(back->size(), items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ((*back)[i].span, items[i].span);
    EXPECT_EQ((*back)[i].page, items[i].page);
    EXPECT_EQ((*back)[i].box.x1, items[i].box.x1);
    EXPECT_EQ((*back)[i].box.y1, items[i].box.y1);
  }
}

TEST(Pieces, PageStartsAndNotesRoundTrip) {
  const std::vector<uint32_t> starts = {0, 0, 5, 4'000'000'000};
  EXPECT_EQ(unpack_page_starts(pack_page_starts(starts)), starts);
  const std::vector<Text> notes = {{"read as GB18030", "按 GB18030 读取"}, {"", ""}};
  const auto back = unpack_notes(pack_notes(notes));
  ASSERT_TRUE(back.has_value());
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[0].zh, notes[0].zh);
}

TEST(Pieces, DamagedBytesNeverReadPastTheEnd) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (const auto items = unpack_layout(bytes)) {
      for (const LayoutSpan& item : *items) ASSERT_LE(item.span.begin, item.span.end);
    }
    unpack_page_starts(bytes);
    unpack_notes(bytes);
  }
}

}  // namespace
}  // namespace cvp::store
