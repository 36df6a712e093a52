#include "base/unicode.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

namespace cvp {
namespace {

/// Random text of every kind: ASCII, CJK, marks, astral, broken bytes.
std::string random_text(std::mt19937_64& random, size_t max_points) {
  static constexpr struct {
    char32_t from, to;
  } kRanges[] = {{0x20, 0x7E},     {0x20, 0x7E},   {0x4E00, 0x9FFF}, {0x3400, 0x4DBF},  {0xFF01, 0xFF9F},
                 {0x300, 0x36F},   {0xC0, 0x24F},  {0x1100, 0x11FF}, {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                 {0x2100, 0x24FF}, {0x370, 0x58F}, {0xFB00, 0xFDFF}, {0x1F300, 0x2FA1F}};
  std::string out;
  const size_t n = random() % (max_points + 1);
  for (size_t i = 0; i < n; ++i) {
    if (random() % 40 == 0) {
      out.push_back(static_cast<char>(random()));
      continue;
    }
    const auto range = kRanges[random() % std::size(kRanges)];
    append_utf8(out, range.from + static_cast<char32_t>(random() % (range.to - range.from + 1)));
  }
  return out;
}

uint64_t fresh_seed() {
  const uint64_t seed = std::random_device{}();
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  return seed;
}

TEST(Utf8, RoundTripsEveryScalarValue) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string bytes;
    append_utf8(bytes, c);
    size_t pos = 0;
    ASSERT_EQ(decode_utf8(bytes, pos), c);
    ASSERT_EQ(pos, bytes.size());
    ASSERT_TRUE(valid_utf8(bytes));
  }
}

TEST(Utf8, RefusesOverlongSurrogatesAndCutSequences) {
  for (std::string_view bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\x80", "\xE4\xB8", "\xF0\x9F\x98", "\xFF"}) {
    EXPECT_FALSE(valid_utf8(bad));
    size_t pos = 0;
    EXPECT_EQ(decode_utf8(bad, pos), U'\xFFFD');
    EXPECT_EQ(pos, 1u);
  }
  EXPECT_EQ(repair_utf8("a\xFF中"), "a\xEF\xBF\xBD中");
}

TEST(Utf8, PrefixNeverCutsACodePoint) {
  const std::string text = "a中😀é";
  for (size_t n = 0; n <= text.size() + 1; ++n) {
    const std::string_view head = utf8_prefix(text, n);
    EXPECT_LE(head.size(), n);
    EXPECT_TRUE(valid_utf8(head)) << n;
  }
  EXPECT_EQ(utf8_prefix(text, 6), "a中");
  EXPECT_EQ(utf8_prefix(std::string(10, '\x80'), 5).size(), 5u);
  EXPECT_EQ(count_code_points(text), 4u);
}

TEST(Properties, Scripts) {
  for (char32_t c : {U'汉', U'漢', U'〇', U'㐀', U'𠀀', U'豈'}) {
    EXPECT_TRUE(is_han(c)) << static_cast<uint32_t>(c);
  }
  EXPECT_FALSE(is_han(U'あ'));
  EXPECT_FALSE(is_han(U'。'));
  for (char32_t c : {U'あ', U'ｶ', U'한', U'ㄅ', U'中', U'ー'})
    EXPECT_TRUE(is_cjk(c)) << static_cast<uint32_t>(c);
  EXPECT_FALSE(is_cjk(U'・'));
  EXPECT_FALSE(is_cjk(U'A'));
  EXPECT_TRUE(is_word(U'é') && is_word(U'٣') && is_word(U'Ж') && is_word(U'्'));
  EXPECT_FALSE(is_word(U'，') || is_word(U'_') || is_word(U'-'));
  EXPECT_TRUE(is_space(U'　') && is_space(U'\u00A0') && is_space(U'\t') && is_space(U'\u2028'));
  EXPECT_FALSE(is_space(U'a') || is_space(U'中'));
}

TEST(Nfkc, FoldsWidthAndCompatibility) {
  EXPECT_EQ(nfkc("ＡＢＣ１２３"), "ABC123");
  EXPECT_EQ(nfkc("ｶﾞ"), "ガ");
  EXPECT_EQ(nfkc("ﬁ①㈱"), "fi1(株)");
  EXPECT_EQ(nfkc("e\u0301"), "é");
  EXPECT_EQ(nfkc("\xFFok"), "\xEF\xBF\xBDok");
  EXPECT_EQ(nfkc(""), "");
}

TEST(Fold, CaseWidthAndTraditional) {
  EXPECT_EQ(fold("PPR-9087"), "ppr-9087");
  EXPECT_EQ(fold("ＰＰＲ－９０８７"), "ppr-9087");
  EXPECT_EQ(fold("資料庫與向量檢索"), "资料库与向量检索");
  EXPECT_EQ(fold("資料"), fold("资料"));
  EXPECT_EQ(fold("Straße ÉCOLE e\u0301cole"), "straße école école");
}

TEST(Fold, OriginsPointAtTheSource) {
  const std::string source = "Ａ資x\u0301e\u0301ﬁ中";
  const Folded folded = fold_with_origin(source);
  ASSERT_EQ(folded.origin.size(), folded.text.size() + 1);
  EXPECT_EQ(folded.origin.back(), source.size());
  const size_t at = folded.text.find("中");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(source.substr(folded.origin[at], folded.origin[at + 3] - folded.origin[at]), "中");
  const size_t traditional = folded.text.find("资");
  EXPECT_EQ(source.substr(folded.origin[traditional], 3), "資");
  const size_t accent = folded.text.find("é");
  EXPECT_EQ(source.substr(folded.origin[accent], 3), "e\u0301");
}

TEST(Fold, RandomTexts) {
  const uint64_t seed = fresh_seed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string source = random_text(random, 60);
    const Folded folded = fold_with_origin(source);
    ASSERT_EQ(folded.text, fold(source));
    ASSERT_TRUE(valid_utf8(folded.text));
    ASSERT_EQ(folded.origin.size(), folded.text.size() + 1);
    ASSERT_EQ(folded.origin.back(), source.size());
    ASSERT_TRUE(std::is_sorted(folded.origin.begin(), folded.origin.end()));
    ASSERT_TRUE(valid_utf8(nfkc(source)));
    ASSERT_EQ(fold(fold(repair_utf8(source))), fold(repair_utf8(source))) << source;
  }
}

