#include "chat/locate.h"

#include <algorithm>

namespace cvp::chat {
namespace {

constexpr uint64_t kBlockBytes = 1 << 20;

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

/// Cut behind a line, since characters on both sides of another border may fold into one.
std::string_view whole_lines(std::string_view block) {
  const size_t line = block.rfind('\n');
  return line == std::string_view::npos ? utf8_prefix(block, block.size() - 1) : block.substr(0, line + 1);
}

Result<std::optional<Span>> find_in(store::Store& store, store::RevisionId revision, std::string_view passage,
                                    const CancelToken& cancel) {
  PassageFinder finder(passage);
  const uint64_t size = TRY(store.text_size(revision));
  for (uint64_t begin = 0; begin < size;) {
    if (cancel.cancelled()) return fail_cancelled();
    const uint64_t end = std::min(size, begin + kBlockBytes);
    const std::string block =
        TRY(store.text(revision, {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)}));
    const std::string_view whole = end < size ? whole_lines(block) : std::string_view(block);
    if (const auto found = finder.next(whole, static_cast<uint32_t>(begin))) return found;
    begin += whole.size();
  }
  return std::nullopt;
}

Result<std::vector<store::DocumentInfo>> documents_of(store::Store& store,
                                                      const std::vector<store::CollectionId>& collections,
                                                      const std::vector<store::DocumentId>& first) {
  std::vector<store::DocumentInfo> out;
  if (collections.empty()) out = TRY(store.documents(0));
  for (const store::CollectionId id : collections) {
    if (id == 0) continue;  // no collection, but all of them to the store
    std::vector<store::DocumentInfo> some = TRY(store.documents(id));
    std::ranges::move(some, std::back_inserter(out));
  }
  std::ranges::stable_partition(
      out, [&](const store::DocumentInfo& one) { return std::ranges::find(first, one.id) != first.end(); });
  return out;
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

std::optional<Span> PassageFinder::next(std::string_view block, uint32_t begin) {
  const Folded here = squeeze(block);
  text_ += here.text;
  for (size_t i = 0; i < here.text.size(); ++i) origins_.push_back(begin + here.origin[i]);
  if (const size_t at = text_.find(wanted_); at != std::string::npos && !empty()) {
    const size_t end = at + wanted_.size();
    const auto block_end = static_cast<uint32_t>(begin + block.size());
    return Span{origins_[at], end < origins_.size() ? origins_[end] : block_end};
  }
  const size_t done = text_.size() - std::min(text_.size(), wanted_.size());
  text_.erase(0, done);
  origins_.erase(origins_.begin(), origins_.begin() + static_cast<std::ptrdiff_t>(done));
  return std::nullopt;
}

Result<std::optional<Located>> locate_passage(store::Store& store, std::string_view passage,
                                              const std::vector<store::CollectionId>& collections,
                                              const std::vector<store::DocumentId>& first,
                                              const CancelToken& cancel) {
  if (PassageFinder(passage).empty()) return std::nullopt;
  for (const store::DocumentInfo& document : TRY(documents_of(store, collections, first))) {
    if (cancel.cancelled()) return fail_cancelled();
    const auto span = find_in(store, document.revision, passage, cancel);
    if (!span && span.error().code == Errc::not_found) continue;  // removed meanwhile
    if (!span) return std::unexpected(span.error());
    if (*span) return TRY(describe(store, document, **span));
  }
  return std::nullopt;
}

}  // namespace cvp::chat
