// Guessing encodings: the result is always valid UTF-8.
#include "ingest/encoding.h"
#include "base/check.h"
#include "base/unicode.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto decoded = cvp::ingest::decode_text(cvp::fuzz::view(data, size));
  if (decoded) CHECK(cvp::valid_utf8(decoded->text));
  return 0;
}
