// Cuts a document into passages that answer a question on their own. The order of decisions:
//   1. A document that fits as a whole stays whole.
//   2. Headings cut it into sections; a section that fits stays whole.
//   3. A longer section is filled evenly with whole blocks (paragraph, item, row), so that no crumb is left
//   at its end; a block that
//      does not fit by itself is cut at sentences, a sentence that does not fit at code points.
//   4. What was decided with sums of counts is checked with the real count of the finished passage; if that
//   is over the limit the
//      overlap goes, then the repeated table header, then the passage is halved.
// Every byte is counted at most three times: by block, by sentence where a block is cut, and in the finished
// passage.
#include <algorithm>

#include "base/unicode.h"
#include "ingest/adder.h"
#include "ingest/clean.h"
#include "ingest/sections.h"

namespace cvp::ingest {
namespace {

constexpr uint32_t kLeastMaxTokens = 16;
// No vocabulary has many tokens longer than this: what is longer in bytes need not be counted to be too long.
constexpr uint64_t kMostBytesPerToken = 64;
constexpr size_t kSliceBytes = 48;         // of a sentence that must be cut anywhere
constexpr size_t kOverlapPieces = 6;       // looked back through for overlap
constexpr uint32_t kTinySectionShare = 3;  // of the target

struct Piece {
  Span span;
  uint32_t tokens = 0;
  BlockKind kind = BlockKind::paragraph;
  size_t table_header = kNone;  // block of the header row, for the rows behind it
  static constexpr size_t kNone = ~size_t{0};
};

class Chunker {
 public:
  Chunker(const store::ParsedText& parsed, const model::Tokenizer& tokenizer, const ChunkOptions& options)
      : parsed_(parsed), text_(parsed.text), tokenizer_(tokenizer), options_(options) {
    options_.max_tokens = std::max(options_.max_tokens, kLeastMaxTokens);
    options_.target_tokens = std::clamp(options_.target_tokens, kLeastMaxTokens / 2, options_.max_tokens);
    options_.overlap_tokens = std::min(options_.overlap_tokens, options_.max_tokens / 2);
  }

  std::vector<store::ChunkSpan> run() {
    blocks_ = outline(parsed_);
    if (blocks_.empty() || whole_document()) return std::move(chunks_);
    std::vector<uint32_t> tokens;
    for (const Block& block : blocks_) tokens.push_back(count_or_too_long(block.span));
    for (const Section& section :
         sections(text_, blocks_, tokens, options_.target_tokens / kTinySectionShare))
      cut_section(section, tokens);
    return std::move(chunks_);
  }

 private:
  std::string_view view(Span span) const { return text_.substr(span.begin, span.size()); }
  uint32_t count(std::string_view text) const { return static_cast<uint32_t>(tokenizer_.count(text)); }
  /// max_tokens + 1 stands for "more than fits".
  uint32_t count_or_too_long(Span span) const {
    if (span.size() > options_.max_tokens * kMostBytesPerToken) return options_.max_tokens + 1;
    return count(view(span));
  }

  bool whole_document() {
    const Span all{blocks_.front().span.begin, blocks_.back().span.end};
    if (count_or_too_long(all) > options_.max_tokens) return false;
    const std::vector<uint32_t> none(blocks_.size(), 0);
    const auto parts = sections(text_, blocks_, none, 0);
    std::vector<std::string> path = parts.front().path;
    for (const Section& part : parts) path = common_path(path, part.path);
    const std::string heading = fitting_heading(path);
    const uint32_t tokens = total(heading, all);
    if (tokens > options_.max_tokens) return false;
    add(heading, all, all.begin, tokens);
    return true;
  }

  uint32_t total(const std::string& heading, Span indexed) const {
    return (heading.empty() ? 0 : count(heading)) + count(view(indexed));
  }

  /// At most a quarter of the limit: outer headings go first, then the end of the last one.
  std::string fitting_heading(std::vector<std::string> path) const {
    const uint32_t limit = options_.max_tokens / 4;
    while (path.size() > 1 && count(join_path(path)) > limit) path.erase(path.begin());
    return cut_to(join_path(path), limit);
  }
  std::string cut_to(std::string text, uint32_t limit) const {
    while (!text.empty() && count(text) > limit) text = std::string(utf8_prefix(text, text.size() * 3 / 4));
    return std::string(trim(text));
  }

