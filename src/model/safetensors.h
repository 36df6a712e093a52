// Safetensors files: u64 length, a JSON header of that length, then the data that the header's offsets count
// in.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::model {

struct SafeTensor {
  std::string type;             // "F32", "F16", "BF16", "I64" …
  std::vector<uint64_t> shape;  // slowest first, as torch has it
  std::string_view bytes;
};

/// The same without its data: begin counts from the end of the header.
struct SafeTensorInfo {
  std::string type;
  std::vector<uint64_t> shape;
  uint64_t begin = 0, bytes = 0;
  uint64_t elements() const;
};

inline constexpr uint64_t kMaxSafetensorsHeaderBytes = 100 << 20;
inline constexpr size_t kMaxSafetensors = 1 << 16;

/// All tensors by name, of a file of file_bytes bytes whose beginning is head. Checked as below;
/// Errc::unavailable means that more of the head is needed.
Result<std::map<std::string, SafeTensorInfo, std::less<>>> read_safetensors_header(std::string_view head,
                                                                                   uint64_t file_bytes,
                                                                                   const std::string& name);

/// All tensors by name, as views into bytes. Checked: header length, types, products of shapes against byte
/// ranges, ranges against the file and each other. Errc::corrupt says what is wrong.
Result<std::map<std::string, SafeTensor, std::less<>>> read_safetensors(std::string_view bytes,
                                                                        const std::string& name);

}  // namespace cvp::model
