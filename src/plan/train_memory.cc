#include "plan/train_memory.h"

#include <algorithm>
#include <cmath>

#include "plan/parameters.h"
#include "plan/weights.h"

namespace cvp::plan {
namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;
// NF4 with double quantization: 4 bits, an 8-bit scale every 64 numbers, a 32-bit scale every 64×256.
constexpr double kNf4BytesPerWeight = (4 + 8.0 / 64 + 32.0 / (64 * 256)) / 8;
constexpr double kContextBytes = 0.8 * kGib;  // CUDA context and libraries: 0.3 to 2 GiB are seen
constexpr double kFragmentation = 0.05;
// What is seen of what is estimated (train_memory_test.cc compares a published table).
constexpr double kLeastActivations = 0.75, kMostActivations = 1.3, kLeastOverhead = 0.5, kMostOverhead = 2;
// Buffers and gathered parameters of ZeRO-3 (DeepSpeed's defaults: live parameters 1e9, buckets 5e8).
constexpr double kZero3LiveParameters = 1e9;

struct BytesPerParameter {
  double weight = 0, gradient = 0, optimizer = 0;
};

BytesPerParameter bytes_per_parameter(Precision precision, Optimizer optimizer) {
  BytesPerParameter out;
  double state = 4;  // of one moment
  switch (precision) {
    case Precision::mixed:
      out = {2, 2, 4};
      break;
    case Precision::mixed_wide:
      out = {2, 4, 4};
      break;
    case Precision::bf16:
      out = {2, 2, 0};
      state = 2;
      break;
    case Precision::fp32:
      out = {4, 4, 0};
      break;
  }
  if (optimizer == Optimizer::adamw) out.optimizer += 2 * state;
  if (optimizer == Optimizer::adamw_8bit) out.optimizer += 2;
  return out;
}

Result<void> check(const TrainNet& net, const TrainOptions& o) {
  const bool sizes = net.parameters > 0 && o.sequence_tokens > 0 && o.micro_batch > 0 &&
                     o.data_parallel > 0 && o.tensor_parallel > 0 && o.pipeline_parallel > 0;
  if (!sizes) {
    return fail(Errc::usage, text("parameters, sequence, batch and the number of GPUs must not be zero",
                                  "参数量、序列长度、批量和 GPU 数量都不能为零"));
  }
  if (o.four_bit_base && o.adapter_rank == 0) {
    return fail(Errc::usage, text("weights in 4 bits cannot be trained themselves", "4 位权重本身无法训练"),
                text("train adapters beside them: --rank 16", "请在其上训练适配器：--rank 16"));
  }
  if (o.job == TrainJob::pretrain && o.adapter_rank > 0) {
    return fail(Errc::usage, text("pre-training trains all weights, not adapters",
                                  "预训练要训练全部权重，不能只训练适配器"));
  }
  if (o.zero_stage > 3) {
    return fail(Errc::usage,
                text("ZeRO has stages 0 to 3, not {}", "ZeRO 只有 0 到 3 级，没有 {} 级", o.zero_stage));
  }
  if (o.zero_stage >= 2 && o.pipeline_parallel > 1) {
    return fail(Errc::usage,
                text("ZeRO-{} does not work with pipeline parallelism: gradients are needed whole",
                     "ZeRO-{} 不能与流水线并行同用：流水线需要完整的梯度", o.zero_stage),
                text("use --zero 1, or --pp 1", "请用 --zero 1，或 --pp 1"));
  }
  if (o.pipeline_parallel > net.layers) {
    return fail(Errc::usage, text("{} pipeline stages are more than the {} layers",
                                  "流水线 {} 级，超过了模型的 {} 层", o.pipeline_parallel, net.layers));
  }
  // A recurrent model has no heads, and one GPU divides nothing.
  if (o.tensor_parallel > 1 && o.tensor_parallel > net.heads) {
    return fail(Errc::usage, text("tensor parallelism of {} is more than the {} attention heads",
                                  "张量并行 {} 路，超过了 {} 个注意力头", o.tensor_parallel, net.heads));
  }
  return {};
}

/// Weights on the heaviest GPU of a model: its share of the layers and the tables, which the first and last
/// pipeline stages hold whole (Megatron-LM counts the same way).
double heaviest_share(const TrainNet& net, const TrainOptions& o) {
  const double blocks = (net.parameters - net.table_parameters) / o.pipeline_parallel;
  const double tables = o.pipeline_parallel == 1 ? net.table_parameters : net.table_parameters / 2;
  return (blocks + tables) / o.tensor_parallel;
}

double frozen_bytes(const TrainNet& net, const TrainOptions& o, bool four_bit) {
  const double share = heaviest_share(net, o) / net.parameters;
  const double split = o.zero_stage == 3 ? o.data_parallel : 1;
  if (!four_bit) return 2 * net.parameters * share / split;
  return (kNf4BytesPerWeight * (net.parameters - net.table_parameters) + 2 * net.table_parameters) * share /
         split;
}

/// Of each GPU for each trained parameter, as ZeRO divides it.
BytesPerParameter divided(const TrainOptions& o) {
  BytesPerParameter each = bytes_per_parameter(o.precision, o.optimizer);
  const double n = o.data_parallel;
  if (o.zero_stage >= 1) each.optimizer /= n;
  if (o.zero_stage >= 2) each.gradient /= n;
  if (o.zero_stage >= 3) each.weight /= n;
  return each;
}

void add_states(TrainMemory& out, double trained, const TrainOptions& o) {
  const BytesPerParameter each = divided(o);
  out.gradients += each.gradient * trained;
  out.weights += each.weight * trained;
  (o.offload_optimizer ? out.host : out.optimizer) += each.optimizer * trained;
}

/// Reference, reward and value models that stand beside the one being trained.
void add_other_models(TrainMemory& out, const TrainNet& net, const TrainOptions& o, double trained) {
  const bool adapters = o.adapter_rank > 0;
  const double frozen = frozen_bytes(net, o, o.four_bit_base);
  // With adapters the base itself is the reference: they are switched off for its turn.
  if (o.job == TrainJob::dpo && !adapters) out.other_models += frozen;
  if (o.job != TrainJob::ppo) return;
  // The value model is trained as the policy is.
  const BytesPerParameter each = divided(o);
  (o.offload_optimizer ? out.host : out.other_models) += each.optimizer * trained;
  out.other_models += (each.weight + each.gradient) * trained + (adapters ? 0 : 2 * frozen);
}

}  // namespace

