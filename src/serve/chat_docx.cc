// The smallest Office Open XML package that Word and LibreOffice open without a question: a document, its
// styles, and the title.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/chrono.h>

#include <array>
#include <memory>
#include <utility>

#include "base/unicode.h"
#include "serve/chat_export.h"

namespace cvp::serve {
namespace {

using Kind = ExportBlock::Kind;
using Parts = std::vector<std::pair<std::string_view, std::string>>;

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)"
                                   "\n";

constexpr std::string_view kContentTypes =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Default Extension="xml" ContentType="application/xml"/>)"
    R"(<Override PartName="/word/document.xml" ContentType=)"
    R"("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>)"
    R"(<Override PartName="/word/styles.xml" ContentType=)"
    R"("application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>)"
    R"(<Override PartName="/docProps/core.xml" ContentType=)"
    R"("application/vnd.openxmlformats-package.core-properties+xml"/></Types>)";

constexpr std::string_view kPackageRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Target="word/document.xml" Type=)"
    R"("http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>)"
    R"(<Relationship Id="rId2" Target="docProps/core.xml" Type=)"
    R"("http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"/></Relationships>)";

constexpr std::string_view kDocumentRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Target="styles.xml" Type=)"
    R"("http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>)";

constexpr std::string_view kWordSpace =
    R"(xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main")";

constexpr std::string_view kStyleBodies =
    R"(<w:docDefaults><w:rPrDefault><w:rPr>)"
    R"(<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Microsoft YaHei"/>)"
    R"(<w:sz w:val="22"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>)"
    R"(<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault>)"
    R"(</w:docDefaults>)"
    R"(<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>)"
    R"(<w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/>)"
    R"(<w:pPr><w:keepNext/><w:spacing w:before="360"/><w:outlineLvl w:val="1"/></w:pPr>)"
    R"(<w:rPr><w:b/><w:sz w:val="26"/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:customStyle="1" w:styleId="Remark"><w:name w:val="Remark"/>)"
    R"(<w:basedOn w:val="Normal"/><w:rPr><w:i/><w:color w:val="595959"/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:customStyle="1" w:styleId="Label"><w:name w:val="Label"/>)"
    R"(<w:basedOn w:val="Normal"/><w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:customStyle="1" w:styleId="Source"><w:name w:val="Source"/>)"
    R"(<w:basedOn w:val="Normal"/><w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr>)"
    R"(<w:rPr><w:sz w:val="20"/></w:rPr></w:style>)";

constexpr std::string_view kPaper =
    R"(<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>)"
    R"(<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/>)"
    R"(</w:sectPr>)";

/// Character data. What XML cannot hold was left out where the blocks were made.
std::string escaped(std::string_view words) {
  std::string out;
  for (const char c : words) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view style_of(Kind kind) {
  switch (kind) {
    case Kind::title:
      return "Title";
    case Kind::question:
      return "Heading2";
    case Kind::remark:
      return "Remark";
    case Kind::label:
      return "Label";
    case Kind::source:
      return "Source";
    case Kind::answer:
      break;
  }
  return "Normal";
}

std::string document_xml(const std::vector<ExportBlock>& blocks) {
  std::string out = fmt::format("{}<w:document {}><w:body>", kHead, kWordSpace);
  for (const ExportBlock& block : blocks) {
    out += fmt::format(R"(<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr>)", style_of(block.kind));
    for (const ExportBlock::Run& run : block.runs)
      out += fmt::format(R"(<w:r>{}<w:t xml:space="preserve">{}</w:t></w:r>)",
                         run.strong ? "<w:rPr><w:b/></w:rPr>" : "", escaped(run.text));
    out += "</w:p>";
  }
  return out.append(kPaper).append("</w:body></w:document>");
}

std::string styles_xml() {
  return fmt::format("{}<w:styles {}>{}</w:styles>", kHead, kWordSpace, kStyleBodies);
}

std::string core_xml(const std::vector<ExportBlock>& blocks, int64_t exported_unix) {
  std::string title;
  if (!blocks.empty())
    for (const ExportBlock::Run& run : blocks.front().runs) title += escaped(run.text);
  return fmt::format(
      R"({}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties")"
      R"( xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/")"
      R"( xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:creator>cvp</dc:creator>)"
      R"(<dcterms:created xsi:type="dcterms:W3CDTF">{:%FT%TZ}</dcterms:created></cp:coreProperties>)",
      kHead, title, fmt::gmtime(static_cast<std::time_t>(exported_unix)));
}

la_ssize_t append_bytes(archive*, void* out, const void* bytes, size_t count) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), count);
  return static_cast<la_ssize_t>(count);
}

Result<std::string> zipped(const Parts& parts, int64_t modified_unix) {
  using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
  using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;
  std::string out;
  const Writer writer(archive_write_new(), &archive_write_free);
  const auto failed = [&] {
    const char* why = archive_error_string(writer.get());
    return fail(Errc::failed, text("cannot make the DOCX file: {}", "无法生成 DOCX 文件：{}",
                                   verbatim(why != nullptr ? why : "?")));
  };
  archive_write_set_format_zip(writer.get());
  // Without padding behind the end, which Word takes for damage.
  archive_write_set_bytes_in_last_block(writer.get(), 1);
  if (archive_write_open(writer.get(), &out, nullptr, append_bytes, nullptr) != ARCHIVE_OK) return failed();
  for (const auto& [name, bytes] : parts) {
    const Entry entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), std::string(name).c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), modified_unix, 0);
    if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK) return failed();
    if (archive_write_data(writer.get(), bytes.data(), bytes.size()) != std::ssize(bytes)) return failed();
  }
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return failed();
  return out;
}

}  // namespace

Result<std::string> export_docx(const std::vector<ExportBlock>& blocks, int64_t exported_unix) {
  const auto fixed = [](std::string_view xml) { return std::string(kHead).append(xml); };
  return zipped({{"[Content_Types].xml", fixed(kContentTypes)},
                 {"_rels/.rels", fixed(kPackageRelations)},
                 {"word/document.xml", document_xml(blocks)},
                 {"word/_rels/document.xml.rels", fixed(kDocumentRelations)},
                 {"word/styles.xml", styles_xml()},
                 {"docProps/core.xml", core_xml(blocks, exported_unix)}},
                exported_unix);
}

}  // namespace cvp::serve
