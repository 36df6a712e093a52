#include "serve/cited_text.h"

#include <gmock/gmock.h>

#include <boost/json/object.hpp>

#include "base/unicode.h"

namespace cvp::serve {
namespace {

using testing::HasSubstr;

chat::Sentence supported(std::string words, std::vector<int> citations) {
  return {.text = std::move(words), .supported = true, .citations = std::move(citations)};
}

/// As Python slices.
std::string slice(std::string_view text, size_t begin, size_t end) {
  std::string out;
  size_t count = 0;
  for (size_t pos = 0; pos < text.size(); ++count) {
    const char32_t c = decode_utf8(text, pos);
    if (count >= begin && count < end) append_utf8(out, c);
  }
  return out;
}

TEST(CitedText, MarksWhatIsCited) {
  CitedText text(Lang::en);
  EXPECT_EQ(text.add(supported("门在九点开。", {1, 2})), "门在九点开。[1][2]");
  EXPECT_EQ(text.add(supported("It closes at five.", {2})), "\nIt closes at five.[2]");
  EXPECT_EQ(text.text(), "门在九点开。[1][2]\nIt closes at five.[2]");
  const std::vector<chat::Citation> citations = {
      {.number = 1,
       .chunk = 5,
       .document = 7,
       .revision = 9,
       .span = {30, 60},
       .page = 2,
       .quote = "q",
       .title = "Gate",
       .uri = "/srv/gate.md"},
      {.number = 2, .chunk = 6, .document = 8, .revision = 10, .span = {0, 5}, .uri = "/srv/soup.md"}};
  const boost::json::array notes = text.annotations(citations);
  ASSERT_EQ(notes.size(), 3u);
  for (size_t i = 0; i < notes.size(); ++i) {
    const boost::json::object& note = notes[i].as_object();
    EXPECT_EQ(note.at("type"), "url_citation");
    const boost::json::object& url = note.at("url_citation").as_object();
    const auto begin = url.at("start_index").to_number<size_t>(),
               end = url.at("end_index").to_number<size_t>();
    EXPECT_EQ(slice(text.text(), begin, end),
              fmt::format("[{}]", note.at("cvp").at("number").to_number<int>()));
  }
  const boost::json::object& first = notes[0].as_object();
  EXPECT_EQ(first.at("url_citation").at("url"), "/documents/7?revision=9&begin=30&end=60");
  EXPECT_EQ(first.at("url_citation").at("title"), "Gate");
  EXPECT_EQ(first.at("cvp").at("chunk"), 5);
  EXPECT_EQ(first.at("cvp").at("page"), 2);
  EXPECT_EQ(first.at("cvp").at("quote"), "q");
  EXPECT_EQ(notes[1].at("url_citation").at("title"), "soup.md") << "a document without a title has its name";
}

TEST(CitedText, SaysWhatHasNoSupport) {
  CitedText text(Lang::zh);
  const std::string piece =
      text.add({.text = "门是红的。", .citations = {1}, .why_not = cvp::text("no red", "段落里没有“红”")});
  EXPECT_EQ(piece, "门是红的。（未经证实：段落里没有“红”）");
  EXPECT_TRUE(text.annotations({{.number = 1}}).empty()) << "what is not supported cites nothing";
}

TEST(CitedText, NotesStandApart) {
  CitedText refused(Lang::en);
  EXPECT_EQ(refused.add_note(cvp::text("The documents do not say.", "文档中没有说明。")),
            "The documents do not say.");
  EXPECT_EQ(refused.add_note({}), "");
  CitedText answered(Lang::en);
  answered.add(supported("A.", {}));
  EXPECT_EQ(answered.add_note(cvp::text("Both are shown.", "两句都列出。")), "\n\nBoth are shown.");
  EXPECT_EQ(answered.text(), "A.\n\nBoth are shown.");
}

}  // namespace
}  // namespace cvp::serve
