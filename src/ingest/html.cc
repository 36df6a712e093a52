#include "ingest/html.h"

#include "ingest/clean.h"
#include "ingest/html_tree.h"
#include "ingest/html_walk.h"
#include "ingest/kind.h"
#include "ingest/text_writer.h"

namespace cvp::ingest {
namespace {

// A tree takes about ten times the page; the parser child's own limit stands behind this one.
constexpr uint64_t kTreeBytes = 1ull << 30;
constexpr size_t kCharsetWithinBytes = 4096;

std::string lower_head(std::string_view bytes) {
  std::string head(bytes.substr(0, kCharsetWithinBytes));
  for (char& c : head)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return head;
}

std::string word_at(std::string_view text, size_t pos) {
  while (pos < text.size() && (text[pos] == ' ' || text[pos] == '=' || text[pos] == '"' || text[pos] == '\''))
    ++pos;
  size_t end = pos;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '-' || text[end] == '_'))
    ++end;
  return std::string(text.substr(pos, end - pos));
}

Result<store::ParsedText> parse_stripped(std::string_view utf8, uint64_t text_limit_bytes) {
  store::ParsedText parsed;
  parsed.text = clean_text(strip_tags(utf8));
  if (parsed.text.size() > text_limit_bytes) return fail_text_too_long(text_limit_bytes);
  parsed.media_type = media_type(Kind::html);
  parsed.notes.push_back(
      text("the page is nested too deeply to be read with its structure: headings and tables are lost",
           "网页嵌套过深，只读取了文字，标题和表格结构未保留"));
  return parsed;
}

}  // namespace

std::string declared_charset(std::string_view bytes) {
  const std::string head = lower_head(bytes);
  if (head.starts_with("<?xml")) {
    const size_t end = head.find("?>");
    const size_t at = head.find("encoding");
    if (at != std::string::npos && end != std::string::npos && at < end) return word_at(head, at + 8);
  }
  for (size_t meta = head.find("<meta"); meta != std::string::npos; meta = head.find("<meta", meta + 5)) {
    const std::string_view tag = std::string_view(head).substr(meta, head.find('>', meta) - meta);
    const size_t at = tag.find("charset");
    if (at != std::string_view::npos) return word_at(tag, at + 7);
  }
  return {};
}

Result<store::ParsedText> parse_html(std::string_view utf8, uint64_t text_limit_bytes) {
  const auto tree = HtmlTree::parse(utf8, kTreeBytes);
  if (!tree) return parse_stripped(utf8, text_limit_bytes);
  HtmlWalk walk(text_limit_bytes);
  walk.run(tree->document());
  store::ParsedText parsed;
  parsed.title = walk.title();
  parsed.text = TRY(walk.take());
  parsed.media_type = media_type(Kind::html);
  return parsed;
}

}  // namespace cvp::ingest
