#include "cli/plan_train.h"

#include <algorithm>

#include "cli/quantity.h"
#include "cli/subject.h"
#include "cli/train_view.h"
#include "plan/published.h"

namespace cvp::cli {
namespace {

constexpr double kChinchilla = 20;  // tokens a parameter (Hoffmann et al., arXiv 2203.15556)
constexpr int64_t kUsualExamples = 10'000, kUsualLength = 1'000, kUsualEpochs = 3;
constexpr uint32_t kUsualRank = 16;
constexpr const char* kUsualGpu = "RTX 4090";

Result<double> number(const std::string& name, const std::string& typed) {
  const auto value = parse_count(typed);
  if (!value) {
    return fail(Errc::usage, text("{} needs a positive number such as 7B, 1.4e12 or 2.5, not “{}”",
                                  "{} 需要 7B、1.4e12 或 2.5 这样的正数，而不是“{}”", name, typed));
  }
  return *value;
}

Result<plan::TrainOptions> options_of(const TrainRequest& r) {
  plan::TrainOptions out{.recompute = r.recompute,
                         .flash_attention = !r.no_flash,
                         .offload_optimizer = r.offload,
                         .sequence_tokens = static_cast<uint32_t>(r.sequence),
                         .micro_batch = static_cast<uint32_t>(r.micro_batch),
                         .zero_stage = static_cast<uint32_t>(r.zero),
                         .tensor_parallel = static_cast<uint32_t>(r.tensor),
                         .pipeline_parallel = static_cast<uint32_t>(r.pipeline)};
  if (r.job == "pretrain") out.job = plan::TrainJob::pretrain;
  if (r.job == "reward") out.job = plan::TrainJob::reward;
  if (r.job == "ppo") out.job = plan::TrainJob::ppo;
  if (r.job == "dpo") out.job = plan::TrainJob::dpo;
  if (r.job == "full" && r.rank > 0) {
    return fail(Errc::usage,
                text("--rank is for adapters, and full fine-tuning trains all weights",
                     "--rank 用于适配器，而全参数微调训练全部权重"),
                text("use --job lora", "请用 --job lora"));
  }
  out.adapter_rank = static_cast<uint32_t>(r.rank);
  if (r.job == "lora" || r.job == "qlora")
    out.adapter_rank = r.rank > 0 ? static_cast<uint32_t>(r.rank) : kUsualRank;
  out.four_bit_base = r.job == "qlora";
  if (r.precision == "bf16") out.precision = plan::Precision::bf16;
  if (r.precision == "fp32") out.precision = plan::Precision::fp32;
  if (r.precision == "mixed-wide") out.precision = plan::Precision::mixed_wide;
  if (r.optimizer == "adamw8bit") out.optimizer = plan::Optimizer::adamw_8bit;
  if (r.optimizer == "sgd") out.optimizer = plan::Optimizer::sgd;
  const auto model_parallel = static_cast<int64_t>(r.tensor) * r.pipeline;
  if (r.machine.count % model_parallel != 0) {
    return fail(Errc::usage,
                text("{} GPUs do not divide into groups of {} (tensor {} × pipeline {})",
                     "{} 块 GPU 无法按每组 {} 块划分（张量 {} × 流水线 {}）", r.machine.count, model_parallel,
                     r.tensor, r.pipeline),
                text("choose --count as a multiple of it", "请让 --count 是它的整数倍"));
  }
  out.data_parallel = static_cast<uint32_t>(r.machine.count / model_parallel);
  return out;
}

Result<double> tokens_of(const TrainRequest& r, const plan::TrainNet& net, std::vector<Text>& notes) {
  if (!r.tokens.empty() && r.examples > 0) {
    return fail(Errc::usage,
                text("--tokens and --examples say the same twice", "--tokens 与 --examples 重复了"));
  }
  const double epochs = static_cast<double>(r.epochs > 0 ? r.epochs : 1);
  if (!r.tokens.empty()) return TRY(number("--tokens", r.tokens)) * epochs;
  if (r.examples > 0) {
    notes.push_back(text("{} examples, each as long as the sequence: an upper bound",
                         "{} 条样本，均按序列长度计：这是上限", r.examples));
    return static_cast<double>(r.examples) * static_cast<double>(r.sequence) * epochs;
  }
  if (r.job == "pretrain") {
    notes.push_back(
        text("no --tokens given: 20 a parameter, as Chinchilla found best for the compute (today's models "
             "take far more)",
             "未给 --tokens：按 Chinchilla 的算力最优比例，每参数 20 词元（如今的模型用得多得多）"));
    return kChinchilla * net.parameters;
  }
  notes.push_back(text("no --tokens given: {} examples of {} tokens, {} times over",
                       "未给 --tokens：按 {} 条样本、每条 {} 词元、{} 轮计", kUsualExamples, kUsualLength,
                       kUsualEpochs));
  return static_cast<double>(kUsualExamples * kUsualLength * kUsualEpochs);
}

/// The named GPU; else this machine's first; else a usual one, which is said.
Result<plan::Gpu> gpu_of(App& app, const TrainRequest& r, std::vector<Text>& notes) {
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  if (!r.machine.name.empty()) {
    const plan::GpuMatch match = TRY(catalogue.find(r.machine.name));
    if (!match.also.empty()) {
      std::string others;
      for (const plan::Gpu* other : match.also)
        others += (others.empty() ? "" : ", ") + other->name.canonical;
      notes.push_back(text("“{}” is taken as {}; it could also be {}", "“{}”按 {} 处理；也可能是 {}",
                           r.machine.name, match.gpu->name.canonical, others));
    }
    return *match.gpu;
  }
  const PlannedMachine here = TRY(open_machine(app, {}));
  for (const plan::Gpu& card : here.cards) {
    if (card.fp16 || card.fp32) return card;
  }
  notes.push_back(
      text("this machine has no GPU that cvp knows: planned for one {}; choose another with --gpu",
           "本机没有 cvp 认识的 GPU：按一块 {} 估算；可用 --gpu 指定", kUsualGpu));
  return *TRY(catalogue.find(kUsualGpu)).gpu;
}

Result<void> set_price(TrainReport& report, const TrainRequest& r) {
  if (!r.price.empty()) {
    const double price = TRY(number("--price", r.price));
    report.input.price = {price, price, price};
    report.price_source = "--price";
    return {};
  }
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  for (const plan::RentalPrice& price : TRY(plan::rental_prices())) {
    const auto match = catalogue.find(price.gpu);
    if (!match || match->gpu->name.canonical != report.gpu.name.canonical) continue;
    report.input.price = {(price.low + price.high) / 2, price.low, price.high};
    report.price_source = fmt::format("{} ({})", price.source.title, price.source.month);
    return {};
  }
  report.notes.push_back(text("what renting a {} costs is not known here: --price says it",
                              "此处没有 {} 的租用价格：可用 --price 给出", report.gpu.name.canonical));
  return {};
}

Result<void> set_inputs(TrainReport& report, const TrainRequest& r) {
  plan::CostInput& in = report.input;
  in.gpus = static_cast<double>(r.machine.count);
  in.peak = in.options.precision == plan::Precision::fp32
                ? report.gpu.fp32.value
                : std::max(report.gpu.fp16.value, report.gpu.fp32.value);
  if (!(in.peak > 0)) {
    return fail(Errc::not_found,
                text("the computing speed of {} is not known here", "此处没有 {} 的算力数据",
                     report.gpu.name.canonical),
                text("plan with a similar GPU", "请用相近的 GPU 估算"));
  }
  in.mfu = plan::default_mfu(report.gpu, in.options);
  if (!r.mfu.empty()) {
    const double mfu = TRY(number("--mfu", r.mfu));
    in.mfu = {mfu, mfu, mfu, text("as given with --mfu", "由 --mfu 指定")};
  }
  in.watts = r.watts.empty() ? report.gpu.watts.value : TRY(number("--watts", r.watts));
  if (!r.energy_price.empty()) in.energy_price = TRY(number("--kwh-price", r.energy_price));
  return set_price(report, r);
}

/// The stages of ZeRO, over the same GPUs.
void add_zero_stages(std::vector<TrainReport::Method>& out, const TrainReport& report) {
  plan::TrainOptions options = report.input.options;
  if (options.data_parallel == 1) return;
  for (options.zero_stage = 1; options.zero_stage <= 3; ++options.zero_stage) {
    if (const auto memory = plan::train_memory(report.input.net, options))
      out.push_back({fmt::format("ZeRO-{}", options.zero_stage), memory->total()});
  }
}

/// Each way to fine-tune, on one GPU, with the rest as asked for; then the stages of ZeRO.
std::vector<TrainReport::Method> methods_of(const TrainReport& report) {
  std::vector<TrainReport::Method> out;
  if (report.input.options.job == plan::TrainJob::pretrain) {
    add_zero_stages(out, report);
    return out;
  }
  for (const char* name : {"full", "lora", "qlora"}) {
    plan::TrainOptions options = report.input.options;
    options.job = plan::TrainJob::sft;
    options.zero_stage = 0;
    options.data_parallel = options.tensor_parallel = options.pipeline_parallel = 1;
    const bool adapters = std::string_view(name) != "full";
    options.adapter_rank = adapters ? std::max(kUsualRank, options.adapter_rank) : 0;
    options.four_bit_base = std::string_view(name) == "qlora";
    if (const auto memory = plan::train_memory(report.input.net, options))
      out.push_back({name, memory->total()});
  }
  add_zero_stages(out, report);
  return out;
}

RunVerb declare(Command& command) {
  auto request = std::make_shared<TrainRequest>();
  command.about(
      text("What training takes: memory of each GPU by part, time, GPU-hours, energy and money, each with "
           "its range and how it was "
           "worked out. From pre-training to LoRA and PPO.",
           "训练需要多少：每块 GPU 的显存组成、时间、GPU 时、耗电和费用，均给出范围和算法。从预训练到 LoRA "
           "和 PPO。"));
  command.argument(text("MODEL", "模型"), request->model,
                   text("as with `cvp plan`; or --params", "同 `cvp plan`；也可用 --params"), false);
  command.option("--params", request->parameters, text("N", "参数量"),
                 text("such as 65e9 or 7B, instead of a model", "如 65e9 或 7B，代替模型"));
  command.choice("--job", request->job, {"pretrain", "full", "lora", "qlora", "reward", "dpo", "ppo"},
                 text("what is trained and how (lora)", "训练什么、用什么方法（lora）"));
  command.option("--tokens", request->tokens, text("N", "词元数"),
                 text("such as 1.4e12 or 30M", "如 1.4e12 或 30M"));
  command.number("--examples", request->examples, 1, 1'000'000'000'000,
                 text("instead of --tokens", "代替 --tokens"));
  command.number("--epochs", request->epochs, 1, 1000, text("how often the data is seen", "数据训练几轮"));
  declare_machine(command, request->machine);
  command.option("--price", request->price, text("USD", "美元"),
                 text("of a GPU-hour (default: published ranges)", "每 GPU 时价格（默认用公开的价格范围）"));
  command.option("--kwh-price", request->energy_price, text("USD", "美元"),
                 text("of a kWh, for a machine of your own", "每度电价，用于自有机器"));
  command.option("--watts", request->watts, text("W", "瓦"),
                 text("of one GPU (default: its rating)", "单块 GPU 功率（默认取额定值）"));
  command.option("--mfu", request->mfu, text("SHARE", "比例"),
                 text("of the peak that is reached, such as 0.4", "达到峰值算力的比例，如 0.4"));
  command.number("--sequence", request->sequence, 1, 100'000'000,
                 text("tokens of a sequence (2048)", "序列长度（2048）"));
  command.number("--micro-batch", request->micro_batch, 1, 1'000'000,
                 text("sequences on a GPU at a time (1)", "每块 GPU 每次的序列数（1）"));
  command.number("--rank", request->rank, 1, 65536, text("of LoRA (16)", "LoRA 的秩（16）"));
  command.choice("--precision", request->precision, {"mixed", "mixed-wide", "bf16", "fp32"},
                 text("of weights, gradients and states (mixed)", "权重、梯度和状态的精度（mixed）"));
  command.choice("--optimizer", request->optimizer, {"adamw", "adamw8bit", "sgd"},
                 text("(adamw)", "（adamw）"));
  command.number("--zero", request->zero, 0, 3, text("ZeRO stage over the GPUs", "ZeRO 级别"));
  command.number("--tp", request->tensor, 1, 65536, text("tensor parallelism", "张量并行"));
  command.number("--pp", request->pipeline, 1, 65536, text("pipeline stages", "流水线级数"));
  command.flag("--recompute", request->recompute,
               text("compute activations twice to save memory", "重计算激活值以节省显存"));
  command.flag("--no-flash", request->no_flash, text("without flash attention", "不用 flash attention"));
  command.flag("--offload-optimizer", request->offload,
               text("optimizer states in main memory", "优化器状态放在内存"));
  command.flag("--md", request->markdown, text("as Markdown", "以 Markdown 输出"));
  command.example("cvp plan train llama-2-7b --job qlora --gpu \"RTX 4090\"",
                  text("what does it cost to fine-tune 7B?", "微调 7B 要花多少？"));
  command.example("cvp plan train --params 65e9 --tokens 1.4e12 --gpu a100-80 --count 2048 --price 1.36",
                  text("what LLaMA 65B took", "LLaMA 65B 的训练"));
  command.example("cvp plan train qwen3-8b --job full --gpu h100 --count 8 --zero 3 --recompute",
                  text("eight GPUs", "八块 GPU"));
  return [request](App& app) { return plan_training(app, *request); };
}

/// Many GPUs and no method said: nobody means an adapter by that.
std::string job_of(const TrainRequest& r) {
  const auto tokens = parse_count(r.tokens);
  const bool huge = tokens && *tokens >= 1e10;
  return r.job.empty() ? (huge ? "pretrain" : "lora") : r.job;
}

}  // namespace

Result<int> plan_training(App& app, const TrainRequest& asked) {
  TrainRequest r = asked;
  r.job = job_of(asked);
  if (r.model.empty() == r.parameters.empty()) {
    return fail(Errc::usage,
                text("either a model or --params is needed", "需要给出模型或 --params，二者取一"),
                text("`cvp plan train --help` has examples", "`cvp plan train --help` 有示例"));
  }
  TrainReport report{.job = r.job};
  if (asked.job.empty()) {
    report.notes.push_back(r.job == "pretrain"
                               ? text("no --job given, but so many tokens: planned as pre-training",
                                      "未给 --job，但词元数很大：按预训练估算")
                               : text("no --job given: planned as LoRA", "未给 --job：按 LoRA 估算"));
  }
  if (r.model.empty()) {
    report.input.net = plan::train_net(TRY(number("--params", r.parameters)));
    report.model = r.parameters;
    report.notes.push_back(text("from a size alone: activations as of a model built like LLaMA",
                                "仅知参数量：激活值按 LLaMA 结构估算"));
  } else {
    const NamedSubject model = TRY(open_plannable(app, r.model));
    report.input.net = plan::train_net(model.subject.shape);
    report.model = model.subject.name;
    report.notes.insert(report.notes.end(), model.notes.begin(), model.notes.end());
  }
  report.input.options = TRY(options_of(r));
  report.input.tokens = TRY(tokens_of(r, report.input.net, report.notes));
  report.gpu = TRY(gpu_of(app, r, report.notes));
  report.usable_bytes = plan::device_of(report.gpu).usable_bytes;
  TRY(set_inputs(report, r));
  report.memory = TRY(plan::train_memory(report.input.net, report.input.options));
  report.cost = TRY(plan::train_cost(report.input));
  report.methods = methods_of(report);
  if (app.printer().json_wanted()) {
    app.printer().json(training_json(report, app.lang()));
  } else {
    show_training(app.printer(), report, r.markdown);
  }
  return 0;
}

Verb plan_train_verb() {
  return {.name = "plan train",
          .summary = text("what training takes: memory, time, energy, money", "训练需要的显存、时间、电和钱"),
          .declare = declare};
}

}  // namespace cvp::cli
