#include <boost/json/array.hpp>

#include "cli/checkup.h"
#include "cli/screen_text.h"
#include "cli/verb.h"

namespace cvp::cli {
namespace {

std::string_view state_name(Finding::State state) {
  switch (state) {
    case Finding::State::good:
      return "good";
    case Finding::State::warning:
      return "warning";
    case Finding::State::bad:
      return "bad";
  }
  return "bad";
}

Result<int> doctor(App& app, bool quick) {
  Printer& printer = app.printer();
  boost::json::array list;
  size_t bad = 0, warnings = 0;
  auto show = [&](const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      std::string mark = printer.good("✓");
      if (finding.state == Finding::State::warning) mark = printer.marked("!"), ++warnings;
      if (finding.state == Finding::State::bad) mark = printer.bad("✗"), ++bad;
      const Text label = finding_label(finding.name);
      printer.line(verbatim(mark + " ") + Text{pad(label.en, 10), pad(label.zh, 10)} + verbatim(" ") +
                   Text{printable(finding.what.en), printable(finding.what.zh)});
      if (!finding.remedy.empty()) printer.line(verbatim("    → ") + finding.remedy);
      list.push_back(boost::json::object{{"name", finding.name},
                                         {"state", state_name(finding.state)},
                                         {"what", finding.what.in(app.lang())},
                                         {"remedy", finding.remedy.in(app.lang())}});
    }
  };
  show(check_machine(app));
  show(check_home(app));
  show(check_store(app, !quick));
  show(check_engine(app));
  show(check_models(app, quick));
  show(check_endpoints(app));
  if (app.cancel().cancelled()) return fail_cancelled();
  printer.line();
  if (bad > 0) {
    printer.line(text("{} wrong, {} worth a look", "{} 处有问题，{} 处值得留意", bad, warnings));
  } else {
    printer.line(warnings > 0 ? text("nothing wrong, {} worth a look", "没有问题，{} 处值得留意", warnings)
                              : text("all is well", "一切正常"));
  }
  if (printer.json_wanted())
    printer.json({{"findings", std::move(list)}, {"bad", bad}, {"warnings", warnings}});
  return bad > 0 ? 1 : 0;
}

RunVerb declare(Command& command) {
  auto quick = std::make_shared<bool>(false);
  command.about(
      text("Looks at machine, home, disk, store, originals, engine, models and index, and says what to do. "
           "Exit status 1 when "
           "something is wrong.",
           "检查机器、数据文件夹、磁盘、知识库、原始文件、引擎、模型和索引，并给出处理办法。有问题时退出码为 "
           "1。"));
  command.flag("--quick", *quick,
               text("leave out the hashes of models and originals", "不核对模型和原始文件的哈希"));
  command.example("cvp doctor", text("everything; reads all model files", "全面检查，会读取所有模型文件"));
  return [quick](App& app) { return doctor(app, *quick); };
}

}  // namespace

Verb doctor_verb() {
  return {.name = "doctor",
          .summary = text("check that everything is well", "检查各部分是否正常"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
