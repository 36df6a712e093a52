#include <boost/json/array.hpp>

#include "cli/hw_verbs.h"
#include "cli/hw_view.h"
#include "plan/gpu_explain.h"
#include "plan/gpu_name.h"

namespace cvp::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  bool markdown = false;
};

void show_lessons(Printer& printer, bool markdown) {
  for (const plan::Lesson& lesson : plan::hardware_lessons()) {
    print_heading(printer, lesson.title, markdown);
    print_paragraph(printer, lesson.paragraph, markdown);
  }
  printer.line();
  print_paragraph(printer,
                  text("`cvp hw explain \"RTX 4060 Ti 16GB\"` takes a name apart.",
                       "`cvp hw explain \"RTX 4060 Ti 16GB\"` 可解读一个名称。"),
                  markdown);
}

boost::json::object lessons_json(Lang lang) {
  boost::json::array lessons;
  for (const plan::Lesson& lesson : plan::hardware_lessons()) {
    lessons.push_back(
        boost::json::object{{"title", lesson.title.in(lang)}, {"paragraph", lesson.paragraph.in(lang)}});
  }
  return {{"lessons", std::move(lessons)}};
}

void show_facts(Printer& printer, const plan::Gpu& gpu, const plan::GpuCatalogue& catalogue, bool markdown) {
  struct Row {
    Text name, unit;
    const plan::Fact& fact;
    double one;
    int digits;
  };
  const std::vector<Row> rows{
      {text("year", "年份"), {}, gpu.year, 1, 0},
      {text("memory", "显存"), verbatim("GB"), gpu.memory_bytes, double(1ull << 30), 1},
      {text("bandwidth", "带宽"), verbatim("GB/s"), gpu.bandwidth, 1e9, 1},
      {verbatim("FP32"), verbatim("TFLOPS"), gpu.fp32, 1e12, 1},
      {text("FP16, FP32 sums", "FP16（FP32 累加）"), verbatim("TFLOPS"), gpu.fp16, 1e12, 1},
      {text("FP16, FP16 sums", "FP16（FP16 累加）"), verbatim("TFLOPS"), gpu.fp16_fast, 1e12, 1},
      {verbatim("BF16"), verbatim("TFLOPS"), gpu.bf16, 1e12, 1},
      {verbatim("INT8"), verbatim("TOPS"), gpu.int8, 1e12, 0},
      {text("CUDA cores", "CUDA 核心"), {}, gpu.cuda_cores, 1, 0},
      {text("Tensor cores", "Tensor Core 数"), {}, gpu.tensor_cores, 1, 0},
      {text("power", "功耗"), verbatim("W"), gpu.watts, 1, 0},
      {text("list price at launch", "上市标价"), text("US$", "美元"), gpu.price_usd, 1, 0}};
  Table table;
  table.column(text("fact", "参数"));
  table.column(text("value", "数值"), Table::Align::right);
  table.column(text("source", "来源"));
  for (const Row& row : rows) {
    if (!row.fact) continue;
    const bool plain_year = &row.fact == &gpu.year;
    const std::string number = plain_year
                                   ? fmt::format("{:.0f}{}", row.fact.value, row.fact.checked ? "" : "?")
                                   : fact_text(row.fact, row.one, row.digits);
    const plan::FactSource* source = catalogue.source(row.fact.source);
    Text title = source != nullptr ? verbatim(source->title) : Text{};
    if (row.fact.source == "computed") title = text("computed from the chip's structure", "由芯片结构推算");
    if (!row.fact.checked) title = text("not found in a public source again", "未能在公开来源中再次核实");
    table.row({row.name, row.unit.empty() ? verbatim(number) : verbatim(number + " ") + row.unit, title});
  }
  printer.line();
  table.print(printer, markdown);
}

void show_name(Printer& printer, const plan::GpuName& name, bool markdown) {
  print_heading(printer, verbatim(name.canonical), markdown);
  Table table;
  table.column(text("part", "部分"));
  table.column(text("what it says", "含义"));
  for (const plan::NamePart& part : plan::explain_gpu_name(name)) table.row({part.part, part.meaning});
  // Long explanations are wrapped below their part instead of cut at the end of the line.
  if (markdown) return table.print(printer, true);
  for (const plan::NamePart& part : plan::explain_gpu_name(name))
    print_point(printer, text("{} – {}", "{} —— {}", part.part, part.meaning), false);
}

