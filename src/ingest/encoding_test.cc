#include "ingest/encoding.h"

#include <gtest/gtest.h>
#include <unicode/ucnv.h>

#include <map>
#include <random>

#include "base/unicode.h"
#include "ingest/clean.h"
#include "ingest/test_support.h"

namespace cvp::ingest {
namespace {

using namespace std::string_literals;

constexpr std::string_view kSimplified =
    "大语言模型需要多少显存？这取决于参数的数量和精度。例如，七十亿参数的模型在半精度下大约需要十四吉字节。";
constexpr std::string_view kTraditional =
    "大語言模型需要多少記憶體？這取決於參數的數量和精度。例如，七十億參數的模型在半精度下大約需要十四吉位元組"
    "。";

/// UTF-8 → another encoding.
std::string encoded(std::string_view utf8, const char* converter) {
  UErrorCode error = U_ZERO_ERROR;
  std::string out(utf8.size() * 4 + 8, '\0');
  UConverter* to = ucnv_open(converter, &error);
  const int32_t written = ucnv_fromAlgorithmic(to, UCNV_UTF8, out.data(), static_cast<int32_t>(out.size()),
                                               utf8.data(), static_cast<int32_t>(utf8.size()), &error);
  ucnv_close(to);
  EXPECT_TRUE(U_SUCCESS(error)) << u_errorName(error);
  out.resize(static_cast<size_t>(written));
  return out;
}

Decoded decode(std::string_view bytes, std::string_view declared = {}) {
  auto decoded = decode_text(bytes, declared);
  EXPECT_TRUE(decoded.has_value());
  if (!decoded) return {};
  EXPECT_TRUE(valid_utf8(decoded->text));
  return *decoded;
}

void expect(std::string_view text, const char* converter, const std::string& name, int least_confidence) {
  const Decoded decoded = decode(encoded(text, converter));
  EXPECT_EQ(decoded.encoding, name) << converter;
  EXPECT_EQ(decoded.text, text) << converter;
  EXPECT_GE(decoded.confidence, least_confidence) << converter;
}

TEST(Encoding, ChineseTextsOfOneSentence) {
  expect(kSimplified, "gb18030", "GB18030", 80);
  expect(kSimplified, "GBK", "GB18030", 80);
  expect(kTraditional, "GBK", "GB18030", 80);
  expect(kTraditional, "Big5", "Big5", 80);
  expect(kSimplified, "UTF-16LE", "UTF-16LE", 90);
  expect(kSimplified, "UTF-16BE", "UTF-16BE", 90);
  expect("Hello, world", "UTF-16LE", "UTF-16LE", 90);
  expect("こんにちは、世界。これは日本語の文章です。", "Shift_JIS", "Shift_JIS", 60);
  expect("안녕하세요. 이것은 한국어로 쓴 문장입니다.", "EUC-KR", "EUC-KR", 50);
  expect("こんにちは、世界。これは日本語の文章です。", "ISO-2022-JP", "ISO-2022-JP", 90);
}

TEST(Encoding, MarksAreProofAndAreTakenAway) {
  EXPECT_EQ(decode("\xef\xbb\xbfx").text, "x");
  EXPECT_EQ(decode("\xff\xfe-N\x87\x65"s).text, "中文");
  EXPECT_EQ(decode("\xfe\xffN-e\x87"s).text, "中文");
  EXPECT_EQ(decode("\xff\xfe\0\0x\0\0\0"s).text, "x");
  EXPECT_EQ(decode("\0\0\xfe\xff\0\0\0x"s).text, "x");
  EXPECT_TRUE(decoding_notes(decode("\xef\xbb\xbfx")).empty());
}

TEST(Encoding, BrokenUtf8IsRepairedAndCounted) {
  const Decoded decoded = decode("第一行很好，第二行坏了：\xff\xfe，第三行又好了。");
  EXPECT_EQ(decoded.encoding, "UTF-8");
  EXPECT_EQ(decoded.broken_bytes, 2U);
  ASSERT_EQ(decoding_notes(decoded).size(), 1U);
  EXPECT_NE(decoding_notes(decoded)[0].en.find("2 bytes"), std::string::npos);
}

TEST(Encoding, DeclarationsCountOnlyIfTheBytesAgree) {
  const std::string gbk = encoded("价格", "GBK");
  EXPECT_EQ(decode(gbk, "gb2312").text, "价格");
  EXPECT_EQ(decode(encoded(kTraditional, "Big5"), "gb2312").encoding, "Big5");
  EXPECT_EQ(decode("plain ascii", "utf-16").text, "plain ascii");
  EXPECT_EQ(decode("caf\xe9 au lait", "iso-8859-1").text, "café au lait");
}

TEST(Encoding, AGuessSaysThatItIsOne) {
  const Decoded decoded = decode("caf\xe9");
  EXPECT_EQ(decoded.text, "café");
  ASSERT_FALSE(decoding_notes(decoded).empty());
  EXPECT_NE(decoding_notes(decoded)[0].en.find("guess"), std::string::npos);
}

TEST(Encoding, AsciiIsNeverTakenForUtf16) {
  EXPECT_EQ(decode("Bush hid the facts").encoding, "UTF-8");
  EXPECT_FALSE(unicode_form("Bush hid the facts").has_value());
  EXPECT_FALSE(unicode_form(encoded(kSimplified, "GBK")).has_value());
}

TEST(Clean, RemovesWhatConfuses) {
  uint64_t removed = 0;
  EXPECT_EQ(clean_text("a\0b\x01\r\nc\rd\x7f"s, removed), "ab\nc\nd");
  EXPECT_EQ(removed, 3U);
  EXPECT_EQ(clean_text("in\xc2\xadvis\xe2\x80\x8bible"), "invisible");
  EXPECT_EQ(clean_text("x\xff"), "x\xef\xbf\xbd");
  EXPECT_EQ(one_line("  中文\n换行  and\n english "), "中文换行 and english");
  EXPECT_EQ(one_line("한국어\n문장"), "한국어 문장");
  EXPECT_EQ(trim(" \xe3\x80\x80x\n"), "x");
}

/// Folder of the shared data → encodings that read it rightly.
TEST(Encoding, CollectionOfFeedsIsReadRightly) {
  NEEDS_DATA("encodings");
  const std::map<std::string, std::vector<std::string>> right = {
      {"GB2312", {"GB18030"}},
      {"Big5", {"Big5"}},
      {"SHIFT_JIS", {"Shift_JIS"}},
      {"CP932", {"Shift_JIS"}},
      {"EUC-JP", {"EUC-JP"}},
      {"EUC-KR", {"EUC-KR"}},
      {"KOI8-R", {"KOI8-R"}},
      {"IBM866", {"IBM866"}},
      {"TIS-620", {"TIS-620"}},
      {"utf-8", {"UTF-8"}},
      {"utf-8-sig", {"UTF-8"}},
      {"ascii", {"UTF-8"}},
      {"UTF-16LE", {"UTF-16LE"}},
      {"UTF-16BE", {"UTF-16BE"}},
      {"UTF-32LE", {"UTF-32LE"}},
      {"UTF-32BE", {"UTF-32BE"}},
      {"iso-2022-jp", {"ISO-2022-JP"}},
      {"iso-2022-kr", {"ISO-2022-KR"}},
      {"windows-1251-russian", {"windows-1251"}},
      {"windows-1255-hebrew", {"windows-1255"}},
      {"windows-1252", {"windows-1252", "ISO-8859-1"}},
      {"iso-8859-1", {"windows-1252", "ISO-8859-1"}}};
  size_t total = 0, good = 0, chinese = 0;
  for (const auto& [folder, names] : right) {
    for (const sys::Path& file : test_files("encodings/" + folder)) {
      const Decoded decoded = decode(read(file));
      const bool ok = std::find(names.begin(), names.end(), decoded.encoding) != names.end();
      ++total;
      good += ok;
      if (folder == "GB2312" || folder == "Big5") {
        ++chinese;
        EXPECT_TRUE(ok) << file << " read as " << decoded.encoding;
        EXPECT_FALSE(decoding_notes(decoded).empty());
      }
    }
  }
  std::printf("encodings: %zu of %zu read rightly, Chinese %zu\n", good, total, chinese);
  EXPECT_GE(chinese, 20U);
  EXPECT_GE(static_cast<double>(good), 0.95 * static_cast<double>(total));
}

/// Passages of a Chinese question set, encoded by ICU as an editor of the time would have saved them.
TEST(Encoding, ChinesePassagesInEveryOldEncoding) {
  NEEDS_DATA("qa/cmrc2018/cmrc2018_dev.json");
  const std::string all = read(test_data() / "qa/cmrc2018/cmrc2018_dev.json");
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr int kPassages = 100;
  std::map<std::string, int> right;
  for (int i = 0; i < kPassages; ++i) {
    const size_t at = all.find("\"context\":", random() % (all.size() / 2));
    const std::string_view passage = utf8_prefix(std::string_view(all).substr(at), 300 + random() % 2000);
    for (const auto& [converter, name] : {std::pair{"gb18030", "GB18030"},
                                          {"GBK", "GB18030"},
                                          {"UTF-16LE", "UTF-16LE"},
                                          {"UTF-16BE", "UTF-16BE"}}) {
      const Decoded decoded = decode(encoded(passage, converter));
      right[converter] += decoded.encoding == name && decoded.text.size() >= passage.size() * 9 / 10;
    }
    // Simplified characters that Big5 lacks become its substitute.
    right["Big5"] += decode(encoded(passage, "Big5")).encoding == "Big5";
  }
  for (const auto& [converter, n] : right) {
    std::printf("%s: %d of %d passages\n", converter.c_str(), n, kPassages);
    EXPECT_GE(n, converter == "Big5" ? 90 : 98) << converter;
  }
}

}  // namespace
}  // namespace cvp::ingest
