#include "cli/models_known.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <limits>
#include <memory>

#include "base/unicode.h"
#include "cli/model_facts_view.h"
#include "cli/quantity.h"
#include "cli/table.h"
#include "plan/known_models.h"

namespace cvp::cli {
namespace {

using plan::ModelFacts;

struct Bounds {
  double smallest = 0, largest = std::numeric_limits<double>::infinity();
};

Result<double> bound(const std::string& typed, double otherwise) {
  if (typed.empty()) return otherwise;
  const auto count = parse_count(typed);
  if (!count)
    return fail(Errc::usage, text("“{}” is no number of parameters", "“{}”不是参数量", typed),
                text("write it like 8B or 500M", "写法如 8B、500M 或 70亿"));
  return *count;
}

/// "zh" is two letters, as all codes of languages are; "code" and "multilingual" stand beside them.
Result<void> check(const KnownFilter& filter) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::string& typed = filter.lang;
  const bool code = typed.size() == 2 && std::ranges::all_of(typed, letter);
  if (!typed.empty() && !code && typed != "code" && typed != "multilingual") {
    return fail(Errc::usage, text("“{}” is no code of a language", "“{}”不是语言代码", typed),
                text("write zh, en, code or multilingual", "写法如 zh、en、code 或 multilingual"));
  }
  if (filter.open && filter.service) {
    return fail(Errc::usage,
                text("no model is both --open and only a --service", "--open 与 --service 相互排斥"),
                text("leave one of them out", "请去掉其中一个"));
  }
  return {};
}

bool passes(const ModelFacts& model, const KnownFilter& filter, const Bounds& bounds) {
  if (filter.open && model.access != plan::Access::weights) return false;
  if (filter.service && model.access != plan::Access::api) return false;
  const bool allowed =
      model.commercial == plan::Commercial::yes || model.commercial == plan::Commercial::conditions;
  if (filter.commercial && (!allowed || model.access == plan::Access::unreleased)) return false;
  if (!filter.lang.empty() && !model.has_language(filter.lang)) return false;
  if (!filter.maker.empty() && fold(model.maker).find(fold(filter.maker)) == std::string::npos) return false;
  const bool bounded = bounds.smallest > 0 || std::isfinite(bounds.largest);
  // Where the size is not public, a wanted size cannot be promised.
  if (bounded && !(model.parameters > 0)) return false;
  // "8B" is what models of 8.03e9 parameters are called.
  constexpr double kRounding = 1.06;
  return !bounded ||
         (model.parameters <= bounds.largest * kRounding && model.parameters * kRounding >= bounds.smallest);
}

bool has_words(const ModelFacts& model, const std::vector<std::string>& words) {
  std::string all = model.id + " " + model.name + " " + model.family + " " + model.maker + " " +
                    model.licence + " " + model.note.en + " " + model.note.zh + " " + model.training_data.en +
                    " " + model.training_data.zh;
  for (const std::string& alias : model.aliases) all += " " + alias;
  const std::string folded = fold(all);
  return std::ranges::all_of(
      words, [&](const std::string& word) { return folded.find(fold(word)) != std::string::npos; });
}

RunVerb declare_search(Command& command) {
  auto words = std::make_shared<std::vector<std::string>>();
  auto filter = std::make_shared<KnownFilter>();
  command.about(text("Finds models, open and closed, by words in their name, maker or description.",
                     "按名称、开发者或说明中的词查找模型，包括开放的和闭源的。"));
  command.arguments(text("WORD", "词"), *words, text("all of them must occur", "须全部出现"), false);
  declare_filter(command, *filter);
  command.example("cvp models search 智谱", text("by its maker", "按开发者"));
  command.example("cvp models search --open --language zh --max 8B --commercial",
                  text("for a business, in Chinese, small", "可商用、会中文、规模小的"));
  return [words, filter](App& app) { return list_known(app, *filter, *words); };
}

Result<int> compare(App& app, const std::vector<std::string>& names, bool markdown) {
  constexpr size_t kMostCompared = 8;
  if (names.size() < 2 || names.size() > kMostCompared)
    return fail(Errc::usage, text("name 2 to {} models", "请给出 2 到 {} 个模型", kMostCompared),
                text("`cvp models list --all` shows their names", "`cvp models list --all` 列出名称"));
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  std::vector<const ModelFacts*> models;
  boost::json::array array;
  for (const std::string& name : names) {
    if (name.empty()) {
      return fail(Errc::usage, text("one of the names is empty", "有一个名称是空的"),
                  text("`cvp models list --all` shows their names", "`cvp models list --all` 列出名称"));
    }
    models.push_back(TRY(known.find(name)));
    array.push_back(facts_json(*models.back(), app.lang()));
  }
  compare_facts(app.printer(), models, markdown);
  if (app.printer().json_wanted()) app.printer().json({{"models", std::move(array)}});
  return 0;
}

RunVerb declare_compare(Command& command) {
  auto names = std::make_shared<std::vector<std::string>>();
  auto markdown = std::make_shared<bool>(false);
  command.about(text("Puts models side by side: size, context, licence, file sizes and cache.",
                     "并排比较几个模型：规模、上下文、许可证、文件大小和缓存。"));
  command.arguments(text("MODEL", "模型"), *names, text("two to eight", "2 到 8 个"));
  command.flag("--md", *markdown, text("as a Markdown table", "输出 Markdown 表格"));
  command.example("cvp models compare qwen3-8b llama-3.1-8b glm-4-9b",
                  text("three models of a size", "三个同等规模的模型"));
  return [names, markdown](App& app) { return compare(app, *names, *markdown); };
}

}  // namespace