  void cut_section(const Section& section, const std::vector<uint32_t>& tokens) {
    const std::string heading = fitting_heading(section.path);
    const uint32_t heading_tokens = heading.empty() ? 0 : count(heading);
    const uint32_t budget = options_.max_tokens - heading_tokens;
    const uint32_t aim =
        std::clamp(options_.target_tokens > heading_tokens ? options_.target_tokens - heading_tokens : 1u,
                   budget / 2, budget);
    pieces_.clear();
    size_t header = Piece::kNone;
    for (size_t i = section.first_block; i < section.end_block; ++i) {
      const Block& block = blocks_[i];
      if (block.kind != BlockKind::row) {
        header = Piece::kNone;
      } else if (header == Piece::kNone) {
        header = i;
      }
      if (tokens[i] <= budget) {
        pieces_.push_back({block.span, tokens[i], block.kind, header != i ? header : Piece::kNone});
      } else {
        cut_block(block, budget);
      }
    }
    pack(heading, budget, aim);
  }

  /// Sentences of a block that is too long; the spaces between them belong to none.
  void cut_block(const Block& block, uint32_t budget) {
    uint32_t from = block.span.begin;
    for (const Span sentence : split_sentences(view(block.span))) {
      const Span span{from, block.span.begin + sentence.end};
      from = span.end;
      cut_sentence(trimmed(span), block.kind, budget);
    }
    if (from < block.span.end) cut_sentence(trimmed({from, block.span.end}), block.kind, budget);
  }

  void cut_sentence(Span span, BlockKind kind, uint32_t budget) {
    if (span.size() == 0) return;
    const uint32_t tokens = count_or_too_long(span);
    if (tokens <= budget) {
      pieces_.push_back({span, tokens, kind, Piece::kNone});
      return;
    }
    Piece piece{{span.begin, span.begin}, 0, kind, Piece::kNone};
    for (uint32_t pos = span.begin; pos < span.end;) {
      std::string_view slice = utf8_prefix(view({pos, span.end}), kSliceBytes);
      if (const size_t space = slice.find_last_of(" \n");
          space != std::string_view::npos && space > kSliceBytes / 2)
        slice = slice.substr(0, space + 1);
      if (slice.empty()) slice = view({pos, span.end});
      const uint32_t slice_tokens = count(slice);
      if (piece.tokens > 0 && piece.tokens + slice_tokens > budget) {
        push_trimmed(piece);
        piece = {{pos, pos}, 0, kind, Piece::kNone};
      }
      pos += static_cast<uint32_t>(slice.size());
      piece.span.end = pos;
      piece.tokens += slice_tokens;
    }
    push_trimmed(piece);
  }

  Span trimmed(Span span) const {
    const std::string_view body = trim(view(span));
    const auto begin = static_cast<uint32_t>(body.data() - text_.data());
    return {begin, begin + static_cast<uint32_t>(body.size())};
  }
  void push_trimmed(Piece piece) {
    piece.span = trimmed(piece.span);
    if (piece.span.size() > 0) pieces_.push_back(piece);
  }

  /// Fills passages evenly: what is left is divided by the passages it needs, and each takes about its share.
  void pack(const std::string& heading, uint32_t budget, uint32_t aim) {
    uint64_t left = 0;
    for (const Piece& piece : pieces_) left += piece.tokens;
    for (size_t first = 0; first < pieces_.size();) {
      const uint64_t passages = left <= budget ? 1 : (left + aim - 1) / aim;
      const uint64_t share = (left + passages - 1) / passages;
      uint64_t room = budget;
      if (pieces_[first].table_header != Piece::kNone)
        room -= std::min<uint64_t>(room / 2, header_tokens(pieces_[first]));
      uint64_t filled = pieces_[first].tokens;
      size_t end = first + 1;
      while (end < pieces_.size() && filled + pieces_[end].tokens <= room) {
        const uint64_t with = filled + pieces_[end].tokens;
        const bool farther = with > share && with - share > share - std::min(share, filled);
        // A heading is never the last thing of a passage.
        if (farther && pieces_[end - 1].kind != BlockKind::heading) break;
        filled = with;
        ++end;
      }
      while (end > first + 1 && end < pieces_.size() && pieces_[end - 1].kind == BlockKind::heading)
        filled -= pieces_[--end].tokens;
      emit(heading, first, end);
      left -= filled;
      first = end;
    }
  }

