// Prompt templates that a user wrote.
#include "fuzz/input.h"
#include "prompt/library.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)cvp::prompt::parse_template(cvp::fuzz::view(data, size), "fuzz");
  return 0;
}
