// Any substring of two or more CJK characters and any code-like token that occurs in a document is found:
// against generated texts made to collide, and against real ones.
#include <cstdlib>
#include <random>

#include "vector/index_fixture_test.h"

namespace cvp::vector {
namespace {

using ::testing::Contains;

class InvariantTest : public IndexFixture {
 protected:
  /// Either the document is among the best ten, or all ten hold the words themselves.
  void expect_found(const std::string& words, store::DocumentId document) {
    const auto all = found(words, {.k = texts_.size(), .mode = Mode::text});
    ASSERT_THAT(all, Contains(document)) << "“" << words << "”";
    const auto best = found(words, {.k = 10, .mode = Mode::text});
    if (std::ranges::find(best, document) != best.end()) return;
    ASSERT_EQ(best.size(), 10u);
    for (store::DocumentId other : best)
      ASSERT_NE(texts_.at(other).find(fold(words)), std::string::npos)
          << "“" << words << "” stands only in others than " << other;
  }
  void add_text(const std::string& text) {
    const store::DocumentId id = add(text);
    texts_[id] = fold(text);
    sources_.emplace_back(id, text);
  }
  std::map<store::DocumentId, std::string> texts_;  // folded
  std::vector<std::pair<store::DocumentId, std::string>> sources_;
};

std::vector<std::string> cjk_runs(std::string_view text) {
  std::vector<std::string> runs(1);
  for (size_t pos = 0; pos < text.size();) {
    const size_t begin = pos;
    if (is_cjk(decode_utf8(text, pos))) {
      runs.back() += text.substr(begin, pos - begin);
    } else if (!runs.back().empty()) {
      runs.emplace_back();
    }
  }
  std::erase_if(runs, [](const std::string& run) { return count_code_points(run) < 2; });
  return runs;
}

/// 2 to 12 characters of a run.
std::string random_part(const std::string& run, std::mt19937& random) {
  std::vector<size_t> starts;
  for (size_t pos = 0; pos < run.size(); decode_utf8(run, pos)) starts.push_back(pos);
  const size_t first = random() % (starts.size() - 1);
  const size_t count = std::min<size_t>(2 + random() % 11, starts.size() - first);
  const size_t end = first + count < starts.size() ? starts[first + count] : run.size();
  return run.substr(starts[first], end - starts[first]);
}

std::string random_code(std::mt19937& random) {
  constexpr std::string_view kLetters = "ABCDEFGHXYZabcxyz", kJoiners = "-._/";
  std::string code;
  const size_t parts = 2 + random() % 3;
  for (size_t part = 0; part < parts; ++part) {
    if (part > 0) code += kJoiners[random() % kJoiners.size()];
    const bool digits = random() % 2 == 0;
    for (size_t i = 1 + random() % 4; i > 0; --i)
      code += digits ? static_cast<char>('0' + random() % 10) : kLetters[random() % kLetters.size()];
  }
  return code;
}

TEST_F(InvariantTest, GeneratedTexts) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  // Few characters, so that bigrams of a phrase often stand apart in other documents; both scripts and
  // widths.
  constexpr std::u32string_view kCharacters = U"的国國中学學体體一会會Ａあア가";
  std::vector<std::pair<store::DocumentId, std::string>> codes;
  for (int i = 0; i < 120; ++i) {
    std::string text;
    const std::string code = random_code(random);
    for (int word = 0; word < 12; ++word) {
      for (size_t n = random() % 9; n > 0; --n) append_utf8(text, kCharacters[random() % kCharacters.size()]);
      constexpr const char* kBetween[] = {"，", " ", "", "\n", "v2", "。"};
      text += kBetween[random() % std::size(kBetween)];
      if (word == 5) text += " " + code + "的";
    }
    add_text(text);
    codes.emplace_back(sources_.back().first, code);
  }
  for (const auto& [id, text] : sources_)
    for (const std::string& run : cjk_runs(text))
      ASSERT_NO_FATAL_FAILURE(expect_found(random_part(run, random), id));
  for (const auto& [id, code] : codes) ASSERT_NO_FATAL_FAILURE(expect_found(code, id));
}

TEST_F(InvariantTest, RealTexts) {
  const char* data = std::getenv("CVP_DATA");
  const char* source = std::getenv("CVP_SOURCE");
  const sys::Path file =
      (data != nullptr ? sys::Path(data) : sys::Path(source != nullptr ? source : ".") / "../shared/data") /
      "qa/cmrc2018/cmrc2018_dev.json";
  if (!sys::exists(file)) GTEST_SKIP() << "no test data at " << file;
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  // The file's own bytes cut at random: text as it occurs, with all its digits, quotes and identifiers.
  const std::string all = must(sys::read_file(file, 64 << 20));
  std::string_view rest = all;
  for (int i = 0; i < 300 && !rest.empty(); ++i) {
    const std::string_view piece = utf8_prefix(rest, 500 + random() % 3000);
    add_text(std::string(piece));
    rest.remove_prefix(piece.size());
  }
  for (const auto& [id, text] : sources_) {
    const auto runs = cjk_runs(text);
    for (int i = 0; i < 5 && !runs.empty(); ++i)
      ASSERT_NO_FATAL_FAILURE(expect_found(random_part(runs[random() % runs.size()], random), id));
  }
}

TEST_F(InvariantTest, WidthAndScriptDoNotMatter) {
  const auto id = add("臺灣大學ＰＰＲ－９０８７號");
  add("別的文字");
  for (const char* query : {"台湾大学", "臺灣", "大學", "PPR-9087", "ppr-9087", "ｐｐｒ－９０８７", "9087"})
    EXPECT_THAT(found(query), Contains(id)) << query;
}

TEST_F(InvariantTest, OneCharacterIsFoundWhereverItStands) {
  const auto first = add("股市大涨"), last = add("他减持了原始股"), alone = add("A 股 B");
  add("没有这个字");
  const auto hits = found("股");
  EXPECT_THAT(hits, ::testing::UnorderedElementsAre(first, last, alone));
}

TEST_F(InvariantTest, PhraseStandsBeforeItsScatteredParts) {
  const auto scattered = add("人工的、工智的、智能的、人工、工智、智能、人工、工智、智能");
  const auto phrase =
      add("关于人工智能的一段很长的文字，" + std::string(300, 'x') + "，其中还有许多别的内容。");
  EXPECT_THAT(found("人工智能"), ::testing::ElementsAre(phrase, scattered));
}

}  // namespace
}  // namespace cvp::vector
