#include <gtest/gtest.h>

#include "ingest/parse.h"
#include "ingest/pdf_lines.h"
#include "ingest/test_support.h"
#include "ingest/text_marks.h"
#include "sys/process.h"

namespace cvp::ingest {
namespace {

/// A block of lines as pdftotext writes it: each line at x from `x`, `height` high, words at spaces.
std::string block(float x, float y, const std::vector<std::string>& lines, float height = 10,
                  float width = 300) {
  std::string out = "<block>";
  for (const std::string& line : lines) {
    const float end = x + (line.ends_with('~') ? width / 3 : width);
    const auto box = fmt::format("xMin=\"{}\" yMin=\"{}\" xMax=\"{}\" yMax=\"{}\"", x, y, end, y + height);
    out += fmt::format("<line {0}><word {0}>{1}</word></line>", box,
                       line.ends_with('~') ? line.substr(0, line.size() - 1) : line);
    y += height * 1.2F;
  }
  return out + "</block>";
}
std::string page(const std::string& blocks) {
  return "<page width=\"600\" height=\"800\"><flow>" + blocks + "</flow></page>";
}

store::ParsedText assembled(const std::vector<std::string>& pages) {
  std::string xhtml = "<head><meta content=\"a & b\"></head><doc>";
  for (const std::string& one : pages) xhtml += page(one);
  PdfLines lines;
  EXPECT_TRUE(add_bbox_pages(xhtml + "</doc>", static_cast<uint32_t>(pages.size()), lines));
  store::ParsedText parsed;
  assemble_pdf(lines, repeated_lines(lines), parsed);
  return parsed;
}

TEST(Pdf, LinesBecomeParagraphsWithExactBoxes) {
  const auto parsed =
      assembled({block(50, 100, {"The first line of exam-", "ple text ends here.~", "A new paragraph"}),
                 block(50, 300, {"另一段中文的第", "一行和第二行。"})});
  EXPECT_EQ(parsed.text,
            "The first line of example text ends here.\n\nA new paragraph\n\n另一段中文的第一行和第二行。\n");
  ASSERT_EQ(parsed.layout.size(), 5U);
  std::vector<std::string> lines;
  for (const auto& line : parsed.layout)
    lines.push_back(parsed.text.substr(line.span.begin, line.span.size()));
  EXPECT_EQ(lines, (std::vector<std::string>{"The first line of exam", "ple text ends here.",
                                             "A new paragraph", "另一段中文的第", "一行和第二行。"}));
  EXPECT_EQ(parsed.page_starts, (std::vector<uint32_t>{0, static_cast<uint32_t>(parsed.text.find("另"))}));
  EXPECT_EQ(parsed.layout[3].page, 2U);
  EXPECT_FLOAT_EQ(parsed.layout[0].box.y0, 100);
}

TEST(Pdf, AHyphenOfTheWordItselfStays) {
  const auto parsed =
      assembled({block(50, 100, {"A state-of-the-art well-known thing and a well-", "known other one"})});
  EXPECT_NE(parsed.text.find("a well-known other"), std::string::npos) << parsed.text;
}

TEST(Pdf, AParagraphGoesOnOnTheNextPage) {
  const auto parsed = assembled({block(50, 100, {"国务院有关部门应当按照各", "自的职责做好国家发展和改"}),
                                 block(50, 60, {"革工作，并向社会公布结果", "。"})});
  EXPECT_NE(parsed.text.find("国家发展和改革工作"), std::string::npos) << parsed.text;
  EXPECT_EQ(parsed.page_starts[1], parsed.text.find("革工作"));
}

TEST(Pdf, RunningHeadersAndPageNumbersAreLeftOut) {
  std::vector<std::string> pages;
  for (int i = 1; i <= 5; ++i)
    pages.push_back(block(50, 20, {"Annual Report 2024"}) +
                    block(50, 300, {"Body of page " + std::to_string(i * 7) + " says this"}) +
                    block(290, 770, {"- " + std::to_string(i) + " -"}));
  const auto parsed = assembled(pages);
  EXPECT_EQ(parsed.text.find("Annual"), std::string::npos) << parsed.text;
  EXPECT_EQ(parsed.text.find("- 3 -"), std::string::npos);
  for (int i = 1; i <= 5; ++i)
    EXPECT_NE(parsed.text.find("Body of page " + std::to_string(i * 7)), std::string::npos);
}

TEST(Pdf, LargeLettersMakeHeadings) {
  std::vector<std::string> body;
  for (int i = 0; i < 12; ++i) body.push_back("words of the body in ordinary letters");
  const auto parsed = assembled(
      {block(50, 50, {"The Title"}, 22) + block(50, 90, {"Section One"}, 16) + block(50, 200, body)});
  EXPECT_TRUE(parsed.text.starts_with("# The Title\n\n## Section One\n\nwords")) << parsed.text;
}

TEST(Pdf, RightToLeftWordsAreTurned) {
  const std::string box = "xMin=\"{}\" yMin=\"1\" xMax=\"{}\" yMax=\"9\"";
  const auto parsed =
      assembled({"<block><line xMin=\"0\" yMin=\"1\" xMax=\"99\" yMax=\"9\"><word xMin=\"0\" yMin=\"1\" "
                 "xMax=\"40\" yMax=\"9\">םלוע</word>"
                 "<word xMin=\"50\" yMin=\"1\" xMax=\"99\" yMax=\"9\">םולש</word></line></block>"});
  EXPECT_EQ(parsed.text, "שלום עולם\n");
}

TEST(Pdf, BrokenOutputIsRefused) {
  PdfLines lines;
  EXPECT_FALSE(add_bbox_pages("", 1, lines));
  EXPECT_FALSE(add_bbox_pages("<doc><page></doc>", 1, lines));
  EXPECT_FALSE(add_bbox_pages("<doc><page width=\"1\" height=\"1\"></page></doc>", 2, lines));
  EXPECT_TRUE(lines.pages.empty());
  EXPECT_TRUE(add_bbox_pages("<doc><page width=\"nan\" height=\"1e99\"></page></doc>", 1, lines));
}

TEST(TextMarks, HeadingsAndItems) {
  EXPECT_EQ(plain_heading("第三章 总则"), 2);
  EXPECT_EQ(plain_heading("第一节 适用范围"), 3);
  EXPECT_EQ(plain_heading("一、目的"), 4);
  EXPECT_EQ(plain_heading("Chapter 4 Results"), 2);
  EXPECT_FALSE(plain_heading("第三章规定了申请的条件。").has_value());
  EXPECT_FALSE(plain_heading("一、坚持以人为本，依法办事").has_value());
  EXPECT_FALSE(plain_heading("第一章 总则 … 3").has_value());
  EXPECT_FALSE(plain_heading("1、登录系统").has_value());
  EXPECT_EQ(plain_heading("1.2 总体要求"), 3);
  EXPECT_EQ(plain_heading("2.1.3 Setup of the server"), 4);
  for (const char* text :
       {"2.4 GHz 频段", "3.5 倍", "1.5 and more", "192.168.1.1", "2024.5.1 发布", "3.14"}) {
    EXPECT_FALSE(plain_heading(text).has_value()) << text;
  }
  for (const char* item :
       {"- x", "• x", "3. x", "12) x", "（三）内容", "(2) x", "第五条 内容", "①内容", "1、登录"})
    EXPECT_TRUE(starts_item(item)) << item;
  for (const char* text : {"-x", "3.5 GB", "2024年", "第五次会议", "(see below)", ""})
    EXPECT_FALSE(starts_item(text)) << text;
  EXPECT_TRUE(is_contents_entry("1.2 Memory … 17"));
  EXPECT_TRUE(is_contents_entry("Preface ... xi"));
  EXPECT_FALSE(is_contents_entry("In 2017"));
}

TEST(Pdf, RealFilesAndTheirErrors) {
  NEEDS_DATA("documents/pdf");
  if (!sys::find_program("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  const auto locked =
      parse_bytes(read(test_data() / "documents/pdf_password/sources/2206.01062_pg3.pdf"), "a.pdf");
  ASSERT_FALSE(locked.has_value());
  EXPECT_NE(locked.error().message.en.find("needs a password"), std::string::npos);
  const auto scan = parse_bytes(read(test_data() / "hostile/pdf/bitmap-halftone-composite.pdf"), "a.pdf");
  ASSERT_FALSE(scan.has_value());
  EXPECT_TRUE(scan.error().message.en.starts_with("no text: needs OCR")) << scan.error().message.en;
  std::string cut = read(test_data() / "documents/pdf/sources/multi_page.pdf");
  const auto whole = parse_bytes(cut, "a.pdf");
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->page_starts.size(), 5U);
  cut.resize(600);
  const auto damaged = parse_bytes(cut, "a.pdf");
  ASSERT_FALSE(damaged.has_value());
  EXPECT_NE(damaged.error().message.en.find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace cvp::ingest
