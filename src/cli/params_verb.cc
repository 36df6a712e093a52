#include "cli/params_verb.h"

#include <boost/json/array.hpp>
#include <charconv>
#include <memory>

#include "cli/params_view.h"
#include "cli/subject.h"

namespace cvp::cli {
namespace {

struct Options {
  std::string model, mlp;
  bool all = false, markdown = false;
};

/// "3-4-4-1" as widths; also with commas or ×.
Result<std::vector<uint64_t>> widths_of(const std::string& typed) {
  std::vector<uint64_t> out;
  const auto wrong = [&] {
    return fail(Errc::usage, text("“{}” is no list of widths", "“{}”不是各层宽度", typed),
                text("write it like 3-4-4-1", "写法如 3-4-4-1"));
  };
  const char* at = typed.data();
  const char* const end = at + typed.size();
  while (at < end) {
    uint64_t width = 0;
    const auto parsed = std::from_chars(at, end, width);
    if (parsed.ec != std::errc()) return wrong();
    out.push_back(width);
    at = parsed.ptr;
    if (at == end) return out;
    if ((*at != '-' && *at != ',' && *at != 'x') || at + 1 == end) return wrong();
    ++at;
  }
  return wrong();
}

Result<int> run(App& app, const Options& options) {
  Printer& printer = app.printer();
  if (options.model.empty() == options.mlp.empty()) {
    return fail(
        Errc::usage,
        text("give either a model or the widths of a network", "请给出模型，或用 --mlp 给出网络各层的宽度"),
        text("`cvp params llama-2-7b`, `cvp params --mlp 3-4-4-1`",
             "`cvp params llama-2-7b`、`cvp params --mlp 3-4-4-1`"));
  }
  if (!options.mlp.empty()) {
    const std::vector<uint64_t> widths = TRY(widths_of(options.mlp));
    const plan::MlpCount count = TRY(plan::count_mlp(widths));
    show_mlp(printer, count, options.markdown);
    if (printer.json_wanted()) printer.json(mlp_json(count));
    return 0;
  }
  const NamedSubject model = TRY(open_subject(app, options.model));
  for (const Text& note : model.notes) printer.note(note);
  show_parameters(printer, model.subject, {.every_tensor = options.all, .markdown = options.markdown});
  if (printer.json_wanted()) {
    boost::json::object out = parameters_json(model.subject);
    boost::json::array notes;
    for (const Text& note : model.notes) notes.emplace_back(note.in(app.lang()));
    out["notes"] = std::move(notes);
    printer.json(out);
  }
  return 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Counts the parameters of a model, tensor by tensor: what “7B” is made of. Reads headers only, "
           "of local and of remote files.",
           "逐个张量统计模型的参数量：“7B”由什么组成。只读文件头，本地和远程文件都可以。"));
  command.argument(text("MODEL", "模型"), options->model,
                   text("a known model, a GGUF or safetensors file, a config.json or its folder, "
                        "hf:OWNER/REPOSITORY/FILE or an address",
                        "已知模型的名称、GGUF 或 safetensors 文件、config.json 或其所在文件夹、"
                        "hf:所有者/仓库/文件，或网址"),
                   false);
  command.option("--mlp", options->mlp, text("WIDTHS", "宽度"),
                 text("a plain network of these layers: 3-4-4-1", "由这些层组成的全连接网络，例如 3-4-4-1"));
  command.flag("-a,--all", options->all,
               text("every tensor, not one line for the same tensor of all layers",
                    "列出每个张量，不合并各层的同名张量"));
  command.flag("--md", options->markdown, text("as Markdown tables", "输出 Markdown 表格"));
  command.example("cvp params --mlp 3-4-4-1", text("32 weights and 9 biases", "32 个权重和 9 个偏置"));
  command.example("cvp params llama-2-7b", text("a model by name", "按名称"));
  command.example("cvp params model.gguf", text("a file", "文件"));
  command.example("cvp params hf:Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf",
                  text("a file on Hugging Face, without downloading it", "Hugging Face 上的文件，无需下载"));
  return [options](App& app) { return run(app, *options); };
}

}  // namespace

Verb params_verb() {
  return {.name = "params",
          .summary = text("count a model's parameters, tensor by tensor", "逐个张量统计模型的参数量"),
          .declare = declare};
}

}  // namespace cvp::cli
