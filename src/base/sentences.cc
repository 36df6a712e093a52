// Sentence borders by rules that can be explained: the answer checker, the chunker and the extractive reader
// must agree on them, and ICU's break iterator knows neither list items nor table rows. A passage is cut into
// blocks (paragraph, list item, table row, heading), blocks into sentences, and what is still longer than
// kSentenceBytes at its last comma, space or code point.
#include <algorithm>
#include <array>

#include "base/sentence_blocks.h"
#include "base/unicode.h"

namespace cvp {
namespace {

constexpr size_t kSentenceBytes = 600;

bool is_full_end(char32_t c) { return c == U'。' || c == U'！' || c == U'？' || c == U'；' || c == U'｡'; }
bool is_ascii_end(char32_t c) { return c == '!' || c == '?' || c == ';'; }
bool is_closer(char32_t c) {
  constexpr std::u32string_view kClosers = U"」』”’）】》〉〕］｝)]}»›";
  return kClosers.find(c) != kClosers.npos;
}

/// Not an end whatever follows.
constexpr std::array<std::string_view, 28> kNeverLast = {
    "mr", "mrs", "ms", "dr",  "prof", "st", "vs", "fig", "figs", "eq",   "eqs", "sec", "ch",     "vol",
    "pp", "p",   "cf", "e.g", "i.e",  "eg", "ie", "gen", "col",  "capt", "lt",  "rev", "approx", "resp"};
/// An end only where a capital follows.
constexpr std::array<std::string_view, 27> kMaybeLast = {
    "etc", "inc", "ltd", "co",  "corp", "jr",  "sr",   "al",  "a.m", "p.m", "u.s",  "u.k", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug",  "sep", "sept", "oct", "nov", "dec", "dept", "est", "ed"};

template <size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class BlockSplitter {
 public:
  BlockSplitter(std::string_view text, Span block, std::vector<Span>& out)
      : text_(text.substr(0, block.end)), begin_(block.begin), pos_(block.begin), out_(out) {}

  void run() {
    while (pos_ < text_.size()) {
      const size_t at = pos_;
      const char32_t c = decode_utf8(text_, pos_);
      if (c == '"') quote_open_ = !quote_open_;
      if (is_full_end(c)) {
        take_ends_and_closers();
        cut();
      } else if (is_ascii_end(c)) {
        take_ends_and_closers();
        if (break_follows() || next_is_wide()) cut();
      } else if (c == '.' && full_stop_ends(at)) {
        cut();
      }
    }
    cut();
  }

 private:
  char32_t peek(size_t pos) const { return pos < text_.size() ? decode_utf8(text_, pos) : U' '; }
  bool break_follows() const { return is_space(peek(pos_)); }
  bool next_is_wide() const { return is_cjk(peek(pos_)); }

  void take_ends_and_closers() {
    while (pos_ < text_.size()) {
      size_t next = pos_;
      const char32_t c = decode_utf8(text_, next);
      const bool closing_quote = (c == '"' && quote_open_) || (c == '\'' && is_space(peek(next)));
      if (!is_full_end(c) && !is_ascii_end(c) && !is_closer(c) && !closing_quote) break;
      if (closing_quote && c == '"') quote_open_ = false;
      pos_ = next;
    }
  }

  /// The letters, digits and inner stops directly before the stop at `at`, lower case.
  std::string word_before(size_t at) const {
    size_t from = at;
    while (from > begin_ && at - from < 16) {
      const char c = text_[from - 1];
      const bool part =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
      if (!part) break;
      --from;
    }
    std::string word(text_.substr(from, at - from));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return word;
  }

  char32_t first_of_next_word() const {
    size_t pos = pos_;
    char32_t c = U' ';
    while (pos < text_.size() && (is_space(c) || c == '"' || c == '(' || c == U'“'))
      c = decode_utf8(text_, pos);
    return c;
  }

  /// Whether the stop at `at` (pos_ is behind it) ends a sentence; takes closing quotes when it does.
  bool full_stop_ends(size_t at) {
    if (at == begin_) return false;
    const auto before = static_cast<unsigned char>(text_[at - 1]);
    if (before <= ' ') return false;
    const size_t behind = pos_;
    const bool quote_was_open = quote_open_;
    take_ends_and_closers();
    // Chinese typed with western stops has no space behind them.
    const bool breaks = break_follows() || (next_is_wide() && (pos_ != behind || before >= 0x80));
    if (breaks && !is_inner_stop(at)) return true;
    pos_ = behind;
    quote_open_ = quote_was_open;
    return false;
  }

  bool is_inner_stop(size_t at) const {
    const std::string word = word_before(at);
    const char32_t next = first_of_next_word();
    const bool capital = next >= 'A' && next <= 'Z';
    const bool small = next >= 'a' && next <= 'z';
    if (word.ends_with('.')) return small;  // an ellipsis that goes on
    if (word.size() == 1 && text_[at - 1] >= 'A' && text_[at - 1] <= 'Z') return capital;  // an initial
    if (word == "no" && next >= '0' && next <= '9') return true;
    if (among(kNeverLast, word)) return true;
    if (among(kMaybeLast, word)) return !capital;
    const bool number = !word.empty() && word.find_first_not_of("0123456789") == word.npos;
    return number && word.size() <= 3 && at - word.size() == begin_;  // "12." numbers a list item
  }

  void cut() {
    add_trimmed(begin_, pos_);
    begin_ = pos_;
    quote_open_ = false;
  }

  void add_trimmed(size_t begin, size_t end) {
    for (size_t next = begin; begin < end && is_space(decode_utf8(text_, next)); begin = next) {
    }
    while (end > begin) {
      size_t last = end - 1;
      while (last > begin && (static_cast<unsigned char>(text_[last]) & 0xC0) == 0x80 && end - last < 4)
        --last;
      size_t behind = last;
      if (!is_space(decode_utf8(text_, behind)) || behind != end) break;
      end = last;
    }
    while (end - begin > kSentenceBytes) {
      const size_t middle = soft_cut(begin);
      out_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(middle)});
      begin = middle;
      for (size_t next = begin; begin < end && is_space(decode_utf8(text_, next)); begin = next) {
      }
    }
    if (begin < end) out_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  /// Where an overlong sentence that begins at `begin` is cut: behind its last comma or before its last space
  /// within the limit, else at the limit; never inside a code point and never in the first half.
  size_t soft_cut(size_t begin) const {
    const std::string_view head = utf8_prefix(text_.substr(begin), kSentenceBytes);
    size_t comma = 0, space = 0;
    for (size_t pos = 0; pos < head.size();) {
      const size_t at = pos;
      const char32_t c = decode_utf8(head, pos);
      if (pos < kSentenceBytes / 2) continue;
      if (c == U'，' || c == U'、' || c == U'：' || (c == ',' && is_space(peek(begin + pos)))) comma = pos;
      if (is_space(c)) space = at;
    }
    return begin + (comma ? comma : space ? space : head.size());
  }

  std::string_view text_;
  size_t begin_, pos_;
  bool quote_open_ = false;
  std::vector<Span>& out_;
};

}  // namespace

std::vector<Span> split_sentences(std::string_view text) {
  std::vector<Span> out;
  for (const Span block : split_blocks(text)) BlockSplitter(text, block, out).run();
  return out;
}

}  // namespace cvp
