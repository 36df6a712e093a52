// Lines → paragraphs. A block of the layout analysis may hold several paragraphs, and a paragraph may go on
// in the next column or on the next page; what decides is how the lines stand: indents, short last lines,
// sentence ends.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/unicode.h"
#include "ingest/clean.h"
#include "ingest/pdf_lines.h"
#include "ingest/text_marks.h"

namespace cvp::ingest {
namespace {

constexpr size_t kHeadingBytes = 200;
constexpr size_t kHeadingLines = 3;
constexpr double kMostHeadings = 0.3;  // of all lines; more is a poster or slides
// Letters so much higher than the body's make a heading of level 1, 2, 3.
constexpr std::array<float, 3> kHeadingHeights = {1.9F, 1.5F, 1.25F};

bool is_sentence_end(char32_t c) {
  constexpr std::u32string_view kEnds = U".。!！?？;；:：…”」』";
  return kEnds.find(c) != kEnds.npos;
}

struct Paragraph {
  size_t first = 0, last = 0;  // lines, inclusive, among those kept
  int heading_level = 0;
  bool continues = false;  // the paragraph before goes on here
};

class Assembler {
 public:
  Assembler(const PdfLines& lines, const std::vector<bool>& left_out, store::ParsedText& parsed)
      : lines_(lines), parsed_(parsed) {
    for (size_t i = 0; i < lines.lines.size(); ++i)
      if (!left_out[i]) kept_.push_back(&lines.lines[i]);
  }

  void run() {
    measure_body();
    collect_hyphenated_words();
    find_paragraphs();
    mark_headings();
    for (const Paragraph& paragraph : paragraphs_) write(paragraph);
    if (!parsed_.text.empty()) parsed_.text += '\n';
    while (parsed_.page_starts.size() < lines_.pages.size()) start_page();
  }

 private:
  std::string_view text(size_t i) const { return lines_.text(*kept_[i]); }
  static char32_t first_char(std::string_view text) {
    size_t pos = 0;
    return text.empty() ? U' ' : decode_utf8(text, pos);
  }
  static char32_t last_char(std::string_view text) {
    size_t begin = text.size();
    while (begin > 0 && (static_cast<unsigned char>(text[--begin]) & 0xc0) == 0x80) {
    }
    return text.empty() ? U' ' : decode_utf8(text, begin);
  }

  void measure_body() {
    std::map<int, uint64_t> bytes_by_height;  // in tenths of a point
    uint64_t total = 0, seen = 0;
    for (const PdfLine* line : kept_) {
      bytes_by_height[static_cast<int>(std::lround(line->height * 10))] += line->text_size;
      total += line->text_size;
    }
    for (const auto& [tenths, bytes] : bytes_by_height) {
      seen += bytes;
      if (seen * 2 < total) continue;
      body_height_ = static_cast<float>(tenths) / 10;
      return;
    }
  }

  /// Words written with a hyphen inside a line: their hyphen stays where a line breaks at it.
  void collect_hyphenated_words() {
    for (const PdfLine* line : kept_) {
      const std::string_view whole = lines_.text(*line);
      for (size_t at = whole.find('-'); at != std::string_view::npos; at = whole.find('-', at + 1)) {
        const std::string_view before = letters_before(whole.substr(0, at)),
                               after = letters_after(whole.substr(at + 1));
        if (!before.empty() && !after.empty())
          hyphenated_.insert(std::string(before) + "-" + std::string(after));
      }
    }
  }
  static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0xc3;
  }
  static std::string_view letters_before(std::string_view text) {
    size_t begin = text.size();
    while (begin > 0 && (is_letter(text[begin - 1]) || static_cast<unsigned char>(text[begin - 1]) >= 0x80))
      --begin;
    return text.substr(begin);
  }
  static std::string_view letters_after(std::string_view text) {
    size_t end = 0;
    while (end < text.size() && (is_letter(text[end]) || static_cast<unsigned char>(text[end]) >= 0x80))
      ++end;
    return text.substr(0, end);
  }

  void find_paragraphs() {
    for (size_t begin = 0; begin < kept_.size();) {
      size_t end = begin + 1;
      while (end < kept_.size() && kept_[end]->block == kept_[begin]->block) ++end;
      split_block(begin, end);
      begin = end;
    }
    for (size_t i = 1; i < paragraphs_.size(); ++i)
      paragraphs_[i].continues = goes_on(paragraphs_[i - 1], paragraphs_[i]);
  }

  void split_block(size_t begin, size_t end) {
    float left = kept_[begin]->box.x0, right = kept_[begin]->box.x1;
    for (size_t i = begin; i < end; ++i) {
      left = std::min(left, kept_[i]->box.x0);
      right = std::max(right, kept_[i]->box.x1);
    }
    size_t first = begin;
    for (size_t i = begin + 1; i < end; ++i) {
      const PdfLine &before = *kept_[i - 1], &here = *kept_[i];
      const float em = std::max(here.height, 1.0F);
      const bool indented = here.box.x0 > left + 0.9F * em && before.box.x0 < left + 0.9F * em;
      const bool short_line = before.box.x1 < right - 2.0F * em;
      const bool new_paragraph = is_sentence_end(last_char(text(i - 1))) && (indented || short_line);
      const bool other_size = std::abs(before.height - here.height) > 0.3F * em;
      const bool own_line = starts_item(text(i)) || plain_heading(text(i)) || is_contents_entry(text(i - 1));
      if (!new_paragraph && !other_size && !own_line) continue;
      paragraphs_.push_back({first, i - 1});
      first = i;
    }
    paragraphs_.push_back({first, end - 1});
  }

