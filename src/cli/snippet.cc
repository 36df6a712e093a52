#include "cli/snippet.h"

#include <algorithm>
#include <set>

#include "cli/screen_text.h"
#include "vector/index.h"

namespace cvp::cli {
namespace {

/// Whether two matches are one to a reader: bigrams overlap, and the parts of a code are joined by one sign.
bool join(std::string_view text, Span before, Span after) {
  if (after.begin <= before.end) return true;
  return after.begin == before.end + 1 &&
         std::string_view("-_./:").find(text[before.end]) != std::string_view::npos;
}

/// Ranges of `text` that the query's terms cover, neighbours merged.
std::vector<Span> find_matches(std::string_view text, std::string_view query) {
  std::set<std::string> wanted;
  for (vector::Term& term : vector::tokenize(query)) wanted.insert(std::move(term.text));
  std::vector<Span> found;
  for (const vector::Term& term : vector::tokenize(text)) {
    if (!wanted.contains(term.text)) continue;
    if (!found.empty() && join(text, found.back(), term.source)) {
      found.back().end = std::max(found.back().end, term.source.end);
    } else {
      found.push_back(term.source);
    }
  }
  return found;
}

/// Byte where the window of max_columns with the most matched bytes begins: at a match, or at the text's
/// start.
size_t best_begin(std::string_view text, const std::vector<Span>& matches, size_t max_columns) {
  if (columns(text) <= max_columns) return 0;
  size_t best = 0, best_score = 0;
  for (size_t i = 0; i < matches.size(); ++i) {
    size_t score = 0;
    for (size_t j = i; j < matches.size(); ++j) {
      if (columns(text.substr(matches[i].begin, matches[j].end - matches[i].begin)) > max_columns) break;
      score += matches[j].size();
    }
    if (score > best_score) best_score = score, best = matches[i].begin;
  }
  // Begin with the sentence of the match, where all that was counted still fits behind it.
  for (const Span sentence : split_sentences(text)) {
    if (sentence.begin <= best && best < sentence.end &&
        columns(text.substr(sentence.begin, best - sentence.begin)) * 3 < max_columns) {
      return sentence.begin;
    }
  }
  return best;
}

}  // namespace

Snippet make_snippet(std::string_view text, std::string_view query, size_t max_columns) {
  constexpr size_t kTextBytes = 64 << 10;
  const std::string line = one_line(printable(utf8_prefix(text, kTextBytes)));
  const std::vector<Span> matches = find_matches(line, query);
  const size_t begin = best_begin(line, matches, max_columns);
  const std::string front = begin > 0 ? "…" : "";
  Snippet snippet{.text = shorten(front + line.substr(begin), max_columns)};
  const bool cut = snippet.text.size() < front.size() + line.size() - begin || snippet.text.ends_with("…");
  const size_t end =
      snippet.text.size() - (cut && snippet.text.ends_with("…") ? std::string_view("…").size() : 0);
  for (const Span match : matches) {
    if (match.begin < begin) continue;
    const size_t from = match.begin - begin + front.size(),
                 to = std::min(match.end - begin + front.size(), end);
    if (from < to) snippet.matches.push_back({static_cast<uint32_t>(from), static_cast<uint32_t>(to)});
  }
  return snippet;
}

}  // namespace cvp::cli
