#include "cli/model_facts_view.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <functional>
#include <span>

#include "cli/quantity.h"
#include "cli/screen_text.h"
#include "cli/table.h"
#include "plan/kv_cache.h"
#include "plan/parameters.h"

namespace cvp::cli {
namespace {

using plan::ModelFacts;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Text fact_name(std::string_view fact) {
  if (fact == "released") return text("release", "发布日期");
  if (fact == "parameters") return text("parameters", "参数量");
  if (fact == "active_parameters") return text("active parameters", "激活参数量");
  if (fact == "training_tokens") return text("trained on", "训练词元数");
  if (fact == "training_data") return text("data", "训练数据");
  if (fact == "context_tokens") return text("context", "上下文");
  if (fact == "licence") return text("licence", "许可证");
  if (fact == "commercial") return text("commercial use", "商用");
  if (fact == "languages") return text("languages", "语言");
  return text("structure", "结构");  // config
}

/// Facts said by one address, in the order of the addresses.
std::vector<std::pair<std::string, Text>> facts_by_source(const ModelFacts& model) {
  std::vector<std::pair<std::string, Text>> out;
  for (const auto& [fact, url] : model.sources) {
    const auto found = std::ranges::find(out, url, &std::pair<std::string, Text>::first);
    if (found == out.end()) {
      out.emplace_back(url, fact_name(fact));
    } else {
      found->second = text("{}, {}", "{}、{}", found->second, fact_name(fact));
    }
  }
  return out;
}

Text unverified_text(const ModelFacts& model) {
  Text out;
  for (const std::string& fact : model.unverified)
    out = out.empty() ? fact_name(fact) : text("{}, {}", "{}、{}", out, fact_name(fact));
  return out;
}

Text tokens_text(double tokens) {
  return tokens > 0 ? text("{} tokens", "{}词元", count_text(tokens)) : Text{};
}

/// Bytes of a GGUF file at a quantization; empty where the shape is not known.
Text file_text(const ModelFacts& model, std::string_view quantization) {
  if (!model.shape) return {};
  const plan::Quantization* q = plan::find_quantization(quantization);
  const auto weights = plan::quantized(plan::weights_of_shape(*model.shape), *model.shape, *q);
  return verbatim(format_gib(static_cast<double>(plan::gguf_file_bytes(weights, *model.shape))));
}

Text cache_text(const ModelFacts& model) {
  if (!model.shape || model.shape->encoder) return {};
  constexpr double kTokens = 1000;
  const auto bytes = static_cast<double>(plan::cache_bytes_per_token(*model.shape));
  return verbatim(format_gib(kTokens * bytes));
}

Text language_name(const std::string& code) {
  const std::array<std::pair<std::string_view, Text>, 4> names{
      {{"zh", text("Chinese", "中文")},
       {"en", text("English", "英文")},
       {"code", text("code", "代码")},
       {"multilingual", text("many languages", "多种语言")}}};
  const auto found = std::ranges::find(names, code, &std::pair<std::string_view, Text>::first);
  return found == names.end() ? verbatim(code) : found->second;
}

Text languages_text(const ModelFacts& model) {
  Text out;
  for (const std::string& code : model.languages)
    out = out.empty() ? language_name(code) : text("{}, {}", "{}、{}", out, language_name(code));
  return out;
}

Text country_name(const std::string& code) {
  const std::array<std::pair<std::string_view, Text>, 6> names{{{"CN", text("China", "中国")},
                                                                {"US", text("USA", "美国")},
                                                                {"CA", text("Canada", "加拿大")},
                                                                {"FR", text("France", "法国")},
                                                                {"GB", text("Great Britain", "英国")},
                                                                {"AE", text("UAE", "阿联酋")}}};
  const auto found = std::ranges::find(names, code, &std::pair<std::string_view, Text>::first);
  return found == names.end() ? verbatim(code) : found->second;
}

Text maker_text(const ModelFacts& model) {
  return text("{} ({})", "{}（{}）", model.maker, country_name(model.country));
}

/// One word each, for tables.
Text access_word(plan::Access access) {
  switch (access) {
    case plan::Access::weights:
      return text("open", "开放");
    case plan::Access::api:
      return text("service", "仅服务");
    case plan::Access::unreleased:
      return text("none", "未发布");
  }
  return {};
}

Text commercial_word(plan::Commercial commercial) {
  return commercial == plan::Commercial::conditions ? text("conditions", "有条件")
                                                    : commercial_text(commercial);
}

/// What stands in a row of a comparison.
struct Row {
  Text name;
  std::function<Text(const ModelFacts&)> value;
};

std::vector<Row> comparison_rows() {
  return {
      {text("maker", "开发者"), maker_text},
      {text("release", "发布日期"), [](const ModelFacts& m) { return verbatim(m.released); }},
      {text("weights", "权重"), [](const ModelFacts& m) { return access_text(m.access); }},
      {text("parameters", "参数量"), [](const ModelFacts& m) { return size_text(m); }},
      {text("context", "上下文"),
       [](const ModelFacts& m) { return verbatim(context_text(m.context_tokens)); }},
      {text("trained on", "训练词元数"), [](const ModelFacts& m) { return tokens_text(m.training_tokens); }},
      {text("languages", "语言"), languages_text},
      {text("licence", "许可证"), [](const ModelFacts& m) { return verbatim(m.licence); }},
      {text("commercial use", "商用"), [](const ModelFacts& m) { return commercial_text(m.commercial); }},
      {text("file, F16", "文件大小 F16"), [](const ModelFacts& m) { return file_text(m, "F16"); }},
      {text("file, Q8_0", "文件大小 Q8_0"), [](const ModelFacts& m) { return file_text(m, "Q8_0"); }},
      {text("file, Q4_K_M", "文件大小 Q4_K_M"), [](const ModelFacts& m) { return file_text(m, "Q4_K_M"); }},
      {text("cache/1,000 tokens", "缓存/千词元"), cache_text},
  };
}

/// Facts as rows, so many models as columns; cells are cut, except in Markdown.
void compare_beside(Printer& printer, std::span<const ModelFacts* const> models, size_t cell_columns,
                    bool markdown) {
  Table table;
  table.column({});
  for (const ModelFacts* model : models)
    table.column(verbatim(markdown ? model->name : shorten(model->name, cell_columns)));
  for (const Row& row : comparison_rows()) {
    std::vector<Text> cells{row.name};
    bool any = false;
    for (const ModelFacts* model : models) {
      const Text value = row.value(*model);
      any = any || !value.empty();
      cells.push_back(value.empty() ? text("not known", "未知")
                      : markdown    ? value
                                    : Text{shorten(value.en, cell_columns), shorten(value.zh, cell_columns)});
    }
    if (any) table.row(std::move(cells));
  }
  table.print(printer, markdown);
}

}  // namespace

Text access_text(plan::Access access) {
  switch (access) {
    case plan::Access::weights:
      return text("open weights", "开放权重");
    case plan::Access::api:
      return text("service only", "仅在线服务");
    case plan::Access::unreleased:
      return text("not released", "未发布");
  }
  return {};
}

Text commercial_text(plan::Commercial commercial) {
  switch (commercial) {
    case plan::Commercial::yes:
      return text("yes", "可以");
    case plan::Commercial::conditions:
      return text("with conditions", "有条件");
    case plan::Commercial::no:
      return text("no", "不可以");
    case plan::Commercial::unknown:
      break;
  }
  return text("unknown", "未知");
}

std::string context_text(uint32_t tokens) {
  constexpr uint32_t kKilo = 1024;
  if (tokens == 0) return {};
  if (tokens >= 8 * kKilo && tokens % kKilo == 0 && tokens % 1000 != 0)
    return fmt::format("{}K", tokens / kKilo);
  return with_commas(tokens);
}

Text size_text(const ModelFacts& model) {
  if (!(model.parameters > 0)) return {};
  if (!(model.active_parameters > 0)) return count_text(model.parameters);
  return text("{} ({} active)", "{}（激活 {}）", count_text(model.parameters),
              count_text(model.active_parameters));
}

boost::json::object facts_json(const ModelFacts& model, Lang lang) {
  boost::json::object sources;
  for (const auto& [fact, url] : model.sources) sources[fact] = url;
  boost::json::object out{
      {"id", model.id},
      {"family", model.family},
      {"name", model.name},
      {"maker", model.maker},
      {"country", model.country},
      {"released", model.released},
      {"access", access_text(model.access).in(Lang::en)},
      {"commercial", commercial_text(model.commercial).in(Lang::en)},
      {"licence", model.licence},
      {"licence_url", model.licence_url},
      {"licence_note", model.licence_note.in(lang)},
      {"languages", boost::json::array(model.languages.begin(), model.languages.end())},
      {"training_data", model.training_data.in(lang)},
      {"chat_template", model.chat_template},
      {"gguf", boost::json::array(model.gguf.begin(), model.gguf.end())},
      {"installs_as", model.installs_as},
      {"note", model.note.in(lang)},
      {"sources", std::move(sources)},
      {"unverified", boost::json::array(model.unverified.begin(), model.unverified.end())}};
  const auto number = [&](const char* key, double value) {
    if (value > 0) out[key] = value;
  };
  number("parameters", model.parameters);
  number("active_parameters", model.active_parameters);
  number("training_tokens", model.training_tokens);
  number("context_tokens", model.context_tokens);
  if (model.shape) {
    out["architecture"] = model.shape->architecture;
    out["counted_parameters"] = plan::count_parameters(*model.shape).total;
    out["cache_bytes_per_token"] = plan::cache_bytes_per_token(*model.shape);
  }
  return out;
}

void show_facts(Printer& printer, const ModelFacts& model) {
  printer.line(verbatim(printer.bold(model.name)));
  const auto row = [&](const Text& name, const Text& value) {
    if (value.empty()) return;
    constexpr size_t kIndent = 4;
    const Text line = text("  {}: {}", "  {}：{}", name, value);
    printer.line(verbatim(wrap(printable(line.in(printer.lang())), printer.max_columns(), kIndent)));
  };
  row(text("maker", "开发者"), maker_text(model));
  for (const Row& fact : comparison_rows()) {
    if (fact.name.en != "maker" && fact.name.en != "licence") row(fact.name, fact.value(model));
  }
  row(text("data", "训练数据"), model.training_data);
  row(text("licence", "许可证"),
      verbatim(model.licence + (model.licence_url.empty() ? "" : "  " + model.licence_url)));
  row(text("which allows", "许可内容"), model.licence_note);
  row(text("architecture", "架构"), verbatim(model.shape ? model.shape->architecture : ""));
  row(text("chat template", "对话模板"), verbatim(model.chat_template));
  row(text("GGUF files", "GGUF 文件"), verbatim(joined(model.gguf)));
  row(text("note", "说明"), model.note);
  for (const auto& [url, facts] : facts_by_source(model))
    row(text("source", "来源"), text("{} ({})", "{}（{}）", url, facts));
  row(text("not confirmed", "未经核实"), unverified_text(model));
}

void list_facts(Printer& printer, const std::vector<const ModelFacts*>& models, bool markdown) {
  // On a narrow terminal the licence would cost the names their ends.
  constexpr size_t kRoomForLicence = 110, kLicenceColumns = 30;
  const bool licence = markdown || printer.max_columns() >= kRoomForLicence;
  Table table;
  table.column(text("model", "模型"));
  table.column(text("parameters", "参数量"), Table::Align::right);
  table.column(text("context", "上下文"), Table::Align::right);
  table.column(text("release", "发布日期"));
  table.column(text("weights", "权重"));
  table.column(text("commercial", "商用"));
  if (licence) table.column(text("licence", "许可证"));
  for (const ModelFacts* model : models) {
    std::vector<Text> cells = {verbatim(model->id),
                               model->parameters > 0 ? count_text(model->parameters) : verbatim("?"),
                               verbatim(context_text(model->context_tokens)),
                               verbatim(model->released),
                               access_word(model->access),
                               commercial_word(model->commercial)};
    if (licence)
      cells.push_back(verbatim(markdown ? model->licence : shorten(model->licence, kLicenceColumns)));
    table.row(std::move(cells));
  }
  table.print(printer, markdown);
}

void compare_facts(Printer& printer, const std::vector<const ModelFacts*>& models, bool markdown) {
  constexpr size_t kNameColumns = 22, kLeastColumns = 16, kGap = 2;
  const size_t room = printer.max_columns() > kNameColumns ? printer.max_columns() - kNameColumns : 0;
  // More models than fit beside each other stand in several tables.
  const size_t beside = markdown ? models.size() : std::max<size_t>(1, room / (kLeastColumns + kGap));
  for (size_t begin = 0; begin < models.size(); begin += beside) {
    const size_t end = std::min(models.size(), begin + beside);
    if (begin > 0) printer.line();
    const size_t cell_columns = std::max(kLeastColumns + kGap, room / (end - begin)) - kGap;
    compare_beside(printer, std::span(models).subspan(begin, end - begin), cell_columns, markdown);
  }
}

}  // namespace cvp::cli
