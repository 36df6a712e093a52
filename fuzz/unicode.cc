// Folding and sentences: offsets stay inside the text and in order.
#include "base/unicode.h"
#include "base/check.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = cvp::fuzz::view(data, size);
  const std::string text = cvp::repair_utf8(bytes);
  CHECK(cvp::valid_utf8(text));
  const cvp::Folded folded = cvp::fold_with_origin(bytes);
  CHECK(folded.origin.size() == folded.text.size() + 1 && folded.origin.back() == size);
  for (size_t i = 1; i < folded.origin.size(); ++i) CHECK(folded.origin[i - 1] <= folded.origin[i]);
  uint32_t at = 0;
  for (const cvp::Span& sentence : cvp::split_sentences(bytes)) {
    CHECK(sentence.begin >= at && sentence.end > sentence.begin && sentence.end <= size);
    at = sentence.end;
  }
  return 0;
}
