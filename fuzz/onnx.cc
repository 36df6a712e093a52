// ONNX graphs.
#include "model/onnx.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)cvp::model::OnnxGraph::parse(cvp::fuzz::view(data, size), "fuzz");
  return 0;
}
