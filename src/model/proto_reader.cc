#include "model/proto_reader.h"

#include <cstring>

#include "model/byte_reader.h"

namespace cvp::model {

Result<uint64_t> ProtoReader::varint() {
  constexpr size_t kMaxVarintBytes = 10;
  uint64_t value = 0;
  for (size_t i = 0; i < kMaxVarintBytes && i < left_.size(); ++i) {
    const auto byte = static_cast<unsigned char>(left_[i]);
    if (i == kMaxVarintBytes - 1 && byte > 1) break;
    value |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      left_.remove_prefix(i + 1);
      return value;
    }
  }
  return corrupt_file(name_, text("a number in it is broken or cut off", "其中有一个数字已损坏或被截断"));
}

Result<std::string_view> ProtoReader::take(uint64_t n) {
  if (n > left_.size()) return corrupt_file(name_, text("it ends inside a field", "文件在字段中间就结束了"));
  const std::string_view taken = left_.substr(0, n);
  left_.remove_prefix(n);
  return taken;
}

Result<std::optional<ProtoField>> ProtoReader::next() {
  if (left_.empty()) return std::nullopt;
  const uint64_t tag = TRY(varint());
  ProtoField field{.number = static_cast<uint32_t>(tag >> 3)};
  if (tag >> 3 == 0 || tag >> 3 > (1u << 29) - 1)
    return corrupt_file(name_, text("a field in it has an impossible number", "其中有字段的编号不合理"));
  switch (tag & 7) {
    case 0:
      field.value = TRY(varint());
      break;
    case 1: {
      field.kind = ProtoField::Kind::fixed64;
      std::memcpy(&field.value, TRY(take(8)).data(), 8);
      break;
    }
    case 2: {
      field.kind = ProtoField::Kind::bytes;
      const uint64_t length = TRY(varint());
      field.bytes = TRY(take(length));
      break;
    }
    case 5: {
      field.kind = ProtoField::Kind::fixed32;
      std::memcpy(&field.value, TRY(take(4)).data(), 4);
      break;
    }
    default:
      return corrupt_file(name_, text("a field in it has an unknown kind", "其中有字段的类型无法识别"));
  }
  return field;
}

Result<void> append_integers(const ProtoField& field, const std::string& name, size_t limit,
                             std::vector<uint64_t>& out) {
  if (field.kind == ProtoField::Kind::integer) {
    out.push_back(field.value);
  } else if (field.kind == ProtoField::Kind::bytes) {
    ProtoReader list(field.bytes, name);
    while (!list.at_end() && out.size() <= limit) out.push_back(TRY(list.varint()));
  } else {
    return corrupt_file(name, text("a list of integers in it has a wrong kind", "其中有整数列表的类型有误"));
  }
  if (out.size() > limit)
    return corrupt_file(name, text("a list of integers in it is too long", "其中有整数列表过长"));
  return {};
}

}  // namespace cvp::model
