#include "model/word_piece.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>

#include "base/unicode.h"

namespace cvp::model {
namespace {

constexpr std::string_view kWordStart = "▁";

/// The Han blocks that the original BERT code splits character by character (its own list, with its own gap).
bool splits_alone(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

char32_t first_of_decomposition(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normalizer = unorm2_getNFDInstance(&status);
  UChar units[64];
  const int32_t length = U_SUCCESS(status) ? unorm2_getDecomposition(normalizer, static_cast<UChar32>(c),
                                                                     units, std::size(units), &status)
                                           : -1;
  if (length <= 0 || U_FAILURE(status)) return c;
  UChar32 first;
  U16_GET(units, 0, 0, length, first);
  return static_cast<char32_t>(first);
}

enum class Class { space, dropped, alone, part };

Class class_of(char32_t c, bool strip_accents) {
  if (u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_WHITE_SPACE)) return Class::space;
  if (c == 0 || c == 0xFFFD) return Class::dropped;
  if (splits_alone(c)) return Class::alone;
  const uint32_t category = U_MASK(u_charType(static_cast<UChar32>(c)));
  if (category & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK)) return Class::dropped;
  if (strip_accents && (category & U_GC_M_MASK)) return Class::dropped;
  if ((category & U_GC_P_MASK) || (c < 0x7F && (category & U_GC_S_MASK))) return Class::alone;
  return Class::part;
}

}  // namespace

WordPieceTokenizer::WordPieceTokenizer(std::string id, const std::vector<std::string_view>& pieces,
                                       const Options& options)
    : id_(std::move(id)), options_(options) {
  std::vector<std::pair<std::string_view, int32_t>> keys;
  for (size_t i = 0; i < pieces.size(); ++i) keys.emplace_back(pieces[i], static_cast<int32_t>(i));
  trie_ = PrefixTrie::build(std::move(keys));
  has_words_ = std::ranges::all_of(
      kWordStart, [&](char c) { return trie_.step(word_start_, static_cast<unsigned char>(c)); });
}

size_t WordPieceTokenizer::count(std::string_view utf8) const {
  size_t tokens = 0;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) tokens += count_word(word);
    word.clear();
  };
  for (size_t pos = 0; pos < utf8.size();) {
    char32_t c = decode_utf8(utf8, pos);
    if (c >= 0x80 && options_.strip_accents) c = first_of_decomposition(c);
    const Class kind = class_of(c, options_.strip_accents);
    if (kind == Class::dropped) continue;
    if (kind != Class::part) end_word();
    if (kind == Class::space) continue;
    append_utf8(word, options_.lower_case ? static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))) : c);
    if (kind == Class::alone) end_word();
  }
  end_word();
  return tokens;
}

size_t WordPieceTokenizer::count_word(std::string_view word) const {
  if (!has_words_) return 1;
  size_t pieces = 0;
  for (size_t at = 0; at < word.size();) {
    uint32_t node = pieces == 0 ? word_start_ : PrefixTrie::kRoot;
    size_t longest = 0;
    for (size_t end = at; end < word.size() && trie_.step(node, static_cast<unsigned char>(word[end]));) {
      ++end;
      if (trie_.value(node) != PrefixTrie::kNoValue) longest = end;
    }
    if (longest == 0) return 1;
    ++pieces;
    at = longest;
  }
  return pieces;
}

}  // namespace cvp::model
