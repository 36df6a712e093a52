#include "ingest/pdf.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ingest/clean.h"
#include "ingest/kind.h"
#include "ingest/pdf_lines.h"
#include "ingest/text_writer.h"
#include "ingest/xml.h"
#include "sys/process.h"

namespace cvp::ingest {
namespace {

constexpr uint32_t kBatchPages = 50;
constexpr uint32_t kMaxPages = 20'000;
constexpr uint32_t kMaxBadPages = 8;  // then the file is given up
constexpr uint64_t kBatchOutputBytes = 48ull << 20;
constexpr std::chrono::milliseconds kBatchTime{60'000}, kPageTime{8'000}, kInfoTime{20'000};

struct PdfInfo {
  uint32_t pages = 0;
  std::string title;
};

std::unexpected<Error> fail_damaged_pdf() {
  return fail(Errc::corrupt,
              text("the PDF is damaged or incomplete and cannot be read", "PDF 已损坏或不完整，无法读取"),
              text("open it in a PDF viewer, save or print it to a new PDF and add that",
                   "请用 PDF 阅读器打开，另存或打印为新的 PDF 后再添加"));
}

Result<sys::RunResult> run_poppler(std::vector<std::string> argv, std::chrono::milliseconds timeout,
                                   uint64_t output_bytes) {
  sys::SpawnOptions options;
  options.argv = std::move(argv);
  auto result = sys::run(options, "", {timeout, output_bytes});
  if (!result && result.error().code == Errc::not_found) {
    return fail(Errc::unavailable,
                text("PDF files are read with {}, which is not installed",
                     "读取 PDF 需要 {}，但系统中没有安装", options.argv[0]),
                text("install the package poppler-utils: sudo apt install poppler-utils",
                     "请安装软件包 poppler-utils：sudo apt install poppler-utils"));
  }
  return result;
}

std::string field(std::string_view output, std::string_view name) {
  size_t at = output.starts_with(name) ? 0 : output.find("\n" + std::string(name));
  if (at == std::string_view::npos) return {};
  at = output.find(':', at);
  const size_t end = std::min(output.find('\n', at), output.size());
  return at >= end ? std::string() : std::string(trim(output.substr(at + 1, end - at - 1)));
}

/// Titles that a program made up are worse than none.
std::string real_title(std::string title) {
  title = one_line(clean_text(title));
  constexpr std::string_view kWord = "Microsoft Word - ";
  if (title.starts_with(kWord)) title.erase(0, kWord.size());
  for (const std::string_view empty :
       {"untitled", "Untitled", "无标题", "未命名", "PowerPoint Presentation", "PowerPoint 演示文稿"})
    if (title == empty) return {};
  return title;
}

Result<PdfInfo> pdf_info(const std::string& file) {
  auto run = run_poppler({"pdfinfo", "-enc", "UTF-8", file}, kInfoTime, 4 << 20);
  if (!run) {
    if (run.error().code == Errc::unavailable && !run.error().hint.empty())
      return std::unexpected(std::move(run).error());
    return fail_damaged_pdf();
  }
  const bool password = run->err.find("Incorrect password") != std::string::npos ||
                        run->err.find("security handler") != std::string::npos;
  if (run->status != 0 && password) {
    return fail(Errc::refused,
                text("the PDF is encrypted and needs a password", "PDF 已加密，需要密码才能打开"),
                text("save a copy without password and add that", "请另存一份不带密码的副本后再添加"));
  }
  PdfInfo info;
  const int pages = to_int(field(run->out, "Pages"), 0);
  if (run->status != 0 || pages <= 0) return fail_damaged_pdf();
  if (static_cast<uint32_t>(pages) > kMaxPages) {
    return fail(Errc::refused,
                text("the PDF says it has {} pages, more than the {} that are accepted",
                     "PDF 声称有 {} 页，超过上限 {} 页", pages, kMaxPages),
                text("split it into several files", "请拆分为多个文件"));
  }
  info.pages = static_cast<uint32_t>(pages);
  info.title = real_title(field(run->out, "Title"));
  return info;
}

bool add_pages(const std::string& file, uint32_t first, uint32_t last, std::chrono::milliseconds timeout,
               PdfLines& lines) {
  auto run = run_poppler({"pdftotext", "-bbox-layout", "-enc", "UTF-8", "-f", std::to_string(first), "-l",
                          std::to_string(last), file, "-"},
                         timeout, kBatchOutputBytes);
  return run && run->status == 0 && add_bbox_pages(run->out, last - first + 1, lines);
}

struct Bad {
  uint32_t pages = 0, first = 0;
};

/// A batch that fails is read page by page, so that one bad page costs only itself.
Result<PdfLines> read_pages(const std::string& file, uint32_t pages, uint64_t text_limit_bytes, Bad& bad) {
  PdfLines lines;
  for (uint32_t first = 1; first <= pages; first += kBatchPages) {
    const uint32_t last = std::min(first + kBatchPages - 1, pages);
    if (!add_pages(file, first, last, kBatchTime, lines)) {
      for (uint32_t page = first; page <= last; ++page) {
        if (add_pages(file, page, page, kPageTime, lines)) continue;
        add_unreadable_page(lines);
        if (bad.first == 0) bad.first = page;
        if (++bad.pages > kMaxBadPages) return fail_damaged_pdf();
      }
    }
    if (lines.pool.size() > text_limit_bytes) return fail_text_too_long(text_limit_bytes);
  }
  return lines;
}

uint32_t pages_without_text(const PdfLines& lines) {
  uint32_t empty = 0;
  for (size_t i = 0; i < lines.pages.size(); ++i) {
    const size_t next = i + 1 < lines.pages.size() ? lines.pages[i + 1].first_line : lines.lines.size();
    empty += next == lines.pages[i].first_line;
  }
  return empty;
}

}  // namespace

Result<store::ParsedText> parse_pdf(const sys::Path& path, uint64_t text_limit_bytes) {
  const std::string file = path.string();
  const PdfInfo info = TRY(pdf_info(file));
  Bad bad;
  const PdfLines lines = TRY(read_pages(file, info.pages, text_limit_bytes, bad));
  if (lines.lines.empty()) {
    if (bad.pages > 0) return fail_damaged_pdf();
    return fail(Errc::refused,
                text("no text: needs OCR (its {} pages are images or empty)",
                     "没有文字，需要先做 OCR（共 {} 页，均为图片或空白）", info.pages),
                text("run it through an OCR program, such as ocrmypdf, and add the result",
                     "请先用 OCR 软件（如 ocrmypdf）处理，再添加处理后的文件"));
  }
  store::ParsedText parsed;
  parsed.media_type = media_type(Kind::pdf);
  parsed.title = info.title;
  assemble_pdf(lines, repeated_lines(lines), parsed);
  if (parsed.text.size() > text_limit_bytes) return fail_text_too_long(text_limit_bytes);
  if (bad.pages > 0) {
    parsed.notes.push_back(text("{} pages are damaged and were left out, the first is page {}",
                                "{} 页已损坏，未读取，其中第一处为第 {} 页", bad.pages, bad.first));
  }
  if (const uint32_t empty = pages_without_text(lines); empty > bad.pages) {
    parsed.notes.push_back(text("{} of {} pages have no text: if they are scans, they need OCR",
                                "{} 页（共 {} 页）没有文字：如为扫描件，需要先做 OCR", empty - bad.pages,
                                info.pages));
  }
  return parsed;
}

}  // namespace cvp::ingest
