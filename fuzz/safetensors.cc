// Safetensors: every tensor that is accepted is a part of the file.
#include "model/safetensors.h"
#include "base/check.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = cvp::fuzz::view(data, size);
  const auto tensors = cvp::model::read_safetensors(bytes, "fuzz");
  if (!tensors) return 0;
  for (const auto& [name, tensor] : *tensors) {
    CHECK(tensor.bytes.empty() || (tensor.bytes.data() >= bytes.data() &&
                                   tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + size));
  }
  return 0;
}
