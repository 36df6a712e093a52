// Terms of documents and questions beyond the public tokenize().
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "store/types.h"
#include "vector/index.h"

namespace cvp::vector {

/// The last character of every run of two or more CJK characters, folded, with kLastMark behind it. Written
/// into the index beside the terms: every character of a run then begins one, and a question of a single
/// character is a scan of the terms that begin with it. Pure.
std::vector<std::string> last_characters(std::string_view text);
inline constexpr char kLastMark = '\x01';

/// Terms of a text, each once, in order of first appearance.
std::vector<std::string> distinct_terms(std::string_view text);

/// A code put together from parts (PPR-9087) that are terms of their own.
bool is_code(std::string_view term);

/// What is indexed and embedded of a chunk.
std::string indexed_text(const store::Chunk& chunk);

}  // namespace cvp::vector
