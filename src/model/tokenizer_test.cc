#include "model/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "model/gguf_writer.h"
#include "model/normalize.h"
#include "model/test_files.h"
#include "model/unigram.h"
#include "model/word_piece.h"

namespace cvp::model {
namespace {

using Kind = UnigramTokenizer::Piece::Kind;

std::string words(const std::string& text) {
  std::string escaped;
  bool space = true;
  for (char c : text) {
    if (c == ' ')
      space = true;
    else {
      if (space) escaped += "▁";
      space = false;
      escaped += c;
    }
  }
  return escaped;
}

/// The best score of every way to cut the text, tried one by one; ties may have either count.
struct Brute {
  const std::vector<UnigramTokenizer::Piece>& pieces;
  double unknown;
  double best = std::numeric_limits<double>::lowest();
  std::vector<size_t> counts;

  void cut(std::string_view left, double score, size_t tokens, bool after_unknown) {
    if (left.empty()) {
      if (score > best + 1e-9) counts.clear();
      if (score > best - 1e-9) counts.push_back(tokens);
      best = std::max(best, score);
      return;
    }
    const size_t length = left.starts_with("▁") ? 3 : 1;
    bool whole = false;
    for (const auto& piece : pieces) {
      if (piece.kind == Kind::other || !left.starts_with(piece.text)) continue;
      whole = whole || piece.text.size() == length;
      cut(left.substr(piece.text.size()), score + piece.score, tokens + 1, false);
    }
    if (!whole) cut(left.substr(length), score + unknown, tokens + (after_unknown ? 0 : 1), true);
  }
};

TEST(UnigramTest, AgreesWithTryingEveryCut) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::vector<UnigramTokenizer::Piece> pieces = {
      {"<s>", 0, Kind::other}, {"▁", -2.1f},   {"a", -2.3f},   {"b", -2.7f},
      {"▁a", -3.9f},           {"ab", -4.15f}, {"aba", -5.5f}, {"▁ab", -5.7f},
      {"bb", -6.3f},           {"ba", -5.05f}, {"bab", -9.2f}, {"used", -9.0f}};
  const UnigramTokenizer tokenizer("t", pieces);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (size_t n = random() % 10; n > 0; --n) text += "aabbx "[random() % 6];
    Brute brute{pieces, -9.2 - 10.0};
    brute.cut(words(text), 0, 0, false);
    EXPECT_NE(std::ranges::find(brute.counts, tokenizer.count(text)), brute.counts.end()) << text;
  }
}

TEST(UnigramTest, UnknownRunsAreOneToken) {
  const UnigramTokenizer tokenizer("t", {{"▁", -2}, {"a", -3}});
  EXPECT_EQ(tokenizer.count(""), 0u);
  EXPECT_EQ(tokenizer.count("   "), 0u);
  EXPECT_EQ(tokenizer.count("xyz"), 2u);
  EXPECT_EQ(tokenizer.count("xyz 中文"), 4u);
  EXPECT_EQ(tokenizer.count("axya"), 4u);
}

