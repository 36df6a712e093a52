#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "cli/hw_verbs.h"
#include "cli/hw_view.h"
#include "cli/nearest.h"
#include "cli/quantity.h"
#include "plan/gpu_name.h"

namespace cvp::cli {
namespace {

struct Options {
  std::string vendor, min_memory, sort = "name", form;
  int64_t max_watts = 0, since = 0, limit = 0;
  bool markdown = false;
};

struct SortKey {
  std::string_view name;
  const plan::Fact plan::Gpu::*fact;
};
constexpr std::array<SortKey, 7> kSorts{{{"memory", &plan::Gpu::memory_bytes},
                                         {"bandwidth", &plan::Gpu::bandwidth},
                                         {"tflops", &plan::Gpu::fp16},
                                         {"fp32", &plan::Gpu::fp32},
                                         {"watts", &plan::Gpu::watts},
                                         {"price", &plan::Gpu::price_usd},
                                         {"year", &plan::Gpu::year}}};

struct Filter {
  std::optional<plan::Vendor> vendor;
  double min_memory = 0;
};

Result<Filter> filter_of(const Options& options) {
  Filter filter;
  if (!options.vendor.empty()) {
    filter.vendor = plan::parse_vendor(options.vendor);
    if (!filter.vendor) {
      const std::string near = nearest(options.vendor, plan::vendor_ids());
      Text all;
      for (const std::string& id : plan::vendor_ids()) {
        const Text one{id, plan::vendor_text(*plan::parse_vendor(id)).zh};
        all = all.empty() ? one : text("{}, {}", "{}、{}", all, one);
      }
      return fail(Errc::usage, text("there is no vendor “{}”", "没有厂商“{}”", options.vendor),
                  near.empty() ? text("vendors: {}", "可用的厂商：{}", all)
                               : text("did you mean {}?", "是否想写 {}？", near));
    }
  }
  if (!options.min_memory.empty()) {
    const auto bytes = parse_memory(options.min_memory);
    if (!bytes) {
      return fail(Errc::usage, text("--min-memory needs a size such as 24GB, not “{}”",
                                    "--min-memory 需要 24GB 这样的大小，而不是“{}”", options.min_memory));
    }
    filter.min_memory = *bytes;
  }
  return filter;
}

std::vector<const plan::Gpu*> selected(const plan::GpuCatalogue& catalogue, const Options& options,
                                       const Filter& filter) {
  std::vector<const plan::Gpu*> out;
  for (const plan::Gpu& gpu : catalogue.all()) {
    const bool fits = (!filter.vendor || gpu.name.vendor == *filter.vendor) &&
                      gpu.memory_bytes.value >= filter.min_memory &&
                      (options.form.empty() || plan::form_text(gpu.name.form).en == options.form) &&
                      (options.max_watts == 0 ||
                       (gpu.watts && gpu.watts.value <= static_cast<double>(options.max_watts))) &&
                      (options.since == 0 || gpu.year.value >= static_cast<double>(options.since));
    if (fits) out.push_back(&gpu);
  }
  const auto sort = std::ranges::find(kSorts, std::string_view(options.sort), &SortKey::name);
  if (sort == kSorts.end()) {
    std::ranges::stable_sort(out, {}, [](const plan::Gpu* gpu) { return gpu->name.canonical; });
  } else {
    // The cheapest and the thriftiest first, else the largest first; what is not known comes last.
    const bool rising = sort->name == "watts" || sort->name == "price";
    std::ranges::stable_sort(out, [&](const plan::Gpu* a, const plan::Gpu* b) {
      const plan::Fact &x = a->*sort->fact, &y = b->*sort->fact;
      if (!x || !y) return static_cast<bool>(x) && !y;
      return rising ? x.value < y.value : x.value > y.value;
    });
  }
  if (options.limit > 0 && out.size() > static_cast<size_t>(options.limit))
    out.resize(static_cast<size_t>(options.limit));
  return out;
}

Result<int> list(App& app, const Options& options) {
  const Filter filter = TRY(filter_of(options));
  const plan::GpuCatalogue catalogue = TRY(plan::GpuCatalogue::load());
  const auto gpus = selected(catalogue, options, filter);
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    boost::json::array out;
    for (const plan::Gpu* gpu : gpus) out.push_back(gpu_json(*gpu, app.lang()));
    printer.json({{"gpus", std::move(out)}});
    return gpus.empty() ? 3 : 0;
  }
  if (gpus.empty()) {
    return fail(Errc::not_found, text("no GPU of the catalogue is like that", "目录里没有符合条件的 GPU"),
                text("leave out a filter; `cvp hw list` shows all {}",
                     "可去掉一个条件；`cvp hw list` 列出全部 {} 个", catalogue.all().size()));
  }
  gpu_table(gpus, false).print(printer, options.markdown);
  print_gpu_legend(printer, gpus, options.markdown);
  print_paragraph(printer,
                  text("{} of {} GPUs.", "共 {} 个（目录中有 {} 个）。", gpus.size(), catalogue.all().size()),
                  options.markdown);
  return 0;
}

}  // namespace

Verb hw_list_verb() {
  return {
      .name = "hw list",
      .summary = text("the GPUs that cvp knows", "列出 cvp 认识的 GPU"),
      .declare = [](Command& command) -> RunVerb {
        auto options = std::make_shared<Options>();
        command.about(text("Lists GPUs with their figures; each figure has a source (`cvp hw explain NAME`).",
                           "列出 GPU 及其参数；每个参数都有来源（用 `cvp hw explain 名称` 查看）。"));
        command.option("--vendor", options->vendor, text("NAME", "厂商"),
                       text("nvidia, amd, intel, apple, huawei …", "如英伟达、amd、英特尔、苹果、华为"));
        command.option("--min-memory", options->min_memory, text("SIZE", "大小"),
                       text("at least so much memory", "显存不少于"));
        command.number("--max-watts", options->max_watts, 1, 100'000,
                       text("at most so much power", "功耗不超过"));
        command.number("--since", options->since, 2000, 2100, text("from this year on", "不早于这一年"));
        command.choice("--form", options->form, {"card", "laptop", "module", "integrated"},
                       text("only these", "只看这一类"));
        command.choice("--sort", options->sort,
                       {"name", "memory", "bandwidth", "tflops", "fp32", "watts", "price", "year"},
                       text("by what (tflops: FP16)", "排序依据（tflops 指 FP16）"));
        command.number("--limit", options->limit, 1, 10'000, text("at most so many", "最多列出这么多"));
        command.flag("--md", options->markdown, text("as Markdown", "输出 Markdown"));
        command.example("cvp hw list --vendor nvidia --min-memory 24GB --sort tflops",
                        text("large NVIDIA cards, fastest first", "显存大的 NVIDIA 显卡，算力高的在前"));
        command.example("cvp hw list --form card --min-memory 16GB --sort price",
                        text("what 16 GB cost", "16 GB 显卡的价格"));
        return [options](App& app) { return list(app, *options); };
      }};
}

}  // namespace cvp::cli
