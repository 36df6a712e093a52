// The wire format of protocol buffers, as much as ONNX needs: numbered fields that are integers, fixed-width
// numbers or bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::model {

struct ProtoField {
  uint32_t number = 0;
  enum class Kind { integer, fixed64, bytes, fixed32 } kind = Kind::integer;
  uint64_t value = 0;      // integer and fixed widths, as bits
  std::string_view bytes;  // strings, messages, packed lists
};

/// Reads one message field by field; hostile input is Errc::corrupt, never read past its end.
class ProtoReader {
 public:
  ProtoReader(std::string_view message, const std::string& name) : left_(message), name_(name) {}
  /// The next field, nothing at the end of the message.
  Result<std::optional<ProtoField>> next();

  /// The next bare integer: an element of a packed list.
  Result<uint64_t> varint();
  bool at_end() const { return left_.empty(); }

 private:
  Result<std::string_view> take(uint64_t n);

  std::string_view left_;
  const std::string& name_;
};

/// The integers of a repeated field: one integer or a packed list, at most limit in all. Appends to out.
Result<void> append_integers(const ProtoField& field, const std::string& name, size_t limit,
                             std::vector<uint64_t>& out);

}  // namespace cvp::model
