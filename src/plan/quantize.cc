// Which type llama-quantize gives to which tensor. "Q4_K_M" and the like are mixes: most tensors get the main
// type, the sensitive ones (values, the second feed-forward matrix, the output head) a better one, in some or
// all layers. Rules as in llama.cpp's src/llama-quant.cpp, without an importance matrix except for the mixes
// that need one. Checked against the sizes that llama.cpp publishes for Llama-3.1-8B (quantize_test.cc).
#include <algorithm>
#include <array>

#include "plan/weights.h"

namespace cvp::plan {
namespace {

using enum model::TensorType;
using model::TensorType;

/// Where in the model a better type is used; the layers are counted from the first.
enum class Where : uint8_t {
  nowhere,
  everywhere,
  first_eighth,
  first_sixteenth,
  first_two,
  first_four,
  ends,
  middle
};

struct Upgrade {
  TensorType type = f32;
  Where where = Where::nowhere;
};

/// What a mix does to each kind of tensor beside giving it the main type. Of two upgrades the first whose
/// layers apply wins.
struct Mix {
  std::string_view name;
  TensorType main;
  std::array<Upgrade, 2> value = {};  // attn_v
  TensorType grouped_value = f32;     // instead, where at least four heads share a value; f32: as above
  TensorType fused = f32;             // attn_qkv; f32: main
  Upgrade query_key = {};
  Upgrade output = {};  // of attention
  std::array<Upgrade, 2> down = {};
  Upgrade gate_up = {};
  TensorType table = f32;  // input table that is not the head as well; f32: main
  bool tiny = false;       // of about two bits or less: the head gets Q5_K, not Q6_K
};

constexpr Upgrade all(TensorType type) { return {type, Where::everywhere}; }
constexpr Upgrade eighth(TensorType type) { return {type, Where::first_eighth}; }
constexpr Upgrade ends(TensorType type) { return {type, Where::ends}; }

constexpr Mix kMixes[] = {
    {.name = "Q6_K", .main = q6_k},
    {.name = "Q5_K_M", .main = q5_k, .value = {ends(q6_k)}, .fused = q6_k, .down = {ends(q6_k)}},
    {.name = "Q5_K_S", .main = q5_k},
    {.name = "Q4_K_M", .main = q4_k, .value = {ends(q6_k)}, .fused = q5_k, .down = {ends(q6_k)}},
    {.name = "Q4_K_S", .main = q4_k, .value = {Upgrade{q5_k, Where::first_four}}, .down = {eighth(q5_k)}},
    {.name = "IQ4_NL", .main = iq4_nl, .grouped_value = q5_k, .down = {eighth(q5_k)}},
    {.name = "IQ4_XS", .main = iq4_xs, .grouped_value = q5_k, .down = {eighth(q5_k)}},
    {.name = "Q3_K_L",
     .main = q3_k,
     .value = {all(q5_k)},
     .fused = q4_k,
     .output = all(q5_k),
     .down = {all(q5_k)}},
    {.name = "Q3_K_M",
     .main = q3_k,
     .value = {Upgrade{q5_k, Where::first_two}, all(q4_k)},
     .fused = q4_k,
     .output = all(q4_k),
     .down = {Upgrade{q5_k, Where::first_sixteenth}, all(q4_k)}},
    {.name = "Q3_K_S", .main = q3_k},
    {.name = "IQ3_M",
     .main = iq3_s,
     .value = {all(q4_k)},
     .fused = q4_k,
     .output = all(q4_k),
     .down = {eighth(q4_k)}},
    {.name = "IQ3_S", .main = iq3_s, .grouped_value = q4_k},
    {.name = "IQ3_XS",
     .main = iq3_s,
     .grouped_value = q4_k,
     .query_key = all(iq3_xxs),
     .gate_up = {iq3_xxs, Where::middle}},
    {.name = "IQ3_XXS",
     .main = iq3_xxs,
     .grouped_value = q4_k,
     .query_key = all(iq2_s),
     .output = all(iq3_s),
     .table = iq3_s,
     .tiny = true},
    {.name = "Q2_K",
     .main = q2_k,
     .value = {all(q3_k)},
     .grouped_value = q4_k,
     .output = all(q3_k),
     .down = {all(q3_k)}},
    {.name = "Q2_K_S", .main = q2_k, .grouped_value = q4_k, .down = {eighth(q4_k)}},
    {.name = "IQ2_M",
     .main = iq2_s,
     .value = {all(iq3_s)},
     .grouped_value = q4_k,
     .output = all(iq3_s),
     .down = {eighth(iq3_s)},
     .table = iq3_s,
     .tiny = true},
    {.name = "IQ2_S",
     .main = iq2_xs,
     .value = {all(iq3_s)},
     .grouped_value = q4_k,
     .output = all(iq3_s),
     .down = {eighth(iq3_s)},
     .table = iq3_s,
     .tiny = true},
    {.name = "IQ2_XS",
     .main = iq2_xs,
     .value = {all(q2_k)},
     .grouped_value = q4_k,
     .down = {eighth(q2_k)},
     .table = q2_k,
     .tiny = true},
    {.name = "IQ2_XXS",
     .main = iq2_xxs,
     .value = {all(q2_k)},
     .grouped_value = q4_k,
     .down = {eighth(q2_k)},
     .table = q2_k,
     .tiny = true},
    {.name = "IQ1_M",
     .main = iq1_m,
     .value = {all(q2_k)},
     .grouped_value = q4_k,
     .output = all(iq2_xxs),
     .down = {eighth(q2_k)},
     .table = q2_k,
     .tiny = true},
    {.name = "IQ1_S",
     .main = iq1_s,
     .value = {all(q2_k)},
     .grouped_value = q4_k,
     .output = all(iq2_xxs),
     .down = {eighth(q2_k)},
     .table = q2_k,
     .tiny = true},
    {.name = "TQ2_0", .main = tq2_0, .table = q4_k},
    {.name = "TQ1_0", .main = tq1_0, .table = q4_k},
};

/// The mixes that give the attention of a model of eight experts (Mixtral) a better type: it is small there.
constexpr std::string_view kEightExpertOutput[] = {
    "Q2_K",  "IQ3_XS", "IQ3_XXS", "Q3_K_S", "Q3_K_M", "IQ4_NL", "Q4_K_S", "Q4_K_M", "IQ3_S",
    "IQ3_M", "IQ4_XS", "IQ2_XXS", "IQ2_XS", "IQ2_S",  "IQ2_M",  "IQ1_S",  "IQ1_M"};

bool applies(Where where, size_t layer, size_t layers) {
  switch (where) {
    case Where::nowhere:
      return false;
    case Where::everywhere:
      return true;
    case Where::first_eighth:
      return layer < layers / 8;
    case Where::first_sixteenth:
      return layer < layers / 16;
    case Where::first_two:
      return layer < 2;
    case Where::first_four:
      return layer < 4;
    case Where::middle:
      return layer >= layers / 8 && layer < 7 * layers / 8;
    case Where::ends:  // both ends, and every third layer between
      return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
  }
  return false;
}

/// What llama-quantize does with a row that does not divide into blocks of the type.
TensorType fitting(TensorType type, uint64_t row) {
  const auto fits = [&](TensorType t) { return row % model::tensor_type_info(t).block_elements == 0; };
  if (fits(type)) return type;
  TensorType other = f16;
  switch (type) {
    case q2_k:
    case q3_k:
    case tq1_0:
    case tq2_0:
      other = q4_0;
      break;
    case q4_k:
      other = q5_0;
      break;
    case q5_k:
      other = q5_1;
      break;
    case q6_k:
      other = q8_0;
      break;
    case iq1_s:
    case iq1_m:
    case iq2_xxs:
    case iq2_xs:
    case iq2_s:
    case iq3_xxs:
    case iq3_s:
    case iq4_xs:
      other = iq4_nl;
      break;
    default:
      break;
  }
  return fits(other) ? other : f16;
}

class Mixer {
 public:
  Mixer(const Mix& mix, const Shape& shape, std::span<const Weight> weights) : mix_(mix), shape_(shape) {
    for (const Weight& weight : weights) {
      if (holds_values(weight)) ++values_;
      if (weight.part == Part::output_head) tied_ = false;
    }
    const uint32_t shared = shape.kv_heads() > 0 ? shape.heads() / shape.kv_heads() : 1;
    grouped_ = shared >= 4;
  }

