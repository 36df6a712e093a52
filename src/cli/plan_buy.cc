#include "cli/plan_buy.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/hw_view.h"
#include "cli/plan_view.h"
#include "cli/quantity.h"
#include "cli/table.h"

namespace cvp::cli {
namespace {

constexpr size_t kShown = 15;
constexpr int64_t kUsualCards = 2;

struct Purchase {
  const plan::Gpu* gpu = nullptr;
  int count = 1;
  double price = 0;
  plan::InferPlan plan;
};

struct Search {
  const NamedSubject& model;
  const plan::Rig& host;
  const plan::InferQuery& query;
  const plan::QualityTable& quality;
  std::string quantization;  // empty: the best of those worth comparing
};

/// The best that runs wholly on so many of these cards; nothing where none does.
Result<std::optional<plan::InferPlan>> runs_on(const Search& search, const plan::Gpu& gpu, int count) {
  plan::Rig rig = plan::without_gpus(search.host);
  rig.gpus.assign(static_cast<size_t>(count), plan::device_of(gpu));
  const auto plan_of = [&](const std::string& quantization) {
    return plan::plan_inference(search.model.subject, quantization, rig, search.query, search.quality);
  };
  if (!search.quantization.empty()) {
    plan::InferPlan plan = TRY(plan_of(search.quantization));
    if (plan.verdict != plan::Verdict::gpu || !plan.speed.known) return std::nullopt;
    return plan;
  }
  std::vector<plan::InferPlan> plans;
  for (const std::string_view name : plan::compared_quantizations()) {
    plan::InferPlan plan = TRY(plan_of(std::string(name)));
    if (plan.verdict == plan::Verdict::gpu && (!plan.loss || plan.loss->small_percent < 5))
      plans.push_back(std::move(plan));
  }
  const plan::InferPlan* best = plan::best_plan(plans);
  if (best == nullptr || !best->speed.known) return std::nullopt;
  return *best;
}

bool for_sale(const plan::Gpu& gpu) {
  return gpu.price_usd.value > 0 && gpu.memory_bytes.value > 0 && gpu.bandwidth.value > 0 &&
         gpu.name.form == plan::GpuForm::card;
}

Result<std::vector<Purchase>> purchases(const Search& search, const plan::GpuCatalogue& catalogue,
                                        double budget, int most_cards) {
  std::vector<Purchase> out;
  for (const plan::Gpu& gpu : catalogue.all()) {
    if (!for_sale(gpu)) continue;
    for (int count = 1; count <= most_cards; ++count) {
      const double price = count * gpu.price_usd.value;
      if (price > budget) break;
      auto plan = TRY(runs_on(search, gpu, count));
      if (!plan) continue;
      out.push_back({&gpu, count, price, std::move(*plan)});
      break;
    }
  }
  std::ranges::stable_sort(out, [](const Purchase& a, const Purchase& b) { return a.price < b.price; });
  return out;
}

void show_table(Printer& printer, const std::vector<Purchase>& found, bool markdown) {
  Table table;
  table.column(text("GPU", "显卡"));
  table.column(text("memory", "显存"), Table::Align::right);
  table.column(text("year", "年份"), Table::Align::right);
  table.column(text("price", "价格"), Table::Align::right);
  table.column(text("quant.", "量化"));
  table.column(text("writes/s", "生成/秒"), Table::Align::right);
  table.column(text("per $1,000", "每千美元"), Table::Align::right);
  for (size_t i = 0; i < std::min(found.size(), kShown); ++i) {
    const Purchase& p = found[i];
    const std::string name = short_gpu_name(p.gpu->name.canonical);
    const std::string price = "$" + with_commas(static_cast<uint64_t>(p.price));
    table.row({verbatim(p.count > 1 ? fmt::format("{} × {}", p.count, name) : name),
               verbatim(format_gib(p.count * p.gpu->memory_bytes.value)),
               p.gpu->year ? verbatim(fmt::format("{:.0f}", p.gpu->year.value)) : Text{},
               verbatim(price + (p.gpu->price_usd.checked ? "" : "?")), verbatim(p.plan.quantization),
               verbatim(band_cell(p.plan.speed.decode)),
               verbatim(format_number(1000 * p.plan.speed.decode.value / p.price))});
  }
  table.print(printer, markdown);
  printer.line();
}

void show_notes(Printer& printer, const NamedSubject& model, size_t found, bool markdown) {
  if (found > kShown)
    print_point(printer,
                text("the {} cheapest of {}; --json gives all",
                     "只列出最便宜的 {} 种，共 {} 种；--json 给出全部", kShown, found),
                markdown);
  for (const Text& note : model.notes) print_point(printer, note, markdown);
  print_point(
      printer,
      text("writes/s: tokens a second for one user, with the range to expect (±20% means from value / "
           "1.2 to value × 1.2); per $1,000: the same for each $1,000 of the price",
           "生成/秒：单个用户每秒生成的词元数及预计范围（±20% 表示从 值 ÷ 1.2 到 值 × "
           "1.2）；每千美元：每花 1000 美元得到的生成速度"),
      markdown);
  print_point(printer,
              text("prices are launch or list prices of new cards, as far as cvp knows them (? = not "
                   "checked); shops and used cards differ, and the computer around the card comes on top",
                   "价格为新卡的首发价或标价（? 表示未核实）；商店价和二手价会有不同，且不含整机其他部件"),
              markdown);
}

boost::json::object purchase_json(const Purchase& p) {
  return {{"gpu", p.gpu->name.canonical},
          {"count", p.count},
          {"price_usd", p.price},
          {"price_checked", p.gpu->price_usd.checked},
          {"price_source", p.gpu->price_usd.source},
          {"year", p.gpu->year.value},
          {"quantization", p.plan.quantization},
          {"decode_tokens_per_second", band_json(p.plan.speed.decode)},
          {"prefill_tokens_per_second", band_json(p.plan.speed.prefill)}};
}

}  // namespace

void declare_purchase(Command& command, BuyOptions& options) {
  command.option("--budget", options.budget, text("USD", "美元"),
                 text("with --buy: at most so many dollars", "配合 --buy：最多花多少美元"));
  command.number("--cards", options.most_cards, 1, 16,
                 text("with --buy: at most so many cards (2)", "配合 --buy：最多几块显卡（2）"));
}

Result<int> show_purchases(App& app, const NamedSubject& model, const PlannedMachine& host,
                           const plan::InferQuery& query, const plan::QualityTable& quality,
                           const BuyOptions& options, bool markdown) {
  double budget = 1e12;
  if (!options.budget.empty()) {
    const auto typed = parse_count(options.budget);
    if (!typed) {
      return fail(Errc::usage, text("--budget needs a sum in dollars such as 2000, not “{}”",
                                    "--budget 需要美元金额，如 2000，而不是“{}”", options.budget));
    }
    budget = *typed;
  }
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  const Search search{model, host.rig, query, quality, options.quantization};
  const int64_t most_cards = options.most_cards > 0 ? options.most_cards : kUsualCards;
  const auto found = TRY(purchases(search, catalogue, budget, static_cast<int>(most_cards)));
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    boost::json::array list, notes;
    for (const Purchase& purchase : found) list.push_back(purchase_json(purchase));
    for (const Text& note : model.notes) notes.emplace_back(note.in(app.lang()));
    printer.json(
        {{"model", model.subject.name}, {"purchases", std::move(list)}, {"notes", std::move(notes)}});
    return found.empty() ? 3 : 0;
  }
  if (found.empty()) {
    return fail(Errc::not_found,
                text("no GPU with a known price runs {} within that", "在此条件下没有已知价格的显卡能运行 {}",
                     model.subject.name),
                text("raise --budget or --cards, shorten --context, or choose a smaller model",
                     "请提高 --budget 或 --cards，缩短 --context，或换更小的模型"));
  }
  print_heading(
      printer,
      text("GPUs that run {} wholly, by price", "能完整运行 {} 的显卡（按价格）", model.subject.name),
      markdown);
  show_table(printer, found, markdown);
  show_notes(printer, model, found.size(), markdown);
  return 0;
}

}  // namespace cvp::cli
