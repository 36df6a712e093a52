#include <algorithm>
#include <cmath>

#include "base/unicode.h"
#include "ingest/clean.h"
#include "ingest/pdf_lines.h"
#include "ingest/xml.h"

namespace cvp::ingest {
namespace {

struct Word {
  std::string text;
  store::Box box;
};

float number(const pugi::xml_node& node, const char* name) {
  const float value = node.attribute(name).as_float();
  constexpr float kFarthest = 1e6F;
  return std::isfinite(value) ? std::clamp(value, -kFarthest, kFarthest) : 0.0F;
}

store::Box box_of(const pugi::xml_node& node) {
  return {number(node, "xMin"), number(node, "yMin"), number(node, "xMax"), number(node, "yMax")};
}

bool is_right_to_left(char32_t c) {
  return (c >= 0x590 && c < 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefc);
}

bool is_right_to_left(std::string_view text) {
  size_t right = 0, left = 0;
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = decode_utf8(text, pos);
    if (is_right_to_left(c))
      ++right;
    else if (is_word(c))
      ++left;
  }
  return right > left;
}

std::string reversed(std::string_view text) {
  std::string out;
  for (size_t end = text.size(); end > 0;) {
    size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
    out.append(text.substr(begin, end - begin));
    end = begin;
  }
  return out;
}

/// Words come in the order they stand on the page, from the left; Arabic and Hebrew read from the right.
void restore_reading_order(std::vector<Word>& words) {
  std::string all;
  for (const Word& word : words) all += word.text;
  if (!is_right_to_left(all)) return;
  std::reverse(words.begin(), words.end());
  for (Word& word : words)
    if (is_right_to_left(word.text)) word.text = reversed(word.text);
}

char32_t first_of(std::string_view text) {
  size_t pos = 0;
  return text.empty() ? U' ' : decode_utf8(text, pos);
}
char32_t last_of(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && (static_cast<unsigned char>(text[--begin]) & 0xc0) == 0x80) {
  }
  return text.empty() ? U' ' : decode_utf8(text, begin);
}

/// Chinese set in justified lines is cut into words at every gap; only a real gap is a space.
std::string join(const std::vector<Word>& words) {
  std::string line;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      const store::Box &before = words[i - 1].box, &here = words[i].box;
      const float gap = std::max(here.x0 - before.x1, before.x0 - here.x1);
      const bool tight = gap < 0.4F * std::max(here.y1 - here.y0, 1.0F);
      if (!(tight && is_unspaced(last_of(words[i - 1].text)) && is_unspaced(first_of(words[i].text))))
        line += ' ';
    }
    line += words[i].text;
  }
  return line;
}

/// The dots between a heading and its page number in a table of contents say nothing, and take hundreds of
/// tokens.
std::string without_leaders(const std::string& line) {
  constexpr size_t kLeastDots = 4;
  std::string out;
  for (size_t pos = 0; pos < line.size();) {
    size_t end = pos, dots = 0;
    while (end < line.size() && (line[end] == '.' || line[end] == ' ')) dots += line[end++] == '.';
    if (dots >= kLeastDots) {
      out = std::string(trim(out)) + " … ";
      pos = end;
    } else {
      out += line[pos++];
    }
  }
  return std::string(trim(out));
}

float letter_height(const std::vector<Word>& words) {
  std::vector<float> heights;
  for (const Word& word : words) heights.push_back(word.box.y1 - word.box.y0);
  const auto middle = heights.begin() + static_cast<long>(heights.size() / 2);
  std::nth_element(heights.begin(), middle, heights.end());
  return *middle;
}

void add_line(const pugi::xml_node& node, uint32_t page, uint32_t block, PdfLines& out) {
  std::vector<Word> words;
  for (const pugi::xml_node& child : node.children("word")) {
    std::string text = one_line(clean_text(child.text().get()));
    if (!text.empty()) words.push_back({std::move(text), box_of(child)});
  }
  if (words.empty()) return;
  restore_reading_order(words);
  const std::string text = without_leaders(join(words));
  PdfLine line;
  line.text_begin = static_cast<uint32_t>(out.pool.size());
  line.text_size = static_cast<uint32_t>(text.size());
  line.page = page;
  line.block = block;
  line.box = box_of(node);
  line.height = letter_height(words);
  out.pool += text;
  out.lines.push_back(line);
}

}  // namespace

bool add_bbox_pages(std::string_view xhtml, uint32_t expected_pages, PdfLines& out) {
  // The head repeats the document's own metadata, which need not be well-formed.
  const size_t begin = xhtml.find("<doc>");
  const size_t end = xhtml.rfind("</doc>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return false;
  pugi::xml_document document;
  if (!document.load_buffer(xhtml.data() + begin, end + 6 - begin, pugi::parse_default, pugi::encoding_utf8))
    return false;
  const pugi::xml_node root = document.child("doc");
  const auto pages = root.children("page");
  if (static_cast<uint32_t>(std::distance(pages.begin(), pages.end())) != expected_pages) return false;
  for (const pugi::xml_node& page : pages) {
    out.pages.push_back(
        {number(page, "width"), number(page, "height"), static_cast<uint32_t>(out.lines.size())});
    for (const pugi::xml_node& flow : page.children("flow")) {
      for (const pugi::xml_node& block : flow.children("block")) {
        ++out.blocks;
        for (const pugi::xml_node& line : block.children("line"))
          add_line(line, static_cast<uint32_t>(out.pages.size()), out.blocks, out);
      }
    }
  }
  return true;
}

void add_unreadable_page(PdfLines& out) {
  out.pages.push_back({0, 0, static_cast<uint32_t>(out.lines.size())});
}

}  // namespace cvp::ingest
