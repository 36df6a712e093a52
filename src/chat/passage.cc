#include "chat/passage.h"

#include <algorithm>

namespace cvp::chat {

std::string prompt_text(const store::Chunk& chunk) {
  return chunk.where.heading.empty() ? chunk.text : chunk.where.heading + "\n" + chunk.text;
}

Passage::Passage(store::Chunk from, const Considered& considered_)
    : chunk(std::move(from)),
      prompt_text(chat::prompt_text(chunk)),
      source(chunk.text, chunk.title + "\n" + chunk.where.heading),
      lang(guess_lang(chunk.text)),
      considered(considered_) {}

int CitationList::cite(const Passage& passage, Span span, uint32_t page) {
  const uint32_t base = passage.chunk.where.context_begin;
  const Span absolute{base + span.begin, base + span.end};
  const auto same = std::ranges::find_if(out_, [&](const Citation& one) {
    return one.revision == passage.chunk.revision && one.span == absolute;
  });
  if (same != out_.end()) return same->number;
  out_.push_back({.number = static_cast<int>(out_.size()) + 1,
                  .chunk = passage.chunk.id,
                  .document = passage.chunk.document,
                  .revision = passage.chunk.revision,
                  .span = absolute,
                  .page = page,
                  .quote = passage.chunk.text.substr(span.begin, span.size()),
                  .title = passage.chunk.title,
                  .uri = passage.chunk.uri,
                  .heading = passage.chunk.where.heading});
  return out_.back().number;
}

}  // namespace cvp::chat
