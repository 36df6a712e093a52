// Chunks: in order, apart, under the token limit, and together they hold every byte that is not white space.
#include "base/check.h"
#include "base/unicode.h"
#include "fuzz/input.h"
#include "ingest/adder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cvp::store::ParsedText parsed;
  parsed.text = cvp::repair_utf8(cvp::fuzz::view(data, size));
  parsed.media_type = "text/markdown";
  const auto tokenizer = cvp::model::estimating_tokenizer();
  const cvp::ingest::ChunkOptions options{.target_tokens = 40, .max_tokens = 64, .overlap_tokens = 10};
  size_t at = 0;
  const auto only_space = [&](size_t from, size_t to) {
    for (size_t pos = from; pos < to;) CHECK(cvp::is_space(cvp::decode_utf8(parsed.text, pos)));
  };
  for (const auto& chunk : cvp::ingest::chunk(parsed, *tokenizer, options)) {
    CHECK(chunk.span.begin >= at && chunk.span.end > chunk.span.begin &&
          chunk.span.end <= parsed.text.size());
    CHECK(chunk.context_begin <= chunk.span.begin && chunk.tokens <= options.max_tokens);
    only_space(at, chunk.span.begin);
    at = chunk.span.end;
  }
  only_space(at, parsed.text.size());
  return 0;
}