bool KnownFilter::any() const {
  return all || open || service || commercial || !lang.empty() || !largest.empty() || !smallest.empty() ||
         !maker.empty();
}

void declare_filter(Command& command, KnownFilter& filter) {
  command.flag("--open", filter.open, text("whose weights can be downloaded", "只看可下载权重的"));
  command.flag("--service", filter.service, text("that exist only as a service", "只看仅提供在线服务的"));
  command.flag("--commercial", filter.commercial,
               text("that may be used commercially, perhaps under conditions", "只看可商用的（可能有条件）"));
  command.option("--language", filter.lang, text("LANGUAGE", "语言"),
                 text("that speak it: zh, en, code …", "只看会该语言的：zh、en、code……"));
  command.option("--max", filter.largest, text("SIZE", "规模"),
                 text("at most so many parameters: 8B", "参数量不超过，例如 8B"));
  command.option("--min", filter.smallest, text("SIZE", "规模"),
                 text("at least so many parameters", "参数量不少于"));
  command.option("--maker", filter.maker, text("NAME", "名称"), text("of this maker", "只看该开发者的"));
  command.flag("--md", filter.markdown, text("as a Markdown table", "输出 Markdown 表格"));
}

Result<int> list_known(App& app, const KnownFilter& filter, const std::vector<std::string>& words) {
  TRY(check(filter));
  const Bounds bounds{.smallest = TRY(bound(filter.smallest, 0)),
                      .largest = TRY(bound(filter.largest, std::numeric_limits<double>::infinity()))};
  if (bounds.smallest > bounds.largest)
    return fail(Errc::usage, text("--min is larger than --max", "--min 大于 --max"),
                text("exchange them", "请把两个值对调"));
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  std::vector<const ModelFacts*> models;
  boost::json::array array;
  for (const ModelFacts& model : known.all()) {
    if (!passes(model, filter, bounds) || !has_words(model, words)) continue;
    models.push_back(&model);
    array.push_back(facts_json(model, app.lang()));
  }
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    printer.json({{"models", std::move(array)}});
    return models.empty() ? 3 : 0;
  }
  if (models.empty()) {
    return fail(Errc::not_found, text("no known model fits", "没有符合条件的已知模型"),
                text("leave a filter out; `cvp models list --all` shows all of them",
                     "请放宽条件；`cvp models list --all` 列出全部"));
  }
  list_facts(printer, models, filter.markdown);
  printer.line();
  printer.line(text("{} models. `cvp models show NAME` gives the facts with their sources.",
                    "共 {} 个模型。`cvp models show 名称` 查看详细信息和来源。", models.size()));
  return 0;
}

Verb models_search_verb() {
  return {.name = "models search",
          .summary = text("find models, open and closed", "查找开放的和闭源的模型"),
          .declare = declare_search};
}

Verb models_compare_verb() {
  return {.name = "models compare",
          .summary = text("models side by side", "并排比较模型"),
          .declare = declare_compare};
}

}  // namespace cvp::cli