TEST(Fold, EveryIdeographFoldsToOneIdeographForGood) {
  for (char32_t c = 0x3400; c <= 0x9FFF; ++c) {
    std::string bytes;
    append_utf8(bytes, c);
    const std::string once = fold(bytes);
    ASSERT_EQ(count_code_points(once), 1u);
    ASSERT_EQ(fold(once), once) << bytes;
  }
}

TEST(Fold, ThousandsOfMarksOnOneLetterStayCheap) {
  std::string hostile = "a";
  for (int i = 0; i < 200'000; ++i) append_utf8(hostile, 0x300 + i % 0x50);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(fold_with_origin(hostile).origin.back(), hostile.size());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Fold, FirstUseFromManyThreads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([] { EXPECT_EQ(fold("圖書館"), "图书馆"); });
}

TEST(GuessLang, ByShareOfHan) {
  EXPECT_EQ(guess_lang("什么是向量数据库？"), Lang::zh);
  EXPECT_EQ(guess_lang("PPR-9087 是什么"), Lang::zh);
  EXPECT_EQ(guess_lang("Transformer 的 attention mechanism 是什么"), Lang::zh);
  EXPECT_EQ(guess_lang("What is a vector database?"), Lang::en);
  EXPECT_EQ(guess_lang("The company 华为 was founded in 1987 by Ren Zhengfei."), Lang::en);
  EXPECT_EQ(guess_lang(""), Lang::en);
  EXPECT_EQ(guess_lang("12345"), Lang::en);
}

}  // namespace
}  // namespace cvp