Band TrainMemory::range() const {
  const double counted = weights + gradients + optimizer + other_models, passing = activations + logits;
  return {total(), counted + kLeastActivations * passing + kLeastOverhead * overhead,
          counted + kMostActivations * passing + kMostOverhead * overhead};
}

TrainNet train_net(const Shape& shape) {
  const std::vector<Weight> weights = weights_of_shape(shape);
  const ParameterCount count = count_parameters(weights, shape);
  TrainNet net{.parameters = static_cast<double>(count.total),
               .active_parameters = static_cast<double>(count.active),
               .layers = static_cast<double>(shape.layers.size()),
               .width = static_cast<double>(shape.width),
               .heads = static_cast<double>(shape.heads()),
               .kv_heads = static_cast<double>(shape.kv_heads()),
               .head_width = static_cast<double>(shape.key_width),
               .vocabulary = static_cast<double>(shape.vocabulary),
               .feed_forward_width = static_cast<double>(shape.feed_forward_width()),
               .gated = shape.gated};
  net.table_parameters = static_cast<double>(count.of(Part::input_table) + count.of(Part::output_head));
  for (const LayerShape& layer : shape.layers) {
    if (layer.attention != Attention::none)
      net.attention_width += static_cast<double>(layer.heads) * shape.key_width;
  }
  if (shape.experts.count > 0) {
    net.feed_forward_width = static_cast<double>(shape.experts.width) * shape.experts.active +
                             static_cast<double>(shape.experts.shared_width);
  }
  for (const Weight& weight : weights) {
    const bool adapted = weight.part == Part::attention || weight.part == Part::feed_forward ||
                         weight.part == Part::shared_experts || weight.part == Part::recurrent;
    if (adapted && weight.layer >= 0 && weight.dims.size() == 2)
      net.adapter_widths += static_cast<double>(weight.dims[0]) + static_cast<double>(weight.dims[1]);
  }
  return net;
}

