#include "ingest/text_writer.h"

#include <algorithm>

#include "ingest/clean.h"

namespace cvp::ingest {

std::unexpected<Error> fail_text_too_long(uint64_t limit_bytes) {
  return fail(Errc::refused,
              text("its text is longer than {} MB, the most one document may have",
                   "文本超过 {} MB，超出单个文档的上限", limit_bytes >> 20),
              text("split it into several files", "请拆分为多个文件"));
}

void TextWriter::begin(Block block) {
  if (!text_.empty())
    text_ += block == last_ && (block == Block::item || block == Block::row) ? "\n" : "\n\n";
  last_ = block;
}

void TextWriter::append(std::string_view text) {
  if (text_.size() + text.size() > limit_bytes_) {
    full_ = true;
    return;
  }
  text_ += text;
}

void TextWriter::heading(int level, std::string_view text) {
  const std::string line = one_line(clean_text(text));
  if (line.empty() || full_) return;
  begin(Block::other);
  append(std::string(static_cast<size_t>(std::clamp(level, 1, 6)), '#') + ' ' + line);
}

void TextWriter::paragraph(std::string_view text) {
  const std::string clean = clean_text(text);
  const std::string_view body = trim(clean);
  if (body.empty() || full_) return;
  begin(Block::other);
  append(body);
}

void TextWriter::item(int depth, std::string_view marker, std::string_view text) {
  const std::string clean = clean_text(text);
  const std::string_view body = trim(clean);
  if (body.empty() || full_) return;
  begin(Block::item);
  append(std::string(static_cast<size_t>(std::clamp(depth, 0, 8)) * 2, ' '));
  append(clean_text(marker));
  append(body);
}

void TextWriter::row(std::span<const std::string> cells) {
  std::string line = "|";
  bool any = false;
  for (const std::string& cell : cells) {
    const std::string one = one_line(clean_text(cell));
    any = any || !one.empty();
    line += one.empty() ? " |" : " " + one + " |";
  }
  if (!any || full_) return;
  begin(Block::row);
  append(line);
}

void TextWriter::code(std::string_view text) {
  const std::string clean = clean_text(text);
  std::string_view body = clean;
  while (!body.empty() && (body.back() == '\n' || body.back() == ' ')) body.remove_suffix(1);
  while (!body.empty() && body.front() == '\n') body.remove_prefix(1);
  if (trim(body).empty() || full_) return;
  begin(Block::other);
  append("```\n");
  append(body);
  append("\n```");
}

Result<std::string> TextWriter::take() {
  if (full_) return fail_text_too_long(limit_bytes_);
  if (!text_.empty()) text_ += '\n';
  return std::move(text_);
}

}  // namespace cvp::ingest
