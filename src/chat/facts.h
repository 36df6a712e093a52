// The parts of a sentence that must agree exactly with its source: numbers with their units, names,
// negations.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cvp::chat {

/// A number in canonical decimal form, so that 1,000, 1000, 一千 and 0.1万 are equal. unit is what follows
/// it, canonical
/// ("公里" and "km" are both "km"), empty when it is not a unit that cvp knows.
struct Number {
  std::string value;
  std::string unit;
  friend bool operator==(const Number&, const Number&) = default;
};
/// Numbers in digits and in Chinese numerals of two or more characters (single ones, as in 一个, say too
/// little).
std::vector<Number> numbers_in(std::string_view text);
/// The same value, and not two different known units.
bool same_number(const Number& a, const Number& b);

/// Names that can be recognised without a dictionary, folded: Latin words with a capital (not at a sentence's
/// start), Latin words within Chinese text, and what stands in 《》「」“”.
std::vector<std::string> names_in(std::string_view text);

/// Codes, folded: words of Latin letters and digits together, such as int4, 13b or ak-130.
std::vector<std::string> codes_in(std::string_view text);
/// What a question names exactly, folded: titles in 《》 and codes, without ordinals and quantities (19th,
/// 16gb). A passage that lacks one speaks of something else.
std::vector<std::string> exact_names_in(std::string_view question);
/// Codes that differ in their digits alone stand for different things of one kind: int4 and int8, but not
/// int4 and fp16.
bool rival_codes(std::string_view a, std::string_view b);

/// Whether the text denies something. 不仅, 非常, "not only" and the like do not count.
bool has_negation(std::string_view text);

}  // namespace cvp::chat