TrainNet train_net(double parameters) {
  // N ≈ 12·L·d² with L = d/115, the middle of LLaMA's 7B (128) and 65B (102).
  constexpr double kWidthPerLayer = 115, kHeadWidth = 128;
  const double width =
      std::max(kHeadWidth, kHeadWidth * std::round(std::cbrt(parameters * kWidthPerLayer / 12) / kHeadWidth));
  TrainNet net{.parameters = parameters,
               .active_parameters = parameters,
               .layers = std::max(1.0, std::round(width / kWidthPerLayer)),
               .width = width,
               .heads = width / kHeadWidth,
               .kv_heads = width / kHeadWidth,
               .head_width = kHeadWidth,
               .vocabulary = 32000,
               .feed_forward_width = std::round(width * 8 / 3),
               .assumed = true};
  net.table_parameters = std::min(2 * net.vocabulary * width, parameters / 2);
  net.attention_width = net.layers * width;
  net.adapter_widths = net.layers * (4 * 2 * width + 3 * (width + net.feed_forward_width));
  return net;
}

double layer_activations(const TrainNet& net, const TrainOptions& options) {
  const double tokens = static_cast<double>(options.sequence_tokens) * options.micro_batch;
  // In 16 bits, without dropout: inputs of the norms, of attention and feed-forward and what their backward
  // passes need; 32-bit statistics of the softmax.
  const double feed_forward = (net.gated ? 6 : 4) * net.feed_forward_width;
  double per_token = 12 * net.width + 4 * net.kv_heads * net.head_width + feed_forward + 4 * net.heads;
  if (!options.flash_attention) per_token += 5 * net.heads * options.sequence_tokens;
  return tokens * per_token;
}

Result<TrainMemory> train_memory(const TrainNet& net, const TrainOptions& o) {
  TRY(check(net, o));
  TrainMemory out;
  const double tokens = static_cast<double>(o.sequence_tokens) * o.micro_batch;
  const bool adapters = o.adapter_rank > 0;
  double trained = heaviest_share(net, o);  // on this GPU
  if (adapters) {
    trained = net.adapter_widths * o.adapter_rank / o.tensor_parallel / o.pipeline_parallel;
    out.weights = frozen_bytes(net, o, o.four_bit_base);
  }
  out.trained_parameters = adapters ? net.adapter_widths * o.adapter_rank : net.parameters;
  add_states(out, trained, o);
  add_other_models(out, net, o, trained);
  const double layer = layer_activations(net, o) / o.tensor_parallel;
  // The first stage of a pipeline holds as many micro-batches as there are stages: as if it had all layers.
  out.activations =
      o.recompute ? net.layers * 2 * tokens * net.width / o.tensor_parallel + layer : net.layers * layer;
  // Logits and their gradient in 32 bits, and the 16-bit ones they came from. A pair of answers is read
  // together in dpo and reward training.
  const double last = 10 * tokens * net.vocabulary / o.tensor_parallel;
  out.logits = o.job == TrainJob::reward ? 0 : last;
  if (o.job == TrainJob::dpo || o.job == TrainJob::reward) {
    out.activations *= 2;
    out.logits *= 2;
  }
  const double live = o.zero_stage == 3 && o.data_parallel > 1
                          ? 2 * std::min(kZero3LiveParameters, heaviest_share(net, o))
                          : 0;
  out.overhead = kContextBytes + live + kFragmentation * out.total();
  return out;
}

}  // namespace cvp::plan
