#include "cli/plan_table.h"

#include <boost/json/array.hpp>

#include "cli/quantity.h"
#include "cli/subject.h"
#include "cli/table.h"
#include "plan/kv_cache.h"
#include "plan/train_memory.h"

namespace cvp::cli {
namespace {

constexpr double kGib = 1 << 30;

struct Options {
  std::vector<std::string> models;
  bool markdown = false;
};

struct Precision {
  const char* name;
  double bytes;  // of one parameter
};
constexpr Precision kPrecisions[] = {{"fp32", 4}, {"fp16", 2}, {"int8", 1}, {"int4", 0.5}};
constexpr uint64_t kContexts[] = {4096, 32768, 131072};

struct Row {
  Text name;
  double parameters = 0;
};

/// By its name where that names a size, and as counted.
std::vector<Row> rows_of(const NamedSubject& model) {
  std::vector<Row> out;
  const auto named = size_in_name(model.subject.name);
  if (named && std::abs(*named - model.parameters) > 1e-3 * model.parameters)
    out.push_back({text("{}, by its name", "{}（按名称）", model.subject.name), *named});
  out.push_back({text("{}, counted", "{}（实际）", model.subject.name), model.parameters});
  return out;
}

/// Of all parameters, with the sequences that the text below speaks of.
Result<plan::TrainMemory> training_of(const NamedSubject& model) {
  return plan::train_memory(plan::train_net(model.subject.shape),
                            {.sequence_tokens = 2048, .micro_batch = 4});
}

Result<boost::json::object> model_json(const NamedSubject& model, Lang lang) {
  boost::json::array rows, notes;
  for (const Row& row : rows_of(model)) {
    boost::json::object bytes;
    for (const Precision& precision : kPrecisions) bytes[precision.name] = row.parameters * precision.bytes;
    rows.push_back(boost::json::object{{"parameters", row.parameters}, {"bytes", std::move(bytes)}});
  }
  for (const Text& note : model.notes) notes.emplace_back(note.in(lang));
  const uint64_t per_token = plan::cache_bytes_per_token(model.subject.shape);
  const plan::TrainMemory training = TRY(training_of(model));
  return boost::json::object{{"model", model.subject.name},
                             {"rows", std::move(rows)},
                             {"context_tokens", model.subject.shape.context_tokens},
                             {"cache_bytes_per_token", per_token},
                             {"training_bytes", training.total()},
                             {"notes", std::move(notes)}};
}

std::string size_cell(double size) {
  return size < 0.95 ? fmt::format("{:.2f}", size) : fmt::format("{:.1f}", size);
}

void show_weights(Printer& printer, const std::vector<NamedSubject>& models, bool markdown) {
  print_heading(printer, text("Weights at each precision", "各精度下的权重大小"), markdown);
  Table table;
  table.column(text("model", "模型"));
  table.column(text("parameters", "参数"), Table::Align::right);
  table.column(text("unit", "单位"));
  for (const Precision& precision : kPrecisions) table.column(verbatim(precision.name), Table::Align::right);
  for (const NamedSubject& model : models) {
    for (const Row& row : rows_of(model)) {
      std::vector<Text> decimal = {row.name, count_text(row.parameters), verbatim("GB")};
      std::vector<Text> binary = {{}, {}, verbatim("GiB")};
      for (const Precision& precision : kPrecisions) {
        const double bytes = row.parameters * precision.bytes;
        decimal.push_back(verbatim(size_cell(bytes / 1e9)));
        binary.push_back(verbatim(size_cell(bytes / kGib)));
      }
      table.row(std::move(decimal));
      table.row(std::move(binary), Table::Look::faint);
    }
  }
  table.print(printer, markdown);
  printer.line();
}

/// Nothing of models that have no cache, or where the context is longer than what they were trained for.
Text cache_cell(const plan::Shape& shape, uint64_t tokens) {
  if (shape.context_tokens > 0 && tokens > shape.context_tokens) return verbatim("–");
  const auto bytes = plan::cache_bytes(shape, {.context_tokens = tokens});
  return bytes && bytes->total() > 0 ? verbatim(format_gib(static_cast<double>(bytes->total())))
                                     : verbatim("–");
}

void show_caches(Printer& printer, const std::vector<NamedSubject>& models, bool markdown) {
  print_heading(
      printer,
      text("On top of that, the cache of the context (16 bits)", "此外还有上下文的键值缓存（16 位）"),
      markdown);
  Table table;
  table.column(text("model", "模型"));
  table.column(text("trained for", "训练长度"), Table::Align::right);
  table.column(text("a token", "每词元"), Table::Align::right);
  for (const uint64_t tokens : kContexts)
    table.column(text("{}k tokens", "{}k 词元", tokens / 1024), Table::Align::right);
  for (const NamedSubject& model : models) {
    const plan::Shape& shape = model.subject.shape;
    std::vector<Text> cells = {verbatim(model.subject.name),
                               verbatim(shape.context_tokens > 0 ? with_commas(shape.context_tokens) : "–"),
                               verbatim(format_gib(static_cast<double>(plan::cache_bytes_per_token(shape))))};
    for (const uint64_t tokens : kContexts) cells.push_back(cache_cell(shape, tokens));
    table.row(std::move(cells));
  }
  table.print(printer, markdown);
}

Result<void> show_training(Printer& printer, const NamedSubject& model, bool markdown) {
  print_heading(printer, text("Training takes some ten times more", "训练大约要多用十倍"), markdown);
  const plan::TrainMemory memory = TRY(training_of(model));
  const auto gib = [](double bytes) { return format_gib(bytes); };
  print_paragraph(
      printer,
      text("Running {} in 16 bits takes {} of weights; training all of it takes about {}: parameters {}, "
           "gradients {}, optimizer states "
           "(a 32-bit copy and Adam's two moments) {}, and activations and logits {} for 4 sequences of "
           "2,048 tokens, which grow with "
           "batch and sequence.",
           "以 16 位运行 {} 只需权重 {}；训练全部参数约需 {}：参数 {}、梯度 {}、优化器状态（32 位副本和 Adam "
           "的两个动量）{}，"
           "再加激活值和 logits {}（4 条 2048 词元的序列；随批量和序列长度增长）。",
           model.subject.name, gib(2 * model.parameters), gib(memory.total()), gib(memory.weights),
           gib(memory.gradients), gib(memory.optimizer), gib(memory.activations + memory.logits)),
      markdown);
  print_paragraph(printer,
                  text("`cvp plan train MODEL` plans it, and shows how LoRA and QLoRA need far less.",
                       "`cvp plan train 模型` 可详细规划，并比较省得多的 LoRA 和 QLoRA。"),
                  markdown);
  return {};
}

Result<int> table(App& app, const Options& options) {
  std::vector<NamedSubject> models;
  for (const std::string& name : options.models) models.push_back(TRY(open_plannable(app, name)));
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    boost::json::array list;
    for (const NamedSubject& model : models) list.push_back(TRY(model_json(model, app.lang())));
    printer.json({{"models", std::move(list)}});
    return 0;
  }
  show_weights(printer, models, options.markdown);
  print_paragraph(
      printer,
      text("GB is 10^9 bytes, GiB 2^30: a card of “24 GB” has 24 GiB. Quantized files are somewhat larger "
           "than their bits "
           "suggest, since blocks carry scales and tables stay wider; `cvp plan MODEL` counts exactly.",
           "GB 为 10^9 字节，GiB 为 2^30 字节；“24 GB”的显卡实为 24 "
           "GiB。量化文件比按位数计算略大，因为每块另存缩放系数，"
           "词表也保留较高精度；`cvp plan 模型` 会精确计算。"),
      options.markdown);
  show_caches(printer, models, options.markdown);
  TRY(show_training(printer, models.front(), options.markdown));
  for (const NamedSubject& model : models) {
    for (const Text& note : model.notes) print_point(printer, note, options.markdown);
  }
  return 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("How large a model's weights are in 32, 16, 8 and 4 bits, in GB and GiB, what the context adds, "
           "and what training "
           "would take.",
           "模型权重在 32、16、8、4 位下各有多大（GB 和 GiB），上下文另占多少，训练又需多少。"));
  command.arguments(text("MODEL", "模型"), options->models, text("as with `cvp plan`", "同 `cvp plan`"));
  command.flag("--md", options->markdown, text("as Markdown", "以 Markdown 输出"));
  command.example("cvp plan table llama-2-7b llama-2-13b",
                  text("two models side by side", "并列比较两个模型"));
  command.example("cvp plan table 7B 14B 70B", text("sizes alone", "只看规模"));
  return [options](App& app) { return table(app, *options); };
}

}  // namespace

Verb plan_table_verb() {
  return {.name = "plan table",
          .summary = text("size of a model at each precision", "模型在各精度下的大小"),
          .declare = declare};
}

}  // namespace cvp::cli
