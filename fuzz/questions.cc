// Question files for evaluation.
#include "eval/evaluate.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)cvp::eval::parse_questions(cvp::fuzz::view(data, size), "fuzz.jsonl");
  (void)cvp::eval::parse_questions(cvp::fuzz::view(data, size), "fuzz.json");
  return 0;
}
