#include "model/unigram.h"

#include <algorithm>
#include <limits>

#include "base/unicode.h"
#include "model/normalize.h"

namespace cvp::model {
namespace {

constexpr std::string_view kWordStart = "▁";
constexpr double kUnknownPenalty = 10.0;
// A longer run without a word's start is counted in pieces of this size: the sum may be a token off, memory
// stays small.
constexpr size_t kMaxRunBytes = 64 << 10;

size_t utf8_length(unsigned char lead) { return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

}  // namespace

UnigramTokenizer::UnigramTokenizer(std::string id, const std::vector<Piece>& pieces)
    : id_(std::move(id)), words_are_apart_(true) {
  std::vector<std::pair<std::string_view, int32_t>> keys;
  double least = std::numeric_limits<double>::max();
  bool has_word_start = false;
  for (const auto& piece : pieces) {
    if (piece.kind == Piece::Kind::normal) least = std::min<double>(least, piece.score);
    if (piece.kind != Piece::Kind::other && !piece.text.empty()) {
      keys.emplace_back(piece.text, static_cast<int32_t>(scores_.size()));
      words_are_apart_ = words_are_apart_ && piece.text.find(kWordStart, 1) == std::string_view::npos;
      has_word_start = has_word_start || piece.text == kWordStart;
    }
    scores_.push_back(piece.kind == Piece::Kind::user_defined ? 0.0f : piece.score);
  }
  // Without a piece for the bare start, unknown runs could go on over it.
  words_are_apart_ = words_are_apart_ && has_word_start;
  unknown_score_ = (keys.empty() ? 0.0 : least) - kUnknownPenalty;
  trie_ = PrefixTrie::build(std::move(keys));
}

size_t UnigramTokenizer::count(std::string_view utf8) const {
  const std::string text = normalize_text(Normalization::nmt_nfkc, utf8);
  size_t tokens = 0;
  std::string run;
  for (size_t pos = 0; pos < text.size();) {
    const size_t begin = text.find_first_not_of(' ', pos);
    if (begin == std::string::npos) break;
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (words_are_apart_ && !run.empty()) {
      tokens += count_run(run);
      run.clear();
    }
    run += kWordStart;
    for (size_t at = begin; at < end;) {
      const size_t room = kMaxRunBytes - std::min(kMaxRunBytes, run.size());
      const std::string_view fitting =
          utf8_prefix(std::string_view(text).substr(at, end - at), std::max<size_t>(room, 4));
      run += fitting;
      at += fitting.size();
      if (run.size() + 4 <= kMaxRunBytes) continue;  // the word ended
      tokens += count_run(run);
      run.clear();
    }
    pos = end;
  }
  return run.empty() ? tokens : tokens + count_run(run);
}

/// Viterbi over byte positions; a position is reached only at the end of a code point.
size_t UnigramTokenizer::count_run(std::string_view text) const {
  struct Best {
    double score = std::numeric_limits<double>::lowest();
    uint32_t tokens = 0;
    bool unknown = false;
  };
  std::vector<Best> best(text.size() + 1);
  best[0].score = 0;
  for (size_t at = 0; at < text.size();) {
    const Best from = best[at];
    const size_t length = std::min(utf8_length(static_cast<unsigned char>(text[at])), text.size() - at);
    bool whole_character = false;
    uint32_t node = PrefixTrie::kRoot;
    for (size_t end = at; end < text.size() && trie_.step(node, static_cast<unsigned char>(text[end]));) {
      ++end;
      const int32_t piece = trie_.value(node);
      if (piece == PrefixTrie::kNoValue) continue;
      whole_character = whole_character || end - at == length;
      const double score = from.score + scores_[static_cast<size_t>(piece)];
      if (score > best[end].score) best[end] = {score, from.tokens + 1, false};
    }
    if (!whole_character && from.score + unknown_score_ > best[at + length].score)
      best[at + length] = {from.score + unknown_score_, from.tokens + (from.unknown ? 0 : 1), true};
    at += length;
  }
  return best[text.size()].tokens;
}

}  // namespace cvp::model
