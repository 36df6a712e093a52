#include "model/gguf_writer.h"

#include "base/check.h"
#include "base/log.h"

namespace cvp::model {
namespace {

constexpr uint32_t kVersion = 3;

template <class T>
void append(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

void append_string(std::string& out, std::string_view string) {
  append(out, static_cast<uint64_t>(string.size()));
  out.append(string);
}

uint64_t padding(uint64_t bytes) {
  return (GgufHeader::kDefaultAlignment - bytes % GgufHeader::kDefaultAlignment) %
         GgufHeader::kDefaultAlignment;
}

}  // namespace

Result<GgufWriter> GgufWriter::create(const sys::Path& path) {
  sys::PartFile file = TRY(sys::PartFile::open(path));
  TRY(file.truncate(0));
  return GgufWriter(std::move(file));
}

GgufWriter::~GgufWriter() {
  if (finished_ || file_.part_path().empty()) return;
  if (auto discarded = file_.discard(); !discarded) {
    log::warn("cannot remove {}: {}", file_.part_path().string(), discarded.error().message.en);
  }
}

void GgufWriter::key(std::string_view key, GgufType type) {
  append_string(keys_, key);
  append(keys_, static_cast<uint32_t>(type));
  ++key_count_;
}

void GgufWriter::array(std::string_view name, GgufType type, uint64_t count) {
  key(name, GgufType::array);
  append(keys_, static_cast<uint32_t>(type));
  append(keys_, count);
}

void GgufWriter::set(std::string_view name, std::string_view value) {
  key(name, GgufType::string);
  append_string(keys_, value);
}
void GgufWriter::set(std::string_view name, uint32_t value) {
  key(name, GgufType::u32);
  append(keys_, value);
}
void GgufWriter::set(std::string_view name, float value) {
  key(name, GgufType::f32);
  append(keys_, value);
}
void GgufWriter::set(std::string_view name, bool value) {
  key(name, GgufType::boolean);
  append(keys_, static_cast<uint8_t>(value));
}
void GgufWriter::set(std::string_view name, std::span<const std::string> values) {
  array(name, GgufType::string, values.size());
  for (const auto& value : values) append_string(keys_, value);
}
void GgufWriter::set(std::string_view name, std::span<const float> values) {
  array(name, GgufType::f32, values.size());
  keys_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}
void GgufWriter::set(std::string_view name, std::span<const int32_t> values) {
  array(name, GgufType::i32, values.size());
  keys_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

void GgufWriter::declare(std::string_view name, std::span<const uint64_t> dims, TensorType type) {
  CHECK(!name.empty() && name.size() <= GgufHeader::kMaxTensorNameBytes);
  CHECK(!dims.empty() && dims.size() <= GgufHeader::kMaxDims);
  uint64_t elements = 1;
  append_string(infos_, name);
  append(infos_, static_cast<uint32_t>(dims.size()));
  for (uint64_t dim : dims) {
    append(infos_, dim);
    elements *= dim;
  }
  append(infos_, static_cast<uint32_t>(type));
  append(infos_, data_bytes_);
  const auto bytes = model::tensor_bytes(*tensor_type_info(static_cast<uint32_t>(type)), elements);
  CHECK(bytes.has_value());
  tensor_bytes_.push_back(*bytes);
  data_bytes_ += *bytes + padding(*bytes);
}

Result<void> GgufWriter::write_header() {
  std::string header = "GGUF";
  append(header, kVersion);
  append(header, static_cast<uint64_t>(tensor_bytes_.size()));
  append(header, key_count_);
  header += keys_;
  header += infos_;
  header.append(padding(header.size()), '\0');
  return file_.append(header);
}

Result<void> GgufWriter::write(std::string_view bytes) {
  CHECK(tensor_ < tensor_bytes_.size());
  CHECK(bytes.size() <= tensor_bytes_[tensor_] - tensor_done_);
  TRY(file_.append(bytes));
  tensor_done_ += bytes.size();
  if (tensor_done_ < tensor_bytes_[tensor_]) return {};
  const std::string zeros(padding(tensor_done_), '\0');
  ++tensor_;
  tensor_done_ = 0;
  return file_.append(zeros);
}

Result<void> GgufWriter::finish() {
  CHECK(tensor_ == tensor_bytes_.size());
  TRY(file_.finish());
  finished_ = true;
  return {};
}

}  // namespace cvp::model
