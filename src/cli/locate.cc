#include "cli/locate.h"

#include <algorithm>

namespace cvp::cli {
namespace {

uint32_t overlap(Span a, Span b) {
  const uint32_t begin = std::max(a.begin, b.begin), end = std::min(a.end, b.end);
  return begin < end ? end - begin : 0;
}

Result<Located> describe(store::Store& store, const store::DocumentInfo& document, Span span) {
  Located found{.document = document,
                .span = span,
                .page = TRY(store.page_at(document.revision, span.begin)),
                .chunks = {}};
  for (store::Chunk& chunk : TRY(store.document_chunks(document.id))) {
    if (overlap(chunk.where.span, span) > 0) found.chunks.push_back(std::move(chunk));
  }
  std::stable_sort(found.chunks.begin(), found.chunks.end(),
                   [&](const store::Chunk& a, const store::Chunk& b) {
                     return overlap(a.where.span, span) > overlap(b.where.span, span);
                   });
  return found;
}

}  // namespace

Folded squeeze(std::string_view text) {
  const Folded folded = fold_with_origin(text);
  Folded out;
  for (size_t pos = 0; pos < folded.text.size();) {
    const size_t begin = pos;
    if (is_space(decode_utf8(folded.text, pos))) continue;
    out.text.append(folded.text, begin, pos - begin);
    out.origin.insert(out.origin.end(), folded.origin.begin() + static_cast<std::ptrdiff_t>(begin),
                      folded.origin.begin() + static_cast<std::ptrdiff_t>(pos));
  }
  out.origin.push_back(static_cast<uint32_t>(text.size()));
  return out;
}

Result<std::optional<Located>> locate_passage(store::Store& store, std::string_view passage,
                                              const std::vector<store::CollectionId>& collections,
                                              const CancelToken& cancel) {
  const std::string wanted = squeeze(passage).text;
  if (wanted.empty()) return std::nullopt;
  for (const store::DocumentInfo& document : TRY(store.documents(0))) {
    if (cancel.cancelled()) return fail_cancelled();
    const bool asked = collections.empty() || std::find(collections.begin(), collections.end(),
                                                        document.collection) != collections.end();
    if (!asked) continue;
    const uint64_t size = TRY(store.text_size(document.revision));
    const std::string text = TRY(store.text(document.revision, {0, static_cast<uint32_t>(size)}));
    const Folded squeezed = squeeze(text);
    const size_t at = squeezed.text.find(wanted);
    if (at == std::string::npos) continue;
    return TRY(describe(store, document, {squeezed.origin[at], squeezed.origin[at + wanted.size()]}));
  }
  return std::nullopt;
}

}  // namespace cvp::cli
