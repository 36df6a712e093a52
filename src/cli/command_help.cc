#include <algorithm>

#include "cli/command.h"
#include "cli/screen_text.h"

namespace cvp::cli {
namespace {

struct Row {
  std::string left, right;
};

std::string table(const std::vector<Row>& rows, size_t max_columns) {
  constexpr size_t kLeftMax = 30;
  size_t left = 0;
  for (const Row& row : rows) {
    if (columns(row.left) <= kLeftMax) left = std::max(left, columns(row.left));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line = "  " + pad(row.left, left) + "  ";
    if (columns(row.left) > left) line = "  " + row.left + "\n";  // wrap() indents what follows
    out += wrap(line + row.right, max_columns, left + 4) + "\n";
  }
  return out;
}

}  // namespace

std::string Command::usage_line(Lang lang) const {
  std::string line = "cvp " + name_ + " " + text("[OPTION…]", "[选项…]").in(lang);
  for (const Entry& entry : entries_) {
    if (!entry.positional()) continue;
    const std::string word = entry.placeholder.in(lang) + (entry.many ? "…" : "");
    line += entry.needed ? " " + word : " [" + word + "]";
  }
  return line;
}

std::string Command::help(Lang lang, size_t max_columns) const {
  std::string out = text("Usage: {}\n", "用法：{}\n", usage_line(lang)).in(lang);
  out += "\n" + wrap(about_.in(lang), max_columns, 0) + "\n";
  std::vector<Row> arguments, options;
  for (const Entry& entry : entries_) {
    if (entry.positional()) {
      arguments.push_back({entry.placeholder.in(lang) + (entry.many ? "…" : ""), entry.help.in(lang)});
      continue;
    }
    std::string left = entry.names;
    if (const size_t comma = left.find(','); comma != left.npos) left.insert(comma + 1, " ");
    if (left.starts_with("--")) left = "    " + left;
    const std::string& value = entry.placeholder.in(lang);
    if (!value.empty()) left += entry.value_optional ? " [" + value + "]" : " " + value;
    options.push_back({left, entry.help.in(lang)});
  }
  options.push_back({"-h, --help", text("this help", "显示本说明").in(lang)});
  if (!arguments.empty())
    out += text("\nArguments:\n", "\n参数：\n").in(lang) + table(arguments, max_columns);
  out += text("\nOptions:\n", "\n选项：\n").in(lang) + table(options, max_columns);
  if (!examples_.empty()) out += text("\nExamples:\n", "\n示例：\n").in(lang);
  for (const Example& example : examples_) {
    out += "  " + example.line + "\n" + std::string(6, ' ') +
           wrap(example.what.in(lang), max_columns - 6, 6) + "\n";
  }
  out += text("\nExit status: 0 done, 1 failed, 2 wrong use, 3 not found or refused.\n",
              "\n退出码：0 完成，1 失败，2 用法错误，3 未找到或被拒绝。\n")
             .in(lang);
  return out;
}

}  // namespace cvp::cli
