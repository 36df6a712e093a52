// Packed multilingual-e5-small ("E5S1", little-endian): sizes, a Unigram vocabulary, a character map, then
// named tensors that are f32 or ggml's own Q4_0 blocks, which go into the GGUF unchanged. The character map
// is left out: the engine has no place for it, texts are normalised before they are tokenized (normalize.h).
#include <cstring>
#include <map>

#include "model/bert_gguf.h"
#include "model/byte_reader.h"
#include "model/import_formats.h"

namespace cvp::model {
namespace {

constexpr uint32_t kVersion = 1;
constexpr int32_t kBlockElements = 32;
constexpr uint32_t kMaxTensors = 1 << 14;
constexpr float kUnusedScore = -10000.0f;

Result<uint32_t> count(ByteReader& in) {
  const int32_t value = TRY(in.number<int32_t>());
  if (value < 0) return in.corrupt(text("it has a negative size", "其中有负数的大小"));
  return static_cast<uint32_t>(value);
}

Result<BertShape> read_shape(ByteReader& in) {
  in.enter(text("sizes", "尺寸信息"));
  const std::string_view magic = TRY(in.take(4));
  const uint32_t version = TRY(in.number<uint32_t>());
  if (magic != "E5S1" || version != kVersion)
    return in.corrupt(text("it is not a packed e5 of version 1", "它不是第 1 版的 e5 打包文件"));
  BertShape shape;
  for (uint32_t* field : {&shape.width, &shape.layers, &shape.heads, &shape.feed_forward, &shape.vocabulary,
                          &shape.positions, &shape.token_types})
    *field = TRY(count(in));
  shape.epsilon = TRY(in.number<float>());
  if (TRY(in.number<int32_t>()) != kBlockElements)
    return in.corrupt(text("its blocks do not have 32 elements", "它的量化块不是 32 个元素"));
  TRY(check_shape(shape, in.name()));
  return shape;
}

Result<BertVocabulary> read_vocabulary(ByteReader& in, uint32_t vocabulary_size) {
  in.enter(text("vocabulary", "词表"));
  BertVocabulary vocabulary{.kind = BertVocabulary::Kind::unigram};
  const uint32_t pieces = TRY(count(in));
  if (pieces == 0 || pieces > vocabulary_size)
    return in.corrupt(
        text("it has {} pieces for {} embeddings", "它有 {} 个词元、{} 个词向量", pieces, vocabulary_size));
  for (uint32_t* id : {&vocabulary.begin, &vocabulary.end, &vocabulary.padding, &vocabulary.unknown}) {
    *id = TRY(count(in));
    if (*id >= pieces)
      return in.corrupt(text("a special token lies outside its vocabulary", "有特殊词元超出了词表"));
  }
  const uint64_t blob_bytes = TRY(in.number<uint64_t>());
  const std::string_view offsets = TRY(in.take((uint64_t{pieces} + 1) * sizeof(uint32_t)));
  const std::string_view scores = TRY(in.take(uint64_t{pieces} * sizeof(float)));
  const std::string_view blob = TRY(in.take(blob_bytes));

  vocabulary.scores.resize(vocabulary_size, kUnusedScore);
  std::memcpy(vocabulary.scores.data(), scores.data(), scores.size());
  vocabulary.types.resize(vocabulary_size, 5);
  uint32_t begin;
  std::memcpy(&begin, offsets.data(), sizeof(begin));
  for (uint32_t i = 0; i < pieces; ++i) {
    uint32_t end;
    std::memcpy(&end, offsets.data() + (i + 1) * sizeof(end), sizeof(end));
    if (end < begin || end > blob.size() || !(vocabulary.scores[i] > -1e30f && vocabulary.scores[i] < 1e30f))
      return in.corrupt(text("piece {} of its vocabulary is broken", "词表中的第 {} 个词元已损坏", i));
    vocabulary.tokens.emplace_back(blob.substr(begin, end - begin));
    vocabulary.types[i] = vocabulary.tokens.back() == "<mask>" ? 3 : 1;
    begin = end;
  }
  for (uint32_t i = pieces; i < vocabulary_size; ++i) vocabulary.tokens.push_back(fmt::format("[PAD{}]", i));
  for (uint32_t id : {vocabulary.begin, vocabulary.end, vocabulary.padding}) vocabulary.types[id] = 3;
  vocabulary.types[vocabulary.unknown] = 2;
  return vocabulary;
}

Result<void> skip_character_map(ByteReader& in) {
  in.enter(text("character map", "字符映射表"));
  TRY(count(in));
  const uint32_t bytes = TRY(in.number<uint32_t>());
  TRY(in.take(bytes));
  return {};
}

Result<std::map<std::string, TensorData>> read_tensors(ByteReader& in, std::string_view file) {
  in.enter(text("list of tensors", "张量列表"));
  std::map<std::string, TensorData> tensors;
  const uint32_t n = TRY(count(in));
  if (n > kMaxTensors) return in.corrupt(text("it claims to have {} tensors", "它声称含有 {} 个张量", n));
  for (uint32_t i = 0; i < n; ++i) {
    const uint16_t length = TRY(in.number<uint16_t>());
    const std::string name{TRY(in.take(length))};
    const uint8_t type = TRY(in.number<uint8_t>());
    TRY(in.number<uint32_t>());  // elements: told by the bytes and the shape
    const uint64_t offset = TRY(in.number<uint64_t>());
    const uint64_t bytes = TRY(in.number<uint64_t>());
    if (type > 1)
      return in.corrupt(
          text("the tensor {} has the unknown type {}", "张量 {} 的类型 {} 无法识别", printable(name), type));
    if (offset > file.size() || bytes > file.size() - offset)
      return in.corrupt(text("the tensor {} lies beyond its end", "张量 {} 超出了文件末尾", printable(name)));
    const TensorData data{.type = type == 0 ? TensorType::f32 : TensorType::q4_0,
                          .bytes = file.substr(offset, bytes)};
    if (!tensors.emplace(name, data).second)
      return in.corrupt(text("the tensor {} stands there twice", "张量 {} 出现了两次", printable(name)));
  }
  return tensors;
}

}  // namespace

Result<BertSource> read_e5_packed(std::string_view bytes, const std::string& name) {
  ByteReader in(bytes, bytes.size(), name);
  BertSource source{.name = name, .shape = TRY(read_shape(in))};
  source.vocabulary = TRY(read_vocabulary(in, source.shape.vocabulary));
  TRY(skip_character_map(in));
  auto tensors = TRY(read_tensors(in, bytes));
  source.find = [tensors = std::move(tensors), name](const BertTensor& tensor) -> Result<TensorData> {
    const auto found = tensors.find(tensor.packed_name);
    if (found == tensors.end())
      return corrupt_file(name, text("it lacks the tensor {}", "缺少张量 {}", tensor.packed_name));
    return found->second;
  };
  return source;
}

}  // namespace cvp::model
