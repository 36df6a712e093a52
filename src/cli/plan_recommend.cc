#include "cli/plan_recommend.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/plan_view.h"
#include "cli/progress_line.h"
#include "cli/quantity.h"
#include "cli/recommendation.h"
#include "cli/table.h"

namespace cvp::cli {
namespace {

constexpr size_t kShown = 8, kNearest = 3;
// On a narrow terminal the licence would cost the names their ends.
constexpr size_t kRoomForLicence = 100;

struct Options {
  std::vector<std::string> languages;
  MachineOptions machine;
  int64_t documents = 1000, users = 1, seconds = 30, context = 4096;
  std::string budget;
  bool commercial = false, markdown = false;
};

/// "zh,en" or repeated.
Result<std::vector<std::string>> languages_of(const std::vector<std::string>& typed) {
  std::vector<std::string> out;
  for (const std::string& words : typed) {
    for (size_t begin = 0; begin <= words.size();) {
      const size_t end = std::min(words.find(',', begin), words.size());
      const std::string one = words.substr(begin, end - begin);
      const bool code =
          one.size() == 2 && std::ranges::all_of(one, [](char c) { return c >= 'a' && c <= 'z'; });
      if (!code) {
        return fail(Errc::usage,
                    text("“{}” is no language code such as zh or en", "“{}”不是 zh、en 这样的语言代码", one),
                    text("write --languages zh, en or zh,en", "写法如 --languages zh、en 或 zh,en"));
      }
      out.push_back(one);
      begin = end + 1;
    }
  }
  if (out.empty()) out = {"zh", "en"};
  return out;
}

std::string joined(const std::vector<Text>& parts, Lang lang) {
  std::string out;
  for (const Text& part : parts) out += (out.empty() ? "" : lang == Lang::zh ? "；" : "; ") + part.in(lang);
  return out;
}

/// "8.1 s (4.1–16.0)".
Text seconds_text(const plan::Band& seconds) {
  if (!(seconds.value > 0)) return text("unknown", "未知");
  return text("{} s ({}–{})", "{} 秒（{}–{}）", format_number(seconds.value), format_number(seconds.low),
              format_number(seconds.high));
}

void show_choices(Printer& printer, const Recommendation& all, bool markdown) {
  Table table;
  table.column(text("model", "模型"));
  table.column(text("quant.", "量化"));
  table.column(text("memory", "占用"), Table::Align::right);
  table.column(text("writes/s", "生成/秒"), Table::Align::right);
  table.column(text("an answer", "一次回答"), Table::Align::right);
  const bool licence = markdown || printer.max_columns() >= kRoomForLicence;
  if (licence) table.column(text("licence", "许可证"));
  size_t shown = 0;
  const plan::Choice* best = all.installable();
  for (const plan::Choice& choice : all.chat.choices) {
    const plan::InferPlan& plan = choice.plan;
    if (++shown > kShown && &choice != best) continue;
    std::vector<Text> cells = {
        verbatim(choice.candidate->id), verbatim(plan.quantization),
        verbatim(format_gib(static_cast<double>(plan.placement.total()))),
        plan.speed.known ? verbatim(band_cell(plan.speed.decode)) : text("unknown", "未知"),
        seconds_text(choice.answer_seconds)};
    if (licence) cells.push_back(verbatim(choice.candidate->licence));
    table.row(std::move(cells), &choice == best  ? Table::Look::chosen
                                : choice.in_time ? Table::Look::plain
                                                 : Table::Look::faint);
  }
  table.print(printer, markdown);
}

/// Where nothing will do: what the smallest models lack.
void show_nearest(Printer& printer, const Recommendation& all, bool markdown) {
  std::vector<const plan::Candidate*> smallest;
  for (const auto& candidate : all.candidates) smallest.push_back(candidate.get());
  std::ranges::stable_sort(smallest, {}, &plan::Candidate::parameters);
  size_t shown = 0;
  for (const plan::Candidate* candidate : smallest) {
    const auto why =
        std::ranges::find(all.chat.left_out, candidate->id, &std::pair<std::string, Text>::first);
    if (why == all.chat.left_out.end()) continue;
    print_point(printer, text("{}: {}", "{}：{}", candidate->id, why->second), markdown);
    if (++shown == kNearest) break;
  }
}

/// Why the chosen one, and what stands before it that cvp does not fetch itself.
void show_reasons(Printer& printer, const Recommendation& all, bool markdown) {
  const plan::Choice* best = all.installable();
  const plan::Choice* first = all.chat.choices.empty() ? nullptr : &all.chat.choices.front();
  if (first != nullptr && first != best) {
    print_paragraph(printer,
                    text("Best: {} {}, {}: {}. cvp does not fetch it itself: get its GGUF from {}.",
                         "最佳：{} {}（{}）：{}。cvp 不直接下载它：请从 {} 获取 GGUF 文件。",
                         first->candidate->subject.name, first->plan.quantization, first->candidate->licence,
                         Text{joined(first->reasons, Lang::en), joined(first->reasons, Lang::zh)},
                         first->candidate->where),
                    markdown);
  }
  if (best != nullptr) {
    print_paragraph(printer,
                    text("{}{} {}, {}: {}.", "{}{} {}（{}）：{}。",
                         first != best ? text("Best that cvp fetches: ", "cvp 可下载的最佳选择：")
                                       : text("Best: ", "最佳："),
                         best->candidate->subject.name, best->plan.quantization, best->candidate->licence,
                         Text{joined(best->reasons, Lang::en), joined(best->reasons, Lang::zh)}),
                    markdown);
  }
  print_paragraph(printer,
                  text("{} for search: {}; the index will take about {}.", "检索用 {}：{}；索引约占 {}。",
                       all.embedder.id, all.why_embedder, format_bytes(static_cast<double>(all.index_bytes))),
                  markdown);
}

boost::json::object choice_json(const plan::Choice& choice, Lang lang) {
  boost::json::array reasons;
  for (const Text& reason : choice.reasons) reasons.emplace_back(reason.in(lang));
  boost::json::object out{{"id", choice.candidate->id},
                          {"name", choice.candidate->subject.name},
                          {"quantization", choice.plan.quantization},
                          {"parameters", choice.candidate->parameters},
                          {"licence", choice.candidate->licence},
                          {"installable", choice.candidate->installable},
                          {"where", choice.candidate->where},
                          {"memory_bytes", choice.plan.placement.total()},
                          {"in_time", choice.in_time},
                          {"reasons", std::move(reasons)}};
  if (choice.plan.speed.known) {
    out["decode_tokens_per_second"] = band_json(choice.plan.speed.decode);
    out["answer_seconds"] = band_json(choice.answer_seconds);
  }
  return out;
}

void show_json(App& app, const Recommendation& all, const PlannedMachine& machine) {
  boost::json::array choices, left_out, notes;
  for (const Text& note : machine.rig.notes) notes.emplace_back(note.in(app.lang()));
  for (const plan::Choice& choice : all.chat.choices) choices.push_back(choice_json(choice, app.lang()));
  for (const auto& [id, why] : all.chat.left_out)
    left_out.push_back(boost::json::object{{"id", id}, {"why", why.in(app.lang())}});
  boost::json::array command = {"cvp", "models", "pull", all.embedder.id};
  if (all.installable() != nullptr) command.emplace_back(all.installable()->candidate->id);
  app.printer().json({{"machine", machine.rig.name},
                      {"embedder", all.embedder.id},
                      {"why_embedder", all.why_embedder.in(app.lang())},
                      {"chat", std::move(choices)},
                      {"left_out", std::move(left_out)},
                      {"command", std::move(command)},
                      {"notes", std::move(notes)}});
}

void show_notes(Printer& printer, const Recommendation& all, const PlannedMachine& machine, bool markdown) {
  for (const Text& note : machine.rig.notes) print_point(printer, note, markdown);
  const auto bandwidth = plan::assumed_bandwidth(machine.rig);
  if (bandwidth && machine.rig.gpus.empty()) print_point(printer, *bandwidth, markdown);
  if (all.chat.choices.empty()) return;
  print_point(printer,
              text("writes/s: tokens a second for one user; ±20% means from value / 1.2 to value × 1.2; an "
                   "answer: seconds until it is complete, with the range to expect",
                   "生成/秒：单个用户每秒的词元数，±20% 表示从 值 ÷ 1.2 到 值 × "
                   "1.2；一次回答：从提问到答完的秒数及预计范围"),
              markdown);
  print_point(
      printer,
      text("ranked by size and quantization among those that answer in time (a question and its "
           "passages: about {:.0f} tokens), the slower ones below; size says much and not all: try two",
           "先按规模和量化列出能及时回答（资料和问题约 {:.0f} "
           "词元）的模型，较慢的排在后面；规模重要但不是一切，建议试两个",
           plan::kTypicalPrompt),
      markdown);
}

Result<int> run(App& app, const Options& options) {
  if (!options.budget.empty()) {
    return fail(Errc::usage,
                text("--budget is about buying: `cvp plan MODEL --buy --budget {}` compares GPUs",
                     "--budget 用于选购：请用 `cvp plan 模型 --buy --budget {}` 比较显卡", options.budget));
  }
  const plan::Goal goal{.languages = TRY(languages_of(options.languages)),
                        .documents = static_cast<uint64_t>(options.documents),
                        .users = static_cast<uint32_t>(options.users),
                        .seconds = static_cast<double>(options.seconds),
                        .context_tokens = static_cast<uint64_t>(options.context),
                        .commercial = options.commercial};
  const PlannedMachine machine = TRY(open_machine(app, options.machine));
  const Recommendation all = TRY(recommend_models(app, machine, goal));
  if (app.printer().json_wanted()) {
    show_json(app, all, machine);
    return all.chat.choices.empty() ? 3 : 0;
  }
  Printer& printer = app.printer();
  print_heading(printer, text("For {}", "适合这台机器的模型：{}", machine_text(machine.rig)),
                options.markdown);
  if (all.chat.choices.empty()) {
    print_paragraph(printer,
                    text("No chat model does what you want here. Without one cvp still answers, by quoting.",
                         "没有符合要求的对话模型。没有对话模型时，cvp 仍可摘录原文作答。"),
                    options.markdown);
    show_nearest(printer, all, options.markdown);
    printer.line();
  } else {
    show_choices(printer, all, options.markdown);
    printer.line();
  }
  show_reasons(printer, all, options.markdown);
  if (const plan::Choice* best = all.installable(); best != nullptr) {
    const std::string line = fmt::format("cvp models pull {} {}", all.embedder.id, best->candidate->id);
    printer.line(verbatim(options.markdown ? "```sh\n" + line + "\n```" : "  " + printer.bold(line)));
    printer.line();
  }
  show_notes(printer, all, machine, options.markdown);
  return all.chat.choices.empty() ? 3 : 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Ranks the models that can answer your questions on this machine, with the reason for each and "
           "the command that "
           "installs the best.",
           "按你的需求为这台机器推荐模型：逐个说明理由，并给出安装命令。"));
  command.option("--languages", options->languages, text("CODES", "代码"),
                 text("such as zh,en (both)", "如 zh,en（默认两者）"));
  command.number("--documents", options->documents, 0, 100'000'000,
                 text("to be searched (1000)", "要检索的文档数（1000）"));
  command.number("--users", options->users, 1, 65536,
                 text("who ask at the same time (1)", "同时提问的用户数（1）"));
  command.number("--seconds", options->seconds, 1, 86400,
                 text("an answer may take (30)", "一次回答最多用多少秒（30）"));
  command.number("--context", options->context, 512, 10'000'000,
                 text("tokens of each user (4096)", "每个用户的上下文（4096）"));
  command.flag("--commercial", options->commercial,
               text("only licences that allow commercial use", "只要允许商用的许可证"));
  command.option("--budget", options->budget, text("USD", "美元"),
                 text("see `cvp plan MODEL --buy`", "见 `cvp plan 模型 --buy`"));
  declare_machine(command, options->machine);
  command.flag("--md", options->markdown, text("as Markdown", "以 Markdown 输出"));
  command.example("cvp plan recommend", text("for this machine", "为本机推荐"));
  command.example("cvp plan recommend --languages zh --users 5 --seconds 10",
                  text("Chinese, five users", "中文，五人同时使用"));
  command.example("cvp plan recommend --gpu \"RTX 4090\" --commercial",
                  text("for a card you may buy", "为准备购买的显卡推荐"));
  return [options](App& app) { return run(app, *options); };
}

}  // namespace

Verb plan_recommend_verb() {
  return {.name = "plan recommend",
          .summary = text("which models for this machine", "本机适合用哪些模型"),
          .declare = declare};
}

}  // namespace cvp::cli