  /// In the order of the layers: where values get better types counts the tensors before.
  TensorType type_of(const Weight& weight) {
    const TensorType type = chosen(weight);
    return fitting(type, weight.dims.front());
  }

 private:
  static bool ends_with(const Weight& weight, std::string_view what) { return weight.name.ends_with(what); }
  static bool holds_values(const Weight& w) { return ends_with(w, "attn_v.weight"); }
  bool eight_experts() const { return shape_.experts.count == 8; }
  bool falcon() const { return shape_.architecture == "falcon"; }

  TensorType pick(std::span<const Upgrade> upgrades, size_t layer, size_t layers) const {
    for (const Upgrade& upgrade : upgrades)
      if (applies(upgrade.where, layer, layers)) return upgrade.type;
    return mix_.main;
  }

  TensorType chosen(const Weight& weight) {
    if (mix_.main == mxfp4) return weight.part == Part::experts ? mxfp4 : q8_0;
    if (weight.part == Part::output_head || (weight.part == Part::input_table && tied_)) return head(weight);
    if (weight.part == Part::input_table) return mix_.table == f32 ? mix_.main : mix_.table;
    const size_t layer = weight.layer < 0 ? 0 : static_cast<size_t>(weight.layer);
    const size_t layers = shape_.layers.size();
    if (holds_values(weight)) return value(value_++);
    if (ends_with(weight, "attn_qkv.weight") && mix_.fused != f32) return mix_.fused;
    if (ends_with(weight, "attn_k.weight") && eight_experts()) return mix_.tiny ? q4_k : q8_0;
    if (ends_with(weight, "attn_k.weight") || ends_with(weight, "attn_q.weight"))
      return pick(std::span(&mix_.query_key, 1), layer, layers);
    if (ends_with(weight, "attn_output.weight")) return output(layer, layers);
    if (weight.name.find("ffn_down") != std::string::npos) return down(layer, layers);
    if (weight.name.find("ffn_up") != std::string::npos || weight.name.find("ffn_gate") != std::string::npos)
      return pick(std::span(&mix_.gate_up, 1), layer, layers);
    return mix_.main;
  }

