#include <algorithm>

#include "cli/plan_buy.h"
#include "cli/plan_measure.h"
#include "cli/plan_recommend.h"
#include "cli/plan_table.h"
#include "cli/plan_train.h"
#include "cli/plan_view.h"
#include "cli/quantity.h"
#include "cli/verb.h"

namespace cvp::cli {
namespace {

constexpr int64_t kUsualContext = 4096, kUsualPrompt = 1024;

struct Options {
  std::string model, quantization, cache_type = "f16";
  MachineOptions machine;
  TrainRequest train;
  BuyOptions buy;
  int64_t context = 0, users = 1, prompt = 0, batch = 512;
  bool measure = false, markdown = false, want_to_buy = false;
};

model::TensorType cache_type(const std::string& name) {
  if (name == "q8_0") return model::TensorType::q8_0;
  if (name == "q4_0") return model::TensorType::q4_0;
  return model::TensorType::f16;
}

Result<plan::InferQuery> query_of(const Options& options, const plan::Shape& shape,
                                  std::vector<Text>& notes) {
  plan::InferQuery query;
  const auto trained = static_cast<int64_t>(shape.context_tokens);
  int64_t context = options.context;
  if (context == 0) context = trained > 0 ? std::min(trained, kUsualContext) : kUsualContext;
  if (trained > 0 && context > trained) {
    notes.push_back(
        text("{} tokens are more than the {} that the model was trained for: beyond them its "
             "answers get worse",
             "{} 词元超过了模型训练时的 {} 词元：超出部分的回答质量会下降",
             with_commas(static_cast<uint64_t>(context)), with_commas(static_cast<uint64_t>(trained))));
  }
  if (options.prompt > context) {
    return fail(Errc::usage,
                text("a prompt of {} tokens is longer than the context of {}",
                     "{} 词元的提示词比 {} 词元的上下文还长", options.prompt, context),
                text("raise --context or lower --prompt", "请提高 --context 或降低 --prompt"));
  }
  query.run = {.context_tokens = static_cast<uint64_t>(context),
               .users = static_cast<uint32_t>(options.users),
               .key = cache_type(options.cache_type),
               .value = cache_type(options.cache_type),
               .batch_tokens = static_cast<uint32_t>(options.batch)};
  query.prompt_tokens =
      static_cast<uint64_t>(options.prompt > 0 ? options.prompt : std::min(kUsualPrompt, context));
  return query;
}

/// Of a file: as it is, among the others; of a model: the ones worth comparing. One where one is asked for.
Result<std::vector<plan::InferPlan>> all_plans(const Options& options, const NamedSubject& model,
                                               const PlannedMachine& machine, plan::InferQuery query,
                                               const plan::QualityTable& quality) {
  std::vector<std::string> names;
  if (!options.quantization.empty()) {
    names = {options.quantization};
  } else {
    for (const std::string_view name : plan::compared_quantizations()) names.emplace_back(name);
    const std::string& stored = model.subject.stored_as;
    if (!stored.empty() && std::ranges::find(names, stored) == names.end()) names.push_back(stored);
  }
  std::vector<plan::InferPlan> out;
  for (const std::string& name : names) {
    query.calibration = plan::calibration_for(machine.measured, machine.rig.name, model.subject.name, name);
    out.push_back(TRY(plan::plan_inference(model.subject, name, machine.rig, query, quality)));
  }
  std::ranges::stable_sort(out, [](const auto& a, const auto& b) { return a.file_bytes > b.file_bytes; });
  return out;
}

Result<void> measure_here(App& app, const Options& options, const NamedSubject& model, plan::Rig rig,
                          const plan::QualityTable& quality) {
  if (model.file.empty() || !options.machine.name.empty()) {
    return fail(Errc::usage,
                text("--measure needs a model file on this machine", "--measure 需要本机上的模型文件"),
                text("pull one first (`cvp models pull`), and leave --gpu out",
                     "请先下载模型（`cvp models pull`），并去掉 --gpu"));
  }
  std::vector<Text> notes;
  plan::InferQuery query = TRY(query_of(options, model.subject.shape, notes));
  query.run.context_tokens = plan::kBenchPrompt + plan::kBenchReply;
  query.prompt_tokens = plan::kBenchPrompt;
  const Bench bench = TRY(installed_bench(app));
  rig = plan::with_bandwidth(std::move(rig), TRY(measure_bandwidth(app)));
  const plan::InferPlan plan = TRY(plan::plan_inference(model.subject, "", rig, query, quality));
  const plan::Measurements measured = TRY(measure_and_keep(app, bench, model, rig, plan));
  const plan::MeasuredRun& run = measured.runs.back();
  app.printer().line(
      text("measured: writes {:.1f}, reads {:.0f} tokens/s (estimated before: {:.1f} and {:.0f}); kept for "
           "later plans",
           "实测：生成 {:.1f}，读入 {:.0f} 词元/秒（此前估计 {:.1f} 和 {:.0f}）；已保存，供以后估算使用",
           run.decode, run.prefill, run.estimated_decode, run.estimated_prefill));
  return {};
}

Result<int> run_infer(App& app, const Options& options) {
  NamedSubject model = TRY(open_plannable(app, options.model));
  PlannedMachine machine = TRY(open_machine(app, options.machine));
  const plan::QualityTable quality = TRY(plan::quality_table());
  if (options.measure) {
    TRY(measure_here(app, options, model, machine.rig, quality));
    // What was just measured belongs to the machine.
    machine = TRY(open_machine(app, options.machine));
  }
  const plan::InferQuery query = TRY(query_of(options, model.subject.shape, model.notes));
  if (options.want_to_buy) {
    BuyOptions buy = options.buy;
    buy.quantization = options.quantization;
    return show_purchases(app, model, machine, query, quality, buy, options.markdown);
  }
  InferReport report{
      .model = model, .rig = machine.rig, .plans = TRY(all_plans(options, model, machine, query, quality))};
  report.quality = quality;
  report.best = plan::best_plan(report.plans);
  // Of a file, the answer is about the file, as long as it fits.
  const auto stored =
      std::ranges::find(report.plans, model.subject.stored_as, &plan::InferPlan::quantization);
  if (stored != report.plans.end() && stored->verdict != plan::Verdict::no) report.best = &*stored;
  // A format of other engines is no choice of ours, but may be what was asked about.
  if (report.plans.size() == 1 && report.plans.front().verdict != plan::Verdict::no)
    report.best = &report.plans.front();
  report.host_as_here = !options.machine.name.empty();
  report.calibrated = !machine.measured.runs.empty();
  if (report.best != nullptr)
    report.longest_context =
        plan::longest_context(model.subject, report.best->quantization, machine.rig, query);
  if (app.printer().json_wanted()) {
    app.printer().json(inference_json(report, app.lang()));
  } else {
    show_inference(app.printer(), report, options.markdown);
  }
  return report.best != nullptr ? 0 : 3;
}

/// What would be ignored without a word.
Result<void> check(const Options& options) {
  const bool purchase = !options.buy.budget.empty() || options.buy.most_cards > 0;
  if (purchase && !options.want_to_buy) {
    return fail(Errc::usage,
                text("--budget and --cards belong to --buy", "--budget 和 --cards 要与 --buy 同用"),
                text("add --buy", "请加上 --buy"));
  }
  if (options.want_to_buy && (!options.machine.name.empty() || options.machine.cpu)) {
    return fail(Errc::usage,
                text("--buy compares GPUs, so none can be chosen with --gpu or --cpu",
                     "--buy 用于比较各种显卡，不能再用 --gpu 或 --cpu 指定"),
                text("leave --buy out to plan for one GPU", "只看一种显卡请去掉 --buy"));
  }
  const bool running = options.context > 0 || options.users > 1 || options.prompt > 0 ||
                       !options.quantization.empty() || options.cache_type != "f16";
  if (options.train.job != "infer" && running) {
    return fail(
        Errc::usage,
        text("--context, --users, --prompt, --quantization and --cache are about running a model, not "
             "about --job {}",
             "--context、--users、--prompt、--quantization 和 --cache 用于运行模型，不能与 --job {} 同用",
             options.train.job),
        text("`cvp plan train --help` has the options of training", "训练的选项见 `cvp plan train --help`"));
  }
  return {};
}

Result<int> run(App& app, Options options) {
  TRY(check(options));
  if (options.train.job == "infer") return run_infer(app, options);
  if (options.measure || options.want_to_buy) {
    return fail(Errc::usage,
                text("--measure and --buy are about running a model, not about --job {}",
                     "--measure 和 --buy 用于运行模型，不能与 --job {} 同用", options.train.job),
                text("leave --job or the other option out", "请去掉 --job 或另一个选项"));
  }
  options.train.model = options.model;
  options.train.machine = options.machine;
  options.train.markdown = options.markdown;
  return plan_training(app, options.train);
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  options->train.job = "infer";
  command.about(
      text("Says whether a model runs on a machine, at which quantization, with how much memory, how fast, "
           "and with which flags: on this "
           "one, on one that is named, or on one to be bought. With --job also what training it takes.",
           "说明某个模型能否在某台机器上运行：用哪种量化、占多少内存、速度多快、启动参数是什么。机器可以是本"
           "机、指定的显卡或准备购买的显卡。"
           "加 --job 还可估算训练。"));
  command.argument(
      text("MODEL", "模型"), options->model,
      text("a known or installed model, a GGUF file, a config.json, hf:OWNER/REPOSITORY/FILE, "
           "or a size such as 14B",
           "已知或已安装的模型、GGUF 文件、config.json、hf:所有者/仓库/文件，或 14B 这样的规模"));
  declare_machine(command, options->machine);
  command.option("-z,--quantization", options->quantization, text("NAME", "名称"),
                 text("only this one, such as Q4_K_M (default: all worth comparing)",
                      "只算这一种，如 Q4_K_M（默认比较常用的几种）"));
  command.number("--context", options->context, 1, 100'000'000,
                 text("tokens of each user (default 4096)", "每个用户的上下文词元数（默认 4096）"));
  command.number("--users", options->users, 1, 65536,
                 text("who ask at the same time (1)", "同时提问的用户数（1）"));
  command.choice("--cache", options->cache_type, {"f16", "q8_0", "q4_0"},
                 text("type of the KV cache (f16)", "键值缓存的类型（f16）"));
  command.number("--prompt", options->prompt, 1, 10'000'000,
                 text("tokens of a typical prompt (1024)", "一般提示词的词元数（1024）"));
  command.number("--batch", options->batch, 1, 65536,
                 text("tokens read at a time (512)", "一次读入的词元数（512）"));
  command.choice("--job", options->train.job,
                 {"infer", "lora", "qlora", "full", "pretrain", "reward", "ppo", "dpo"},
                 text("what it is to do; `cvp plan train --help` has the options of training",
                      "用途；训练的选项见 `cvp plan train --help`"));
  command.flag("--buy", options->want_to_buy, text("compare GPUs that could run it", "比较能运行它的显卡"));
  declare_purchase(command, options->buy);
  command.flag("--measure", options->measure,
               text("run llama-bench here and keep the result for later plans",
                    "在本机运行 llama-bench，并保存结果供以后估算"));
  command.flag("--md", options->markdown, text("as Markdown", "以 Markdown 输出"));
  command.example("cvp plan qwen3-8b", text("on this machine", "在本机上"));
  command.example("cvp plan 14B --gpu \"RTX 3060 12GB\"",
                  text("can that card run a 14B model?", "这块显卡能跑 14B 模型吗？"));
  command.example("cvp plan llama-3-70b --gpu \"RTX 3090\" --count 2 --context 8192",
                  text("on two cards", "用两块显卡"));
  command.example("cvp plan model.gguf --users 4 --cache q8_0",
                  text("a file, for four users", "一个文件，四人同时使用"));
  command.example("cvp plan qwen3-32b --buy --budget 2000", text("what to buy", "该买什么"));
  return [options](App& app) { return run(app, *options); };
}

}  // namespace

std::vector<Verb> plan_verbs() {
  return {{.name = "plan",
           .summary = text("can this model run here, how fast, with which flags",
                           "模型能否运行、速度多快、用什么参数"),
           .declare = declare},
          plan_table_verb(),
          plan_train_verb(),
          plan_recommend_verb()};
}

}  // namespace cvp::cli
