#include "cli/plan_view.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/quantity.h"
#include "cli/screen_text.h"
#include "cli/table.h"

namespace cvp::cli {
namespace {

constexpr size_t kBarColumns = 12, kShownGpus = 2;

Text verdict_text(const plan::InferPlan& plan) {
  switch (plan.verdict) {
    case plan::Verdict::gpu:
      return text("GPU", "显存");
    case plan::Verdict::split:
      return plan.placement.host_expert_layers > 0
                 ? text("{} experts RAM", "{} 层专家在内存", plan.placement.host_expert_layers)
                 : text("{}/{} layers", "{}/{} 层", plan.placement.gpu_layers - 1, plan.placement.layers);
    case plan::Verdict::cpu:
      return verbatim("CPU");
    case plan::Verdict::no:
      return text("{} short", "缺 {}", format_gib(static_cast<double>(plan.placement.missing_bytes)));
  }
  return {};
}

Text speed_cell(const plan::InferPlan& plan, const plan::Band& band) {
  if (plan.verdict == plan::Verdict::no) return verbatim("–");
  return plan.speed.known ? verbatim(band_cell(band)) : text("unknown", "未知");
}

void show_table(Printer& printer, const InferReport& report, bool markdown) {
  Table table;
  table.column(text("quant.", "量化"));
  table.column(text("file", "文件"), Table::Align::right);
  table.column(text("memory", "占用"), Table::Align::right);
  table.column(text("runs on", "运行于"));
  const bool writes = !report.model.subject.shape.encoder;
  if (writes) table.column(text("writes/s", "生成/秒"), Table::Align::right);
  table.column(text("reads/s", "读入/秒"), Table::Align::right);
  table.column(text("loss", "损失"), Table::Align::right);
  for (const plan::InferPlan& plan : report.plans) {
    const bool stored = plan.quantization == report.model.subject.stored_as;
    const Text name =
        stored ? text("{} (file)", "{}（文件）", plan.quantization) : verbatim(plan.quantization);
    std::vector<Text> cells = {name, verbatim(format_gb(static_cast<double>(plan.file_bytes))),
                               verbatim(format_gib(static_cast<double>(plan.placement.total()))),
                               verdict_text(plan)};
    if (writes) cells.push_back(speed_cell(plan, plan.speed.decode));
    cells.push_back(speed_cell(plan, plan.speed.prefill));
    cells.push_back(loss_text(plan));
    table.row(std::move(cells), &plan == report.best                ? Table::Look::chosen
                                : plan.verdict == plan::Verdict::no ? Table::Look::faint
                                                                    : Table::Look::plain);
  }
  table.print(printer, markdown);
}

std::string with_bar(uint64_t bytes, uint64_t whole, bool bars) {
  if (bytes == 0) return {};
  const std::string size = format_gib(static_cast<double>(bytes));
  if (!bars || whole == 0) return size;
  return bar(static_cast<double>(bytes) / static_cast<double>(whole), kBarColumns) + " " +
         std::string(8 - std::min<size_t>(8, size.size()), ' ') + size;
}

void show_memory(Printer& printer, const InferReport& report, const plan::InferPlan& plan, bool markdown) {
  print_heading(printer, text("Memory by part, {}", "内存组成（{}）", plan.quantization), markdown);
  Table table;
  table.column(text("part", "部分"));
  const plan::Placement& placed = plan.placement;
  const bool gpus = placed.gpu_layers > 0;
  const size_t count = gpus ? placed.gpus.size() : 0;
  // Of many, the fullest says whether it fits.
  const bool only_fullest = count > kShownGpus;
  const bool bars = !markdown && (count < 2 || only_fullest);
  size_t first = 0, last = count;
  if (only_fullest) {
    const auto fullest = std::ranges::max_element(placed.gpus, {}, &plan::DeviceLoad::total);
    first = static_cast<size_t>(fullest - placed.gpus.begin());
    last = first + 1;
    table.column(text("fullest of {} GPUs", "{} 块 GPU 中最满的", count));
  } else {
    for (size_t i = 0; i < count; ++i) table.column(verbatim(report.rig.gpus[i].name));
  }
  table.column(text("main memory", "内存"));
  const auto add = [&](const Text& name, const auto& of, Table::Look look = Table::Look::plain) {
    std::vector<Text> cells = {name};
    for (size_t i = first; i < last; ++i)
      cells.push_back(verbatim(with_bar(of(placed.gpus[i]), report.rig.gpus[i].usable_bytes, bars)));
    cells.push_back(verbatim(with_bar(of(placed.host), report.rig.host.usable_bytes, bars)));
    table.row(std::move(cells), look);
  };
  add(text("weights", "权重"), [](const plan::DeviceLoad& l) { return l.weights; });
  if (placed.host.repacked > 0)
    add(text("copy rearranged for the CPU", "为 CPU 重排的副本"),
        [](const plan::DeviceLoad& l) { return l.repacked; });
  if (plan.pieces.cache() > 0)
    add(text("keys and values (KV cache)", "键值缓存（KV cache）"),
        [](const plan::DeviceLoad& l) { return l.cache; });
  add(text("buffers of computing", "计算缓冲区"), [](const plan::DeviceLoad& l) { return l.compute; });
  add(text("driver and program", "驱动与程序"), [](const plan::DeviceLoad& l) { return l.overhead; });
  add(
      text("together", "合计"), [](const plan::DeviceLoad& l) { return l.total(); }, Table::Look::chosen);
  table.print(printer, markdown);
}

Text where_it_runs(const plan::InferPlan& plan, const InferReport& report) {
  switch (plan.verdict) {
    case plan::Verdict::gpu:
      return report.rig.gpus.size() > 1 ? text("wholly on the GPUs", "可完全放入各 GPU 的显存")
                                        : text("wholly on the GPU", "可完全放入显存");
    case plan::Verdict::split:
      return text("partly on the GPU and partly on the CPU", "可部分放入显存，其余由 CPU 计算");
    case plan::Verdict::cpu:
      return text("on the CPU", "由 CPU 运行");
    case plan::Verdict::no:
      return {};
  }
  return {};
}

void show_answer(Printer& printer, const InferReport& report, bool markdown) {
  const plan::InferPlan* best = report.best;
  if (best == nullptr) {
    const plan::InferPlan& least = report.plans.back();
    print_paragraph(
        printer,
        text("No: even {} is {} too large for this machine. Choose a smaller model, a shorter context, or a "
             "GPU with more "
             "memory (`--buy` compares them).",
             "不行：即使 {} 也还缺 {}。请换更小的模型、缩短上下文，或使用显存更大的 GPU（`--buy` 可比较）。",
             least.quantization, format_gib(static_cast<double>(least.placement.missing_bytes))),
        markdown);
    return;
  }
  Text words = text("Yes, {} runs {}", "可以：{} {}", best->quantization, where_it_runs(*best, report));
  if (best->speed.known && report.model.subject.shape.encoder) {
    words = words + text(": it turns about {} tokens a second into vectors.",
                         "，每秒约把 {} 个词元转成向量。", band_text(best->speed.prefill));
  } else if (best->speed.known) {
    words = words + text(": about {} tokens a second when writing, {} when reading.",
                         "，生成约 {} 词元/秒，读入约 {} 词元/秒。", band_text(best->speed.decode),
                         band_text(best->speed.prefill));
  } else {
    words = words + text("; its speed there is not known.", "；无法估计速度。");
  }
  print_paragraph(printer, words, markdown);
  Text more;
  if (best->speed_full.known && best->pieces.cache() > 0 &&
      best->speed_full.decode.value < 0.95 * best->speed.decode.value)
    more = text("With the context full it writes {}. ", "上下文写满后生成 {} 词元/秒。",
                band_text(best->speed_full.decode));
  if (best->pieces.options.users > 1 && best->speed.known)
    more = more + text("That is for each of {} users; all together {}. ",
                       "这是 {} 个用户中每人的速度，合计 {} 词元/秒。", best->pieces.options.users,
                       band_text(best->speed.decode_all));
  if (report.longest_context > 0)
    more = more + text("The longest context that fits so: {} tokens.", "这样能用的最长上下文：{} 词元。",
                       report.longest_context);
  if (!more.empty()) print_paragraph(printer, more, markdown);
}

std::vector<Text> notes_of(const InferReport& report) {
  std::vector<Text> out = report.model.notes;
  out.insert(out.end(), report.rig.notes.begin(), report.rig.notes.end());
  const plan::InferPlan& shown = report.best != nullptr ? *report.best : report.plans.back();
  const auto bandwidth = plan::assumed_bandwidth(report.rig);
  if (bandwidth && shown.placement.host.weights_read > 0) out.push_back(*bandwidth);
  return out;
}

void show_method(Printer& printer, const InferReport& report, bool markdown) {
  print_heading(printer, text("How this was worked out", "估算方法"), markdown);
  for (const Text& note : notes_of(report)) print_point(printer, note, markdown);
  print_point(
      printer,
      text("memory: the model's tensors one by one, the cache from heads and layers, llama.cpp's buffers",
           "内存：逐个张量累加；缓存由层数和注意力头算出；缓冲区按 llama.cpp 的分配方式"),
      markdown);
  print_point(
      printer,
      report.calibrated
          ? text("speed: scaled by what `--measure` measured on this machine",
                 "速度：已按 `--measure` 在本机的实测结果校正")
          : text("speed: bytes read for each token over the bandwidth that is reached, plus a fixed time for "
                 "each layer; "
                 "in brackets the range to expect",
                 "速度：每个词元须读取的字节数除以实际可达带宽，再加每层的固定开销；括号内为预计范围"),
      markdown);
  print_point(printer,
              text("writes/s and reads/s are tokens a second; ±20% means from value / 1.2 to value × 1.2",
                   "“生成/秒”“读入/秒”均指词元；±20% 表示从 值 ÷ 1.2 到 值 × 1.2"),
              markdown);
  print_point(
      printer,
      text("loss: the rise of perplexity against 16 bits as measured on {}; larger models lose less ({}: "
           "Q4_K_M {:.1f} %)",
           "损失：困惑度相对 16 位的上升幅度，实测于 {}；模型越大损失越小（{}：Q4_K_M 为 {:.1f}%）",
           report.quality.small_model, report.quality.large_model,
           report.quality.find("Q4_K_M") != nullptr ? report.quality.find("Q4_K_M")->large_percent.value_or(0)
                                                    : 0),
      markdown);
}

boost::json::object load_json(const plan::DeviceLoad& load) {
  return {{"weights", load.weights}, {"repacked", load.repacked}, {"cache", load.cache},
          {"compute", load.compute}, {"overhead", load.overhead}, {"total", load.total()}};
}

std::string_view verdict_name(plan::Verdict verdict) {
  constexpr std::string_view kNames[] = {"gpu", "split", "cpu", "no"};
  return kNames[static_cast<size_t>(verdict)];
}

boost::json::object plan_json(const plan::InferPlan& plan) {
  boost::json::array gpus;
  for (const plan::DeviceLoad& load : plan.placement.gpus) gpus.push_back(load_json(load));
  boost::json::object out{{"quantization", plan.quantization},
                          {"bits_per_weight", plan.bits_per_weight},
                          {"file_bytes", plan.file_bytes},
                          {"runs_on", verdict_name(plan.verdict)},
                          {"fits", plan.placement.fits},
                          {"missing_bytes", plan.placement.missing_bytes},
                          {"gpu_layers", plan.placement.gpu_layers},
                          {"host_expert_layers", plan.placement.host_expert_layers},
                          {"gpus", std::move(gpus)},
                          {"host", load_json(plan.placement.host)},
                          {"memory_bytes", plan.placement.total()}};
  if (plan.speed.known) {
    out["decode_tokens_per_second"] = band_json(plan.speed.decode);
    out["decode_full_context"] = band_json(plan.speed_full.decode);
    out["decode_all_users"] = band_json(plan.speed.decode_all);
    out["prefill_tokens_per_second"] = band_json(plan.speed.prefill);
  }
  if (plan.lossless) out["perplexity_rise_percent"] = 0;
  if (plan.loss) {
    out["perplexity_rise_percent"] = plan.loss->small_percent;
    out["divergence"] = plan.loss->small_divergence;
    if (plan.loss->large_percent) out["perplexity_rise_percent_70b"] = *plan.loss->large_percent;
  }
  return out;
}

}  // namespace

std::string band_cell(const plan::Band& band) {
  return fmt::format("{} ±{:.0f}%", format_number(band.value), 100 * (band.high / band.value - 1));
}

std::string band_text(const plan::Band& band) {
  return fmt::format("{} ({}–{})", format_number(band.value), format_number(band.low),
                     format_number(band.high));
}

boost::json::object band_json(const plan::Band& band) {
  return {{"value", band.value}, {"low", band.low}, {"high", band.high}};
}

Text loss_text(const plan::InferPlan& plan) {
  if (plan.lossless) return text("lossless", "无损");
  if (!plan.loss) return text("not published", "无公开数据");
  const double percent = plan.loss->small_percent;
  return verbatim(percent < 1 ? fmt::format("+{:.2f} %", percent) : fmt::format("+{:.1f} %", percent));
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("-_./:,=+@").find(c) != std::string_view::npos;
    });
    if (plain) {
      out += word;
      continue;
    }
    out += '\'';
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += '\'';
  }
  return out;
}