  uint32_t header_tokens(const Piece& piece) const {
    return count_or_too_long(blocks_[piece.table_header].span);
  }

  /// The heading of rows that stand apart from their table's header row says its columns.
  std::string with_table_header(const std::string& heading, const Piece& first) const {
    if (first.table_header == Piece::kNone) return heading;
    std::string_view row = utf8_prefix(view(blocks_[first.table_header].span), options_.max_tokens * 4);
    while (!row.empty() && (row.front() == '|' || row.front() == ' ')) row.remove_prefix(1);
    while (!row.empty() && (row.back() == '|' || row.back() == ' ')) row.remove_suffix(1);
    const std::string columns = cut_to(std::string(row), options_.max_tokens / 4);
    if (columns.empty()) return heading;
    return heading.empty() ? columns : heading + " › " + columns;
  }

  void emit(const std::string& heading, size_t first, size_t end) {
    const Span span{pieces_[first].span.begin, pieces_[end - 1].span.end};
    const std::string full = with_table_header(heading, pieces_[first]);
    const uint32_t context = overlap_begin(first);
    for (const auto& [head, begin] :
         {std::pair{&full, context}, {&full, span.begin}, {&heading, span.begin}}) {
      const uint32_t tokens = total(*head, {begin, span.end});
      if (tokens > options_.max_tokens) continue;
      add(*head, span, begin, tokens);
      return;
    }
    if (end - first > 1) {
      const size_t middle = first + (end - first) / 2;
      emit(heading, first, middle);
      emit(heading, middle, end);
      return;
    }
    halve(heading, span);
  }

  /// One piece whose parts counted less than it does as a whole.
  void halve(const std::string& heading, Span span) {
    const uint32_t tokens = total(heading, span);
    const std::string_view half = utf8_prefix(view(span), span.size() / 2);
    if (tokens <= options_.max_tokens || half.empty()) {
      if (span.size() > 0) add(heading, span, span.begin, tokens);
      return;
    }
    const uint32_t middle = span.begin + static_cast<uint32_t>(half.size());
    halve(heading, trimmed({span.begin, middle}));
    halve(heading, trimmed({middle, span.end}));
  }

  /// Whole sentences before the passage, from the same section; rows and code explain nothing out of their
  /// place.
  uint32_t overlap_begin(size_t first) const {
    uint32_t begin = pieces_[first].span.begin;
    uint32_t tokens = 0;
    if (pieces_[first].kind == BlockKind::row) return begin;
    for (size_t back = 1; back <= std::min(first, kOverlapPieces); ++back) {
      const Piece& piece = pieces_[first - back];
      if (piece.kind == BlockKind::heading || piece.kind == BlockKind::row || piece.kind == BlockKind::code)
        return begin;
      const auto sentences = split_sentences(view(piece.span));
      for (size_t i = sentences.size(); i-- > 0;) {
        const uint32_t from = piece.span.begin + sentences[i].begin;
        const Span sentence{from, piece.span.begin + sentences[i].end};
        tokens += count_or_too_long(sentence);
        if (tokens > options_.overlap_tokens) return begin;
        begin = from;
      }
    }
    return begin;
  }

  uint32_t page_at(uint32_t offset) const {
    const auto& starts = parsed_.page_starts;
    return static_cast<uint32_t>(std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin());
  }

  void add(const std::string& heading, Span span, uint32_t context_begin, uint32_t tokens) {
    store::ChunkSpan chunk;
    chunk.span = span;
    chunk.context_begin = context_begin;
    chunk.page_first = page_at(span.begin);
    chunk.page_last = page_at(span.end - 1);
    chunk.tokens = tokens;
    chunk.heading = heading;
    chunks_.push_back(std::move(chunk));
  }

  const store::ParsedText& parsed_;
  std::string_view text_;
  const model::Tokenizer& tokenizer_;
  ChunkOptions options_;
  std::vector<Block> blocks_;
  std::vector<Piece> pieces_;
  std::vector<store::ChunkSpan> chunks_;
};

}  // namespace

std::vector<store::ChunkSpan> chunk(const store::ParsedText& parsed, const model::Tokenizer& tokenizer,
                                    const ChunkOptions& options) {
  return Chunker(parsed, tokenizer, options).run();
}

}  // namespace cvp::ingest
