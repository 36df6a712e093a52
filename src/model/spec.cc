#include "model/spec.h"

#include <algorithm>
#include <array>
#include <map>

#include "model/byte_reader.h"
#include "model/chat_template.h"

namespace cvp::model {
namespace {

constexpr uint32_t kMaxLayers = 4096;
constexpr uint32_t kMaxHeads = 1 << 16;
constexpr uint32_t kMaxWidth = 1 << 24;

/// general.file_type of llama.cpp.
std::string_view file_type_name(uint64_t type) {
  static constexpr std::array<std::pair<uint64_t, std::string_view>, 33> kNames{
      {{0, "F32"},     {1, "F16"},     {2, "Q4_0"},     {3, "Q4_1"},    {7, "Q8_0"},     {8, "Q5_0"},
       {9, "Q5_1"},    {10, "Q2_K"},   {11, "Q3_K_S"},  {12, "Q3_K_M"}, {13, "Q3_K_L"},  {14, "Q4_K_S"},
       {15, "Q4_K_M"}, {16, "Q5_K_S"}, {17, "Q5_K_M"},  {18, "Q6_K"},   {19, "IQ2_XXS"}, {20, "IQ2_XS"},
       {21, "Q2_K_S"}, {22, "IQ3_XS"}, {23, "IQ3_XXS"}, {24, "IQ1_S"},  {25, "IQ4_NL"},  {26, "IQ3_S"},
       {27, "IQ3_M"},  {28, "IQ2_S"},  {29, "IQ2_M"},   {30, "IQ4_XS"}, {31, "IQ1_M"},   {32, "BF16"},
       {36, "TQ1_0"},  {37, "TQ2_0"},  {38, "MXFP4"}}};
  for (const auto& [number, name] : kNames)
    if (number == type) return name;
  return {};
}

std::string_view pooling_name(uint64_t type) {
  constexpr std::string_view kNames[] = {"", "mean", "cls", "last", "rank"};
  return type < std::size(kNames) ? kNames[type] : std::string_view{};
}

/// Reads the keys of one architecture; a value above its limit is remembered as a contradiction.
class Facts {
 public:
  Facts(const GgufHeader& header, std::string architecture)
      : header_(header), prefix_(std::move(architecture) + ".") {}

  uint32_t number(std::string_view key, uint32_t limit, uint32_t otherwise = 0) {
    const auto value = header_.number(prefix_ + std::string(key));
    if (!value) return otherwise;
    return bounded(*value, limit, key);
  }
  /// A number for all layers or a list with one for each.
  std::vector<uint32_t> by_layer(std::string_view key, uint32_t layers, uint32_t limit, uint32_t otherwise) {
    const std::string full = prefix_ + std::string(key);
    std::vector<uint32_t> values;
    if (const auto* list = header_.array(full)) {
      for (int32_t value : header_.numbers<int32_t>(full))
        values.push_back(value < 0 ? bounded(UINT64_MAX, limit, key)
                                   : bounded(static_cast<uint64_t>(value), limit, key));
      for (uint32_t value : header_.numbers<uint32_t>(full)) values.push_back(bounded(value, limit, key));
      if (list->count != layers) wrong_ = key;
      values.resize(layers, otherwise);
      return values;
    }
    values.assign(layers, number(key, limit, otherwise));
    return values;
  }
  bool has(std::string_view key) const { return header_.values().contains(prefix_ + std::string(key)); }
  std::optional<bool> flag(std::string_view key) const { return header_.flag(prefix_ + std::string(key)); }
  std::string wrong() const { return wrong_.empty() ? std::string() : prefix_ + wrong_; }

