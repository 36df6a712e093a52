#include <algorithm>
#include <cmath>

#include "model/byte_reader.h"
#include "model/gguf.h"
#include "model/tokenizer.h"
#include "model/unigram.h"
#include "model/word_piece.h"
#include "sys/sha256.h"

namespace cvp::model {
namespace {

// The trie takes memory in proportion to these.
constexpr size_t kMaxTokens = 1 << 21;
constexpr size_t kMaxVocabularyBytes = 64 << 20;
constexpr size_t kMaxTokenBytes = 1024;
constexpr size_t kIdDigits = 16;
// Rises when the way of counting changes.
constexpr int kCountingVersion = 1;

Result<std::vector<std::string_view>> read_tokens(const GgufHeader& header, const std::string& name) {
  auto tokens = header.strings("tokenizer.ggml.tokens");
  size_t bytes = 0;
  for (std::string_view token : tokens) {
    if (token.size() > kMaxTokenBytes)
      return corrupt_file(
          name, text("a token of its vocabulary has {} bytes", "词表中有一个词元长达 {} 字节", token.size()));
    bytes += token.size();
  }
  if (tokens.empty() || tokens.size() > kMaxTokens || bytes > kMaxVocabularyBytes)
    return corrupt_file(name, text("its vocabulary of {} tokens is impossible",
                                   "词表的大小（{} 个词元）不合理", tokens.size()));
  return tokens;
}

std::string vocabulary_id(const GgufHeader& header, std::string_view kind) {
  sys::Sha256 hash;
  for (const char* key : {"tokenizer.ggml.tokens", "tokenizer.ggml.scores", "tokenizer.ggml.token_type"})
    if (const auto* array = header.array(key)) hash.update(array->bytes);
  return fmt::format("{}-{}-{}", kind, kCountingVersion, hash.hex().substr(0, kIdDigits));
}

UnigramTokenizer::Piece::Kind piece_kind(int32_t type) {
  using Kind = UnigramTokenizer::Piece::Kind;
  return type == 1 ? Kind::normal : type == 4 ? Kind::user_defined : type == 5 ? Kind::unused : Kind::other;
}

Result<std::unique_ptr<Tokenizer>> open_unigram(const GgufHeader& header, const std::string& name) {
  const auto tokens = TRY(read_tokens(header, name));
  const auto scores = header.numbers<float>("tokenizer.ggml.scores");
  const auto types = header.numbers<int32_t>("tokenizer.ggml.token_type");
  if (scores.size() != tokens.size() || (!types.empty() && types.size() != tokens.size()))
    return corrupt_file(name, text("its vocabulary has {} tokens and {} scores",
                                   "词表有 {} 个词元、{} 个分值", tokens.size(), scores.size()));
  std::vector<UnigramTokenizer::Piece> pieces;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!std::isfinite(scores[i]))
      return corrupt_file(name, text("the score of token {} is no number", "词元 {} 的分值不是有效数字", i));
    pieces.push_back(
        {tokens[i], scores[i], types.empty() ? UnigramTokenizer::Piece::Kind::normal : piece_kind(types[i])});
  }
  return std::make_unique<UnigramTokenizer>(vocabulary_id(header, "unigram"), pieces);
}

Result<std::unique_ptr<Tokenizer>> open_word_piece(const GgufHeader& header, const std::string& name) {
  const auto tokens = TRY(read_tokens(header, name));
  const WordPieceTokenizer::Options options{
      .lower_case = header.flag("tokenizer.ggml.normalizer.lowercase").value_or(true),
      .strip_accents = header.flag("tokenizer.ggml.normalizer.strip_accents").value_or(true)};
  const std::string kind =
      fmt::format("wordpiece{}{}", options.lower_case ? "-lower" : "", options.strip_accents ? "-plain" : "");
  return std::make_unique<WordPieceTokenizer>(vocabulary_id(header, kind), tokens, options);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> open_gguf_tokenizer(const sys::Path& gguf) {
  const GgufFile file = TRY(GgufFile::open(gguf));
  const std::string model(file.header().string("tokenizer.ggml.model").value_or(""));
  if (model == "t5") return open_unigram(file.header(), gguf.string());
  if (model == "bert") return open_word_piece(file.header(), gguf.string());
  return fail(
      Errc::refused,
      text("{} has a tokenizer of the kind “{}”; tokens can be counted for embedding models (t5 and bert)",
           "{} 的分词器类型是“{}”；只能为向量模型（t5、bert）统计词元数", gguf.string(), printable(model)));
}

}  // namespace cvp::model
