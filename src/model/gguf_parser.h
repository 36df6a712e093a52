#pragma once
#include <string>
#include <string_view>

#include "model/byte_reader.h"
#include "model/gguf.h"

namespace cvp::model {

/// One pass over a GGUF header; see GgufHeader::parse.
class GgufParser {
 public:
  GgufParser(std::string_view head, uint64_t file_bytes, const std::string& name);
  Result<GgufHeader> run();

 private:
  Result<void> read_start();
  Result<void> read_key();
  Result<GgufValue> read_value(GgufType type, const std::string& key);
  Result<GgufArray> read_array(const std::string& key);
  Result<std::string_view> read_string();
  Result<void> find_alignment();
  Result<void> read_tensor();
  Result<void> read_shape(GgufTensor& tensor);
  Result<void> place_tensors();

  uint64_t file_bytes_;
  std::string_view head_;
  ByteReader in_;
  GgufHeader header_;
  uint64_t tensor_count_ = 0, key_count_ = 0;
};

}  // namespace cvp::model
