#include "ingest/kind.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "ingest/encoding.h"

namespace cvp::ingest {
namespace {

constexpr size_t kSniffBytes = 64 << 10;
constexpr size_t kMarkupSniffBytes = 4 << 10;
// ISO 32000 readers accept a header anywhere in the first KiB.
constexpr size_t kPdfHeaderWithinBytes = 1024;

struct Magic {
  std::string_view bytes;
  size_t offset;
  const char* en;
  const char* zh;
};
using namespace std::string_view_literals;
constexpr Magic kBinary[] = {
    {"\x89PNG\r\n\x1a\n"sv, 0, "PNG picture", "PNG 图片"},
    {"\xff\xd8\xff"sv, 0, "JPEG picture", "JPEG 图片"},
    {"GIF8"sv, 0, "GIF picture", "GIF 图片"},
    {"II*\0"sv, 0, "TIFF picture", "TIFF 图片"},
    {"MM\0*"sv, 0, "TIFF picture", "TIFF 图片"},
    {"WEBP"sv, 8, "WebP picture", "WebP 图片"},
    {"BM"sv, 0, "BMP picture", "BMP 图片"},
    {"\x7f"
     "ELF"sv,
     0, "Linux program", "Linux 程序"},
    {"MZ"sv, 0, "Windows program", "Windows 程序"},
    {"\x1f\x8b"sv, 0, "gzip archive", "gzip 压缩包"},
    {"BZh"sv, 0, "bzip2 archive", "bzip2 压缩包"},
    {"\xfd"
     "7zXZ"sv,
     0, "xz archive", "xz 压缩包"},
    {"\x28\xb5\x2f\xfd"sv, 0, "Zstandard archive", "Zstandard 压缩包"},
    {"7z\xbc\xaf\x27\x1c"sv, 0, "7-Zip archive", "7-Zip 压缩包"},
    {"Rar!\x1a"sv, 0, "RAR archive", "RAR 压缩包"},
    {"ustar"sv, 257, "tar archive", "tar 归档"},
    {"SQLite format 3"sv, 0, "SQLite database", "SQLite 数据库"},
    {"GGUF"sv, 0, "GGUF model", "GGUF 模型"},
    {"ID3"sv, 0, "MP3 sound", "MP3 音频"},
    {"OggS"sv, 0, "Ogg sound", "Ogg 音频"},
    {"ftyp"sv, 4, "MP4 video", "MP4 视频"},
    {"\xd7\xcd\xc6\x9a"sv, 0, "WMF picture", "WMF 图片"},
};

bool has_at(std::string_view bytes, std::string_view magic, size_t offset) {
  return bytes.size() >= offset && bytes.substr(offset).starts_with(magic);
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string extension(std::string_view name) {
  const size_t slash = name.find_last_of('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const size_t dot = name.find_last_of('.');
  return dot == std::string_view::npos ? std::string() : lower(name.substr(dot + 1));
}

/// Directory entries of an OLE file are UTF-16LE names.
bool contains_utf16(std::string_view bytes, std::string_view ascii) {
  std::string wide;
  for (const char c : ascii) {
    wide += c;
    wide += '\0';
  }
  return bytes.find(wide) != std::string_view::npos;
}

/// A text may speak of "%PDF-": away from the start it counts only behind white space, or in a file named
/// .pdf.
bool has_pdf_header(std::string_view bytes, std::string_view name) {
  const size_t at = bytes.substr(0, kPdfHeaderWithinBytes).find("%PDF-");
  if (at == std::string_view::npos) return false;
  const bool blank =
      bytes.substr(0, at).find_first_not_of(" \t\r\n\0\xef\xbb\xbf"sv) == std::string_view::npos;
  return blank || extension(name) == "pdf";
}

Text save_as_docx() { return text("save it as DOCX or PDF and add that", "请另存为 DOCX 或 PDF 后再添加"); }

std::unexpected<Error> refuse_ole(std::string_view bytes) {
  if (contains_utf16(bytes, "EncryptedPackage")) {
    return fail(Errc::refused,
                text("the file is an encrypted Office document and needs a password",
                     "这是加密的 Office 文档，需要密码才能打开"),
                text("remove its password in Office and add it again", "请在 Office 中去掉密码后重新添加"));
  }
  Text what = text("an OLE file", "OLE 复合文档");
  Text hint = text("convert it to DOCX, PDF or plain text", "请转换为 DOCX、PDF 或纯文本");
  if (contains_utf16(bytes, "WordDocument")) {
    what = text("an old Word document (.doc)", "旧版 Word 文档（.doc）");
    hint = save_as_docx();
  } else if (contains_utf16(bytes, "Workbook") || contains_utf16(bytes, "Book")) {
    what = text("an old Excel workbook (.xls)", "旧版 Excel 工作簿（.xls）");
    hint = text("save it as CSV or PDF and add that", "请另存为 CSV 或 PDF 后再添加");
  } else if (contains_utf16(bytes, "PowerPoint Document")) {
    what = text("an old PowerPoint file (.ppt)", "旧版 PowerPoint 演示文稿（.ppt）");
    hint = text("save it as PDF and add that", "请另存为 PDF 后再添加");
  } else if (contains_utf16(bytes, "__properties_version1.0")) {
    what = text("an Outlook message (.msg)", "Outlook 邮件（.msg）");
    hint = text("save it as HTML or plain text and add that", "请另存为 HTML 或纯文本后再添加");
  }
  return fail(Errc::refused, text("{} is not supported yet", "{}暂不支持", what), hint);
}

/// Zip names are stored unpacked, in the local headers and again in the folder at the end.
Result<Kind> zip_kind(std::string_view bytes) {
  const auto has = [&](std::string_view name) { return bytes.find(name) != std::string_view::npos; };
  if (has("word/document") || (has("[Content_Types].xml") && has("word/"))) return Kind::docx;
  Text what = text("a zip archive, not a DOCX,", "普通 zip 压缩包（并非 DOCX）");
  Text hint = text("unpack it and add the files inside", "请解压后添加其中的文件");
  if (has("xl/workbook")) {
    what = text("an Excel workbook (.xlsx)", "Excel 工作簿（.xlsx）");
    hint = text("save it as CSV or PDF and add that", "请另存为 CSV 或 PDF 后再添加");
  } else if (has("ppt/presentation")) {
    what = text("a PowerPoint file (.pptx)", "PowerPoint 演示文稿（.pptx）");
    hint = text("save it as PDF and add that", "请另存为 PDF 后再添加");
  } else if (has("mimetypeapplication/epub+zip")) {
    what = text("an EPUB book", "EPUB 电子书");
    hint = text("convert it to HTML or PDF and add that", "请转换为 HTML 或 PDF 后再添加");
  } else if (has("mimetypeapplication/vnd.oasis.opendocument")) {
    what = text("an OpenDocument file", "OpenDocument 文件");
    hint = save_as_docx();
  } else if (has("visio/document.xml")) {
    what = text("a Visio drawing (.vsdx)", "Visio 绘图（.vsdx）");
    hint = text("save it as PDF and add that", "请另存为 PDF 后再添加");
  }
  return fail(Errc::refused, text("{} is not supported yet", "{}暂不支持", what), hint);
}

/// Share of bytes that text never has. Escape belongs to ISO-2022, form feed and backspace to old manuals.
double control_share(std::string_view sample) {
  size_t control = 0;
  for (const char raw : sample) {
    const auto c = static_cast<unsigned char>(raw);
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b && c != '\b') || c == 0x7f)
      ++control;
  }
  return sample.empty() ? 0 : static_cast<double>(control) / static_cast<double>(sample.size());
}

bool starts_like_html(std::string_view bytes) {
  std::string head = lower(bytes.substr(0, kMarkupSniffBytes));
  if (head.starts_with("\xef\xbb\xbf")) head.erase(0, 3);
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) head.erase(0, 2);
  std::erase(head, '\0');  // UTF-16 markup is ASCII and NULs
  std::string_view rest = head;
  while (true) {
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest[0]))) rest.remove_prefix(1);
    const bool comment = rest.starts_with("<!--");
    if (!comment && !rest.starts_with("<?xml")) break;
    const size_t end = rest.find(comment ? "-->" : "?>");
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + (comment ? 3 : 2));
  }
  for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<body", "<title", "<meta "})
    if (rest.starts_with(tag)) return true;
  return false;
}

