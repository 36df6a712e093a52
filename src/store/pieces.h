// How positions, texts and notes of a revision are packed into blobs. Pure functions; what they read may be
// damaged.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/types.h"

namespace cvp::store {

/// Text and layout are stored in pieces of this many bytes of text.
inline constexpr uint32_t kPieceBytes = 16 << 10;

/// Key of a piece; piece kPiecesPerRevision of one revision is piece 0 of the next.
inline constexpr int64_t kPiecesPerRevision = 1 << 16;
constexpr int64_t piece_key(RevisionId revision, uint32_t piece) {
  return revision * kPiecesPerRevision + piece;
}

/// LEB128, shared by the blobs below.
void put_varint(std::string& out, uint64_t value);
/// Nothing when the bytes end or the number is longer than 64 bits.
std::optional<uint64_t> get_varint(std::string_view bytes, size_t& pos);

/// Per span: varint(begin - begin of the one before), varint(size), varint(page), 4 little-endian floats.
std::string pack_layout(std::span<const LayoutSpan> sorted);
std::optional<std::vector<LayoutSpan>> unpack_layout(std::string_view bytes);

/// Varints of the differences.
std::string pack_page_starts(std::span<const uint32_t> ascending);
std::optional<std::vector<uint32_t>> unpack_page_starts(std::string_view bytes);

/// Per note: varint(size) and bytes, English then Chinese.
std::string pack_notes(std::span<const Text> notes);
std::optional<std::vector<Text>> unpack_notes(std::string_view bytes);

}  // namespace cvp::store
