#include "vector/terms.h"

#include <algorithm>
#include <unordered_set>

#include "base/unicode.h"

namespace cvp::vector {

std::vector<std::string> last_characters(std::string_view text) {
  const std::string folded = fold(text);
  std::vector<std::string> out;
  size_t run = 0, last = 0;
  const auto end_run = [&](size_t end) {
    if (run > 1) out.push_back(folded.substr(last, end - last) + kLastMark);
    run = 0;
  };
  for (size_t at = 0; at < folded.size();) {
    const size_t begin = at;
    if (is_cjk(decode_utf8(folded, at))) {
      ++run;
      last = begin;
    } else {
      end_run(begin);
    }
  }
  end_run(folded.size());
  return out;
}

std::vector<std::string> distinct_terms(std::string_view text) {
  std::vector<std::string> out;
  std::unordered_set<std::string> seen;
  for (Term& term : tokenize(text))
    if (seen.insert(term.text).second) out.push_back(std::move(term.text));
  return out;
}

bool is_code(std::string_view term) {
  return std::ranges::any_of(term, [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !is_word(static_cast<unsigned char>(c));
  });
}

std::string indexed_text(const store::Chunk& chunk) {
  std::string out;
  if (!chunk.title.empty()) out += chunk.title + "\n";
  if (!chunk.where.heading.empty()) out += chunk.where.heading + "\n";
  return out + chunk.text;
}

}  // namespace cvp::vector