  TensorType head(const Weight& weight) const {
    const uint32_t block = model::tensor_type_info(mix_.main).block_elements;
    if (falcon() || mix_.main == q8_0 || weight.dims.front() % block != 0) return q8_0;
    return mix_.tiny ? q5_k : q6_k;
  }

  TensorType value(size_t index) const {
    const bool better = grouped_ || (mix_.tiny && shape_.experts.count >= 4);
    TensorType type = pick(mix_.value, index, values_);
    if (better && mix_.grouped_value != f32) type = mix_.grouped_value;
    // Models of 80 layers whose heads share values are known to llama.cpp as "70B" and get better ones.
    const bool seventy = shape_.layers.size() == 80 && grouped_ && !mix_.tiny;
    if (seventy && (type == q3_k || type == q4_k)) type = q5_k;
    return eight_experts() && !mix_.tiny ? q8_0 : type;
  }

  TensorType down(size_t layer, size_t layers) const {
    if (falcon() && mix_.name == "Q4_K_M") {
      const Upgrade own[] = {{q6_k, Where::first_sixteenth}, ends(q5_k)};
      return pick(own, layer, layers);
    }
    if (falcon() && mix_.name == "Q3_K_M") {
      const Upgrade own[] = {{q5_k, Where::first_sixteenth}, ends(q4_k)};
      return pick(own, layer, layers);
    }
    if (falcon() && mix_.name == "Q3_K_L") return q4_k;
    if (falcon() && mix_.name == "Q4_K_S") return mix_.main;
    return pick(mix_.down, layer, layers);
  }

  TensorType output(size_t layer, size_t layers) const {
    if (eight_experts() && std::ranges::count(kEightExpertOutput, mix_.name) > 0) return q5_k;
    if (falcon()) return mix_.name == "Q3_K_L" ? q4_k : mix_.main;
    return pick(std::span(&mix_.output, 1), layer, layers);
  }

