#include "ingest/docx.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include "base/unicode.h"
#include "ingest/docx_numbering.h"
#include "ingest/zip_reader.h"

namespace cvp::ingest {
namespace {

using Parts = std::vector<std::pair<std::string, std::string>>;

std::string zip(const Parts& files) {
  std::string out(16 << 20, '\0');
  size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

constexpr std::string_view kOpen = "<w:document xmlns:w='x' xmlns:mc='m' xmlns:m='o'><w:body>";
std::string document(const std::string& body) { return std::string(kOpen) + body + "</w:body></w:document>"; }
std::string p(const std::string& text, const std::string& properties = "") {
  return "<w:p><w:pPr>" + properties + "</w:pPr><w:r><w:t xml:space='preserve'>" + text +
         "</w:t></w:r></w:p>";
}

store::ParsedText parse(const std::string& body, Parts parts) {
  parts.emplace_back("word/document.xml", document(body));
  auto parsed = parse_docx(zip(parts), 1 << 20);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message.en);
  return parsed.value_or(store::ParsedText());
}

store::ParsedText parse(const std::string& body) { return parse(body, Parts()); }

TEST(Docx, HeadingsByStyleNameAndOutlineLevel) {
  const std::string styles =
      "<w:styles xmlns:w='x'>"
      "<w:style w:styleId='1'><w:name w:val='heading 1'/></w:style>"
      "<w:style w:styleId='2'><w:name w:val='标题 2'/></w:style>"
      "<w:style w:styleId='3'><w:name w:val='mine'/><w:basedOn w:val='2'/></w:style>"
      "<w:style w:styleId='4'><w:name w:val='other'/><w:pPr><w:outlineLvl w:val='2'/></w:pPr></w:style>"
      "<w:style w:styleId='5'><w:name w:val='toc 1'/></w:style></w:styles>";
  const auto style = [](const char* id) { return std::string("<w:pStyle w:val='") + id + "'/>"; };
  const auto parsed =
      parse(p("A", style("1")) + p("B", style("2")) + p("C", style("3")) + p("D", style("4")) +
                p("A 1", style("5")) + p("E", "<w:outlineLvl w:val='0'/>") + p("text"),
            {{"word/styles.xml", styles}});
  EXPECT_EQ(parsed.text, "# A\n\n## B\n\n## C\n\n### D\n\n# E\n\ntext\n");
  EXPECT_EQ(parsed.title, "A");
}

TEST(Docx, NumbersAreCountedOut) {
  const auto level = [](int i, const char* format, const char* text) {
    return "<w:lvl w:ilvl='" + std::to_string(i) + "'><w:start w:val='1'/><w:numFmt w:val='" + format +
           "'/><w:lvlText w:val='" + text + "'/></w:lvl>";
  };
  const std::string numbering =
      "<w:numbering xmlns:w='x'><w:abstractNum w:abstractNumId='7'>" + level(0, "chineseCounting", "第%1条") +
      level(1, "decimal", "%1.%2") + level(2, "bullet", "") +
      "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num></w:numbering>";
  const auto item = [](int i) {
    return "<w:numPr><w:ilvl w:val='" + std::to_string(i) + "'/><w:numId w:val='1'/></w:numPr>";
  };
  const auto parsed = parse(p("总则", item(0)) + p("x", item(1)) + p("y", item(1)) + p("目的", item(0)) +
                                p("z", item(1)) + p("b", item(2)),
                            {{"word/numbering.xml", numbering}});
  EXPECT_EQ(parsed.text, "第一条 总则\n\n一.1 x\n\n一.2 y\n\n第二条 目的\n\n二.1 z\n\n    - b\n");
  EXPECT_EQ(format_number(12, "chineseCounting"), "十二");
  EXPECT_EQ(format_number(205, "chineseCounting"), "二百零五");
  EXPECT_EQ(format_number(12, "chineseLegalSimplified"), "壹拾贰");
  EXPECT_EQ(format_number(14, "lowerRoman"), "xiv");
  EXPECT_EQ(format_number(28, "upperLetter"), "BB");
  EXPECT_EQ(format_number(3, "decimalEnclosedCircle"), "③");
  EXPECT_EQ(format_number(3, "nonsense"), "3");
}

TEST(Docx, TablesWithMergedCells) {
  const auto cell = [](const std::string& text, const std::string& properties = "") {
    return "<w:tc><w:tcPr>" + properties + "</w:tcPr>" + p(text) + "</w:tc>";
  };
  const auto parsed =
      parse("<w:tbl><w:tr>" + cell("h1") + cell("h2") + "</w:tr><w:tr>" +
            cell("m", "<w:vMerge w:val='restart'/>") + cell("1") + "</w:tr><w:tr>" + cell("", "<w:vMerge/>") +
            cell("2") + "</w:tr><w:tr>" + cell("wide", "<w:gridSpan w:val='2'/>") +
            "</w:tr></w:tbl><w:tbl><w:tr>" + cell("a frame") + "</w:tr></w:tbl>");
  EXPECT_EQ(parsed.text, "| h1 | h2 |\n| m | 1 |\n| m | 2 |\n| wide | |\n\na frame\n");
}

TEST(Docx, ChangesNotesBoxesAndHiddenText) {
  const auto parsed = parse(
      "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></"
      "w:del><w:ins><w:r><w:t>+new</w:t></w:r></w:ins>"
      "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"
      "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>" +
          p("box") +
          "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>" +
          p("box") +
          "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
          "<w:r><w:t> 10</w:t></w:r><w:r><w:rPr><w:vertAlign "
          "w:val='superscript'/></w:rPr><w:t>6</w:t></w:r></w:p>"
          "<w:p><m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></"
          "m:f></m:oMath></w:p>",
      {{"word/footnotes.xml",
        "<w:footnotes xmlns:w='x'><w:footnote w:id='2'>" + p("a note") + "</w:footnote></w:footnotes>"}});
  EXPECT_EQ(parsed.text, "kept+new[^2] 10^6\n\nbox\n\n[^2]: a note\n\na/b\n");
  ASSERT_EQ(parsed.notes.size(), 1U);
}

TEST(Docx, EntitiesAreNeitherFetchedNorExpanded) {
  const std::string bomb =
      "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY x SYSTEM "
      "'file:///etc/passwd'>]>" +
      document(p("&b;&x;end"));
  const auto parsed = parse_docx(zip({{"word/document.xml", bomb}}), 1 << 20);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->text, "&b;&x;end\n");
}

TEST(Docx, NestingIsLimited) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<w:sdt>";
  deep += p("inside");
  for (int i = 0; i < 100'000; ++i) deep += "</w:sdt>";
  const auto parsed = parse(p("outside") + deep);
  EXPECT_EQ(parsed.text, "outside\n");
  ASSERT_EQ(parsed.notes.size(), 1U);
}

TEST(Docx, OtherPartNamesAreFollowed) {
  const std::string rels =
      "<Relationships><Relationship Type='http://x/officeDocument' Target='/w2/main.xml'/></Relationships>";
  const auto parsed =
      parse_docx(zip({{"_rels/.rels", rels}, {"w2/main.xml", document(p("there"))}}), 1 << 20);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->text, "there\n");
}

