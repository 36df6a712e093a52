#include "ingest/poppler.h"

#include <algorithm>
#include <chrono>

#include "ingest/clean.h"
#include "ingest/text_writer.h"
#include "ingest/xml.h"
#include "sys/process.h"

namespace cvp::ingest {
namespace {

constexpr uint32_t kBatchPages = 50;
constexpr uint32_t kMaxPages = 20'000;
constexpr uint32_t kMaxBadPages = 8;  // then the file is given up
constexpr uint64_t kBatchOutputBytes = 48ull << 20;
constexpr uint64_t kInfoOutputBytes = 4 << 20;
constexpr std::chrono::milliseconds kBatchTime{60'000}, kPageTime{8'000}, kInfoTime{20'000};

Result<sys::RunResult> run_poppler(std::vector<std::string> argv, std::chrono::milliseconds timeout,
                                   uint64_t output_bytes) {
  sys::SpawnOptions options;
  options.argv = std::move(argv);
  options.env = {{"LC_ALL", "C"}};  // its messages are read below
  return sys::run(options, "", {timeout, output_bytes});
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

bool add_pages(const std::string& file, uint32_t first, uint32_t last, std::chrono::milliseconds timeout,
               PdfLines& lines, PdfTrouble& trouble) {
  const auto run = run_poppler({"pdftotext", "-bbox-layout", "-enc", "UTF-8", "-f", std::to_string(first),
                                "-l", std::to_string(last), file, "-"},
                               timeout, kBatchOutputBytes);
  if (!run) return false;
  const auto said = [&](std::string_view message) { return run->err.find(message) != std::string::npos; };
  trouble.no_language_pack |= said("Missing language pack");
  trouble.unknown_encryption |= said("security handler");
  trouble.syntax_errors |= said("Syntax Error");
  return run->status == 0 && add_bbox_pages(run->out, last - first + 1, lines);
}

}  // namespace

std::unexpected<Error> fail_damaged_pdf() {
  return fail(Errc::corrupt,
              text("the PDF is damaged or incomplete and cannot be read", "PDF 已损坏或不完整，无法读取"),
              text("open it in a PDF viewer, save or print it to a new PDF and add that",
                   "请用 PDF 阅读器打开，另存或打印为新的 PDF 后再添加"));
}

std::unexpected<Error> fail_encrypted_pdf() {
  return fail(Errc::refused,
              text("the PDF is encrypted and needs a password", "PDF 已加密，需要密码才能打开"),
              text("save a copy without password and add that", "请另存一份不带密码的副本后再添加"));
}

Result<PdfInfo> pdf_info(const std::string& file) {
  const auto run = run_poppler({"pdfinfo", "-enc", "UTF-8", file}, kInfoTime, kInfoOutputBytes);
  if (!run && run.error().code == Errc::not_found) {
    return fail(Errc::unavailable,
                text("PDF files are read with pdfinfo and pdftotext, which are not installed",
                     "读取 PDF 需要 pdfinfo 和 pdftotext，但系统中没有安装"),
                text("install them: sudo apt install poppler-utils poppler-data",
                     "请先安装：sudo apt install poppler-utils poppler-data"));
  }
  if (!run) return fail_damaged_pdf();
  const bool password = run->err.find("Incorrect password") != std::string::npos ||
                        run->err.find("security handler") != std::string::npos;
  if (run->status != 0 && password) return fail_encrypted_pdf();
  const int pages = to_int(field(run->out, "Pages"), 0);
  if (run->status != 0 || pages <= 0) return fail_damaged_pdf();
  if (static_cast<uint32_t>(pages) > kMaxPages) {
    return fail(Errc::refused,
                text("the PDF says it has {} pages, more than the {} that are accepted",
                     "PDF 声称有 {} 页，超过上限 {} 页", pages, kMaxPages),
                text("split it into several files", "请拆分为多个文件"));
  }
  return PdfInfo{static_cast<uint32_t>(pages), real_title(field(run->out, "Title"))};
}

Result<PdfLines> read_pdf_pages(const std::string& file, uint32_t pages, uint64_t text_limit_bytes,
                                PdfTrouble& trouble) {
  PdfLines lines;
  for (uint32_t first = 1; first <= pages; first += kBatchPages) {
    const uint32_t last = std::min(first + kBatchPages - 1, pages);
    if (!add_pages(file, first, last, kBatchTime, lines, trouble)) {
      for (uint32_t page = first; page <= last; ++page) {
        if (add_pages(file, page, page, kPageTime, lines, trouble)) continue;
        add_unreadable_page(lines);
        if (trouble.first_bad_page == 0) trouble.first_bad_page = page;
        if (++trouble.bad_pages > kMaxBadPages) return fail_damaged_pdf();
      }
    }
    if (lines.pool.size() > text_limit_bytes) return fail_text_too_long(text_limit_bytes);
  }
  return lines;
}

}  // namespace cvp::ingest