TEST(UnigramTest, PiecesOverSpacesAreTaken) {
  const UnigramTokenizer tokenizer("t", {{"▁", -2}, {"a", -3}, {"▁a▁a", -4}});
  EXPECT_EQ(tokenizer.count("a a"), 1u);
  EXPECT_EQ(tokenizer.count("a   a"), 1u);
  std::string long_text;
  for (int i = 0; i < 200'000; ++i) long_text += "a ";
  EXPECT_NEAR(static_cast<double>(tokenizer.count(long_text)), 100'000, 20);
}

TEST(UnigramTest, HugeRunsAndBrokenBytesAreCounted) {
  const UnigramTokenizer tokenizer("t", {{"▁", -2}, {"a", -3}, {"中", -3}});
  EXPECT_EQ(tokenizer.count(std::string(1'000'000, 'a')), 1'000'001u);
  std::string chinese;
  for (int i = 0; i < 100'000; ++i) chinese += "中";
  EXPECT_EQ(tokenizer.count(chinese), 100'001u);
  EXPECT_EQ(tokenizer.count("\xff\xfe\x80"), 0u);  // broken bytes are spaces
  EXPECT_EQ(tokenizer.count("a\xe4\xb8"), 2u);
}

TEST(UnigramTest, AVocabularyWithoutPiecesKnowsNothing) {
  EXPECT_EQ(UnigramTokenizer("t", {}).count("abc def"), 1u);
}

TEST(NormalizeTest, FollowsTheRuleOfSentencePiece) {
  const auto n = [](std::string_view text) { return normalize_text(Normalization::nmt_nfkc, text); };
  EXPECT_EQ(n("７Ｂ（ＦＰ１６）？"), "7B(FP16)?");
  EXPECT_EQ(n("1～2"), "1～2");
  EXPECT_EQ(n("～～"), "～～");
  EXPECT_EQ(n("a\tb\r\nc"), "a b  c");
  EXPECT_EQ(n("a\x01"
              "b\x7f"
              "c"),
            "abc");
  EXPECT_EQ(n("zero\u200bwidth\ufeff"), "zero width ");
  EXPECT_EQ(n("a\xff"
              "b"),
            "a b");
  EXPECT_EQ(n("㎏ ﬁ"), "kg fi");
  EXPECT_EQ(normalize_text(Normalization::none, "？\t"), "？\t");
  for (const char* text : {"７Ｂ～\t①", "plain", "한국어 ﷺ"}) EXPECT_EQ(n(n(text)), n(text));
}

TEST(WordPieceTest, SplitsAsBertDoes) {
  const WordPieceTokenizer tokenizer("t", {"[UNK]", "▁play", "ing", "▁中", "▁,", "▁a", "e", "▁caf"}, {});
  EXPECT_EQ(tokenizer.count(""), 0u);
  EXPECT_EQ(tokenizer.count("playing"), 2u);
  EXPECT_EQ(tokenizer.count("PLAYing, a"), 4u);
  EXPECT_EQ(tokenizer.count("中中a"), 3u);
  EXPECT_EQ(tokenizer.count("café"), 2u);
  EXPECT_EQ(tokenizer.count("playx"), 1u);  // one unknown token
  EXPECT_EQ(tokenizer.count("a\u200d\x01"), 1u);
  const WordPieceTokenizer exact("t", {"▁play", "▁caf", "e"}, {.lower_case = false, .strip_accents = false});
  EXPECT_EQ(exact.count("Play caf"), 2u);
  EXPECT_EQ(exact.count("café"), 1u);
}

TEST(WordPieceTest, AgreesWithLlamaCppsOwnTestFile) {
  const sys::Path folder = test_data() / "models/vocab_gguf";
  const sys::Path vocabulary = folder / "ggml-vocab-bert-bge.gguf";
  if (!sys::exists(vocabulary)) GTEST_SKIP() << "no test data at " << folder;
  const auto tokenizer = open_gguf_tokenizer(vocabulary);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message.en;
  std::string inputs = *sys::read_file(folder / "ggml-vocab-bert-bge.gguf.inp", 1 << 20);
  std::string outputs = *sys::read_file(folder / "ggml-vocab-bert-bge.gguf.out", 1 << 20);
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  size_t tests = 0;
  for (size_t at = 0, out = 0; at < inputs.size(); ++tests) {
    const size_t end = std::min(inputs.find(kSeparator, at), inputs.size());
    const size_t line_end = std::min(outputs.find('\n', out), outputs.size());
    const std::string_view ids = std::string_view(outputs).substr(out, line_end - out);
    const std::string text = inputs.substr(at, end - at);
    EXPECT_EQ((*tokenizer)->count(text), static_cast<size_t>(std::ranges::count(ids, ' '))) << text;
    at = end + kSeparator.size();
    out = line_end + 1;
  }
  EXPECT_GT(tests, 40u);
}

/// Counts of llama-server's /tokenize (build 11669), after normalize_text for e5.
struct Counted {
  const char* text;
  size_t e5, bge, minilm;
};
constexpr Counted kCounted[] = {
    {"How much GPU memory does a 7B model need?", 11, 14, 12},
    {"私有化部署大模型需要多少显存？", 12, 15, 15},
    {"７Ｂ模型（ＦＰ１６）约需 14 GB 显存～", 14, 17, 13},
    {"型号 PPR-9087，固件 v2.31.4，温度 −40 ℃ 至 85 ℃。", 25, 25, 27},
    {"The café’s naïve résumé — “quoted” text…", 15, 16, 12},
    {"한국어와 日本語のテキスト、ひらがな", 11, 15, 17},
    {"Привет, мир! Как дела?", 8, 19, 19},
    {"def f(x: int) -> str:\n\treturn f\"{x:>8}\"", 22, 23, 22},
    {"   spaces   and\ttabs\r\nlines ", 6, 7, 5},
    {"𠮷野家の🦙 emoji 👩‍👩‍👧 ok", 14, 9, 9},
    {"antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis", 22, 30, 25},
    {"١٢٣٤ مرحبا بالعالم", 9, 9, 13},
    {"ภาษาไทยไม่มีช่องว่าง", 5, 1, 1},
    {"①②③ ㎏ ㍿ ﬁ ﷺ", 9, 7, 5},
    {"[CLS] <s> <mask> [PAD250010] </s>", 20, 20, 20},
};

void expect_counts(const char* model, size_t Counted::*expected) {
  const auto path = test_model(model);
  if (!path) GTEST_SKIP() << model << " is not installed";
  const auto tokenizer = open_gguf_tokenizer(*path);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message.en;
  for (const auto& counted : kCounted)
    EXPECT_EQ((*tokenizer)->count(counted.text), counted.*expected) << counted.text;
}
TEST(InstalledTokenizerTest, E5CountsLikeTheEngine) { expect_counts("multilingual-e5-small", &Counted::e5); }
TEST(InstalledTokenizerTest, BgeCountsLikeTheEngine) { expect_counts("bge-small-zh-v1.5", &Counted::bge); }
TEST(InstalledTokenizerTest, MiniLmCountsLikeTheEngine) {
  expect_counts("all-minilm-l6-v2", &Counted::minilm);
}

class GgufTokenizerTest : public ::testing::Test {
 protected:
  GgufTokenizerTest() : folder_(std::move(*sys::TempFolder::create())) {}

  Result<std::unique_ptr<Tokenizer>> open(const std::string& model, const std::vector<std::string>& tokens,
                                          const std::vector<float>& scores) {
    const sys::Path path = folder_.path() / "m.gguf";
    auto writer = GgufWriter::create(path);
    writer->set("tokenizer.ggml.model", model);
    writer->set("tokenizer.ggml.tokens", tokens);
    if (!scores.empty()) writer->set("tokenizer.ggml.scores", scores);
    EXPECT_TRUE(writer->write_header());
    EXPECT_TRUE(writer->finish());
    return open_gguf_tokenizer(path);
  }
  sys::TempFolder folder_;
};

TEST_F(GgufTokenizerTest, TheIdNamesTheVocabulary) {
  const auto a = open("t5", {"▁", "a"}, {-1, -2});
  const auto b = open("t5", {"▁", "a"}, {-1, -3});
  const auto c = open("bert", {"▁", "a"}, {});
  ASSERT_TRUE(a && b && c);
  EXPECT_TRUE((*a)->id().starts_with("unigram-1-"));
  EXPECT_NE((*a)->id(), (*b)->id());
  EXPECT_TRUE((*c)->id().starts_with("wordpiece-"));
  EXPECT_EQ((*a)->id(), (*open("t5", {"▁", "a"}, {-1, -2}))->id());
}

TEST_F(GgufTokenizerTest, BrokenVocabulariesAreRefused) {
  EXPECT_EQ(open("t5", {"▁", "a"}, {-1}).error().code, Errc::corrupt);
  EXPECT_EQ(open("t5", {}, {-1}).error().code, Errc::corrupt);
  EXPECT_EQ(open("t5", {"a"}, {std::numeric_limits<float>::quiet_NaN()}).error().code, Errc::corrupt);
  EXPECT_EQ(open("bert", {std::string(2000, 'x')}, {}).error().code, Errc::corrupt);
  EXPECT_EQ(open("gpt2", {"a"}, {}).error().code, Errc::refused);
}

TEST(EstimatingTokenizerTest, EstimatesFromAbove) {
  const auto tokenizer = estimating_tokenizer();
  EXPECT_EQ(tokenizer->count(""), 0u);
  EXPECT_EQ(tokenizer->count("中文字"), 3u);
  EXPECT_EQ(tokenizer->count("abcd efghi"), 3u);
  EXPECT_EQ(tokenizer->count("1234."), 5u);
  EXPECT_EQ(tokenizer->count("\xff\xff"), 2u);
  for (const auto& counted : kCounted) {
    if (std::string_view(counted.text).starts_with("anti")) continue;  // words no vocabulary has
    EXPECT_GE(tokenizer->count(counted.text) * 10, counted.e5 * 7) << counted.text;
  }
}

}  // namespace
}  // namespace cvp::model