bool has_markup(std::string_view bytes) {
  const std::string head = lower(bytes.substr(0, kSniffBytes));
  for (const std::string_view tag :
       {"</p>", "</div>", "</a>", "</td>", "</li>", "</h1>", "</h2>", "<br", "</span>", "<p>", "</table>"})
    if (head.find(tag) != std::string::npos) return true;
  return false;
}

/// A plain text is taken for Markdown only where two kinds of its marks agree; a script's comments alone do
/// not.
bool looks_like_markdown(std::string_view bytes) {
  size_t headings = 0, fences = 0, links = 0, bold = 0, tables = 0, lines = 0;
  std::string_view rest = bytes.substr(0, kSniffBytes);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (++lines == 1 && line.starts_with("#!")) return false;
    const size_t hashes = line.find_first_not_of('#');
    if (hashes != std::string_view::npos && hashes > 0 && hashes <= 6 && line[hashes] == ' ') ++headings;
    if (line.starts_with("```")) ++fences;
    if (line.find("](") != std::string_view::npos) ++links;
    if (line.find("**") != std::string_view::npos) ++bold;
    if (line.starts_with("|") && line.find("---") != std::string_view::npos) ++tables;
  }
  return headings > 0 &&
         (fences >= 2) + (links > 0) + (bold > 0) + (tables > 0) + (headings >= 3 && lines > headings * 3) >=
             1;
}

