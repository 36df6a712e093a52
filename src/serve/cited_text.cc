#include "serve/cited_text.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "serve/answer_json.h"
#include "serve/document_json.h"

namespace cvp::serve {
namespace {

/// Where the page shows the quoted words.
std::string address_of(const chat::Citation& citation) {
  return fmt::format("/documents/{}?revision={}&begin={}&end={}", citation.document, citation.revision,
                     citation.span.begin, citation.span.end);
}

}  // namespace

std::string CitedText::append(const std::string& piece) {
  text_ += piece;
  length_ += count_code_points(piece);
  return piece;
}

std::string CitedText::add(const chat::Sentence& sentence) {
  std::string out = append((text_.empty() ? "" : "\n") + sentence.text);
  if (!sentence.supported) {
    const Text why = sentence.why_not.empty() ? cvp::text("the documents do not say so", "文档中没有依据")
                                              : sentence.why_not;
    return out + append(cvp::text(" (unverified: {})", "（未经证实：{}）", why).in(lang_));
  }
  for (const int number : sentence.citations) {
    const size_t begin = length_;
    out += append(fmt::format("[{}]", number));
    marks_.push_back({.number = number, .begin = begin, .end = length_});
  }
  return out;
}

std::string CitedText::add_note(const Text& note) {
  if (note.empty()) return {};
  return append((text_.empty() ? "" : "\n\n") + note.in(lang_));
}

boost::json::array CitedText::annotations(const std::vector<chat::Citation>& citations) const {
  boost::json::array out;
  for (const Mark& mark : marks_) {
    const auto of = std::ranges::find(citations, mark.number, &chat::Citation::number);
    if (of == citations.end()) continue;
    out.push_back({{"type", "url_citation"},
                   {"url_citation",
                    {{"start_index", mark.begin},
                     {"end_index", mark.end},
                     {"url", address_of(*of)},
                     {"title", of->title.empty() ? document_name(of->uri) : of->title}}},
                   {"cvp", citation_json(*of)}});
  }
  return out;
}

}  // namespace cvp::serve
