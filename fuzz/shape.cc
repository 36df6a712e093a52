// Shapes of models from hostile headers and configs: whatever is accepted can be counted, quantized and given
// a cache without a sum that wraps.
#include "base/check.h"
#include "fuzz/input.h"
#include "plan/kv_cache.h"
#include "plan/parameters.h"

namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 56;  // 1e15 parameters of 32 bits, and some

void count(const cvp::plan::Shape& shape) {
  const auto weights = cvp::plan::weights_of_shape(shape);
  const auto parameters = cvp::plan::count_parameters(weights, shape);
  CHECK(parameters.active <= parameters.total && parameters.total < kMostBytes);
  for (const char* name : {"F32", "Q4_K_M", "IQ2_XS", "MXFP4", "NF4"}) {
    const auto stored = cvp::plan::quantized(weights, shape, *cvp::plan::find_quantization(name));
    const auto bytes = cvp::plan::weight_bytes(stored);
    CHECK(bytes.total < kMostBytes);
  }
  const auto small = cvp::plan::cache_bytes(shape, {.context_tokens = 1000});
  const auto large = cvp::plan::cache_bytes(shape, {.context_tokens = 100'000, .sequences = 7});
  CHECK(!small || !large || small->total() <= large->total());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = cvp::fuzz::view(data, size);
  const auto header = cvp::model::GgufHeader::parse(bytes, bytes.size(), "fuzz");
  const auto shape =
      header ? cvp::plan::shape_of_gguf(*header, "fuzz") : cvp::plan::shape_of_config(bytes, "fuzz");
  if (shape) count(*shape);
  if (header) CHECK(cvp::plan::gguf_file_bytes(*header) >= header->data_offset());
  return 0;
}
