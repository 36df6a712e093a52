#include "cli/plan_buy.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/plan_view.h"
#include "cli/quantity.h"
#include "cli/table.h"

namespace cvp::cli {
namespace {

constexpr size_t kShown = 15;

struct Purchase {
  const plan::Gpu* gpu = nullptr;
  int count = 1;
  double price = 0;
  plan::InferPlan plan;
};

/// The best that runs wholly on so many of these cards; nothing where none does.
Result<std::optional<plan::InferPlan>> runs_on(const NamedSubject& model, const plan::Gpu& gpu, int count,
                                               const plan::Rig& host, const plan::InferQuery& query,
                                               const plan::QualityTable& quality) {
  plan::Rig rig = plan::without_gpus(host);
  rig.gpus.assign(static_cast<size_t>(count), plan::device_of(gpu));
  std::vector<plan::InferPlan> plans;
  for (const std::string_view name : plan::compared_quantizations()) {
    plan::InferPlan plan = TRY(plan::plan_inference(model.subject, std::string(name), rig, query, quality));
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

Result<std::vector<Purchase>> purchases(const NamedSubject& model, const plan::GpuCatalogue& catalogue,
                                        const plan::Rig& host, const plan::InferQuery& query,
                                        const plan::QualityTable& quality, double budget, int most_cards) {
  std::vector<Purchase> out;
  for (const plan::Gpu& gpu : catalogue.all()) {
    if (!for_sale(gpu)) continue;
    for (int count = 1; count <= most_cards; ++count) {
      const double price = count * gpu.price_usd.value;
      if (price > budget) break;
      auto plan = TRY(runs_on(model, gpu, count, host, query, quality));
      if (!plan) continue;
      out.push_back({&gpu, count, price, std::move(*plan)});
      break;
    }
  }
  std::ranges::stable_sort(out, [](const Purchase& a, const Purchase& b) { return a.price < b.price; });
  return out;
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
  const auto found = TRY(
      purchases(model, catalogue, host.rig, query, quality, budget, static_cast<int>(options.most_cards)));
  if (found.empty()) {
    return fail(Errc::not_found,
                text("no GPU with a known price runs {} within that", "在此条件下没有已知价格的显卡能运行 {}",
                     model.subject.name),
                text("raise --budget or --cards, shorten --context, or choose a smaller model",
                     "请提高 --budget 或 --cards，缩短 --context，或换更小的模型"));
  }
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    boost::json::array list;
    for (const Purchase& purchase : found) list.push_back(purchase_json(purchase));
    printer.json({{"model", model.subject.name}, {"purchases", std::move(list)}});
    return 0;
  }
  print_heading(
      printer,
      text("GPUs that run {} wholly, by price", "能完整运行 {} 的显卡（按价格）", model.subject.name),
      markdown);
  Table table;
  table.column(text("GPU", "显卡"));
  table.column(text("memory", "显存"), Table::Align::right);
  table.column(text("year", "年份"), Table::Align::right);
  table.column(text("price", "价格"), Table::Align::right);
  table.column(text("quant.", "量化"));
  table.column(text("writes/s", "生成/秒"), Table::Align::right);
  table.column(text("per $1000", "每千美元"), Table::Align::right);
  for (size_t i = 0; i < std::min(found.size(), kShown); ++i) {
    const Purchase& p = found[i];
    const std::string name =
        p.count > 1 ? fmt::format("{} × {}", p.count, p.gpu->name.canonical) : p.gpu->name.canonical;
    table.row({verbatim(name), verbatim(format_gib(p.count * p.gpu->memory_bytes.value)),
               p.gpu->year ? verbatim(fmt::format("{:.0f}", p.gpu->year.value)) : Text{},
               verbatim(fmt::format("${:.0f}{}", p.price, p.gpu->price_usd.checked ? "" : "?")),
               verbatim(p.plan.quantization), verbatim(band_cell(p.plan.speed.decode)),
               verbatim(format_number(1000 * p.plan.speed.decode.value / p.price))});
  }
  table.print(printer, markdown);
  printer.line();
  for (const Text& note : model.notes) print_point(printer, note, markdown);
  print_point(printer,
              text("prices are launch or list prices of new cards, as far as cvp knows them (? = not "
                   "checked); shops and used cards "
                   "differ, and the computer around the card comes on top",
                   "价格为新卡的首发价或标价（? 表示未核实）；商店价和二手价会有不同，且不含整机其他部件"),
              markdown);
  return 0;
}

}  // namespace cvp::cli
