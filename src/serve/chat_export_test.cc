#include "serve/chat_export.h"

#include <gmock/gmock.h>

#include "base/unicode.h"
#include "ingest/docx.h"
#include "ingest/zip_reader.h"

namespace cvp::serve {
namespace {

using Kind = ExportBlock::Kind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNow = 1'714'558'800;  // 2024-05-01 10:20 UTC
constexpr uint64_t kTextBytes = 1 << 20;

SeenMessage asked(const std::string& text, const std::string& standalone = "") {
  return {.message = {.from_user = true, .text = text, .standalone = standalone}};
}
SeenMessage answered(chat::Answer answer) {
  return {.message = {.from_user = false, .text = "as kept"}, .answer = std::move(answer)};
}

ExportedChat sample() {
  return {
      .title = "Gates",
      .messages = {asked("How wide is the gate?"),
                   answered({.outcome = chat::Outcome::answered,
                             .sentences = {{.text = "Three metres.", .supported = true, .citations = {1, 2}},
                                           {.text = "It sings.",
                                            .why_not = text("“sings” is not there", "资料中没有“sings”")}},
                             .citations = {{.number = 1,
                                            .page = 4,
                                            .quote = "It is three\nmetres wide.",
                                            .title = "Gates & <doors>",
                                            .uri = "gates.pdf",
                                            .heading = "Sizes"},
                                           {.number = 2, .quote = "3 m", .uri = "walls.md"}},
                             .note = text("Both are shown.", "一并列出。")}),
                   asked("And its colour?", "What is the colour of the gate?"),
                   answered({.outcome = chat::Outcome::refused,
                             .citations = {{.number = 1, .quote = "near", .uri = "walls.md"}},
                             .note = text("The evidence is too weak.", "依据不足。")})},
      .exported_unix = kNow};
}

std::string markdown(const ExportedChat& chat, Lang lang = Lang::en) {
  return export_markdown(export_blocks(chat, lang));
}
/// Of one sentence in an answer.
std::string markdown_of(const std::string& sentence) {
  return markdown({.title = "t",
                   .messages = {answered({.outcome = chat::Outcome::answered,
                                          .sentences = {{.text = sentence, .supported = true}}})}});
}

TEST(ChatExport, MarkdownHasQuestionsAnswersAndNumberedSources) {
  EXPECT_EQ(markdown(sample()), R"(# Gates

> Exported from cvp on 2024-05-01 10:20 UTC

## How wide is the gate?

Three metres. \[1\]\[2\] It sings. (unverified: “sings” is not there)

> Both are shown.

**Sources**

- \[1\] **Gates \& \<doors\>**, page 4, Sizes: “It is three metres wide.”
- \[2\] **walls.md**: “3 m”

## And its colour?

> Understood as: What is the colour of the gate?

> The evidence is too weak.

**The nearest passages**

- \[1\] **walls.md**: “near”
)");
}

TEST(ChatExport, InChinese) {
  EXPECT_THAT(markdown(sample(), Lang::zh),
              AllOf(HasSubstr("由 cvp 导出，时间：2024-05-01 10:20（UTC）"), HasSubstr("**出处**"),
                    HasSubstr("**最接近的段落**"), HasSubstr("，第 4 页，Sizes：“It is three metres wide.”"),
                    HasSubstr("It sings.（缺少依据：资料中没有“sings”）"),
                    HasSubstr("理解为：What is the colour"), Not(HasSubstr("Sources"))));
}

TEST(ChatExport, NothingInATextBecomesMarkup) {
  for (const std::string hostile :
       {"![x](http://evil.example/leak)", "[click](http://evil.example)", "<img src=http://evil.example>",
        "<script>alert(1)</script>", "`code` *bold* _it_ ~~no~~", "| a | b |\n| --- | --- |", "&lt;b&gt;",
        "$x$", "# not a heading", "text\n# not a heading", "text\n\n    code"}) {
    const std::string out = markdown_of(hostile);
    const std::string line = out.substr(out.rfind('\n', out.size() - 2) + 1);
    for (size_t i = 0; i < line.size(); ++i) {
      const bool markup = std::string_view("*_[]<>#`|~$&").find(line[i]) != std::string_view::npos;
      EXPECT_TRUE(!markup || (i > 0 && line[i - 1] == '\\')) << line;
    }
    EXPECT_EQ(std::ranges::count(out, '\n'), 5) << "the answer is one line: " << out;
  }
}

TEST(ChatExport, SignsThatBeginAListAreEscapedAtTheStart) {
  EXPECT_THAT(markdown_of("1. first"), HasSubstr("\n1\\. first\n"));
  EXPECT_THAT(markdown_of("12) first"), HasSubstr("\n12\\) first\n"));
  EXPECT_THAT(markdown_of("- first"), HasSubstr("\n\\- first\n"));
  EXPECT_THAT(markdown_of("+ first"), HasSubstr("\n\\+ first\n"));
  EXPECT_THAT(markdown_of("=== first"), HasSubstr("\n\\=== first\n"));
  EXPECT_THAT(markdown_of("3.5 GB - or 4"), HasSubstr("\n3.5 GB - or 4\n"));
}

TEST(ChatExport, AnAnswerWithoutItsPartsIsGivenAsItWasKept) {
  const SeenMessage plain{.message = {.from_user = false, .text = "At nine."}};
  EXPECT_THAT(markdown({.title = "t", .messages = {asked("When?"), plain}}),
              HasSubstr("## When?\n\nAt nine.\n"));
}

TEST(ChatExport, DocxReadsBackAsWhatWasSaid) {
  const auto docx = export_docx(export_blocks(sample(), Lang::en), kNow);
  ASSERT_TRUE(docx);
  const auto parsed = ingest::parse_docx(*docx, kTextBytes);
  ASSERT_TRUE(parsed) << parsed.error().message.en;
  EXPECT_EQ(parsed->title, "Gates");
  EXPECT_TRUE(parsed->notes.empty());
  EXPECT_THAT(
      parsed->text,
      AllOf(HasSubstr("How wide is the gate?"), HasSubstr("Exported from cvp on 2024-05-01 10:20 UTC"),
            HasSubstr("Three metres. [1][2] It sings. (unverified: “sings” is not there)"),
            HasSubstr("[1] Gates & <doors>, page 4, Sizes: “It is three metres wide.”"),
            HasSubstr("[2] walls.md: “3 m”"), HasSubstr("Understood as: What is the colour of the gate?")));
}

TEST(ChatExport, DocxHasThePartsThatWordAsksFor) {
  const auto docx = export_docx(export_blocks(sample(), Lang::zh), kNow);
  ASSERT_TRUE(docx);
  const std::vector<std::string> names = {
      "[Content_Types].xml",          "_rels/.rels",      "word/document.xml", "word/styles.xml",
      "word/_rels/document.xml.rels", "docProps/core.xml"};
  const auto parts = ingest::read_zip(*docx, names);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->size(), names.size());
  for (const auto& [name, xml] : *parts)
    EXPECT_TRUE(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>")) << name;
  EXPECT_THAT(parts->at("docProps/core.xml"), HasSubstr("2024-05-01T10:20:00Z"));
  EXPECT_THAT(parts->at("word/document.xml"), HasSubstr("<w:pStyle w:val=\"Heading2\"/>"));
  const std::string_view end = std::string_view(*docx).substr(docx->size() - 22);
  EXPECT_TRUE(end.starts_with("PK\x05\x06")) << "nothing lies behind the end of the archive";
}

TEST(ChatExport, DocxTakesAnyText) {
  const std::string hostile = "</w:t></w:r></w:p><w:p>&amp;\x01\x1b\"' ]]> \xEF\xBF\xBE 𠀀 \xE2\x80\xAE end";
  ExportedChat chat{.title = hostile, .messages = {asked(hostile)}};
  chat.messages.push_back(answered({.outcome = chat::Outcome::answered,
                                    .sentences = {{.text = hostile, .supported = true, .citations = {1}}},
                                    .citations = {{.number = 1, .quote = hostile, .title = hostile}}}));
  const auto docx = export_docx(export_blocks(chat, Lang::en), kNow);
  ASSERT_TRUE(docx);
  const auto parsed = ingest::parse_docx(*docx, kTextBytes);
  ASSERT_TRUE(parsed) << parsed.error().message.en;
  EXPECT_THAT(parsed->text, HasSubstr("</w:t></w:r></w:p><w:p>&amp;\"' ]]>"));
  EXPECT_THAT(parsed->text, HasSubstr("𠀀"));
}

TEST(ChatExport, BlocksAreOnOneLineWithoutControlCharacters) {
  const ExportedChat chat{.title = "a\nb\x07\u202Ec", .messages = {asked("x\r\n\ty")}};
  const auto blocks = export_blocks(chat, Lang::en);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].kind, Kind::title);
  EXPECT_EQ(blocks[0].runs[0].text, "a bc");
  EXPECT_EQ(blocks[2].kind, Kind::question);
  EXPECT_EQ(blocks[2].runs[0].text, "x y");
}

TEST(ChatExport, NamesAreNamesOfFiles) {
  EXPECT_EQ(export_name("How wide?", 7), "How wide_");
  EXPECT_EQ(export_name("../../etc/passwd", 7), "chat-7");
  EXPECT_EQ(export_name("a/b\\c:d*e\"f<g>h|i", 7), "a_b_c_d_e_f_g_h_i");
  EXPECT_EQ(export_name("7B 模型", 7), "7B 模型");
  EXPECT_EQ(export_name("\x01\n", 7), "chat-7");
  EXPECT_EQ(export_name("", 7), "chat-7");
  std::string chinese;
  for (int i = 0; i < 100; ++i) chinese += "门";
  const std::string cut = export_name(chinese, 7);
  EXPECT_EQ(cut.size(), 150u);
  EXPECT_TRUE(valid_utf8(cut));
}

}  // namespace
}  // namespace cvp::serve
