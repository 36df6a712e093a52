#include "plan/weights.h"

#include <algorithm>
#include <charconv>

namespace cvp::plan {
namespace {

bool has(std::string_view name, std::string_view what) { return name.find(what) != std::string_view::npos; }

Part part_of(std::string_view name) {
  if (name == "token_embd.weight" || name == "per_layer_token_embd.weight") return Part::input_table;
  if (name.starts_with("output.")) return Part::output_head;
  if (has(name, "_norm.")) return Part::norm;
  if (has(name, "ffn_gate_inp") || has(name, "exp_probs_b")) return Part::router;
  if (has(name, "_exps.")) return Part::experts;
  if (has(name, "_shexp.")) return Part::shared_experts;
  if (has(name, "ssm_") || has(name, "time_mix_") || has(name, "shortconv")) return Part::recurrent;
  if (has(name, "attn_")) return Part::attention;
  if (has(name, "ffn_")) return Part::feed_forward;
  return Part::other;
}

/// The number in "blk.7.…"; -1 where there is none.
int32_t layer_of(std::string_view name) {
  constexpr std::string_view kPrefix = "blk.";
  int32_t layer = -1;
  if (!name.starts_with(kPrefix)) return layer;
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), layer);
  return parsed.ec == std::errc() && layer >= 0 ? layer : -1;
}

uint64_t padded(uint64_t bytes) {
  constexpr uint64_t kAlignment = 32;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Of a file's metadata. Dominated by the tokenizer: every token stands there with an 8-byte length, its text
/// and its type; byte-pair vocabularies list their merges as well (Llama 3 more than twice as many as it has
/// tokens), sentence-piece ones a score a token. Measured on the vocabularies that llama.cpp publishes.
uint64_t metadata_bytes(const Shape& shape) {
  constexpr uint64_t kOtherKeys = 6000;  // the chat template, sizes, names
  constexpr uint32_t kLlama3Vocabulary = 128256, kLargeVocabulary = 200'000, kSmallVocabulary = 60'000;
  const std::string_view a = shape.architecture;
  const uint32_t v = shape.vocabulary;
  const bool pieces = a.starts_with("gemma") || a == "baichuan" || a == "minicpm" || a == "phi3" ||
                      a == "internlm2" || (a == "llama" && v < 49152) ||
                      (a == "bert" && v > kLargeVocabulary);
  uint64_t each = v == kLlama3Vocabulary ? 61 : v < kSmallVocabulary ? 36 : 39;
  if (a == "bert") each = 18;
  if (pieces) each = v > kLargeVocabulary ? 25 : 22;
  return kOtherKeys + each * v;
}

}  // namespace

uint64_t Weight::elements() const {
  uint64_t elements = 1;
  for (const uint64_t dim : dims) elements *= dim;
  return elements;
}

std::vector<Weight> weights_of_gguf(const model::GgufHeader& header) {
  std::vector<Weight> out;
  out.reserve(header.tensors().size());
  for (const model::GgufTensor& tensor : header.tensors())
    out.push_back(
        {tensor.name, tensor.dims, part_of(tensor.name), layer_of(tensor.name), tensor.type, tensor.bytes});
  return out;
}

WeightBytes weight_bytes(std::span<const Weight> weights) {
  WeightBytes out;
  for (const Weight& weight : weights) {
    out.total += weight.bytes;
    out.by_part[static_cast<size_t>(weight.part)] += weight.bytes;
  }
  return out;
}

uint64_t gguf_file_bytes(std::span<const Weight> weights, const Shape& shape) {
  uint64_t infos = 0, data = 0;
  for (const Weight& weight : weights) {
    // Length and text of the name, number of dimensions, dimensions, type, offset.
    infos += 8 + weight.name.size() + 4 + 8 * weight.dims.size() + 4 + 8;
    data += padded(weight.bytes);
  }
  return padded(metadata_bytes(shape) + infos) + data;
}

uint64_t gguf_file_bytes(const model::GgufHeader& header) {
  uint64_t end = header.data_offset();
  for (const model::GgufTensor& tensor : header.tensors())
    end = std::max(end, tensor.offset + (tensor.bytes + header.alignment() - 1) / header.alignment() *
                                            header.alignment());
  return end;
}

uint64_t safetensors_file_bytes(const Shape& shape) {
  constexpr uint64_t kElementBytes = 2;
  constexpr uint64_t kEntryBytes = 115;  // name, type, shape and offsets of a tensor in the JSON header
  uint64_t bytes = 0;
  for (const Weight& weight : weights_of_shape(shape)) {
    const bool experts = weight.part == Part::experts;
    bytes += weight.elements() * kElementBytes + kEntryBytes * (experts ? shape.experts.count : 1);
  }
  return bytes;
}

}  // namespace cvp::plan
