// The text operations that several rooms share. All take and return UTF-8; invalid bytes are treated as
// U+FFFD.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace cvp {

/// Reads the code point at bytes[pos] and advances pos past it; an invalid byte gives U+FFFD and advances by
/// one.
char32_t decode_utf8(std::string_view bytes, size_t& pos);
void append_utf8(std::string& out, char32_t code_point);
bool valid_utf8(std::string_view bytes);
/// Replaces every invalid byte sequence by U+FFFD.
std::string repair_utf8(std::string_view bytes);
/// The longest prefix of at most max_bytes that does not cut a code point.
std::string_view utf8_prefix(std::string_view bytes, size_t max_bytes);
size_t count_code_points(std::string_view bytes);

bool is_han(char32_t c);
/// Scripts written without spaces and indexed as character bigrams: Han, Hiragana, Katakana, Hangul,
/// bopomofo.
bool is_cjk(char32_t c);
/// Letters with their combining marks, and digits, of any script, by Unicode category.
bool is_word(char32_t c);
bool is_space(char32_t c);

/// NFKC (ICU): full width to half width, compatibility forms to plain ones.
std::string nfkc(std::string_view text);

/// Text folded for matching, with the byte offset in the source from which every folded byte came:
/// NFKC, case fold, Traditional to Simplified Chinese (character by character, so that offsets stay exact).
/// origin.size() == text.size() + 1; origin.back() is the source's size.
struct Folded {
  std::string text;
  std::vector<uint32_t> origin;
};
Folded fold_with_origin(std::string_view text);
std::string fold(std::string_view text);

/// Byte range in some text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t size() const { return end - begin; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// Sentences of a passage as byte spans without surrounding white space, in order, not overlapping. Ends:
/// 。！？；!?; a full stop that ends a word and is followed by white space (not after an initial, a known
/// abbreviation or inside a number), and line breaks that end a paragraph, list item or table row. A closing
/// quote or bracket stays with its sentence.
std::vector<Span> split_sentences(std::string_view text);

/// The language a question or passage is written in, by its share of Han characters.
Lang guess_lang(std::string_view text);

}  // namespace cvp
