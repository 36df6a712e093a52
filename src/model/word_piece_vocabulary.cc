#include "model/word_piece_vocabulary.h"

#include <algorithm>
#include <boost/json.hpp>
#include <unordered_map>

#include "model/byte_reader.h"
#include "model/json_text.h"

namespace cvp::model {
namespace {

constexpr size_t kMaxTokens = 1 << 21;
constexpr size_t kMaxTokenBytes = 1024;
constexpr std::string_view kWordStart = "▁";
constexpr std::string_view kContinuation = "##";

bool in_brackets(std::string_view token) {
  return token.size() > 2 &&
         ((token.front() == '[' && token.back() == ']') || (token.front() == '<' && token.back() == '>'));
}

bool has_capitals(const std::vector<std::string>& tokens) {
  return std::ranges::any_of(tokens, [](const std::string& token) {
    return !in_brackets(token) && std::ranges::any_of(token, [](char c) { return c >= 'A' && c <= 'Z'; });
  });
}

std::string gguf_token(const std::string& token) {
  if (in_brackets(token)) return token;
  if (token.starts_with(kContinuation)) return token.substr(kContinuation.size());
  return std::string(kWordStart) + token;
}

std::unexpected<Error> no_vocabulary(const std::string& name) {
  return corrupt_file(name, text("it holds no WordPiece vocabulary", "其中没有 WordPiece 词表"));
}

}  // namespace

Result<BertVocabulary> word_piece_vocabulary(const std::vector<std::string>& tokens,
                                             std::optional<bool> lower_case, const std::string& name) {
  BertVocabulary vocabulary{.kind = BertVocabulary::Kind::word_piece};
  vocabulary.lower_case = lower_case.value_or(false) || !has_capitals(tokens);
  std::unordered_map<std::string_view, uint32_t> ids;
  for (const auto& token : tokens) {
    ids.emplace(token, static_cast<uint32_t>(ids.size()));
    vocabulary.tokens.push_back(gguf_token(token));
    vocabulary.types.push_back(1);
  }
  if (ids.size() != tokens.size())
    return corrupt_file(name, text("a token stands there twice", "有词元重复出现"));
  const std::pair<std::string_view, uint32_t*> needed[] = {{"[CLS]", &vocabulary.begin},
                                                           {"[SEP]", &vocabulary.end},
                                                           {"[UNK]", &vocabulary.unknown},
                                                           {"[PAD]", &vocabulary.padding}};
  for (const auto& [token, id] : needed) {
    const auto found = ids.find(token);
    if (found == ids.end())
      return corrupt_file(name, text("its vocabulary lacks {}", "词表中缺少 {}", token));
    *id = found->second;
    vocabulary.types[*id] = 3;
  }
  if (const auto mask = ids.find("[MASK]"); mask != ids.end()) {
    vocabulary.mask = mask->second;
    vocabulary.types[mask->second] = 3;
  }
  return vocabulary;
}

Result<std::vector<std::string>> vocabulary_lines(std::string_view vocabulary_txt, const std::string& name) {
  std::vector<std::string> tokens;
  while (!vocabulary_txt.empty()) {
    const size_t end = vocabulary_txt.find('\n');
    std::string_view line = vocabulary_txt.substr(0, end);
    vocabulary_txt.remove_prefix(end == std::string_view::npos ? vocabulary_txt.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > kMaxTokenBytes || tokens.size() >= kMaxTokens) return no_vocabulary(name);
    tokens.emplace_back(line);
  }
  if (tokens.empty()) return no_vocabulary(name);
  return tokens;
}

Result<TokenizerJson> word_piece_tokenizer_json(std::string_view json, const std::string& name) {
  const boost::json::value root = TRY(parse_json(json, name));
  const auto* object = root.if_object();
  const auto* model = object ? json_object(*object, "model") : nullptr;
  const auto* vocabulary = model ? json_object(*model, "vocab") : nullptr;
  const auto* type = model ? model->if_contains("type") : nullptr;
  if (!vocabulary || vocabulary->empty() || vocabulary->size() > kMaxTokens || (type && *type != "WordPiece"))
    return no_vocabulary(name);
  TokenizerJson result;
  result.tokens.resize(vocabulary->size());
  std::vector<bool> seen(vocabulary->size(), false);
  for (const auto& entry : *vocabulary) {
    const auto id = json_number(*vocabulary, entry.key());
    if (!id || *id >= seen.size() || seen[*id] || entry.key().size() > kMaxTokenBytes)
      return corrupt_file(
          name, text("the token \"{}\" has a wrong number", "词元 “{}” 的编号有误", printable(entry.key())));
    seen[*id] = true;
    result.tokens[*id] = std::string(entry.key());
  }
  const auto* normalizer = json_object(*object, "normalizer");
  const auto* lower = normalizer ? normalizer->if_contains("lowercase") : nullptr;
  if (lower && lower->is_bool()) result.lower_case = lower->get_bool();
  return result;
}

}  // namespace cvp::model
