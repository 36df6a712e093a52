#include "model/safetensors.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "model/byte_reader.h"
#include "model/json_text.h"

namespace cvp::model {
namespace {

constexpr size_t kMaxDims = 8;

std::optional<uint64_t> element_bytes(std::string_view type) {
  constexpr std::pair<std::string_view, uint64_t> kTypes[] = {
      {"F64", 8}, {"I64", 8}, {"U64", 8}, {"F32", 4}, {"I32", 4},  {"U32", 4},     {"F16", 2},    {"BF16", 2},
      {"I16", 2}, {"U16", 2}, {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
  for (const auto& [name, bytes] : kTypes)
    if (name == type) return bytes;
  return std::nullopt;
}

struct Range {
  uint64_t begin = 0, end = 0;
};

std::optional<std::vector<uint64_t>> numbers(const boost::json::value* value, size_t limit) {
  const auto* array = value ? value->if_array() : nullptr;
  if (!array || array->size() > limit) return std::nullopt;
  std::vector<uint64_t> numbers;
  for (const auto& item : *array) {
    if (const auto* number = item.if_int64(); number && *number >= 0)
      numbers.push_back(static_cast<uint64_t>(*number));
    else if (const auto* large = item.if_uint64())
      numbers.push_back(*large);
    else
      return std::nullopt;
  }
  return numbers;
}

/// Bytes of a tensor of that shape; nothing where the product overflows.
std::optional<uint64_t> shape_bytes(const std::vector<uint64_t>& shape, uint64_t element) {
  uint64_t bytes = element;
  for (uint64_t dim : shape)
    if (__builtin_mul_overflow(bytes, dim, &bytes)) return std::nullopt;
  return bytes;
}

Result<SafeTensorInfo> read_entry(const boost::json::object& fields, uint64_t data_bytes,
                                  const std::string& shown, const std::string& name) {
  SafeTensorInfo tensor;
  const auto* type = fields.if_contains("dtype");
  const auto shape = numbers(fields.if_contains("shape"), kMaxDims);
  const auto offsets = numbers(fields.if_contains("data_offsets"), 2);
  if (!type || !type->is_string() || !shape || !offsets || offsets->size() != 2)
    return corrupt_file(name, text("the entry of tensor {} is incomplete", "张量 {} 的描述不完整", shown));
  tensor.type = std::string(type->get_string());
  const auto element = element_bytes(tensor.type);
  if (!element)
    return fail(Errc::refused, text("{}: the tensor {} has the unknown type {}",
                                    "{}：张量 {} 的类型 {} 无法识别", name, shown, printable(tensor.type)));
  const uint64_t begin = (*offsets)[0], end = (*offsets)[1];
  if (begin > end || end > data_bytes)
    return corrupt_file(name, text("the tensor {} lies beyond its end", "张量 {} 超出了文件末尾", shown));
  if (shape_bytes(*shape, *element) != end - begin)
    return corrupt_file(
        name, text("the size of tensor {} does not fit its shape", "张量 {} 的大小与形状不符", shown));
  tensor.shape = *shape;
  tensor.begin = begin;
  tensor.bytes = end - begin;
  return tensor;
}

/// Errc::corrupt where two tensors share bytes.
Result<void> check_overlaps(const std::map<std::string, SafeTensorInfo, std::less<>>& tensors,
                            const ByteReader& in) {
  std::vector<Range> ranges;
  for (const auto& [name, tensor] : tensors)
    if (tensor.bytes > 0) ranges.push_back({tensor.begin, tensor.begin + tensor.bytes});
  std::ranges::sort(ranges, {}, &Range::begin);
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].begin < ranges[i - 1].end)
      return in.corrupt(text("two of its tensors overlap", "有两个张量相互重叠"));
  return {};
}

struct Header {
  std::map<std::string, SafeTensorInfo, std::less<>> tensors;
  uint64_t data_offset = 0;
};

Result<Header> read_header(std::string_view head, uint64_t file_bytes, const std::string& name) {
  ByteReader in(head, file_bytes, name);
  in.enter(text("header", "文件头"));
  const uint64_t header_bytes = TRY(in.number<uint64_t>());
  if (header_bytes > kMaxSafetensorsHeaderBytes)
    return in.corrupt(text("its header claims to have {} bytes", "文件头声称长 {} 字节", header_bytes));
  const boost::json::value header = TRY(parse_json(TRY(in.take(header_bytes)), name));
  const auto* entries = header.if_object();
  if (!entries || entries->size() > kMaxSafetensors)
    return in.corrupt(text("its header is not a list of tensors", "文件头不是张量列表"));
  Header out{.data_offset = in.position()};
  for (const auto& entry : *entries) {
    if (entry.key() == "__metadata__") continue;
    const std::string shown = printable(entry.key());
    const auto* fields = entry.value().if_object();
    if (!fields)
      return in.corrupt(text("the entry of tensor {} is incomplete", "张量 {} 的描述不完整", shown));
    out.tensors.emplace(std::string(entry.key()), TRY(read_entry(*fields, in.left_in_file(), shown, name)));
  }
  TRY(check_overlaps(out.tensors, in));
  return out;
}

}  // namespace

uint64_t SafeTensorInfo::elements() const {
  uint64_t elements = 1;
  for (const uint64_t dim : shape) elements *= dim;
  return elements;
}

Result<std::map<std::string, SafeTensorInfo, std::less<>>> read_safetensors_header(std::string_view head,
                                                                                   uint64_t file_bytes,
                                                                                   const std::string& name) {
  return TRY(read_header(head, file_bytes, name)).tensors;
}

Result<std::map<std::string, SafeTensor, std::less<>>> read_safetensors(std::string_view bytes,
                                                                        const std::string& name) {
  const Header header = TRY(read_header(bytes, bytes.size(), name));
  const std::string_view data = bytes.substr(header.data_offset);
  std::map<std::string, SafeTensor, std::less<>> tensors;
  for (const auto& [key, info] : header.tensors)
    tensors.emplace(key, SafeTensor{info.type, info.shape, data.substr(info.begin, info.bytes)});
  return tensors;
}

}  // namespace cvp::model
