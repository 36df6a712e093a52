#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::model {

/// Counts a text's tokens without special tokens. Local, fast and infallible: chunking calls it for every
/// sentence.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// Names vocabulary and version; part of what a chunk was made with.
  virtual const std::string& id() const = 0;
  virtual size_t count(std::string_view utf8) const = 0;
};

/// The tokenizer inside a GGUF file: Unigram (tokenizer.ggml.model t5) or WordPiece (bert).
Result<std::unique_ptr<Tokenizer>> open_gguf_tokenizer(const sys::Path& gguf);
/// Where no embedder is installed: an upper estimate (a CJK character is one token, a word one per four
/// letters).
std::unique_ptr<Tokenizer> estimating_tokenizer();

}  // namespace cvp::model
