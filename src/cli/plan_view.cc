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
                 ? text("{}/{} experts", "{}/{} 层专家",
                        plan.placement.layers - plan.placement.host_expert_layers, plan.placement.layers)
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

/// Of a plan that fits a GPU, but not at the upper end of its range.
Text tight_text(const plan::InferPlan& plan, const plan::Rig& rig) {
  if (plan.verdict != plan::Verdict::gpu) return {};
  for (size_t i = 0; i < rig.gpus.size(); ++i) {
    const double most = plan.placement.gpus[i].range().high;
    const auto usable = static_cast<double>(rig.gpus[i].usable_bytes);
    if (most <= usable) continue;
    return text(
        "It fits only just: {} may need up to {} and can give {}. A shorter context or a smaller "
        "quantization leaves room. ",
        "余量很小：{} 最多可能需要 {}，可用 {}；缩短上下文或换更小的量化可留出余量。", rig.gpus[i].name,
        format_gib(most), format_gib(usable));
  }
  return {};
}

void show_answer(Printer& printer, const InferReport& report, bool markdown) {
  const plan::InferPlan* best = report.best;
  if (best == nullptr) {
    const plan::InferPlan& least = report.plans.back();
    const std::string missing = format_gib(static_cast<double>(least.placement.missing_bytes));
    const Text no = report.plans.size() > 1 ? text("No: even {} is {} too large for this machine.",
                                                   "不行：即使 {} 也还缺 {}。", least.quantization, missing)
                                            : text("No: {} is {} too large for this machine.",
                                                   "不行：{} 还缺 {}。", least.quantization, missing);
    print_paragraph(
        printer,
        no + text(" Choose a smaller model, a shorter context, or a GPU with more memory (`--buy` compares "
                  "them).",
                  "请换更小的模型、缩短上下文，或使用显存更大的 GPU（`--buy` 可比较）。"),
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
  Text more = tight_text(*best, report.rig);
  if (best->speed_full.known && best->pieces.cache() > 0 &&
      best->speed_full.decode.value < 0.95 * best->speed.decode.value)
    more = more + text("With the context full it writes {}. ", "上下文写满后生成 {} 词元/秒。",
                       band_text(best->speed_full.decode));
  if (best->pieces.options.users > 1 && best->speed.known)
    more = more + text("That is for each of {} users; all together {}. ",
                       "这是 {} 个用户中每人的速度，合计 {} 词元/秒。", best->pieces.options.users,
                       band_text(best->speed.decode_all));
  if (report.longest_context > 0)
    more = more + text("The longest context that fits like this: {} tokens.",
                       "这样能用的最长上下文：{} 词元。", with_commas(report.longest_context));
  if (!more.empty()) print_paragraph(printer, more, markdown);
}

std::vector<Text> notes_of(const InferReport& report) {
  std::vector<Text> out = report.model.notes;
  out.insert(out.end(), report.rig.notes.begin(), report.rig.notes.end());
  const plan::InferPlan& shown = report.best != nullptr ? *report.best : report.plans.back();
  const auto bandwidth = plan::assumed_bandwidth(report.rig);
  const bool host_works = shown.placement.host.weights_read > 0;
  if (host_works && report.host_as_here)
    out.push_back(text("the computer around the GPU as here: {}, {} threads",
                       "GPU 之外的主机按本机计：{}，{} 线程", report.rig.host.name, report.rig.host.threads));
  if (bandwidth && host_works) out.push_back(*bandwidth);
  return out;
}

/// The quantization of llama.cpp nearest in size to a format of other engines.
std::string_view like_in_gguf(const plan::InferPlan& plan) {
  constexpr double kFiveBits = 5;
  return plan.bits_per_weight > kFiveBits ? "Q8_0" : "Q4_K_M";
}

/// Whether the plan is of the file that was named, and not of one still to be made or fetched.
bool is_the_file(const InferReport& report, const plan::InferPlan& plan) {
  return !report.model.file.empty() && plan.quantization == report.model.subject.stored_as;
}

std::string file_of(const InferReport& report, const plan::InferPlan& plan) {
  return is_the_file(report, plan) ? report.model.file : "MODEL-" + plan.quantization + ".gguf";
}

void show_command(Printer& printer, const InferReport& report, const plan::InferPlan& plan, bool markdown) {
  print_heading(printer, text("To run it", "运行命令"), markdown);
  if (!plan.gguf) {
    print_paragraph(
        printer,
        text("{} is a format of other engines, such as vLLM; llama.cpp runs {} instead (`-z {}`).",
             "{} 是 vLLM 等其他引擎的格式；llama.cpp 可用 {}（`-z {}`）。", plan.quantization,
             like_in_gguf(plan), like_in_gguf(plan)),
        markdown);
    return;
  }
  const bool as_it_is = is_the_file(report, plan);
  const std::string line = shell_line(plan::engine_flags(plan, report.rig, file_of(report, plan)));
  printer.line(verbatim(markdown ? "```sh\n" + printable(line) + "\n```" : "  " + printable(line)));
  if (markdown) printer.line();
  if (!report.model.download_id.empty()) {
    print_paragraph(
        printer,
        text("`cvp models pull {}` fetches it", "`cvp models pull {}` 可下载", report.model.download_id),
        markdown);
  } else if (!as_it_is && !report.model.where.empty()) {
    print_paragraph(printer, text("GGUF files: {}", "GGUF 文件：{}", report.model.where), markdown);
  }
}

/// The same step cost another model more or less: said with its figure, where one is published.
Text loss_note(const InferReport& report) {
  const Text what = text(
      "loss: the rise of perplexity (how surprised the model is by real text) against 16 "
      "bits, as measured on {}",
      "损失：困惑度（模型对真实文本的意外程度）相对 16 位的上升幅度，实测于 {}", report.quality.small_model);
  const plan::InferPlan& shown = report.best != nullptr ? *report.best : report.plans.back();
  const auto* row = report.quality.find(shown.quantization);
  if (row == nullptr || !row->large_percent) return what;
  return what + text("; other models differ ({}: {} +{:.1f} %)", "；因模型而异（{}：{} 为 +{:.1f}%）",
                     report.quality.large_model, shown.quantization, *row->large_percent);
}

/// What the memory is made of, and how wide its range is.
Text memory_note(const InferReport& report) {
  const plan::InferPlan& shown = report.best != nullptr ? *report.best : report.plans.back();
  const plan::Band all = shown.placement.range();
  return text(
      "memory: the model's tensors one by one and the cache from heads and layers are counted; buffers and "
      "what driver and program keep are estimated. For {} together {} to {}",
      "内存：权重逐个张量累加，缓存由层数和注意力头算出，都是精确计数；缓冲区及驱动、程序的占用是估计值。{} "
      "合计 {}～{}",
      shown.quantization, format_gib(all.low), format_gib(all.high));
}

void show_method(Printer& printer, const InferReport& report, bool markdown) {
  print_heading(printer, text("How this was worked out", "估算方法"), markdown);
  for (const Text& note : notes_of(report)) print_point(printer, note, markdown);
  print_point(printer, memory_note(report), markdown);
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
  print_point(
      printer,
      text("quant.: in how many bits the model's numbers are kept (Q4: about four); fewer make it smaller "
           "and quicker, and lose more",
           "量化：模型的每个数用多少位保存（Q4 约 4 位）；位数越少，越小越快，损失也越大"),
      markdown);
  print_point(printer,
              text("writes/s and reads/s are tokens a second; ±20% means from value / 1.2 to value × 1.2",
                   "“生成/秒”“读入/秒”均指词元；±20% 表示从 值 ÷ 1.2 到 值 × 1.2"),
              markdown);
  if (std::ranges::find(report.plans, plan::Verdict::split, &plan::InferPlan::verdict) != report.plans.end())
    print_point(
        printer,
        text("“17/45 layers”, “29/48 experts”: 17 of 45 layers, or the experts of 29 of 48 layers, lie on "
             "the GPU; the CPU computes the rest",
             "“17/45 层”“29/48 层专家”：45 层中有 17 层、48 层中有 29 层的专家放在显存，其余由 CPU 计算"),
        markdown);
  print_point(printer, loss_note(report), markdown);
}

boost::json::object load_json(const plan::DeviceLoad& load) {
  return {{"weights", load.weights},         {"repacked", load.repacked}, {"cache", load.cache},
          {"compute", load.compute},         {"overhead", load.overhead}, {"total", load.total()},
          {"range", band_json(load.range())}};
}

std::string_view verdict_name(plan::Verdict verdict) {
  constexpr std::string_view kNames[] = {"gpu", "split", "cpu", "no"};
  return kNames[static_cast<size_t>(verdict)];
}

/// What the loads of a plan are to be seen against.
boost::json::object device_json(const plan::Device& device) {
  return {{"name", device.name}, {"total_bytes", device.memory_bytes}, {"usable_bytes", device.usable_bytes}};
}

/// The GPUs in the order of a plan's "gpus".
boost::json::object devices_json(const plan::Rig& rig) {
  boost::json::array gpus;
  for (const plan::Device& gpu : rig.gpus) gpus.push_back(device_json(gpu));
  return {{"gpus", std::move(gpus)}, {"host", device_json(rig.host)}};
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
                          {"memory_bytes", plan.placement.total()},
                          {"memory_range_bytes", band_json(plan.placement.range())}};
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
    out["right_token_probability_points"] = plan.loss->small_probability;
    out["importance_matrix"] = plan.loss->with_matrix;
    if (plan.loss->large_percent) out["perplexity_rise_percent_70b"] = *plan.loss->large_percent;
  }
  return out;
}

}  // namespace