Result<int> explain(App& app, const Options& options) {
  Printer& printer = app.printer();
  std::string typed;
  for (const std::string& word : options.words) typed += (typed.empty() ? "" : " ") + word;
  if (typed.find_first_not_of(' ') == typed.npos && !options.words.empty()) {
    return fail(Errc::usage, text("the GPU's name is empty", "GPU 名称是空的"),
                text("give a name, or none for the basics: `cvp hw explain`",
                     "请给出名称；不写名称则讲解基础知识：`cvp hw explain`"));
  }
  if (typed.empty()) {
    if (printer.json_wanted()) printer.json(lessons_json(app.lang()));
    if (!printer.json_wanted()) show_lessons(printer, options.markdown);
    return 0;
  }
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  const plan::GpuName name = plan::decode_gpu_name(typed);
  auto match = catalogue.find(typed);
  if (!match && !name.known()) return std::unexpected(std::move(match.error()));
  const plan::GpuName& shown = name.known() ? name : match->gpu->name;
  if (printer.json_wanted()) {
    boost::json::object out{{"typed", typed}, {"decoded", gpu_name_json(shown)}};
    boost::json::array parts, also;
    for (const plan::NamePart& part : plan::explain_gpu_name(shown))
      parts.push_back(
          boost::json::object{{"part", part.part.in(app.lang())}, {"meaning", part.meaning.in(app.lang())}});
    out["parts"] = std::move(parts);
    if (!match) out["no_figures"] = match.error().message.in(app.lang());
    if (match) {
      out["catalogue"] = gpu_json(*match->gpu, app.lang());
      for (const plan::Gpu* gpu : match->also) also.emplace_back(gpu->name.canonical);
      out["also"] = std::move(also);
    }
    printer.json(out);
    return 0;
  }
  show_name(printer, shown, options.markdown);
  if (!match) {
    printer.line();
    print_paragraph(printer,
                    text("No figures: {}; {}", "没有参数：{}；{}", match.error().message, match.error().hint),
                    options.markdown);
    return 0;
  }
  if (match->gpu->name.canonical != shown.canonical) {
    printer.line();
    print_paragraph(printer, text("Figures of the {}:", "以下是 {} 的参数：", match->gpu->name.canonical),
                    options.markdown);
  }
  show_facts(printer, *match->gpu, catalogue, options.markdown);
  printer.line();
  if (!match->gpu->note.empty()) print_point(printer, match->gpu->note, options.markdown);
  if (const Text also = also_fits(typed, *match); !also.empty()) print_point(printer, also, options.markdown);
  return 0;
}

}  // namespace

Verb hw_explain_verb() {
  return {.name = "hw explain",
          .summary = text("what a GPU's name says; without a name: GPU, CUDA and the rest in words",
                          "解读 GPU 名称；不写名称则讲解 GPU、CUDA 等概念"),
          .declare = [](Command& command) -> RunVerb {
            auto options = std::make_shared<Options>();
            command.about(
                text("Takes a GPU's name apart and shows its figures with their sources. Any spelling will "
                     "do: a driver's, a "
                     "shop's, your own. Without a name it explains what a GPU does for a model.",
                     "解读 GPU 名称，并列出参数和来源。驱动、商家或随手写的名称都可以。不写名称则讲解 GPU "
                     "对模型的作用。"));
            command.arguments(text("NAME", "名称"), options->words, text("of a GPU", "GPU 名称"), false);
            command.flag("--md", options->markdown, text("as Markdown", "输出 Markdown"));
            command.example("cvp hw explain \"RTX 4060 Ti 16GB\"", text("a card for games", "一块游戏显卡"));
            command.example("cvp hw explain a100-80g", text("however it is written", "写法不限"));
            command.example("cvp hw explain", text("the basics, in words", "基础知识"));
            return [options](App& app) { return explain(app, *options); };
          }};
}

}  // namespace cvp::cli
