// Full-text terms: two neighbouring CJK characters are found, whatever stands around them.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/unicode.h"
#include "fuzz/input.h"
#include "vector/index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = cvp::repair_utf8(cvp::fuzz::view(data, size));
  const auto terms = cvp::vector::tokenize(text);
  for (const auto& term : terms)
    CHECK(!term.text.empty() && term.source.begin <= term.source.end && term.source.end <= text.size());
  const std::string folded = cvp::fold(text);
  size_t pairs = 0;
  for (size_t pos = 0; pos < folded.size() && pairs < 50;) {
    size_t next = pos;
    const bool first = cvp::is_cjk(cvp::decode_utf8(folded, next));
    size_t end = next;
    if (first && end < folded.size() && cvp::is_cjk(cvp::decode_utf8(folded, end))) {
      ++pairs;
      const std::string pair = folded.substr(pos, end - pos);
      CHECK(std::ranges::any_of(terms, [&](const auto& term) { return term.text == pair; }));
    }
    pos = next;
  }
  return 0;
}