  const Mix& mix_;
  const Shape& shape_;
  size_t values_ = 0, value_ = 0;
  bool tied_ = true, grouped_ = false;
};

/// Vectors, norms, routers and other small tensors stay as they are.
bool stays(const Weight& weight) {
  if (weight.dims.size() < 2 || weight.dims[1] <= 1 || !weight.name.ends_with("weight")) return true;
  constexpr std::string_view kSmall[] = {
      "_norm.weight", "ffn_gate_inp", "ssm_conv1d", "shortconv.conv", "position_embd",       "token_types",
      "altup",        "laurel",       "time_mix_",  "attn_rel_b",     "per_layer_model_proj"};
  return std::ranges::any_of(
      kSmall, [&](std::string_view part) { return weight.name.find(part) != std::string::npos; });
}

void set_type(Weight& weight, TensorType type) {
  weight.type = type;
  // A row that divides into whole blocks always has a size.
  weight.bytes = model::tensor_bytes(model::tensor_type_info(type), weight.elements()).value_or(0);
}

constexpr double bits(double bytes, double elements) { return 8 * bytes / elements; }

constexpr Quantization kQuantizations[] = {
    {"F32", f32, 32},
    {"F16", f16, 16},
    {"BF16", bf16, 16},
    {"Q8_0", q8_0, bits(34, 32)},
    {"INT8", i8, 8, false},
    {"FP8", i8, 8, false},
    {"Q6_K", q6_k, bits(210, 256)},
    {"Q5_1", q5_1, bits(24, 32)},
    {"Q5_K_M", q5_k, bits(176, 256)},
    {"Q5_K_S", q5_k, bits(176, 256)},
    {"Q5_0", q5_0, bits(22, 32)},
    {"Q4_1", q4_1, bits(20, 32)},
    {"Q4_K_M", q4_k, bits(144, 256)},
    {"Q4_K_S", q4_k, bits(144, 256)},
    {"IQ4_NL", iq4_nl, bits(18, 32)},
    {"Q4_0", q4_0, bits(18, 32)},
    {"IQ4_XS", iq4_xs, bits(136, 256)},
    {"MXFP4", mxfp4, bits(17, 32)},
    {"NF4", q4_0, 4.127, false},
    {"INT4", q4_0, 4, false},
    {"Q3_K_L", q3_k, bits(110, 256)},
    {"Q3_K_M", q3_k, bits(110, 256)},
    {"IQ3_M", iq3_s, bits(110, 256)},
    {"IQ3_S", iq3_s, bits(110, 256)},
    {"Q3_K_S", q3_k, bits(110, 256)},
    {"IQ3_XS", iq3_s, bits(110, 256)},
    {"IQ3_XXS", iq3_xxs, bits(98, 256)},
    {"Q2_K", q2_k, bits(84, 256)},
    {"Q2_K_S", q2_k, bits(84, 256)},
    {"IQ2_M", iq2_s, bits(82, 256)},
    {"IQ2_S", iq2_xs, bits(74, 256)},
    {"IQ2_XS", iq2_xs, bits(74, 256)},
    {"IQ2_XXS", iq2_xxs, bits(66, 256)},
    {"TQ2_0", tq2_0, bits(66, 256)},
    {"IQ1_M", iq1_m, bits(56, 256)},
    {"TQ1_0", tq1_0, bits(54, 256)},
    {"IQ1_S", iq1_s, bits(50, 256)},
};

}  // namespace

std::span<const Quantization> quantizations() { return kQuantizations; }

const Quantization* find_quantization(std::string_view name) {
  std::string wanted;
  for (const char c : name) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    wanted += upper == '-' ? '_' : upper;
  }
  constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
      {"FP32", "F32"},      {"FLOAT32", "F32"}, {"FP16", "F16"},    {"FLOAT16", "F16"}, {"HALF", "F16"},
      {"BFLOAT16", "BF16"}, {"Q4_K", "Q4_K_M"}, {"Q5_K", "Q5_K_M"}, {"Q3_K", "Q3_K_M"}, {"Q8", "Q8_0"}};
  for (const auto& [other, ours] : kOtherNames)
    if (wanted == other) wanted = ours;
  const auto found = std::ranges::find(kQuantizations, wanted, &Quantization::name);
  return found != std::end(kQuantizations) ? &*found : nullptr;
}

std::vector<Weight> quantized(std::vector<Weight> weights, const Shape& shape,
                              const Quantization& quantization) {
  if (!quantization.gguf) {
    // Other engines' formats: every matrix at the same width, tables and norms in 16 bits.
    for (Weight& weight : weights) {
      const bool matrix =
          !stays(weight) && weight.part != Part::input_table && weight.part != Part::output_head;
      const double bits = matrix ? quantization.bits_per_weight : 16;
      weight.type = matrix ? quantization.main : f16;
      weight.bytes = static_cast<uint64_t>(static_cast<double>(weight.elements()) * bits / 8);
    }
    return weights;
  }
  const auto* mix = std::ranges::find(kMixes, quantization.name, &Mix::name);
  const Mix plain{.name = quantization.name, .main = quantization.main};
  const bool quantizes = model::tensor_type_info(quantization.main).block_elements > 1;
  Mixer mixer(mix != std::end(kMixes) ? *mix : plain, shape, weights);
  for (Weight& weight : weights) {
    if (quantization.main == f32) {
      set_type(weight, f32);
    } else if (!stays(weight)) {
      set_type(weight, quantizes ? mixer.type_of(weight) : quantization.main);
    }
  }
  return weights;
}

}  // namespace cvp::plan
