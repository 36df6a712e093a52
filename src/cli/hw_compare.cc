#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/hw_verbs.h"
#include "cli/hw_view.h"

namespace cvp::cli {
namespace {

constexpr size_t kMost = 40, kMostReversals = 5;

struct Options {
  std::vector<std::string> names;
  bool markdown = false;
};

Text joined(const Text& list, const Text& more) {
  return list.empty() ? more : text("{}, {}", "{}、{}", list, more);
}

/// Pairs that people who play games order one way and a figure the other way round.
std::vector<Text> reversals(const std::vector<const plan::Gpu*>& gpus) {
  std::vector<Text> out;
  for (const plan::Gpu* better : gpus) {
    for (const plan::Gpu* worse : gpus) {
      const bool ordered = better->games_rank > 0 && worse->games_rank > better->games_rank;
      if (!ordered || out.size() >= kMostReversals) continue;
      const bool slower = better->fp32 && worse->fp32 && better->fp32.value < worse->fp32.value;
      const bool narrower =
          better->bandwidth && worse->bandwidth && better->bandwidth.value < worse->bandwidth.value;
      if (!slower && !narrower) continue;
      const Text what = slower && narrower ? text("less compute and less bandwidth", "算力和带宽都更低")
                        : slower ? text("less compute", "算力更低")
                                 : text("less bandwidth", "带宽更低");
      out.push_back(text("{} stands before {} in games, with {}", "游戏排名中 {} 在 {} 之前，但{}",
                         better->name.canonical, worse->name.canonical, what));
    }
  }
  return out;
}

/// How much faster each can write text than the first: bandwidth decides.
Text ratios(const std::vector<const plan::Gpu*>& gpus) {
  Text list;
  for (size_t i = 1; i < gpus.size(); ++i) {
    if (!gpus[i]->bandwidth) continue;
    const double ratio = gpus[i]->bandwidth.value / gpus[0]->bandwidth.value;
    list = joined(list, verbatim(fmt::format("{} {:.2f}×", short_gpu_name(gpus[i]->name.canonical), ratio)));
  }
  if (list.empty()) return {};
  return text("Bandwidth, and so about the speed of writing, compared with the {}: {}.",
              "带宽（大致等于生成速度）与 {} 相比：{}。", short_gpu_name(gpus[0]->name.canonical), list);
}

/// What is remarkable about each; said once for all that share it.
std::vector<Text> gpu_notes(const std::vector<const plan::Gpu*>& gpus) {
  std::vector<Text> notes, names;
  for (size_t i = 0; i < gpus.size(); ++i) {
    const plan::Gpu& gpu = *gpus[i];
    const bool named_before = std::find(gpus.begin(), gpus.begin() + static_cast<std::ptrdiff_t>(i), &gpu) !=
                              gpus.begin() + static_cast<std::ptrdiff_t>(i);
    if (gpu.note.empty() || named_before) continue;
    const auto same = std::ranges::find(notes, gpu.note.en, &Text::en);
    const Text name = verbatim(short_gpu_name(gpu.name.canonical));
    if (same == notes.end()) {
      notes.push_back(gpu.note);
      names.push_back(name);
    } else {
      Text& of = names[static_cast<size_t>(same - notes.begin())];
      of = joined(of, name);
    }
  }
  for (size_t i = 0; i < notes.size(); ++i) notes[i] = text("{}: {}", "{}：{}", names[i], notes[i]);
  return notes;
}

Result<int> compare(App& app, const Options& options) {
  if (options.names.size() < 2 || options.names.size() > kMost) {
    return fail(Errc::usage, text("name 2 to {} GPUs", "请写 2 到 {} 个 GPU", kMost),
                text("a name with spaces stands in quotes: cvp hw compare \"RTX 3090\" \"RX 7900 XTX\"",
                     "带空格的名称要加引号：cvp hw compare \"RTX 3090\" \"RX 7900 XTX\""));
  }
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  std::vector<const plan::Gpu*> gpus;
  std::vector<Text> notes;
  for (const std::string& name : options.names) {
    if (name.empty()) {
      return fail(Errc::usage, text("one of the names is empty", "有一个名称是空的"),
                  text("`cvp hw list` shows all GPUs", "`cvp hw list` 列出全部 GPU"));
    }
    const plan::GpuMatch match = TRY(catalogue.find(name));
    gpus.push_back(match.gpu);
    if (Text also = also_fits(name, match); !also.empty()) notes.push_back(std::move(also));
  }
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    boost::json::array list, lines, taken_as;
    for (const plan::Gpu* gpu : gpus) list.push_back(gpu_json(*gpu, app.lang()));
    for (const Text& line : reversals(gpus)) lines.emplace_back(line.in(app.lang()));
    for (const Text& note : notes) taken_as.emplace_back(note.in(app.lang()));
    printer.json({{"gpus", std::move(list)},
                  {"games_order_differs", std::move(lines)},
                  {"notes", std::move(taken_as)}});
    return 0;
  }
  const bool ranks = std::ranges::any_of(gpus, [](const plan::Gpu* gpu) { return gpu->games_rank > 0; });
  gpu_table(gpus, ranks).print(printer, options.markdown);
  print_gpu_legend(printer, gpus, options.markdown);
  if (const Text line = gpus[0]->bandwidth ? ratios(gpus) : Text{}; !line.empty())
    print_paragraph(printer, line, options.markdown);
  if (ranks) {
    print_paragraph(printer,
                    text("Games: the order that players use for these Radeon cards, 1 is best; numbers alone "
                         "do not sort them.",
                         "游戏排名：玩家对这些 Radeon 常用的次序，1 为最好；只看编号无法排序。"),
                    options.markdown);
    for (const Text& line : reversals(gpus)) print_point(printer, line, options.markdown);
  }
  for (const Text& note : gpu_notes(gpus)) print_point(printer, note, options.markdown);
  for (const Text& note : notes) print_point(printer, note, options.markdown);
  return 0;
}

}  // namespace

Verb hw_compare_verb() {
  return {.name = "hw compare",
          .summary = text("GPUs beside each other", "并列比较 GPU"),
          .declare = [](Command& command) -> RunVerb {
            auto options = std::make_shared<Options>();
            command.about(
                text("Compares GPUs of the catalogue: memory, bandwidth, compute, power, price; for older "
                     "Radeon cards also "
                     "the order that players use, and where it differs.",
                     "比较目录中的 GPU：显存、带宽、算力、功耗、价格；较早的 Radeon "
                     "还列出玩家常用的排名，并指出不一致之处。"));
            command.arguments(text("NAME", "名称"), options->names,
                              text("of GPUs, at least two", "至少两个 GPU"));
            command.flag("--md", options->markdown, text("as Markdown", "输出 Markdown"));
            command.example("cvp hw compare \"RTX 3090\" \"RTX 4090\" \"RX 7900 XTX\"",
                            text("three cards", "三块显卡"));
            command.example("cvp hw compare \"RX 5500 XT\" \"RX 480\" \"RX 570\"",
                            text("numbers that do not sort by themselves", "不能直接比大小的编号"));
            return [options](App& app) { return compare(app, *options); };
          }};
}

}  // namespace cvp::cli
