#include "ingest/outline.h"

#include "base/unicode.h"
#include "ingest/clean.h"
#include "ingest/text_marks.h"

namespace cvp::ingest {
namespace {

constexpr size_t kHeadingTextBytes = 160;
// Nobody wraps lines at more than this: such a line is a paragraph of its own.
constexpr size_t kUnwrappedLineBytes = 240;

int hash_level(std::string_view line) {
  const size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  return hashes >= 1 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ' ? static_cast<int>(hashes)
                                                                                   : 0;
}

bool is_fence(std::string_view line) { return line.starts_with("```") || line.starts_with("~~~"); }

bool is_row(std::string_view line) {
  return line.size() >= 3 && line.front() == '|' && line.find('|', 1) != std::string_view::npos;
}

/// A line of only = or - below a paragraph of one line: Markdown's other way to write headings.
int underline_level(std::string_view line) {
  if (line.size() < 3) return 0;
  if (line.find_first_not_of('=') == std::string_view::npos) return 1;
  return line.find_first_not_of('-') == std::string_view::npos ? 2 : 0;
}

bool ends_sentence(std::string_view line) {
  for (const std::string_view end : {"。", "！", "？", "”", "」", "："})
    if (line.ends_with(end)) return true;
  return false;
}

bool is_indented(std::string_view raw) {
  return raw.starts_with("\xe3\x80\x80") || raw.starts_with('\t') || raw.starts_with("  ");
}

class Outliner {
 public:
  explicit Outliner(const store::ParsedText& parsed)
      : text_(parsed.text),
        marked_(parsed.media_type != "text/plain"),
        markdown_(parsed.media_type == "text/markdown"),
        page_layout_(parsed.media_type == "application/pdf") {}

  std::vector<Block> run() {
    size_t pos = 0;
    while (pos < text_.size()) {
      const size_t end = std::min(text_.find('\n', pos), text_.size());
      line(pos, end);
      pos = end + 1;
    }
    close();
    return std::move(blocks_);
  }

 private:
  void line(size_t begin, size_t end) {
    const std::string_view raw = text_.substr(begin, end - begin);
    const std::string_view body = trim(raw);
    const auto from =
        static_cast<uint32_t>(body.empty() ? begin : static_cast<size_t>(body.data() - text_.data()));
    const Span span{from, from + static_cast<uint32_t>(body.size())};
    if (in_fence_) {
      if (!body.empty()) open_.span.end = span.end;
      if (is_fence(body)) close();
      return;
    }
    if (body.empty()) return close();
    if (marked_ && !page_layout_ && is_fence(body)) {
      begin_block(span, BlockKind::code);
      in_fence_ = true;
      return;
    }
    if (const int level = marked_ ? hash_level(body) : 0; level > 0)
      return single(span, BlockKind::heading, level);
    if (is_row(body)) return single(span, BlockKind::row);
    if (markdown_ && lines_ == 1 && has_open_ && open_.kind == BlockKind::paragraph) {
      if (const int level = underline_level(body); level > 0) {
        open_ = {{open_.span.begin, span.end}, BlockKind::heading, level};
        return close();
      }
    }
    if (const auto level = markdown_ ? std::nullopt : plain_heading(body))
      return single(span, BlockKind::heading, *level);
    if (starts_item(body)) return begin_block(span, BlockKind::item);
    if (!has_open_ || starts_paragraph(raw)) return begin_block(span, BlockKind::paragraph);
    extend(span);
  }

  /// Where paragraphs are not set off by blank lines, they are by indents, or by lines that nobody wrapped.
  bool starts_paragraph(std::string_view raw) const {
    if (markdown_) return false;
    const std::string_view before = text_.substr(last_line_.begin, last_line_.size());
    if (before.size() > kUnwrappedLineBytes) return true;
    return open_.kind == BlockKind::paragraph && ends_sentence(before) && (is_indented(raw) || !page_layout_);
  }

  void begin_block(Span span, BlockKind kind) {
    close();
    open_ = {span, kind, 0};
    has_open_ = true;
    lines_ = 1;
    last_line_ = span;
  }
  void extend(Span span) {
    open_.span.end = span.end;
    ++lines_;
    last_line_ = span;
  }
  void single(Span span, BlockKind kind, int level = 0) {
    close();
    blocks_.push_back({span, kind, level});
  }
  void close() {
    if (has_open_) blocks_.push_back(open_);
    has_open_ = in_fence_ = false;
    lines_ = 0;
  }

  std::string_view text_;
  bool marked_, markdown_, page_layout_;
  std::vector<Block> blocks_;
  Block open_;
  Span last_line_;
  size_t lines_ = 0;
  bool has_open_ = false, in_fence_ = false;
};

}  // namespace

std::vector<Block> outline(const store::ParsedText& parsed) { return Outliner(parsed).run(); }

std::string heading_text(std::string_view block) {
  if (const int level = hash_level(block); level > 0) {
    block.remove_prefix(static_cast<size_t>(level));
    block = trim(block);
    while (block.ends_with('#')) block.remove_suffix(1);
  } else if (const size_t line = block.find('\n'); line != std::string_view::npos) {
    block = block.substr(0, line);  // the underline
  }
  return std::string(utf8_prefix(one_line(block), kHeadingTextBytes));
}

}  // namespace cvp::ingest