 private:
  uint32_t bounded(uint64_t value, uint32_t limit, std::string_view key) {
    if (value <= limit) return static_cast<uint32_t>(value);
    wrong_ = key;
    return 0;
  }
  const GgufHeader& header_;
  std::string prefix_;
  std::string wrong_;
};

void count_tensors(const GgufHeader& header, ModelSpec& spec) {
  std::map<TensorType, uint64_t> bytes_by_type;
  for (const auto& tensor : header.tensors()) {
    spec.parameters += tensor.elements();
    spec.weight_bytes += tensor.bytes;
    bytes_by_type[tensor.type] += tensor.bytes;
  }
  if (!spec.quantization.empty() || bytes_by_type.empty()) return;
  const auto most =
      std::ranges::max_element(bytes_by_type, {}, [](const auto& entry) { return entry.second; });
  spec.quantization = tensor_type_info(static_cast<uint32_t>(most->first))->name;
}

uint64_t cache_bytes(const ModelSpec& spec, Facts& facts) {
  constexpr uint64_t kF16Bytes = 2;
  if (spec.is_encoder) return 0;
  if (facts.has("attention.key_length_mla")) {  // latent attention keeps one compressed key and no value
    const uint64_t width = uint64_t{facts.number("attention.kv_lora_rank", kMaxWidth)} +
                           facts.number("rope.dimension_count", kMaxWidth);
    return spec.layers * width * kF16Bytes;
  }
  uint64_t bytes = 0;
  for (uint32_t heads : spec.kv_heads)
    bytes += heads * (uint64_t{spec.key_width} + spec.value_width) * kF16Bytes;
  return bytes;
}

void read_texts(const GgufHeader& header, ModelSpec& spec) {
  spec.name = header.string("general.name").value_or("");
  spec.licence = header.string("general.license").value_or("");
  spec.quantization = file_type_name(header.number("general.file_type").value_or(UINT64_MAX));
  if (const auto jinja = header.string("tokenizer.chat_template"))
    spec.chat_template = recognise_template(*jinja);
}

}  // namespace

Result<ModelSpec> model_spec(const GgufHeader& header, const std::string& name) {
  ModelSpec spec;
  spec.architecture = header.string("general.architecture").value_or("");
  if (spec.architecture.empty())
    return corrupt_file(name, text("its header names no architecture", "文件头没有写明模型架构"));
  read_texts(header, spec);
  Facts facts(header, spec.architecture);
  spec.layers = facts.number("block_count", kMaxLayers);
  spec.embedding_width = facts.number("embedding_length", kMaxWidth);
  const auto widths = facts.by_layer("feed_forward_length", spec.layers, kMaxWidth, 0);
  spec.feed_forward_width = widths.empty() ? 0 : std::ranges::max(widths);
  const auto heads = facts.by_layer("attention.head_count", spec.layers, kMaxHeads, 0);
  spec.heads = heads.empty() ? 0 : std::ranges::max(heads);
  spec.kv_heads = facts.by_layer("attention.head_count_kv", spec.layers, kMaxHeads, spec.heads);
  const uint32_t head_width = spec.heads ? spec.embedding_width / spec.heads : 0;
  spec.key_width = facts.number("attention.key_length", kMaxWidth, head_width);
  spec.value_width = facts.number("attention.value_length", kMaxWidth, head_width);
  spec.context_tokens = facts.number("context_length", UINT32_MAX);
  spec.sliding_window_tokens = facts.number("attention.sliding_window", UINT32_MAX);
  const auto* tokens = header.array("tokenizer.ggml.tokens");
  spec.vocabulary = tokens ? static_cast<uint32_t>(tokens->count) : facts.number("vocab_size", UINT32_MAX);
  spec.is_encoder = facts.flag("attention.causal") == false;
  spec.pooling = pooling_name(facts.number("pooling_type", UINT32_MAX));
  count_tensors(header, spec);
  spec.cache_bytes_per_token = cache_bytes(spec, facts);
  if (const std::string wrong = facts.wrong(); !wrong.empty())
    return corrupt_file(
        name, text("its header has an impossible value for {}", "文件头中 {} 的值不合理", printable(wrong)));
  return spec;
}

CatalogueEntry entry_of(const ModelSpec& spec, const std::string& id) {
  CatalogueEntry entry;
  entry.id = id;
  entry.role = spec.is_encoder ? (spec.pooling == "rank" ? ModelRole::reranker : ModelRole::embedding)
                               : ModelRole::chat;
  entry.display_name = spec.name.empty() ? id : printable(spec.name);
  entry.architecture = printable(spec.architecture);
  entry.parameters = static_cast<double>(spec.parameters);
  entry.quantization = spec.quantization;
  entry.licence = printable(spec.licence);
  entry.chat_template = spec.is_encoder ? "" : spec.chat_template.empty() ? "plain" : spec.chat_template;
  entry.pooling = spec.is_encoder && spec.pooling.empty() ? "mean" : spec.pooling;
  entry.context_tokens = spec.context_tokens;
  constexpr uint64_t kWorkingBytes = 300'000'000;  // the engine's own buffers
  constexpr uint64_t kDefaultContext = 4096;
  entry.needs_memory_bytes = spec.weight_bytes + kWorkingBytes + spec.cache_bytes_per_token * kDefaultContext;
  entry.note = text("your own model file", "你自己的模型文件");
  return entry;
}

}  // namespace cvp::model
