#include "cli/train_view.h"

#include <boost/json/array.hpp>
#include <cmath>

#include "cli/plan_view.h"
#include "cli/quantity.h"
#include "cli/table.h"

namespace cvp::cli {
namespace {

constexpr size_t kBarColumns = 16;

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

Text between(const Text& low, const Text& high) { return text(" ({} to {})", "（{} 至 {}）", low, high); }

Text duration_band(const plan::Band& hours) {
  return duration_text(hours.value) + between(duration_text(hours.low), duration_text(hours.high));
}

std::string money(double dollars) {
  if (dollars >= 999'500) return fmt::format("${:.3g} M", dollars / 1e6);
  if (dollars >= 9'995) return fmt::format("${:.3g} k", dollars / 1e3);
  return dollars >= 99.5 ? fmt::format("${:.0f}", dollars) : fmt::format("${:.2f}", dollars);
}

Text money_band(const plan::Band& band) {
  return verbatim(money(band.value)) + between(verbatim(money(band.low)), verbatim(money(band.high)));
}

Text number_band(const plan::Band& band, const char* unit) {
  const std::string value = format_number(band.value);
  return verbatim(*unit == '\0' ? value : value + " " + unit) +
         between(verbatim(format_number(band.low)), verbatim(format_number(band.high)));
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
    if (!markdown)
      cells.push_back(
          verbatim(bar(bytes / std::max(1.0, static_cast<double>(report.usable_bytes)), kBarColumns)));
    table.row(std::move(cells), look);
  };
  add(text("parameters", "参数"), m.weights);
  add(text("gradients", "梯度"), m.gradients);
  add(text("optimizer states", "优化器状态"), m.optimizer);
  add(text("activations", "激活值"), m.activations);
  add(text("logits and loss", "logits 与损失"), m.logits);
  add(text("reference, reward and value models", "参考、奖励与价值模型"), m.other_models);
  add(text("context, buffers, fragmentation", "上下文、通信缓冲与碎片"), m.overhead);
  add(text("together", "合计"), m.total(), Table::Look::chosen);
  add(text("in the host's memory", "主机内存中"), m.host);
  table.print(printer, markdown);
  const std::string has = format_gib(static_cast<double>(report.usable_bytes));
  print_paragraph(printer,
                  report.fits() ? text("It fits: {} can use {}.", "放得下：{} 可用显存 {}。",
                                       report.gpu.name.canonical, has)
                                : text("It does not fit: {} can use {}. Choose a smaller method or batch "
                                       "below, --recompute, or more GPUs with "
                                       "--zero 3.",
                                       "放不下：{} 可用显存 {}。请改用下面更省的方法、减小批量、加 "
                                       "--recompute，或用更多 GPU 配合 --zero 3。",
                                       report.gpu.name.canonical, has),
                  markdown);
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
  print_heading(printer, text("By other methods, on each GPU", "换用其他方法时每块 GPU 的显存"), markdown);
  Table table;
  table.column(text("method", "方法"));
  table.column(text("memory", "显存"), Table::Align::right);
  table.column(text("fits", "放得下"));
  for (const TrainReport::Method& method : report.methods) {
    const bool fits = method.bytes <= static_cast<double>(report.usable_bytes);
    table.row({job_text(method.name), verbatim(format_gib(method.bytes)),
               fits ? text("yes", "是") : text("no", "否")},
              method.name == report.job ? Table::Look::chosen : Table::Look::plain);
  }
  table.print(printer, markdown);
}

void show_method(Printer& printer, const TrainReport& report, bool markdown) {
  print_heading(printer, text("How this was worked out", "估算方法"), markdown);
  const plan::CostInput& in = report.input;
  const double factor = plan::flop_factor(in.options);
  print_point(
      printer,
      text("work = {:.0f} FLOP × {} parameters × {} tokens{}", "计算量 = {:.0f} FLOP × {}参数 × {}词元{}",
           factor, count_text(in.net.active_parameters), count_text(in.tokens),
           report.cost.attention_share > 0.001
               ? text(", plus attention ({:.0f} % of the whole)", "，另加注意力（占全部的 {:.0f}%）",
                      100 * report.cost.attention_share)
               : Text{}),
      markdown);
  print_point(printer,
              text("time = work / (GPUs: {:.0f} × {:.0f} TFLOP/s dense, 16 bits × MFU {:.2f}){}",
                   "时间 = 计算量 /（{:.0f} 块 GPU × {:.0f} TFLOP/s 稠密 16 位峰值 × 利用率 MFU {:.2f}）{}",
                   in.gpus, in.peak / 1e12, in.mfu.value,
                   in.options.recompute ? text(", × 4/3 for recomputation", "，重计算再 × 4/3") : Text{}),
              markdown);
  print_point(printer,
              text("range: MFU from {:.2f} to {:.2f}; {}", "范围：MFU 从 {:.2f} 到 {:.2f}；{}", in.mfu.low,
                   in.mfu.high, in.mfu.why),
              markdown);
  if (!report.price_source.empty())
    print_point(printer,
                text("price of a GPU-hour: ${:.2f} to ${:.2f}, {}", "每 GPU 时价格：${:.2f} 至 ${:.2f}，{}",
                     in.price.low, in.price.high, report.price_source),
                markdown);
  if (report.cost.energy_kwh)
    print_point(
        printer,
        text("energy: {:.0f} W a GPU × {:.1f} for the building; the rest of the computer is not counted",
             "耗电：每块 GPU {:.0f} W × 机房系数 {:.1f}；不含主机其他部件", in.watts, in.pue),
        markdown);
  for (const Text& note : report.notes) print_point(printer, note, markdown);
}

}  // namespace

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
  print_heading(printer,
                text("{}: {} on {:.0f} × {}", "{}：{} · {:.0f} × {}", job_text(report.job), report.model,
                     report.input.gpus, report.gpu.name.canonical),
                markdown);
  const plan::TrainOptions& o = report.input.options;
  Text setup = text("{} tokens · sequences of {} · {} at a time on each GPU",
                    "{}词元 · 序列长 {} · 每块 GPU 每次 {} 条", count_text(report.input.tokens),
                    o.sequence_tokens, o.micro_batch);
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
  for (const TrainReport::Method& method : report.methods) methods[method.name] = method.bytes;
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
      {"usable_bytes", report.usable_bytes},
      {"fits", report.fits()},
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
