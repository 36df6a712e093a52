#include "model/bert_gguf.h"

#include <algorithm>
#include <cstring>

#include "model/byte_reader.h"
#include "model/gguf_writer.h"
#include "model/half_float.h"

namespace cvp::model {
namespace {

constexpr uint32_t kFileTypeF16 = 1, kFileTypeQ4_0 = 2;
constexpr size_t kChunkElements = 1 << 16;

struct Placed {
  BertTensor tensor;
  TensorData data;
  TensorType stored;
};

Result<uint32_t> pooling_number(const std::string& pooling) {
  if (pooling == "mean") return 1;
  if (pooling == "cls") return 2;
  if (pooling == "last") return 3;
  return fail(Errc::usage, text("\"{}\" is not a pooling; use mean, cls or last",
                                "“{}” 不是有效的池化方式；可用 mean、cls、last", pooling));
}

/// Quantized blocks are kept; tables that are added to the input and vectors stay exact; the large rest
/// becomes 16-bit.
TensorType stored_type(BertTensor::Kind kind, TensorType source) {
  if (source == TensorType::q4_0) return source;
  const bool large = kind == BertTensor::Kind::vocabulary || kind == BertTensor::Kind::linear;
  return large ? TensorType::f16 : TensorType::f32;
}

Result<std::vector<Placed>> place(const BertSource& source) {
  std::vector<Placed> placed;
  for (auto& tensor : bert_tensors(source.shape)) {
    const TensorData data = TRY(source.find(tensor));
    uint64_t elements = 1;
    for (uint64_t dim : tensor.dims) elements *= dim;
    const auto bytes = tensor_bytes(*tensor_type_info(static_cast<uint32_t>(data.type)), elements);
    const uint32_t block = tensor_type_info(static_cast<uint32_t>(data.type))->block_elements;
    if (!bytes || *bytes != data.bytes.size() || tensor.dims[0] % block != 0 ||
        (block > 1 && data.transposed)) {
      return corrupt_file(
          source.name,
          text("the tensor {} has {} bytes, which does not fit the model's shape",
               "张量 {} 的大小为 {} 字节，与模型的尺寸不符", printable(tensor.hf_name), data.bytes.size()));
    }
    const TensorType stored = stored_type(tensor.kind, data.type);
    placed.push_back({std::move(tensor), data, stored});
  }
  return placed;
}

void write_vocabulary(GgufWriter& out, const BertVocabulary& vocabulary, uint32_t token_types) {
  const bool unigram = vocabulary.kind == BertVocabulary::Kind::unigram;
  out.set("tokenizer.ggml.model", unigram ? "t5" : "bert");
  out.set("tokenizer.ggml.pre", "default");
  out.set("tokenizer.ggml.tokens", vocabulary.tokens);
  if (unigram) out.set("tokenizer.ggml.scores", vocabulary.scores);
  out.set("tokenizer.ggml.token_type", vocabulary.types);
  out.set("tokenizer.ggml.token_type_count", token_types);
  out.set("tokenizer.ggml.bos_token_id", vocabulary.begin);
  out.set("tokenizer.ggml.eos_token_id", vocabulary.end);
  out.set("tokenizer.ggml.seperator_token_id", vocabulary.end);  // the engine's own spelling
  out.set("tokenizer.ggml.unknown_token_id", vocabulary.unknown);
  out.set("tokenizer.ggml.padding_token_id", vocabulary.padding);
  if (vocabulary.mask) out.set("tokenizer.ggml.mask_token_id", *vocabulary.mask);
  out.set("tokenizer.ggml.add_bos_token", true);
  if (unigram) {
    out.set("tokenizer.ggml.add_eos_token", true);
    out.set("tokenizer.ggml.add_space_prefix", true);
    out.set("tokenizer.ggml.remove_extra_whitespaces", true);
  } else {
    out.set("tokenizer.ggml.cls_token_id", vocabulary.begin);
    out.set("tokenizer.ggml.add_sep_token", true);
    out.set("tokenizer.ggml.normalizer.lowercase", vocabulary.lower_case);
    out.set("tokenizer.ggml.normalizer.strip_accents", vocabulary.lower_case);
  }
}

void write_facts(GgufWriter& out, const BertShape& shape, const CatalogueEntry& entry, uint32_t pooling,
                 uint32_t file_type) {
  out.set("general.architecture", "bert");
  out.set("general.type", "model");
  out.set("general.name", entry.display_name);
  out.set("general.license", entry.licence);
  out.set("general.file_type", file_type);
  if (file_type == kFileTypeQ4_0) out.set("general.quantization_version", uint32_t{2});
  out.set("bert.context_length", shape.positions);
  out.set("bert.embedding_length", shape.width);
  out.set("bert.block_count", shape.layers);
  out.set("bert.feed_forward_length", shape.feed_forward);
  out.set("bert.vocab_size", shape.vocabulary);
  out.set("bert.attention.head_count", shape.heads);
  out.set("bert.attention.layer_norm_epsilon", shape.epsilon);
  out.set("bert.attention.causal", false);
  out.set("bert.pooling_type", pooling);
}

float element(const TensorData& data, uint64_t index) {
  if (data.type == TensorType::f32) {
    float value;
    std::memcpy(&value, data.bytes.data() + index * sizeof(value), sizeof(value));
    return value;
  }
  uint16_t half;
  std::memcpy(&half, data.bytes.data() + index * sizeof(half), sizeof(half));
  return data.type == TensorType::f16 ? from_half(half) : from_bfloat(half);
}

Result<void> write_tensor(GgufWriter& out, const Placed& placed, const CancelToken& cancel) {
  if (placed.data.type == placed.stored && !placed.data.transposed) return out.write(placed.data.bytes);
  const uint64_t in = placed.tensor.dims[0];
  const uint64_t rows = placed.tensor.dims.size() > 1 ? placed.tensor.dims[1] : 1;
  std::string chunk;
  for (uint64_t row = 0; row < rows; ++row) {
    for (uint64_t column = 0; column < in; ++column) {
      const float value =
          element(placed.data, placed.data.transposed ? column * rows + row : row * in + column);
      if (placed.stored == TensorType::f16) {
        const uint16_t half = to_half(value);
        chunk.append(reinterpret_cast<const char*>(&half), sizeof(half));
      } else {
        chunk.append(reinterpret_cast<const char*>(&value), sizeof(value));
      }
    }
    if (chunk.size() < kChunkElements && row + 1 < rows) continue;
    if (cancel.cancelled()) return fail_cancelled();
    TRY(out.write(chunk));
    chunk.clear();
  }
  return {};
}

}  // namespace

Result<void> write_bert_gguf(const BertSource& source, const CatalogueEntry& entry, const sys::Path& out,
                             const OnProgress& on_progress, const CancelToken& cancel) {
  TRY(check_shape(source.shape, source.name));
  const uint32_t pooling = TRY(pooling_number(entry.pooling));
  const std::vector<Placed> placed = TRY(place(source));
  const bool quantized =
      std::ranges::any_of(placed, [](const Placed& p) { return p.stored == TensorType::q4_0; });

  GgufWriter writer = TRY(GgufWriter::create(out));
  write_facts(writer, source.shape, entry, pooling, quantized ? kFileTypeQ4_0 : kFileTypeF16);
  write_vocabulary(writer, source.vocabulary, source.shape.token_types);
  Progress progress{.what = text("importing {}", "正在导入 {}", entry.display_name),
                    .unit = Progress::Unit::bytes};
  for (const auto& p : placed) {
    writer.declare(p.tensor.gguf_name, p.tensor.dims, p.stored);
    progress.total += p.data.bytes.size();
  }
  TRY(writer.write_header());
  for (const auto& p : placed) {
    if (cancel.cancelled()) return fail_cancelled();
    TRY(write_tensor(writer, p, cancel));
    progress.done += p.data.bytes.size();
    if (on_progress) on_progress(progress);
  }
  return writer.finish();
}

}  // namespace cvp::model