void show_inference(Printer& printer, const InferReport& report, bool markdown) {
  const plan::RunOptions& run = report.plans.front().pieces.options;
  const Text title = text("{} ({} parameters) on {}", "{}（{}参数）· {}", report.model.subject.name,
                          count_text(report.model.parameters), report.rig.name);
  print_heading(printer, title, markdown);
  print_paragraph(printer,
                  text("context {} tokens · {} · {} at a time", "上下文 {} 词元 · {} · 并发 {}",
                       run.context_tokens, report.model.subject.shape.architecture, run.users),
                  markdown);
  show_answer(printer, report, markdown);
  print_heading(printer, text("Quantizations", "各种量化"), markdown);
  show_table(printer, report, markdown);
  const plan::InferPlan& shown = report.best != nullptr ? *report.best : report.plans.back();
  show_memory(printer, report, shown, markdown);
  if (report.best != nullptr) {
    print_heading(printer, text("To run it", "运行命令"), markdown);
    const std::string file = report.model.file.empty() || shown.quantization != report.model.subject.stored_as
                                 ? "MODEL-" + shown.quantization + ".gguf"
                                 : report.model.file;
    const std::string line = shell_line(plan::engine_flags(shown, report.rig, file));
    printer.line(verbatim(markdown ? "```sh\n" + printable(line) + "\n```" : "  " + printable(line)));
    if (!report.model.download_id.empty())
      print_paragraph(
          printer,
          text("`cvp models pull {}` fetches it", "`cvp models pull {}` 可下载", report.model.download_id),
          markdown);
  }
  show_method(printer, report, markdown);
}

boost::json::object inference_json(const InferReport& report, Lang lang) {
  boost::json::array plans, notes;
  for (const plan::InferPlan& plan : report.plans) plans.push_back(plan_json(plan));
  for (const Text& note : notes_of(report)) notes.emplace_back(note.in(lang));
  const plan::RunOptions& run = report.plans.front().pieces.options;
  boost::json::object out{{"model", report.model.subject.name},
                          {"architecture", report.model.subject.shape.architecture},
                          {"parameters", report.model.parameters},
                          {"machine", report.rig.name},
                          {"context_tokens", run.context_tokens},
                          {"users", run.users},
                          {"calibrated", report.calibrated},
                          {"plans", std::move(plans)},
                          {"notes", std::move(notes)},
                          {"quality_source", report.quality.small_source.url}};
  if (report.best != nullptr) {
    const std::string file = report.model.file.empty() ? "MODEL.gguf" : report.model.file;
    boost::json::array flags;
    for (const std::string& word : plan::engine_flags(*report.best, report.rig, file))
      flags.emplace_back(word);
    out["best"] = report.best->quantization;
    out["flags"] = std::move(flags);
    out["longest_context"] = report.longest_context;
  }
  return out;
}

}  // namespace cvp::cli
