// Folding for matching. The source is cut at normalisation borders, each piece is normalised as a unit, and
// all bytes that come out of a piece say that they began where the piece began. Nearly every piece is one
// code point; ASCII and unified ideographs, which normalise to themselves, never reach ICU.
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

#include <array>
#include <memory>

#include "base/check.h"
#include "base/unicode.h"

namespace cvp {
namespace {

constexpr char32_t kFirstHan = 0x3400, kLastHan = 0x9FFF;
// Hostile text may put any number of combining marks on one letter; more than this many start a new piece.
constexpr int kPieceUnits = 64;

using HanTable = std::array<char16_t, kLastHan - kFirstHan + 1>;

bool is_plain_han(char32_t c) { return c >= kFirstHan && c <= kLastHan; }

/// Every ideograph alone through ICU's transliterator; only answers of one code point in the same range
/// count.
std::unique_ptr<HanTable> build_simplified_table() {
  auto table = std::make_unique<HanTable>();
  for (size_t i = 0; i < table->size(); ++i) (*table)[i] = static_cast<char16_t>(kFirstHan + i);
  UErrorCode status = U_ZERO_ERROR;
  UTransliterator* rules =
      utrans_openU(u"Traditional-Simplified", -1, UTRANS_FORWARD, nullptr, 0, nullptr, &status);
  if (U_FAILURE(status)) return table;
  for (size_t i = 0; i < table->size(); ++i) {
    std::array<char16_t, 8> buffer = {static_cast<char16_t>(kFirstHan + i)};
    int32_t length = 1, limit = 1;
    status = U_ZERO_ERROR;
    utrans_transUChars(rules, buffer.data(), &length, buffer.size(), 0, &limit, &status);
    if (U_SUCCESS(status) && length == 1 && is_plain_han(buffer[0])) (*table)[i] = buffer[0];
  }
  utrans_close(rules);
  // Rules may chain (A to B, B to C): follow them, so that folding twice changes nothing. What ends in a
  // circle stays itself.
  constexpr int kChainSteps = 4;
  const HanTable once = *table;
  for (size_t i = 0; i < table->size(); ++i) {
    char16_t to = once[i];
    for (int step = 0; step < kChainSteps; ++step) to = once[to - kFirstHan];
    (*table)[i] = once[to - kFirstHan] == to ? to : static_cast<char16_t>(kFirstHan + i);
  }
  return table;
}

const HanTable& simplified_table() {
  static const std::unique_ptr<const HanTable> table = build_simplified_table();
  return *table;
}

const UNormalizer2* normalizer() {
  static const UNormalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* found = unorm2_getNFKCInstance(&status);
    CHECK(U_SUCCESS(status));
    return found;
  }();
  return instance;
}

/// Whether c surely starts a new piece: no code point below U+0300 and no unified ideograph joins what stands
/// before it.
bool surely_starts_piece(char32_t c) { return c < 0x300 || is_plain_han(c); }

template <bool kWithOrigin>
class Folder {
 public:
  explicit Folder(std::string_view source) : source_(source) {
    CHECK(source.size() < UINT32_MAX);
    out_.text.reserve(source.size() + 16);
    if constexpr (kWithOrigin) out_.origin.reserve(source.size() + 17);
  }

  Folded run() {
    while (pos_ < source_.size()) {
      const size_t begin = pos_;
      char32_t c = decode_utf8(source_, pos_);
      const bool ascii = c < 0x80;
      if ((ascii || is_plain_han(c)) && next_starts_piece()) {
        if (ascii) {
          out_.text.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
          if constexpr (kWithOrigin) out_.origin.push_back(static_cast<uint32_t>(begin));
        } else {
          emit(han_[c - kFirstHan], begin);
        }
      } else {
        fold_piece(c, begin);
      }
    }
    if constexpr (kWithOrigin) out_.origin.push_back(static_cast<uint32_t>(source_.size()));
    return std::move(out_);
  }

 private:
  bool next_starts_piece() const {
    if (pos_ >= source_.size() || static_cast<unsigned char>(source_[pos_]) < 0x80) return true;
    size_t next = pos_;
    return surely_starts_piece(decode_utf8(source_, next));
  }

  void emit(char32_t c, size_t begin) {
    append_utf8(out_.text, c);
    if constexpr (kWithOrigin) out_.origin.resize(out_.text.size(), static_cast<uint32_t>(begin));
  }

  /// Normalises the code points up to the next border together.
  void fold_piece(char32_t first, size_t begin) {
    std::array<char16_t, kPieceUnits + 2> piece;
    int32_t units = 0;
    U16_APPEND_UNSAFE(piece.data(), units, static_cast<UChar32>(first));
    while (pos_ < source_.size() && units < kPieceUnits) {
      size_t next = pos_;
      const char32_t c = decode_utf8(source_, next);
      if (surely_starts_piece(c) || unorm2_hasBoundaryBefore(normalizer(), static_cast<UChar32>(c))) break;
      U16_APPEND_UNSAFE(piece.data(), units, static_cast<UChar32>(c));
      pos_ = next;
    }
    // The longest expansion of one code unit is 18 (U+FDFA).
    std::array<char16_t, (kPieceUnits + 2) * 18> normal;
    int32_t length = normalize(piece.data(), units, normal);
    if (fold_case(normal.data(), length) && length > 1) {
      // Small letters may compose where capitals did not: J and a caron stay two, j and a caron are one.
      const std::u16string folded(normal.data(), static_cast<size_t>(length));
      length = normalize(folded.data(), length, normal);
    }
    for (int32_t i = 0; i < length;) {
      UChar32 c;
      U16_NEXT(normal.data(), i, length, c);
      emit(is_plain_han(static_cast<char32_t>(c)) ? han_[c - kFirstHan] : static_cast<char32_t>(c), begin);
    }
  }

  template <size_t N>
  static int32_t normalize(const char16_t* from, int32_t length, std::array<char16_t, N>& to) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t written = unorm2_normalize(normalizer(), from, length, to.data(), N, &status);
    CHECK(U_SUCCESS(status));
    return written;
  }

  /// In place: simple case folding never moves a code point between planes. Whether anything changed.
  static bool fold_case(char16_t* text, int32_t length) {
    bool changed = false;
    for (int32_t i = 0; i < length;) {
      int32_t at = i;
      UChar32 c;
      U16_NEXT(text, i, length, c);
      const UChar32 folded = u_foldCase(c, U_FOLD_CASE_DEFAULT);
      if (folded == c) continue;
      changed = true;
      U16_APPEND_UNSAFE(text, at, folded);
    }
    return changed;
  }

  std::string_view source_;
  size_t pos_ = 0;
  const HanTable& han_ = simplified_table();
  Folded out_;
};

}  // namespace

Folded fold_with_origin(std::string_view text) { return Folder<true>(text).run(); }
std::string fold(std::string_view text) { return Folder<false>(text).run().text; }

}  // namespace cvp