TEST(Docx, ErrorsAreClear) {
  const auto missing = parse_docx(zip({{"word/other.xml", "<x/>"}}), 1000);
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message.en.find("is missing"), std::string::npos);
  const auto broken = parse_docx(zip({{"word/document.xml", "<w:document><w:body>"}}), 1000);
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, Errc::corrupt);
  std::string cut = zip({{"word/document.xml", document(p(std::string(5000, 'x')))}});
  cut.resize(cut.size() / 2);
  EXPECT_FALSE(parse_docx(cut, 1 << 20).has_value());
  std::string changed = zip({{"word/document.xml", document(p("text"))}});
  constexpr size_t kChecksumAt = 16;  // of an entry of the archive's list
  changed[changed.find("PK\x01\x02") + kChecksumAt] ^= 1;
  const auto checksum = parse_docx(changed, 1 << 20);
  ASSERT_FALSE(checksum.has_value());
  EXPECT_EQ(checksum.error().code, Errc::corrupt);
  EXPECT_EQ(checksum.error().message.en.find("CRC"), std::string::npos) << "in the user's words";
  EXPECT_NE(checksum.error().message.zh.find("校验和"), std::string::npos);
}

TEST(Zip, LimitsHold) {
  const std::string archive = zip({{"big", std::string(4 << 20, 'a')}, {"small", "x"}});
  EXPECT_LT(archive.size(), 100'000U);
  EXPECT_TRUE(read_zip(archive, {"big", "small"}).has_value());
  EXPECT_FALSE(read_zip(archive, {"big"}, {.entry_bytes = 1 << 20}).has_value());
  EXPECT_FALSE(read_zip(archive, {"big", "small"}, {.total_bytes = 4 << 20}).has_value());
  EXPECT_FALSE(read_zip(archive, {"none"}, {.entries = 1}).has_value());
}

}  // namespace
}  // namespace cvp::ingest