  bool goes_on(const Paragraph& before, const Paragraph& here) const {
    const PdfLine &last = *kept_[before.last], &next = *kept_[here.first];
    const bool elsewhere = last.page != next.page || next.box.y0 < last.box.y0;
    if (!elsewhere || before.first == before.last || std::abs(last.height - next.height) > 0.1F * last.height)
      return false;
    if (is_sentence_end(last_char(text(before.last))) || starts_item(text(here.first)) ||
        plain_heading(text(here.first)))
      return false;
    float right = last.box.x1;
    for (size_t i = before.first; i <= before.last; ++i) right = std::max(right, kept_[i]->box.x1);
    const char32_t c = first_char(text(here.first));
    return last.box.x1 > right - 2 * last.height && (is_cjk(c) || (c >= 'a' && c <= 'z'));
  }

  void mark_headings() {
    size_t lines = 0;
    for (Paragraph& paragraph : paragraphs_) {
      paragraph.heading_level = heading_level(paragraph);
      if (paragraph.heading_level > 0) lines += paragraph.last - paragraph.first + 1;
    }
    if (static_cast<double>(lines) <= kMostHeadings * static_cast<double>(kept_.size())) return;
    for (Paragraph& paragraph : paragraphs_) paragraph.heading_level = 0;
  }

  int heading_level(const Paragraph& paragraph) const {
    const auto level = std::find_if(kHeadingHeights.begin(), kHeadingHeights.end(), [&](float height) {
      return kept_[paragraph.first]->height >= body_height_ * height;
    });
    if (level == kHeadingHeights.end() || !reads_like_heading(paragraph)) return 0;
    return static_cast<int>(level - kHeadingHeights.begin()) + 1;
  }

  bool reads_like_heading(const Paragraph& paragraph) const {
    const size_t lines = paragraph.last - paragraph.first + 1;
    if (lines > kHeadingLines) return false;
    size_t bytes = 0, letters = 0;
    for (size_t i = paragraph.first; i <= paragraph.last; ++i) {
      bytes += text(i).size();
      for (size_t pos = 0; pos < text(i).size();) letters += is_word(decode_utf8(text(i), pos));
    }
    const char32_t end = last_char(text(paragraph.last));
    return bytes <= kHeadingBytes && letters >= 2 && end != U'。' && end != '.' && end != U'，' && end != ',';
  }

  void start_page() { parsed_.page_starts.push_back(static_cast<uint32_t>(parsed_.text.size())); }

  void write(const Paragraph& paragraph) {
    std::string& out = parsed_.text;
    for (size_t i = paragraph.first; i <= paragraph.last; ++i) {
      const PdfLine& line = *kept_[i];
      std::string_view body = text(i);
      if (i > paragraph.first || paragraph.continues) {
        join_line(body);
      } else if (!out.empty()) {
        out += in_list_with_last(i) ? "\n" : "\n\n";
      }
      while (parsed_.page_starts.size() < line.page) start_page();
      if (i == paragraph.first && !paragraph.continues) {
        last_is_item_ = starts_item(body);
        if (paragraph.heading_level > 0)
          out += std::string(static_cast<size_t>(paragraph.heading_level), '#') + ' ';
        if (const size_t bullet = bullet_size(body); bullet > 0 && bullet < body.size()) {
          out += "- ";
          body.remove_prefix(bullet);
        }
      }
      const auto begin = static_cast<uint32_t>(out.size());
      out += body;
      parsed_.layout.push_back({{begin, static_cast<uint32_t>(out.size())}, line.page, line.box});
    }
  }

  /// Items and lines of contents that stand together stay together.
  bool in_list_with_last(size_t i) const {
    if (i == 0) return false;
    const PdfLine &before = *kept_[i - 1], &here = *kept_[i];
    const float gap = here.box.y0 - before.box.y1;
    const bool near = before.page == here.page && gap > -here.height && gap < 1.2F * here.height;
    if (before.block != here.block && !(near && last_is_item_)) return false;
    return starts_item(text(i)) || (is_contents_entry(text(i)) && is_contents_entry(text(i - 1)));
  }

  /// What stands between two lines of a paragraph: nothing between Chinese characters or where a word was
  /// hyphenated, else a space.
  void join_line(std::string_view next) {
    std::string& out = parsed_.text;
    if (out.ends_with('-') && !next.empty() && next[0] >= 'a' && next[0] <= 'z') {
      const std::string_view before = letters_before(std::string_view(out).substr(0, out.size() - 1));
      if (hyphenated_.contains(std::string(before) + "-" + std::string(letters_after(next)))) return;
      if (before.size() >= 2 && !parsed_.layout.empty() && parsed_.layout.back().span.size() > 1) {
        out.pop_back();
        --parsed_.layout.back().span.end;
        return;
      }
    }
    if (!(is_unspaced(last_char(out)) && is_unspaced(first_char(next)))) out += ' ';
  }

  const PdfLines& lines_;
  store::ParsedText& parsed_;
  std::vector<const PdfLine*> kept_;
  std::vector<Paragraph> paragraphs_;
  std::set<std::string> hyphenated_;
  float body_height_ = 0;
  bool last_is_item_ = false;  // the paragraph written last
};

}  // namespace

void assemble_pdf(const PdfLines& lines, const std::vector<bool>& left_out, store::ParsedText& parsed) {
  Assembler(lines, left_out, parsed).run();
}

}  // namespace cvp::ingest
