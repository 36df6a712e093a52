#include "cli/train_view.h"

#include <boost/json/array.hpp>
#include <cmath>

#include "cli/plan_view.h"
#include "cli/quantity.h"
#include "cli/table.h"

namespace cvp::cli {
namespace {

constexpr size_t kBarColumns = 16;

Text between(const Text& low, const Text& high) { return text(" ({} to {})", "（{}～{}）", low, high); }

Text duration_band(const plan::Band& hours) {
  return duration_text(hours.value) + between(duration_text(hours.low), duration_text(hours.high));
}

/// Three digits, "1.20" and "141": beside each other they show how wide a range is.
std::string three_digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  return value >= 9.995 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

/// "$1.41 M", "141 万美元".
Text money(double dollars) {
  if (dollars >= 9'995) {
    const std::string en =
        dollars >= 999'500 ? three_digits(dollars / 1e6) + " M" : three_digits(dollars / 1e3) + " k";
    return {"$" + en, count_text(dollars).zh + "美元"};
  }
  const std::string sum = dollars >= 99.5 ? with_commas(static_cast<uint64_t>(std::llround(dollars)))
                                          : fmt::format("{:.2f}", dollars);
  return {"$" + sum, sum + " 美元"};
}

Text money_band(const plan::Band& band) {
  return money(band.value) + between(money(band.low), money(band.high));
}

/// "1.03 M", "103 万".
Text amount(double value) {
  const std::string number = format_number(value);
  return {number, value >= 9'995 ? count_text(value).zh : number};
}

Text number_band(const plan::Band& band, const char* unit) {
  const Text value = amount(band.value);
  return (*unit == '\0' ? value : text("{} {}", "{} {}", value, unit)) +
         between(amount(band.low), amount(band.high));
}

/// Whether it fits; where not, which of the ways below would.
Text verdict_text(const TrainReport& report) {
  const std::string has = format_gib(static_cast<double>(report.usable_bytes));
  const std::string& gpu = report.gpu.name.canonical;
  if (!report.host_fits()) {
    return text("It does not fit: the optimizer states take {} of main memory, and there are {}.",
                "放不下：优化器状态要占用主机内存 {}，而主机只有 {}。", format_gib(report.memory.host),
                format_gib(report.host_bytes));
  }
  if (report.fits(report.memory.total())) {
    const double most = report.memory.range().high;
    return report.fits(most)
               ? text("It fits: {} can use {}.", "放得下：{} 可用显存 {}。", gpu, has)
               : text("It should fit, but only just: {} can use {}, and up to {} may be needed.",
                      "应该放得下，但余量很小：{} 可用显存 {}，而最多可能需要 {}。", gpu, has,
                      format_gib(most));
  }
  Text ways;
  for (const TrainReport::Method& method : report.methods) {
    if (!report.fits(method.memory.value)) continue;
    ways = ways.empty() ? method.label : text("{}, {}", "{}、{}", ways, method.label);
  }
  if (ways.empty()) {
    return text(
        "It does not fit: {} can use {}. Nor does any other way below: take a GPU with more memory, "
        "more of them with --zero 3 or --tp, shorter sequences, or a smaller model.",
        "放不下：{} 可用显存 {}。下面的其他方法也放不下：请换显存更大的 GPU，增加 GPU 并使用 --zero 3 "
        "或 --tp，缩短序列，或改用更小的模型。",
        gpu, has);
  }
  return text("It does not fit: {} can use {}. What would: {}.", "放不下：{} 可用显存 {}。可改用：{}。", gpu,
              has, ways);
}

void show_memory(Printer& printer, const TrainReport& report, bool markdown) {
  print_heading(printer, text("Memory of one GPU", "每块 GPU 的显存"), markdown);
  Table table;
  table.column(text("part", "部分"));
  table.column(text("size", "大小"), Table::Align::right);
  if (!markdown) table.column({});
  const plan::TrainMemory& m = report.memory;
  const auto add = [&](const Text& name, double bytes, Table::Look look = Table::Look::plain) {
    if (bytes <= 0) return;
    std::vector<Text> cells = {name, verbatim(format_gib(bytes))};
    const double usable = std::max(1.0, static_cast<double>(report.usable_bytes));
    if (!markdown) cells.push_back(verbatim(bar(bytes / usable, kBarColumns)));
    table.row(std::move(cells), look);
  };
  add(text("parameters", "参数"), m.weights);
  add(text("gradients", "梯度"), m.gradients);
  add(text("optimizer states", "优化器状态"), m.optimizer);
  add(text("activations", "激活值"), m.activations);
  add(text("logits and loss", "logits 与损失"), m.logits);
  add(text("reference, reward and value models", "参考、奖励与价值模型"), m.other_models);
  add(text("context, buffers, fragmentation", "上下文、通信缓冲与碎片"), m.overhead);
  const plan::Band all = m.range();
  add(text("together ({} to {})", "合计（{}～{}）", format_gib(all.low), format_gib(all.high)), all.value,
      Table::Look::chosen);
  if (m.host > 0) table.row({text("in main memory", "主机内存中"), verbatim(format_gib(m.host))});
  table.print(printer, markdown);
  printer.line();
  print_paragraph(printer, verdict_text(report), markdown);
}

void show_cost(Printer& printer, const TrainReport& report, bool markdown) {
  print_heading(printer, text("Time and cost", "时间与费用"), markdown);
  const plan::TrainCost& c = report.cost;
  Table table;
  table.column(text("what", "项目"));
  table.column(text("expected (range)", "预计（范围）"));
  table.row({text("work", "计算量"), verbatim(fmt::format("{:.3g} FLOP", c.total_flop))});
  const Text time = report.input.gpus == 1
                        ? text("time on one GPU", "用一块 GPU 的时间")
                        : text("time on {:.0f} GPUs", "用 {:.0f} 块 GPU 的时间", report.input.gpus);
  table.row({time, duration_band(c.hours)}, Table::Look::chosen);
  table.row({text("GPU-hours", "GPU 时"), number_band(c.gpu_hours, "")});
  if (c.energy_kwh) table.row({text("energy", "耗电"), number_band(*c.energy_kwh, "kWh")});
  if (c.energy_cost) table.row({text("electricity", "电费"), money_band(*c.energy_cost)});
  if (c.rent) table.row({text("rent", "租用费用"), money_band(*c.rent)}, Table::Look::chosen);
  table.print(printer, markdown);
}

void show_methods(Printer& printer, const TrainReport& report, bool markdown) {
  if (report.methods.empty()) return;
  print_heading(printer, text("Other ways, on each GPU", "换用其他方法时每块 GPU 的显存"), markdown);
  Table table;
  table.column(text("method", "方法"));
  table.column(text("memory", "显存"), Table::Align::right);
  table.column(text("range", "范围"));
  table.column(text("fits", "放得下"));
  for (const TrainReport::Method& method : report.methods) {
    const plan::Band& memory = method.memory;
    table.row({method.label, verbatim(format_gib(memory.value)),
               text("{} to {}", "{}～{}", format_gib(memory.low), format_gib(memory.high)),
               report.fits(memory.value) ? text("yes", "是") : text("no", "否")},
              method.chosen ? Table::Look::chosen : Table::Look::plain);
  }
  table.print(printer, markdown);
}

void show_method(Printer& printer, const TrainReport& report, bool markdown) {
  print_heading(printer, text("How this was worked out", "估算方法"), markdown);
  const plan::CostInput& in = report.input;
  const double factor = plan::flop_factor(in.options);
  print_point(printer,
              text("work = {:.0f} FLOP (arithmetic operations) × {} parameters × {} tokens{}",
                   "计算量 = {:.0f} FLOP（浮点运算）× {}参数 × {}词元{}", factor,
                   count_text(in.net.active_parameters), count_text(in.tokens),
                   report.cost.attention_share > 0.001
                       ? text(", plus attention ({:.0f} % of the whole)", "，另加注意力（占全部的 {:.0f}%）",
                              100 * report.cost.attention_share)
                       : Text{}),
              markdown);
  print_point(
      printer,
      text("memory: parameters, gradients and optimizer states are counted; activations, buffers and "
           "what the driver keeps depend on the framework, hence the range",
           "显存：参数、梯度和优化器状态是精确计数；激活值、缓冲区和驱动占用因框架而异，所以给出范围"),
      markdown);
  const int bits = in.options.precision == plan::Precision::fp32 ? 32 : 16;
  print_point(printer,
              text("time = work / (GPUs: {:.0f} × {:.0f} TFLOP/s dense, {} bits × MFU {:.2f}){}",
                   "时间 = 计算量 /（{:.0f} 块 GPU × {:.0f} TFLOP/s 稠密 {} 位峰值 × 利用率 MFU {:.2f}）{}",
                   in.gpus, in.peak / 1e12, bits, in.mfu.value,
                   in.options.recompute ? text(", × {:.2f} for recomputation", "，重计算再 × {:.2f}",
                                               1 + report.cost.recomputed)
                                        : Text{}),
              markdown);
  const Text mfu = text("MFU, the share of the peak that training reaches", "MFU（训练实际达到的峰值比例）");
  print_point(printer,
              in.mfu.low < in.mfu.high
                  ? text("range: {}, from {:.2f} to {:.2f}; {}", "范围：{}从 {:.2f} 到 {:.2f}；{}", mfu,
                         in.mfu.low, in.mfu.high, in.mfu.why)
                  : text("{}: {:.2f}, {}", "{}：{:.2f}，{}", mfu, in.mfu.value, in.mfu.why),
              markdown);
  if (report.price_source == kOwnPrice) {
    print_point(printer,
                text("price of a GPU-hour: {}, as given with {}", "每 GPU 时价格：{}，由 {} 指定",
                     money(in.price.value), kOwnPrice),
                markdown);
  } else if (!report.price_source.empty()) {
    print_point(printer,
                text("price of a GPU-hour: {} to {}, {}", "每 GPU 时价格：{}～{}，{}", money(in.price.low),
                     money(in.price.high), report.price_source),
                markdown);
  }
  if (report.cost.energy_kwh)
    print_point(
        printer,
        text("energy: {:.0f} W a GPU × {:.1f} for the building; the rest of the computer is not counted",
             "耗电：每块 GPU {:.0f} W × 机房系数 {:.1f}；不含主机其他部件", in.watts, in.pue),
        markdown);
  for (const Text& note : report.notes) print_point(printer, note, markdown);
}

}  // namespace

Text job_text(const std::string& job) {
  if (job == "pretrain") return text("Pre-training", "预训练");
  if (job == "full") return text("Full fine-tuning", "全参数微调");
  if (job == "lora") return text("LoRA fine-tuning", "LoRA 微调");
  if (job == "qlora") return text("QLoRA fine-tuning", "QLoRA 微调");
  if (job == "reward") return text("Reward model", "奖励模型");
  if (job == "ppo") return verbatim("PPO");
  if (job == "dpo") return verbatim("DPO");
  return verbatim(job);
}

Text duration_text(double hours) {
  if (!std::isfinite(hours)) return verbatim("–");
  if (hours < 1.0 / 60) return text("{:.0f} s", "{:.0f} 秒", hours * 3600);
  if (hours < 1.5) return text("{:.0f} min", "{:.0f} 分钟", hours * 60);
  if (hours < 72) return text("{:.1f} h", "{:.1f} 小时", hours);
  const double days = hours / 24;
  if (days < 100) return text("{:.1f} days", "{:.1f} 天", days);
  if (days < 730) return text("{:.0f} days", "{:.0f} 天", days);
  return text("{} years", "{} 年", format_number(days / 365.25));
}

void show_training(Printer& printer, const TrainReport& report, bool markdown) {
  const Text model = report.input.net.assumed ? text("a model of {} parameters", "{}参数的模型",
                                                     count_text(report.input.net.parameters))
                                              : verbatim(report.model);
  const auto gpus = static_cast<uint64_t>(report.input.gpus);
  const Text on = gpus == 1 ? verbatim(report.gpu.name.canonical)
                            : text("{} × {}", "{} × {}", with_commas(gpus), report.gpu.name.canonical);
  print_heading(printer, text("{}: {} on {}", "{}：{} · {}", job_text(report.job), model, on), markdown);
  const plan::TrainOptions& o = report.input.options;
  Text setup = text("{} tokens · sequences of {} · {} at a time on each GPU",
                    "{}词元 · 序列长 {} · 每块 GPU 每次 {} 条", count_text(report.input.tokens),
                    with_commas(o.sequence_tokens), with_commas(o.micro_batch));
  if (o.adapter_rank > 0)
    setup = setup + text(" · rank {}, {} trained", " · 秩 {}，训练 {}参数", o.adapter_rank,
                         count_text(report.memory.trained_parameters));
  if (o.zero_stage > 0) setup = setup + verbatim(fmt::format(" · ZeRO-{}", o.zero_stage));
  if (o.tensor_parallel > 1 || o.pipeline_parallel > 1)
    setup = setup + text(" · tensor {} × pipeline {} × data {}", " · 张量 {} × 流水线 {} × 数据 {}",
                         o.tensor_parallel, o.pipeline_parallel, o.data_parallel);
  print_paragraph(printer, setup, markdown);
  show_cost(printer, report, markdown);
  show_memory(printer, report, markdown);
  show_methods(printer, report, markdown);
  show_method(printer, report, markdown);
}

boost::json::object training_json(const TrainReport& report, Lang lang) {
  const plan::TrainMemory& m = report.memory;
  const plan::CostInput& in = report.input;
  boost::json::array notes;
  for (const Text& note : report.notes) notes.emplace_back(note.in(lang));
  boost::json::object methods;
  for (const TrainReport::Method& method : report.methods) methods[method.name] = method.memory.value;
  boost::json::object out{
      {"model", report.model},
      {"job", report.job},
      {"gpu", report.gpu.name.canonical},
      {"gpus", in.gpus},
      {"parameters", in.net.parameters},
      {"trained_parameters", m.trained_parameters},
      {"tokens", in.tokens},
      {"memory_per_gpu",
       {{"weights", m.weights},
        {"gradients", m.gradients},
        {"optimizer", m.optimizer},
        {"activations", m.activations},
        {"logits", m.logits},
        {"other_models", m.other_models},
        {"overhead", m.overhead},
        {"total", m.total()},
        {"host", m.host}}},
      {"memory_range_bytes", band_json(m.range())},
      {"usable_bytes", report.usable_bytes},
      {"fits", report.fits(m.total()) && report.host_fits()},
      {"methods_bytes", std::move(methods)},
      {"flop", report.cost.total_flop},
      {"mfu",
       {{"value", in.mfu.value}, {"low", in.mfu.low}, {"high", in.mfu.high}, {"why", in.mfu.why.in(lang)}}},
      {"peak_flops", in.peak},
      {"hours", band_json(report.cost.hours)},
      {"gpu_hours", band_json(report.cost.gpu_hours)},
      {"notes", std::move(notes)}};
  if (report.cost.energy_kwh) out["energy_kwh"] = band_json(*report.cost.energy_kwh);
  if (report.cost.energy_cost) out["electricity_usd"] = band_json(*report.cost.energy_cost);
  if (report.cost.rent) {
    out["rent_usd"] = band_json(*report.cost.rent);
    out["price_usd_per_hour"] = band_json(in.price);
    out["price_source"] = report.price_source;
  }
  return out;
}

}  // namespace cvp::cli
