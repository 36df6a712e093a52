// GGUF files: a reader of headers that trusts nothing (a pre-flight check before the engine opens the file),
// and a writer. Layout (versions 2 and 3, little-endian): "GGUF", version, tensor count, key count; keys with
// typed values; tensor infos; padding to the alignment; tensor data, each tensor padded. Offsets count from
// the start of the data.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/tensor_type.h"
#include "sys/files.h"

namespace cvp::model {

enum class GgufType : uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

/// Bytes of a number or truth value of that type, 0 for strings and arrays.
size_t gguf_type_bytes(GgufType type);

/// Elements as they stand in the file; strings with their lengths before them.
struct GgufArray {
  GgufType type = GgufType::u8;
  uint64_t count = 0;
  std::string_view bytes;
};

/// All unsigned, signed and real numbers are widened. Views point into the bytes that the header was read
/// from.
using GgufValue = std::variant<uint64_t, int64_t, double, bool, std::string_view, GgufArray>;

struct GgufTensor {
  std::string name;
  std::vector<uint64_t> dims;  // fastest first; empty is a single number
  TensorType type = TensorType::f32;
  uint64_t offset = 0;  // from the start of the file
  uint64_t bytes = 0;
  uint64_t elements() const;
};

/// A checked header: every count, length, offset and size in it fits the file. Immutable; thread-safe.
class GgufHeader {
 public:
  static constexpr uint64_t kMaxKeys = 1 << 16;
  static constexpr uint64_t kMaxTensors = 1 << 16;
  static constexpr uint64_t kMaxKeyBytes = 65535;
  static constexpr uint64_t kMaxStringBytes = 16 << 20;
  static constexpr uint64_t kMaxArrayElements = 1 << 26;
  static constexpr uint64_t kMaxTensorNameBytes = 63;  // the engine refuses longer ones
  static constexpr uint32_t kMaxDims = 4;
  static constexpr uint64_t kDefaultAlignment = 32;

  /// head is the beginning (or all) of a file of file_bytes bytes; name is what errors call it. Errc::corrupt
  /// says what is wrong, Errc::refused names a version or tensor type that is not known here,
  /// Errc::unavailable means that more of the head is needed.
  static Result<GgufHeader> parse(std::string_view head, uint64_t file_bytes, const std::string& name);

  uint32_t version() const { return version_; }
  uint64_t alignment() const { return alignment_; }
  uint64_t data_offset() const { return data_offset_; }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  const GgufTensor* tensor(std::string_view name) const;
  const std::map<std::string, GgufValue, std::less<>>& values() const { return values_; }

  // Values by key; nothing where the key is absent or of another kind. number() takes any integer type that
  // is not negative.
  std::optional<uint64_t> number(std::string_view key) const;
  std::optional<double> real(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<std::string_view> string(std::string_view key) const;
  const GgufArray* array(std::string_view key) const;
  /// Elements of a string array; empty where the key is absent or of another type.
  std::vector<std::string_view> strings(std::string_view key) const;
  /// Elements of an array of exactly that type (int32_t, uint32_t or float); empty where the key is absent or
  /// of another type.
  template <class T>
  std::vector<T> numbers(std::string_view key) const;

 private:
  friend class GgufParser;
  uint32_t version_ = 0;
  uint64_t alignment_ = kDefaultAlignment;
  uint64_t data_offset_ = 0;
  std::map<std::string, GgufValue, std::less<>> values_;
  std::vector<GgufTensor> tensors_;
  std::map<std::string, size_t, std::less<>> tensor_index_;
};

/// A mapped GGUF file with its checked header.
class GgufFile {
 public:
  static Result<GgufFile> open(const sys::Path& path);
  const GgufHeader& header() const { return header_; }
  std::string_view data(const GgufTensor& tensor) const {
    return map_.bytes().substr(tensor.offset, tensor.bytes);
  }

 private:
  GgufFile(sys::MappedFile map, GgufHeader header) : map_(std::move(map)), header_(std::move(header)) {}
  sys::MappedFile map_;
  GgufHeader header_;
};

}  // namespace cvp::model
