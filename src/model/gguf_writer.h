#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/gguf.h"
#include "sys/files.h"

namespace cvp::model {

/// Writes a GGUF file (version 3) piece by piece: set() all keys, declare() all tensors, write_header(), then
/// the tensors' bytes in the declared order, then finish(). Memory is that of the header. Destroyed before
/// finish() it leaves nothing behind.
class GgufWriter {
 public:
  static Result<GgufWriter> create(const sys::Path& path);
  GgufWriter(GgufWriter&&) = default;
  ~GgufWriter();

  void set(std::string_view key, std::string_view value);
  void set(std::string_view key, const char* value) { set(key, std::string_view(value)); }
  void set(std::string_view key, uint32_t value);
  void set(std::string_view key, float value);
  void set(std::string_view key, bool value);
  void set(std::string_view key, std::span<const std::string> values);
  void set(std::string_view key, std::span<const float> values);
  void set(std::string_view key, std::span<const int32_t> values);

  /// dims: fastest first. CHECKs that the shape fits the type.
  void declare(std::string_view name, std::span<const uint64_t> dims, TensorType type);
  Result<void> write_header();
  /// The next bytes of the tensor that is being written; padding between tensors is put in here.
  Result<void> write(std::string_view bytes);
  /// CHECKs that all bytes of all tensors were written.
  Result<void> finish();

 private:
  explicit GgufWriter(sys::PartFile file) : file_(std::move(file)) {}
  void key(std::string_view key, GgufType type);
  void array(std::string_view key, GgufType type, uint64_t count);

  sys::PartFile file_;
  std::string keys_, infos_;
  uint64_t key_count_ = 0;
  std::vector<uint64_t> tensor_bytes_;
  uint64_t data_bytes_ = 0;   // declared so far, padded
  size_t tensor_ = 0;         // the one being written
  uint64_t tensor_done_ = 0;  // its bytes written
  bool finished_ = false;
};

}  // namespace cvp::model
