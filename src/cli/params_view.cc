#include "cli/params_view.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "cli/quantity.h"
#include "cli/screen_text.h"
#include "cli/table.h"
#include "model/byte_reader.h"

namespace cvp::cli {
namespace {

using plan::Part;
using plan::Weight;

struct PartName {
  Part part;
  const char* key;  // in JSON
  Text name;
};

std::array<PartName, plan::kParts> part_names() {
  return {{{Part::input_table, "input_table", text("input table (embedding)", "词嵌入表")},
           {Part::attention, "attention", text("attention", "注意力")},
           {Part::feed_forward, "feed_forward", text("feed-forward", "前馈网络")},
           {Part::experts, "experts", text("experts", "专家")},
           {Part::shared_experts, "shared_experts", text("shared experts", "共享专家")},
           {Part::router, "router", text("router", "路由")},
           {Part::recurrent, "recurrent", text("recurrent", "循环层")},
           {Part::norm, "norm", text("norms", "归一化")},
           {Part::output_head, "output_head", text("output head", "输出头")},
           {Part::other, "other", text("other", "其他")}}};
}

std::string shape_text(const Weight& weight) {
  std::string out;
  for (const uint64_t dim : weight.dims) out += (out.empty() ? "" : " × ") + std::to_string(dim);
  return out.empty() ? "1" : out;
}

std::string type_name(const Weight& weight) { return std::string(model::tensor_type_info(weight.type).name); }

/// The same tensor of several layers.
struct Group {
  std::string name;  // the layer's number replaced by *
  const Weight* first = nullptr;
  uint64_t count = 0, elements = 0;
};

std::string without_layer(const Weight& weight) {
  const std::string number = fmt::format(".{}.", weight.layer);
  const size_t at = weight.layer < 0 ? std::string::npos : weight.name.find(number);
  if (at == std::string::npos) return weight.name;
  return weight.name.substr(0, at) + ".*." + weight.name.substr(at + number.size());
}

std::vector<Group> grouped(const std::vector<Weight>& weights, bool every_tensor) {
  std::vector<Group> out;
  std::map<std::string, size_t> index;
  for (const Weight& weight : weights) {
    const std::string name = every_tensor ? weight.name : without_layer(weight);
    const std::string key = fmt::format("{} {} {}", name, shape_text(weight), type_name(weight));
    const auto [at, added] = index.emplace(key, out.size());
    if (added) out.push_back({.name = name, .first = &weight});
    Group& group = out[at->second];
    ++group.count;
    group.elements += weight.elements();
  }
  return out;
}

void show_tensors(Printer& printer, const plan::Subject& model, const ParametersView& view) {
  print_heading(printer, text("Tensors", "张量"), view.markdown);
  Table table;
  table.column(text("tensor", "张量"));
  table.column(text("shape", "形状"));
  table.column(text("type", "类型"));
  table.column(text("layers", "层数"), Table::Align::right);
  table.column(text("parameters", "参数量"), Table::Align::right);
  for (const Group& group : grouped(model.weights, view.every_tensor)) {
    const std::string layers = group.first->layer >= 0 && group.count > 1 ? std::to_string(group.count) : "";
    table.row({verbatim(model::printable(group.name)), verbatim(shape_text(*group.first)),
               verbatim(type_name(*group.first)), verbatim(layers), verbatim(with_commas(group.elements))});
  }
  table.print(printer, view.markdown);
}

void show_parts(Printer& printer, const plan::ParameterCount& count, const plan::WeightBytes& bytes,
                bool markdown) {
  Table table;
  table.column(text("part", "组成"));
  table.column(text("parameters", "参数量"), Table::Align::right);
  table.column(text("share", "占比"), Table::Align::right);
  table.column(text("bytes", "字节"), Table::Align::right);
  for (const PartName& part : part_names()) {
    const uint64_t parameters = count.of(part.part);
    if (parameters == 0) continue;
    const double share = 100.0 * static_cast<double>(parameters) / static_cast<double>(count.total);
    table.row({part.name, verbatim(with_commas(parameters)), verbatim(fmt::format("{:.1f} %", share)),
               verbatim(format_gib(static_cast<double>(bytes.of(part.part))))});
  }
  table.row({text("total", "合计"),
             verbatim(with_commas(count.total)),
             {},
             verbatim(format_gib(static_cast<double>(bytes.total)))},
            Table::Look::chosen);
  table.print(printer, markdown);
}

}  // namespace

void show_mlp(Printer& printer, const plan::MlpCount& count, bool markdown) {
  Table table;
  table.column(text("layer", "层"), Table::Align::right);
  table.column(text("inputs", "输入"), Table::Align::right);
  table.column(text("outputs", "输出"), Table::Align::right);
  table.column(text("weights = inputs × outputs", "权重 = 输入 × 输出"), Table::Align::right);
  table.column(text("biases = outputs", "偏置 = 输出"), Table::Align::right);
  for (size_t i = 0; i < count.layers.size(); ++i) {
    const plan::MlpLayer& layer = count.layers[i];
    table.row({verbatim(std::to_string(i + 1)), verbatim(with_commas(layer.inputs)),
               verbatim(with_commas(layer.outputs)), verbatim(with_commas(layer.weights)),
               verbatim(with_commas(layer.biases))});
  }
  table.print(printer, markdown);
  printer.line();
  printer.line(text("{} weights + {} biases = {} parameters", "{} 个权重 + {} 个偏置 = {} 个参数",
                    with_commas(count.weights), with_commas(count.biases), with_commas(count.total())));
}

boost::json::object mlp_json(const plan::MlpCount& count) {
  boost::json::array layers;
  for (const plan::MlpLayer& layer : count.layers)
    layers.push_back(boost::json::object{{"inputs", layer.inputs},
                                         {"outputs", layer.outputs},
                                         {"weights", layer.weights},
                                         {"biases", layer.biases}});
  return {{"layers", std::move(layers)},
          {"weights", count.weights},
          {"biases", count.biases},
          {"parameters", count.total()}};
}

void show_parameters(Printer& printer, const plan::Subject& model, const ParametersView& view) {
  const plan::ParameterCount count = plan::count_parameters(model.weights, model.shape);
  const plan::WeightBytes bytes = plan::weight_bytes(model.weights);
  // "95,040" needs no second, rounded number behind it.
  const Text exact = verbatim(with_commas(count.total)), about = count_text(static_cast<double>(count.total));
  const Text rounded{about.en == exact.en ? "" : " (" + about.en + ")",
                     about.zh == exact.zh ? "" : "（" + about.zh + "）"};
  print_heading(printer,
                text("{}: {} parameters{}", "{}：{} 个参数{}", model::printable(model.name), exact, rounded),
                view.markdown);
  show_parts(printer, count, bytes, view.markdown);
  const bool shared_table = model.shape.tied && count.of(Part::output_head) == 0;
  if (count.active < count.total || shared_table) printer.line();
  if (count.active < count.total)
    print_paragraph(printer,
                    text("One token passes through {} of them: the other experts rest.",
                         "每个词元只经过其中 {} 个参数，其余专家不参与计算。", with_commas(count.active)),
                    view.markdown);
  if (shared_table)
    print_paragraph(printer,
                    text("The output head is the input table itself, which counts once.",
                         "输出头与词嵌入表共用，只计一次。"),
                    view.markdown);
  show_tensors(printer, model, view);
}

boost::json::object parameters_json(const plan::Subject& model) {
  const plan::ParameterCount count = plan::count_parameters(model.weights, model.shape);
  boost::json::object parts;
  for (const PartName& part : part_names())
    if (count.of(part.part) > 0) parts[part.key] = count.of(part.part);
  boost::json::array tensors;
  for (const Weight& weight : model.weights) {
    tensors.push_back(
        boost::json::object{{"name", weight.name},
                            {"shape", boost::json::array(weight.dims.begin(), weight.dims.end())},
                            {"type", type_name(weight)},
                            {"parameters", weight.elements()},
                            {"bytes", weight.bytes}});
  }
  return {{"model", model.name},
          {"parameters", count.total},
          {"active_parameters", count.active},
          {"bytes", plan::weight_bytes(model.weights).total},
          {"parts", std::move(parts)},
          {"tensors", std::move(tensors)}};
}

}  // namespace cvp::cli
