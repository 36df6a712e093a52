// GGUF headers: whatever is accepted lies inside the file.
#include "model/gguf.h"
#include "base/check.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = cvp::fuzz::view(data, size);
  const auto header = cvp::model::GgufHeader::parse(bytes, bytes.size(), "fuzz");
  if (!header) return 0;
  for (const auto& tensor : header->tensors()) {
    CHECK(tensor.offset >= header->data_offset() && tensor.offset <= size &&
          tensor.bytes <= size - tensor.offset);
  }
  return 0;
}