/// A text that calls itself DOCX or PDF is a broken download, not something its owner wants read as text.
std::unexpected<Error> refuse_misnamed(const std::string& ext) {
  const Text redo = text("get or export the document again; if it is plain text, rename it to .txt",
                         "请重新下载或导出该文档；如果它本来就是纯文本，请改名为 .txt");
  if (ext == "pdf") {
    return fail(Errc::corrupt,
                text("the name says PDF, but the file is not a PDF", "文件名是 PDF，内容却不是 PDF"), redo);
  }
  return fail(Errc::corrupt,
              text("the name says Office document (.{}), but the file is not a zip container as those are",
                   "文件名是 Office 文档（.{}），内容却不是这类文档所用的 zip 容器", ext),
              redo);
}

Result<Kind> text_kind(std::string_view bytes, std::string_view name) {
  const std::string ext = extension(name);
  if (ext == "md" || ext == "markdown" || ext == "mkd" || ext == "qmd") return Kind::markdown;
  if (starts_like_html(bytes)) return Kind::html;
  for (const std::string_view other : {"pdf", "docx", "docm", "dotx", "xlsx", "pptx", "doc", "xls", "ppt"})
    if (ext == other) return refuse_misnamed(ext);
  if ((ext == "html" || ext == "htm" || ext == "xhtml" || ext == "mhtml") && has_markup(bytes))
    return Kind::html;
  if ((ext.empty() || ext == "txt") && looks_like_markdown(bytes)) return Kind::markdown;
  return Kind::text;
}

}  // namespace

const char* media_type(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "text/plain";
    case Kind::markdown:
      return "text/markdown";
    case Kind::html:
      return "text/html";
    case Kind::pdf:
      return "application/pdf";
    case Kind::docx:
      return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  }
  return "application/octet-stream";
}

Result<Kind> detect_kind(std::string_view bytes, std::string_view name) {
  if (bytes.empty()) {
    return fail(Errc::refused, text("the file is empty", "文件是空的"),
                text("check that it was copied or saved completely", "请检查文件是否已完整复制或保存"));
  }
  if (has_pdf_header(bytes, name)) return Kind::pdf;
  if (bytes.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return refuse_ole(bytes);
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return zip_kind(bytes);
  if (bytes.starts_with("{\\rtf")) {
    return fail(Errc::refused, text("an RTF document is not supported yet", "暂不支持 RTF 文档"),
                save_as_docx());
  }
  const std::string_view sample = bytes.substr(0, kSniffBytes);
  const bool wide = unicode_form(bytes).has_value();
  // Two letters are no proof: "BM" and "MZ" also begin words, so short magics count only beside control
  // bytes.
  const double control = control_share(sample);
  for (const Magic& magic : kBinary) {
    if (wide || !has_at(bytes, magic.bytes, magic.offset) || (magic.bytes.size() < 5 && control == 0))
      continue;
    const Text what{magic.en, magic.zh};
    const bool picture = what.en.ends_with("picture");
    return fail(Errc::refused, text("looks like binary data ({})", "看起来是二进制数据（{}）", what),
                picture ? text("a picture has no text to read: it needs OCR first",
                               "图片中没有可读取的文字，需要先做 OCR")
                        : text("add documents: TXT, Markdown, HTML, PDF or DOCX",
                               "请添加 TXT、Markdown、HTML、PDF 或 DOCX 文档"));
  }
  constexpr double kBinaryControlShare = 0.01;
  if (!wide && control > kBinaryControlShare) {
    return fail(Errc::refused,
                text("looks like binary data ({:.0f} % control bytes)",
                     "看起来是二进制数据（控制字节占 {:.0f}%）", control * 100),
                text("add documents: TXT, Markdown, HTML, PDF or DOCX",
                     "请添加 TXT、Markdown、HTML、PDF 或 DOCX 文档"));
  }
  return text_kind(bytes, name);
}

}  // namespace cvp::ingest
