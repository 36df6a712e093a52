#include "model/gguf.h"

#include <cstring>

#include "model/gguf_parser.h"

namespace cvp::model {
namespace {

template <class T>
constexpr GgufType kTypeOf = GgufType::array;
template <>
constexpr GgufType kTypeOf<int32_t> = GgufType::i32;
template <>
constexpr GgufType kTypeOf<uint32_t> = GgufType::u32;
template <>
constexpr GgufType kTypeOf<float> = GgufType::f32;

}  // namespace

size_t gguf_type_bytes(GgufType type) {
  switch (type) {
    case GgufType::u8:
    case GgufType::i8:
    case GgufType::boolean:
      return 1;
    case GgufType::u16:
    case GgufType::i16:
      return 2;
    case GgufType::u32:
    case GgufType::i32:
    case GgufType::f32:
      return 4;
    case GgufType::u64:
    case GgufType::i64:
    case GgufType::f64:
      return 8;
    case GgufType::string:
    case GgufType::array:
      return 0;
  }
  return 0;
}

uint64_t GgufTensor::elements() const {
  uint64_t product = 1;
  for (uint64_t dim : dims) product *= dim;
  return product;
}

Result<GgufHeader> GgufHeader::parse(std::string_view head, uint64_t file_bytes, const std::string& name) {
  return GgufParser(head, file_bytes, name).run();
}

const GgufTensor* GgufHeader::tensor(std::string_view name) const {
  const auto found = tensor_index_.find(name);
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

std::optional<uint64_t> GgufHeader::number(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<uint64_t>(&found->second)) return *value;
  if (const auto* value = std::get_if<int64_t>(&found->second); value && *value >= 0)
    return static_cast<uint64_t>(*value);
  return std::nullopt;
}

std::optional<double> GgufHeader::real(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<double>(&found->second)) return *value;
  return std::nullopt;
}

std::optional<bool> GgufHeader::flag(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<bool>(&found->second)) return *value;
  return std::nullopt;
}

std::optional<std::string_view> GgufHeader::string(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::string_view>(&found->second)) return *value;
  return std::nullopt;
}

const GgufArray* GgufHeader::array(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : std::get_if<GgufArray>(&found->second);
}

std::vector<std::string_view> GgufHeader::strings(std::string_view key) const {
  std::vector<std::string_view> strings;
  const GgufArray* found = array(key);
  if (!found || found->type != GgufType::string) return strings;
  strings.reserve(found->count);
  size_t pos = 0;
  for (uint64_t i = 0; i < found->count; ++i) {
    uint64_t length;
    std::memcpy(&length, found->bytes.data() + pos, sizeof(length));
    strings.push_back(found->bytes.substr(pos + sizeof(length), length));
    pos += sizeof(length) + length;
  }
  return strings;
}

template <class T>
std::vector<T> GgufHeader::numbers(std::string_view key) const {
  const GgufArray* found = array(key);
  if (!found || found->type != kTypeOf<T>) return {};
  std::vector<T> numbers(found->count);
  std::memcpy(numbers.data(), found->bytes.data(), found->bytes.size());
  return numbers;
}
template std::vector<int32_t> GgufHeader::numbers(std::string_view) const;
template std::vector<uint32_t> GgufHeader::numbers(std::string_view) const;
template std::vector<float> GgufHeader::numbers(std::string_view) const;

Result<GgufFile> GgufFile::open(const sys::Path& path) {
  sys::MappedFile map = TRY(sys::MappedFile::open(path));
  GgufHeader header = TRY(GgufHeader::parse(map.bytes(), map.bytes().size(), path.string()));
  return GgufFile(std::move(map), std::move(header));
}

}  // namespace cvp::model
