#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/unicode.h"

namespace cvp::cli {

/// The part of a text that says most about a query, on one line, and where the query's terms stand in it.
struct Snippet {
  std::string text;
  std::vector<Span> matches;  // in text, in order, not overlapping
};

/// At most max_columns wide; begins at the sentence or phrase with the most of the query's terms. Pure.
Snippet make_snippet(std::string_view text, std::string_view query, size_t max_columns);

/// matches drawn by `mark`; what is between them made printable.
template <class Mark>
std::string draw_snippet(const Snippet& snippet, Mark mark) {
  std::string out;
  size_t done = 0;
  for (const Span match : snippet.matches) {
    out += snippet.text.substr(done, match.begin - done);
    out += mark(std::string_view(snippet.text).substr(match.begin, match.size()));
    done = match.end;
  }
  return out + snippet.text.substr(done);
}

}  // namespace cvp::cli
