#include "model/gguf_parser.h"

#include <algorithm>

#include "base/unicode.h"

namespace cvp::model {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint64_t kMaxAlignment = 1 << 20;
constexpr uint64_t kMaxElements = UINT64_MAX >> 1;
// The least that a key (length, one byte, type, one byte) and a tensor info (length, one byte, dims, type,
// offset) take.
constexpr uint64_t kMinKeyBytes = 8 + 1 + 4 + 1;
constexpr uint64_t kMinTensorInfoBytes = 8 + 1 + 4 + 4 + 8;

bool plain_name(std::string_view name) {
  return valid_utf8(name) &&
         std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

uint64_t padded(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace

GgufParser::GgufParser(std::string_view head, uint64_t file_bytes, const std::string& name)
    : file_bytes_(std::max<uint64_t>(file_bytes, head.size())), head_(head), in_(head, file_bytes_, name) {}

Result<GgufHeader> GgufParser::run() {
  in_.enter(text("header", "文件头"));
  TRY(read_start());
  for (uint64_t i = 0; i < key_count_; ++i) TRY(read_key());
  TRY(find_alignment());
  header_.tensors_.reserve(tensor_count_);
  for (uint64_t i = 0; i < tensor_count_; ++i) TRY(read_tensor());
  TRY(place_tensors());
  return std::move(header_);
}

Result<void> GgufParser::read_start() {
  if (!head_.starts_with(kMagic)) {
    return fail(Errc::corrupt, text("{} is not a GGUF file", "{} 不是 GGUF 文件", in_.name()),
                text("only GGUF models can be run; `cvp models list` shows what can be fetched",
                     "只能运行 GGUF 格式的模型；用 `cvp models list` 查看可获取的模型"));
  }
  TRY(in_.take(kMagic.size()));
  header_.version_ = TRY(in_.number<uint32_t>());
  if (header_.version_ != 2 && header_.version_ != 3) {
    const bool swapped = header_.version_ != 0 && (header_.version_ & 0xffff) == 0;
    return fail(Errc::refused,
                swapped ? text("{} is a GGUF file for big-endian machines",
                               "{} 是为大端序机器制作的 GGUF 文件", in_.name())
                        : text("{} is GGUF version {}; versions 2 and 3 can be read",
                               "{} 是第 {} 版 GGUF；只支持第 2、3 版", in_.name(), header_.version_));
  }
  tensor_count_ = TRY(in_.number<uint64_t>());
  key_count_ = TRY(in_.number<uint64_t>());
  if (tensor_count_ > GgufHeader::kMaxTensors)
    return in_.corrupt(text("it claims to have {} tensors", "它声称含有 {} 个张量", tensor_count_));
  if (key_count_ > GgufHeader::kMaxKeys)
    return in_.corrupt(text("it claims to have {} metadata keys", "它声称含有 {} 个元数据键", key_count_));
  const uint64_t left = in_.left_in_file();
  if (tensor_count_ > left / kMinTensorInfoBytes || key_count_ > left / kMinKeyBytes) return in_.cut_off();
  return {};
}

Result<std::string_view> GgufParser::read_string() {
  const uint64_t length = TRY(in_.number<uint64_t>());
  if (length > GgufHeader::kMaxStringBytes)
    return in_.corrupt(
        text("a text in its header claims to have {} bytes", "文件头中有一段文字声称长 {} 字节", length));
  return in_.take(length);
}

Result<void> GgufParser::read_key() {
  const std::string key{TRY(read_string())};
  if (key.empty() || key.size() > GgufHeader::kMaxKeyBytes || !plain_name(key))
    return in_.corrupt(
        text("a metadata key has a wrong name: “{}”", "有一个元数据键名不合法：“{}”", printable(key)));
  const auto type = static_cast<GgufType>(TRY(in_.number<uint32_t>()));
  GgufValue value = TRY(read_value(type, key));
  if (!header_.values_.emplace(key, value).second)
    return in_.corrupt(
        text("the metadata key “{}” stands there twice", "元数据键“{}”出现了两次", printable(key)));
  return {};
}

Result<GgufValue> GgufParser::read_value(GgufType type, const std::string& key) {
  switch (type) {
    case GgufType::u8:
      return GgufValue(uint64_t{TRY(in_.number<uint8_t>())});
    case GgufType::u16:
      return GgufValue(uint64_t{TRY(in_.number<uint16_t>())});
    case GgufType::u32:
      return GgufValue(uint64_t{TRY(in_.number<uint32_t>())});
    case GgufType::u64:
      return GgufValue(uint64_t{TRY(in_.number<uint64_t>())});
    case GgufType::i8:
      return GgufValue(int64_t{TRY(in_.number<int8_t>())});
    case GgufType::i16:
      return GgufValue(int64_t{TRY(in_.number<int16_t>())});
    case GgufType::i32:
      return GgufValue(int64_t{TRY(in_.number<int32_t>())});
    case GgufType::i64:
      return GgufValue(int64_t{TRY(in_.number<int64_t>())});
    case GgufType::f32:
      return GgufValue(double{TRY(in_.number<float>())});
    case GgufType::f64:
      return GgufValue(double{TRY(in_.number<double>())});
    case GgufType::boolean:
      return GgufValue(TRY(in_.number<uint8_t>()) != 0);
    case GgufType::string:
      return GgufValue(TRY(read_string()));
    case GgufType::array:
      return GgufValue(TRY(read_array(key)));
  }
  return in_.corrupt(text("the metadata key “{}” has the unknown type {}", "元数据键“{}”的类型 {} 无法识别",
                          printable(key), static_cast<uint32_t>(type)));
}

Result<GgufArray> GgufParser::read_array(const std::string& key) {
  GgufArray array;
  const uint32_t type = TRY(in_.number<uint32_t>());
  array.type = static_cast<GgufType>(type);
  array.count = TRY(in_.number<uint64_t>());
  const bool is_string = array.type == GgufType::string;
  const uint64_t element_bytes = is_string ? sizeof(uint64_t) : gguf_type_bytes(array.type);
  if (element_bytes == 0)
    return in_.corrupt(text("the list “{}” has elements of the unknown type {}",
                            "列表“{}”的元素类型 {} 无法识别", printable(key), type));
  if (array.count > GgufHeader::kMaxArrayElements)
    return in_.corrupt(text("the list “{}” claims to have {} elements", "列表“{}”声称含有 {} 个元素",
                            printable(key), array.count));
  if (array.count > in_.left_in_file() / element_bytes) return in_.cut_off();
  const uint64_t begin = in_.position();
  if (is_string) {
    for (uint64_t i = 0; i < array.count; ++i) TRY(read_string());
  } else {
    TRY(in_.take(array.count * element_bytes));
  }
  array.bytes = head_.substr(begin, in_.position() - begin);
  return array;
}

Result<void> GgufParser::find_alignment() {
  const auto found = header_.values_.find("general.alignment");
  if (found == header_.values_.end()) return {};
  const auto* value = std::get_if<uint64_t>(&found->second);
  if (!value || *value < 8 || *value > kMaxAlignment || (*value & (*value - 1)) != 0)
    return in_.corrupt(
        text("its alignment is not a power of two of at least 8", "它的对齐值不是不小于 8 的 2 的幂"));
  header_.alignment_ = *value;
  return {};
}

Result<void> GgufParser::read_tensor() {
  GgufTensor tensor;
  tensor.name = std::string(TRY(read_string()));
  if (tensor.name.empty() || tensor.name.size() > GgufHeader::kMaxTensorNameBytes || !plain_name(tensor.name))
    return in_.corrupt(
        text("a tensor has a wrong name: “{}”", "有一个张量的名称不合法：“{}”", printable(tensor.name)));
  TRY(read_shape(tensor));
  const uint32_t type = TRY(in_.number<uint32_t>());
  const TensorTypeInfo* info = tensor_type_info(type);
  if (!info)
    return fail(Errc::refused,
                text("{}: the tensor {} has the unknown type {}", "{}：张量 {} 的类型 {} 无法识别",
                     in_.name(), tensor.name, type),
                text("the file may need a newer version of cvp", "该文件可能需要更新版本的 cvp"));
  tensor.type = info->type;
  const auto bytes = tensor_bytes(*info, tensor.elements());
  const uint64_t row = tensor.dims.empty() ? 1 : tensor.dims[0];
  if (!bytes || row % info->block_elements != 0)
    return in_.corrupt(text("the shape of tensor {} does not fit its type {}",
                            "张量 {} 的形状与其类型 {} 不符", tensor.name, info->name));
  tensor.bytes = *bytes;
  tensor.offset = TRY(in_.number<uint64_t>());
  if (!header_.tensor_index_.emplace(tensor.name, header_.tensors_.size()).second)
    return in_.corrupt(text("the tensor {} stands there twice", "张量 {} 出现了两次", tensor.name));
  header_.tensors_.push_back(std::move(tensor));
  return {};
}

Result<void> GgufParser::read_shape(GgufTensor& tensor) {
  const uint32_t n_dims = TRY(in_.number<uint32_t>());
  if (n_dims > GgufHeader::kMaxDims)
    return in_.corrupt(text("the tensor {} has {} dimensions", "张量 {} 有 {} 个维度", tensor.name, n_dims));
  uint64_t elements = 1;
  for (uint32_t i = 0; i < n_dims; ++i) {
    const uint64_t dim = TRY(in_.number<uint64_t>());
    if (dim == 0) return in_.corrupt(text("the tensor {} is empty", "张量 {} 是空的", tensor.name));
    if (dim > kMaxElements / elements)
      return in_.corrupt(text("the tensor {} is impossibly large", "张量 {} 大得不合理", tensor.name));
    elements *= dim;
    tensor.dims.push_back(dim);
  }
  return {};
}

/// The engine takes tensors only where they follow each other without gaps; so offsets are checked one by
/// one.
Result<void> GgufParser::place_tensors() {
  const uint64_t alignment = header_.alignment_;
  header_.data_offset_ = padded(in_.position(), alignment);
  uint64_t expected = 0;
  for (auto& tensor : header_.tensors_) {
    if (tensor.offset % alignment != 0 || tensor.offset != expected)
      return in_.corrupt(text("the tensor {} stands at offset {} instead of {}",
                              "张量 {} 的偏移是 {}，应为 {}", tensor.name, tensor.offset, expected));
    if (header_.data_offset_ > file_bytes_ || tensor.offset > file_bytes_ - header_.data_offset_ ||
        tensor.bytes > file_bytes_ - header_.data_offset_ - tensor.offset)
      return in_.corrupt(text("it is cut off: the tensor {} lies beyond its end",
                              "文件不完整：张量 {} 超出了文件末尾", tensor.name));
    expected = tensor.offset + padded(tensor.bytes, alignment);
    tensor.offset += header_.data_offset_;
  }
  return {};
}

}  // namespace cvp::model
