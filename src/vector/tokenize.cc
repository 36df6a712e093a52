// Terms of the full-text index. Invariant: two texts that share a substring of two CJK characters, or a code
// such as PPR-9087, share a term, whatever stands around it. No dictionary is involved.
#include <string>
#include <vector>

#include "base/unicode.h"
#include "vector/index.h"

namespace cvp::vector {
namespace {

constexpr size_t kTermBytes = 64;  // longer words are cut here, in documents and questions alike

/// Joins the parts of a code: PPR-9087, v1.2.3, A/B_c, a+b, user@host, 10:30.
bool is_joiner(char32_t c) {
  constexpr std::u32string_view kJoiners = U"-._/+@:'&";
  return kJoiners.find(c) != std::u32string_view::npos;
}

/// English plurals and possessives only: more than that loses codes and names.
std::string singular(std::string word) {
  for (const char c : word)
    if (c < 'a' || c > 'z') return word;
  const auto ends = [&](std::string_view tail) {
    return word.size() > tail.size() + 2 && word.ends_with(tail);
  };
  if (ends("ies")) {
    word.replace(word.size() - 3, 3, "y");
  } else if (ends("sses")) {
    word.resize(word.size() - 2);
  } else if (ends("s") && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is")) {
    word.pop_back();
  }
  return word;
}

class Tokens {
 public:
  explicit Tokens(const Folded& folded) : folded_(folded), text_(folded.text) {}

  std::vector<Term> take() {
    size_t at = 0;
    while (at < text_.size()) {
      size_t next = at;
      const char32_t c = decode_utf8(text_, next);
      if (is_cjk(c)) {
        at = cjk_run(at);
      } else if (is_word(c)) {
        at = code(at);
      } else {
        at = next;
      }
    }
    return std::move(out_);
  }

 private:
  void add(size_t begin, size_t end, bool word) {
    const std::string_view bytes = utf8_prefix(text_.substr(begin, end - begin), kTermBytes);
    std::string term(bytes);
    out_.push_back(
        {word ? singular(std::move(term)) : std::move(term), {folded_.origin[begin], folded_.origin[end]}});
  }

  /// Bigrams of a run; a character that stands alone is its own term.
  size_t cjk_run(size_t begin) {
    size_t previous = begin, at = begin;
    size_t characters = 0;
    while (at < text_.size()) {
      size_t next = at;
      if (!is_cjk(decode_utf8(text_, next))) break;
      if (++characters > 1) add(previous, next, false);
      previous = at;
      at = next;
    }
    if (characters == 1) add(begin, at, false);
    return at;
  }

  size_t word_end(size_t begin) const {
    size_t at = begin;
    while (at < text_.size()) {
      size_t next = at;
      const char32_t c = decode_utf8(text_, next);
      if (!is_word(c) || is_cjk(c)) break;
      at = next;
    }
    return at;
  }

  /// Words joined into a code are terms, and so is the code.
  size_t code(size_t begin) {
    size_t end = word_end(begin);
    add(begin, end, true);
    const size_t first_end = end;
    while (end < text_.size()) {
      size_t next = end;
      if (!is_joiner(decode_utf8(text_, next))) break;
      const size_t more = word_end(next);
      if (more == next) break;
      add(next, more, true);
      end = more;
    }
    if (end > first_end) add(begin, end, false);
    return end;
  }

  const Folded& folded_;
  std::string_view text_;
  std::vector<Term> out_;
};

}  // namespace

std::vector<Term> tokenize(std::string_view text) {
  const Folded folded = fold_with_origin(text);
  return Tokens(folded).take();
}

}  // namespace cvp::vector
