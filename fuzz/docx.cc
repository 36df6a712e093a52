// DOCX files: what is read is valid UTF-8 under the limit.
#include "ingest/docx.h"
#include "base/check.h"
#include "base/unicode.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kTextLimit = 1 << 20;
  const auto parsed = cvp::ingest::parse_docx(cvp::fuzz::view(data, size), kTextLimit);
  if (parsed) CHECK(cvp::valid_utf8(parsed->text) && parsed->text.size() <= kTextLimit);
  return 0;
}