std::string band_cell(const plan::Band& band) {
  return fmt::format("{} ±{:.0f}%", format_number(band.value), 100 * (band.high / band.value - 1));
}

Text band_text(const plan::Band& band) {
  return text("{} ({}–{})", "{}（{}–{}）", format_number(band.value), format_number(band.low),
              format_number(band.high));
}

Text machine_text(const plan::Rig& rig) {
  // The rig's own name is English, since kept measurements are found by it.
  const std::string devices = rig.name.substr(0, rig.name.rfind(", "));
  const double gib = static_cast<double>(rig.host.memory_bytes) / (1 << 30);
  return text("{}, {} GiB RAM", "{}，{} GiB 内存", devices,
              gib >= 9.95 ? fmt::format("{:.0f}", gib) : fmt::format("{:.1f}", gib));
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
                          count_text(report.model.parameters), machine_text(report.rig));
  print_heading(printer, title, markdown);
  const Text users =
      run.users == 1 ? text("one user", "单个用户") : text("{} users at once", "{} 人同时使用", run.users);
  print_paragraph(printer,
                  text("context {} tokens · {} · {}", "上下文 {} 词元 · {} · {}",
                       with_commas(run.context_tokens), report.model.subject.shape.architecture, users),
                  markdown);
  show_answer(printer, report, markdown);
  print_heading(printer, text("Quantizations", "各种量化"), markdown);
  show_table(printer, report, markdown);
  const plan::InferPlan& shown = report.best != nullptr ? *report.best : report.plans.back();
  show_memory(printer, report, shown, markdown);
  if (report.best != nullptr) show_command(printer, report, shown, markdown);
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
                          {"devices", devices_json(report.rig)},
                          {"context_tokens", run.context_tokens},
                          {"users", run.users},
                          {"calibrated", report.calibrated},
                          {"plans", std::move(plans)},
                          {"notes", std::move(notes)},
                          {"quality_source", report.quality.small_source.url}};
  if (report.best != nullptr) {
    boost::json::array flags;
    for (const std::string& word :
         plan::engine_flags(*report.best, report.rig, file_of(report, *report.best)))
      flags.emplace_back(word);
    out["best"] = report.best->quantization;
    if (report.best->gguf) out["flags"] = std::move(flags);
    out["longest_context"] = report.longest_context;
  }
  return out;
}

}  // namespace cvp::cli
