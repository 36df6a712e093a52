#include "cli/plan_train.h"

#include <algorithm>

#include "cli/hw_view.h"
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

struct Numeric {
  const char* option;
  double low, high;
  const char* example;
};
constexpr Numeric kParameters{"--params", 1e6, 1e14, "7B"}, kTokens{"--tokens", 1, 1e15, "30M"},
    kMfu{"--mfu", 0.001, 1, "0.4"}, kPrice{"--price", 0.001, 1e6, "1.36"},
    kEnergyPrice{"--kwh-price", 0.001, 1e4, "0.15"}, kWatts{"--watts", 1, 1e6, "350"};

Result<double> number(const Numeric& what, const std::string& typed) {
  const auto value = parse_count(typed);
  if (value && *value >= what.low && *value <= what.high) return *value;
  const Text wrong = text("{} needs a number such as {}, not “{}”", "{} 需要 {} 这样的数，而不是“{}”",
                          what.option, what.example, typed);
  if (!value) return fail(Errc::usage, wrong);
  return fail(Errc::usage, wrong,
              text("from {} to {}", "应在 {} 到 {} 之间", count_text(what.low), count_text(what.high)));
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
                text("--tokens and --examples say the same twice", "--tokens 与 --examples 重复了"),
                text("leave one of them out", "请去掉其中一个"));
  }
  const double epochs = static_cast<double>(r.epochs > 0 ? r.epochs : 1);
  if (!r.tokens.empty()) return TRY(number(kTokens, r.tokens)) * epochs;
  if (r.examples > 0) {
    notes.push_back(text("{} examples, each as long as the sequence: an upper bound",
                         "{} 条样本，均按序列长度计：这是上限",
                         with_commas(static_cast<uint64_t>(r.examples))));
    return static_cast<double>(r.examples) * static_cast<double>(r.sequence) * epochs;
  }
  if (r.job == "pretrain") {
    notes.push_back(
        text("no --tokens given: 20 a parameter, as Chinchilla found best for the compute (today's models "
             "take far more)",
             "未给 --tokens：按 Chinchilla 的算力最优比例，每参数 20 词元（如今的模型用得多得多）"));
    return kChinchilla * net.parameters * epochs;
  }
  const int64_t times = r.epochs > 0 ? r.epochs : kUsualEpochs;
  notes.push_back(text("no --tokens given: {} examples of {} tokens, {} times over",
                       "未给 --tokens：按 {} 条样本、每条 {} 词元、{} 轮计", with_commas(kUsualExamples),
                       with_commas(kUsualLength), times));
  return static_cast<double>(kUsualExamples * kUsualLength * times);
}

/// The named GPU; else this machine's first; else a usual one, which is said.
Result<plan::Gpu> gpu_of(App& app, const TrainRequest& r, std::vector<Text>& notes) {
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  if (!r.machine.name.empty()) {
    const plan::GpuMatch match = TRY(catalogue.find(r.machine.name));
    if (Text also = also_fits(r.machine.name, match); !also.empty()) notes.push_back(std::move(also));
    return *match.gpu;
  }
  const PlannedMachine here = TRY(open_machine(app, {}));
  for (const plan::Gpu& card : here.cards) {
    if (card.fp16 || card.fp32) return card;
  }
  notes.push_back(
      text("this machine has no GPU that cvp knows: planned for the {}; choose another with --gpu",
           "本机没有 cvp 认识的 GPU：按 {} 估算；可用 --gpu 指定", kUsualGpu));
  return *TRY(catalogue.find(kUsualGpu)).gpu;
}

