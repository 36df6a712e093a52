// Real documents against the Markdown that another reader made of them: which share of its words is in our
// text.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/unicode.h"
#include "ingest/parse.h"
#include "ingest/test_support.h"
#include "sys/process.h"

namespace cvp::ingest {
namespace {

/// Words and single Han characters, folded; image comments and link targets of Markdown left out.
std::map<std::string, int> words_of(std::string text) {
  for (size_t at = text.find("](http"); at != std::string::npos; at = text.find("](http", at))
    text.erase(at, text.find(')', at) - at);
  for (size_t at = text.find("<!--"); at != std::string::npos; at = text.find("<!--", at))
    text.erase(at, text.find("-->", at) + 3 - at);
  std::map<std::string, int> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) ++words[fold(word)];
    word.clear();
  };
  for (size_t pos = 0; pos < text.size();) {
    const size_t start = pos;
    const char32_t c = decode_utf8(text, pos);
    if (!is_word(c) || is_han(c)) end_word();
    if (is_word(c)) word.append(text, start, pos - start);
    if (is_han(c)) end_word();
  }
  end_word();
  return words;
}

double recall(const std::string& expected, const std::string& got) {
  const auto wanted = words_of(expected);
  auto have = words_of(got);
  int total = 0, found = 0;
  for (const auto& [word, n] : wanted) {
    total += n;
    found += std::min(n, have[word]);
  }
  return total == 0 ? 1 : static_cast<double>(found) / total;
}

void measure(const std::string& kind, bool truth_drops_extension) {
  std::vector<double> values;
  for (const sys::Path& file : test_files("documents/" + kind + "/sources")) {
    const sys::Path truth = file.parent_path().parent_path() / "groundtruth" /
                            ((truth_drops_extension ? file.stem() : file.filename()).string() + ".md");
    if (!sys::exists(truth)) continue;
    const auto parsed = parse_bytes(read(file), file.filename().string(), file);
    ASSERT_TRUE(parsed.has_value()) << file << ": " << parsed.error().message.en;
    values.push_back(recall(read(truth), parsed->text));
  }
  ASSERT_FALSE(values.empty());
  std::sort(values.begin(), values.end());
  const double median = values[values.size() / 2];
  std::printf("%s: %zu documents, words found: median %.3f, worst %.3f\n", kind.c_str(), values.size(),
              median, values.front());
  EXPECT_GE(median, 0.95);
}

TEST(Documents, Docx) {
  NEEDS_DATA("documents/docx");
  measure("docx", false);
}
TEST(Documents, Html) {
  NEEDS_DATA("documents/html");
  measure("html", false);
}
TEST(Documents, Markdown) {
  NEEDS_DATA("documents/md");
  measure("md", false);
}
TEST(Documents, Pdf) {
  NEEDS_DATA("documents/pdf");
  if (!sys::find_program("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  measure("pdf", true);
}

}  // namespace
}  // namespace cvp::ingest
