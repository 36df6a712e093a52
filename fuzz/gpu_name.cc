// Names of GPUs as anybody may write them, and files of the catalogue.
#include "plan/gpu_name.h"
#include "base/check.h"
#include "fuzz/input.h"
#include "plan/gpu_toml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = cvp::fuzz::view(data, size);
  const cvp::plan::GpuName name = cvp::plan::decode_gpu_name(text);
  CHECK(name.known() == !name.canonical.empty());
  // What it calls the product means the same product again.
  if (name.known()) {
    const cvp::plan::GpuName again = cvp::plan::decode_gpu_name(name.canonical);
    CHECK(again.vendor == name.vendor && again.series == name.series);
  }
  (void)cvp::plan::parse_gpus(text, "fuzz", {{.source = {.key = "s"}}});
  (void)cvp::plan::parse_sources(text, "fuzz");
  return 0;
}