Result<void> set_price(TrainReport& report, const TrainRequest& r) {
  if (!r.price.empty()) {
    const double price = TRY(number(kPrice, r.price));
    report.input.price = {price, price, price};
    report.price_source = kOwnPrice;
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
  report.notes.push_back(text("what renting a {} costs is not known here: give it with --price",
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
    const double mfu = TRY(number(kMfu, r.mfu));
    in.mfu = {mfu, mfu, mfu, text("as given with --mfu", "由 --mfu 指定")};
  }
  in.watts = r.watts.empty() ? report.gpu.watts.value : TRY(number(kWatts, r.watts));
  if (!r.energy_price.empty()) in.energy_price = TRY(number(kEnergyPrice, r.energy_price));
  return set_price(report, r);
}

/// What main memory there is for the optimizer's states.
Result<void> set_host(TrainReport& report, const TrainRequest& r) {
  if (r.machine.memory.empty()) return {};
  const auto bytes = parse_memory(r.machine.memory);
  if (!bytes) {
    return fail(Errc::usage, text("--memory needs a size such as 64GB, not “{}”",
                                  "--memory 需要 64GB 这样的大小，而不是“{}”", r.machine.memory));
  }
  report.host_bytes = *bytes;
  if (!report.input.options.offload_optimizer)
    report.notes.push_back(text("--memory says nothing without --offload-optimizer: all is on the GPU",
                                "不加 --offload-optimizer 时 --memory 不起作用：全部内容都在 GPU 上"));
  return {};
}

/// "LoRA fine-tuning"; of other jobs "DPO with --rank 16".
Text way_text(const std::string& job, const std::string& way, uint32_t rank) {
  if (job == "lora" || job == "qlora" || job == "full") return job_text(way);
  return way == "full" ? text("{} of all weights", "{}（全部权重）", job_text(job))
                       : text("{} with --rank {}", "{}（--rank {}）", job_text(job), rank);
}

/// Each way to train the same on the same GPUs: which weights, activations computed again, the stages of
/// ZeRO.
std::vector<TrainReport::Method> methods_of(const TrainReport& report) {
  std::vector<TrainReport::Method> out;
  const plan::TrainOptions& asked = report.input.options;
  const auto add = [&](std::string name, Text label, const plan::TrainOptions& options, bool chosen) {
    if (const auto memory = plan::train_memory(report.input.net, options))
      out.push_back({std::move(name), std::move(label), memory->range(), chosen});
  };
  const bool fine_tuning = report.job == "lora" || report.job == "qlora" || report.job == "full";
  for (const std::string way : {"full", "lora", "qlora"}) {
    // Other jobs know adapters only beside a base in 16 bits.
    if (asked.job == plan::TrainJob::pretrain || (!fine_tuning && way == "qlora")) continue;
    plan::TrainOptions options = asked;
    options.adapter_rank = way == "full" ? 0 : std::max(kUsualRank, asked.adapter_rank);
    options.four_bit_base = way == "qlora";
    const bool same_kind = (asked.adapter_rank > 0) == (way != "full");
    add(way, way_text(report.job, way, options.adapter_rank), options,
        fine_tuning ? way == report.job : same_kind);
  }
  if (!asked.recompute) {
    plan::TrainOptions options = asked;
    options.recompute = true;
    add("recompute", text("{} with --recompute", "{}（--recompute）", job_text(report.job)), options, false);
  }
  for (uint32_t stage = 1; stage <= 3 && asked.data_parallel > 1; ++stage) {
    plan::TrainOptions options = asked;
    options.zero_stage = stage;
    add(fmt::format("ZeRO-{}", stage),
        text("{} with --zero {}", "{}（--zero {}）", job_text(report.job), stage), options,
        stage == asked.zero_stage);
  }
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

/// What would be ignored without a word.
Result<void> check(const TrainRequest& r) {
  if (r.model.empty() && r.parameters.empty()) {
    return fail(Errc::usage, text("a model or --params is needed", "请给出模型，或用 --params 给出参数量"),
                text("`cvp plan train --help` has examples", "`cvp plan train --help` 有示例"));
  }
  if (!r.model.empty() && !r.parameters.empty()) {
    return fail(Errc::usage,
                text("a model and --params were both given", "同时给出了模型和 --params，只能取其一"),
                text("leave one of them out", "请去掉其中一个"));
  }
  if (r.machine.cpu) {
    return fail(
        Errc::usage,
        text("training is planned for GPUs only, not with --cpu", "只能规划用 GPU 训练，不能用 --cpu"),
        text("name a GPU: --gpu \"RTX 4090\"", "请指定 GPU：--gpu \"RTX 4090\""));
  }
  return {};
}

/// ZeRO shares out what several GPUs would each hold whole.
void note_idle_zero(TrainReport& report) {
  const plan::TrainOptions& options = report.input.options;
  if (options.zero_stage == 0 || options.data_parallel > 1) return;
  report.notes.push_back(
      text("ZeRO saves nothing here: it shares memory among GPUs that would each hold the "
           "whole, and there is one",
           "ZeRO 在这里不省显存：它把各 GPU 重复存放的内容分摊开，而这里只有一份"));
}

}  // namespace

Result<int> plan_training(App& app, const TrainRequest& asked) {
  TrainRequest r = asked;
  r.job = job_of(asked);
  TRY(check(r));
  TrainReport report{.job = r.job};
  if (asked.job.empty()) {
    report.notes.push_back(r.job == "pretrain"
                               ? text("no --job given, but so many tokens: planned as pre-training",
                                      "未给 --job，但词元数很大：按预训练估算")
                               : text("no --job given: planned as LoRA", "未给 --job：按 LoRA 估算"));
  }
  if (r.model.empty()) {
    const double parameters = TRY(number(kParameters, r.parameters));
    report.input.net = plan::train_net(parameters);
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
  TRY(set_host(report, r));
  note_idle_zero(report);
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
