#include "cli/prove_offline.h"

#include <boost/json/serialize.hpp>

#include "cli/offline_report.h"
#include "sys/host.h"
#include "sys/sha256.h"

namespace cvp::cli {
namespace {

Result<OfflineReport> try_everything(App& app) {
  OfflineReport report{.unix_seconds = app.clock().unix_seconds(),
                       .version = App::version(),
                       .program = sys::self_executable(),
                       .pid = sys::own_pid(),
                       .home = app.home()};
  report.program_sha256 = TRY(sys::sha256_file(report.program));
  report.home_may_be_remote = sys::may_be_remote(report.home);
  report.facts = TRY(sys::go_offline());
  const int older = report.facts.older_socket.get();
  report.in_server = sys::try_ways_out(older);
  report.in_server.push_back(sys::try_helper());
  report.in_child =
      TRY(sys::try_ways_out_in_child({.argv = {report.program.string(), kOfflineChild}}, older));
  report.facts.older_socket.reset();
  report.threads = sys::count_filtered_threads();
  return report;
}

}  // namespace

Result<void> check_no_endpoints(const Config& config) {
  for (const ConfigKey& key : config_keys()) {
    const std::string value = config.string(key.name);
    if (!key.name.ends_with(".endpoint") || value.empty()) continue;
    return fail(Errc::usage,
                text("{} is {}: with --prove-offline no other server can be asked",
                     "{} 设为 {}：使用 --prove-offline 时不能访问其他服务器", key.name, value),
                text("use the local model (`cvp config unset {}`), or start without --prove-offline",
                     "请改用本地模型（`cvp config unset {}`），或不使用 --prove-offline", key.name));
  }
  return {};
}

Result<boost::json::object> prove_offline(App& app, std::vector<net::Listen>& listeners,
                                          const sys::Path& report_file) {
  TRY(check_no_endpoints(app.config()));
  for (net::Listen& one : listeners) one = TRY(net::open_listener(one));
  const OfflineReport report = TRY(try_everything(app));
  Printer& printer = app.printer();
  const std::string words = offline_text(report, app.lang());
  boost::json::object json = offline_json(report, app.lang());
  printer.line(verbatim(words));
  if (!report_file.empty()) {
    const std::string content = printer.json_wanted() ? boost::json::serialize(json) + "\n" : words;
    TRY(sys::write_file_atomic(report_file, content));
  }
  if (!report.proven()) {
    std::string open;
    for (const std::string& name : report.open_ways()) open += (open.empty() ? "" : ", ") + name;
    return fail(Errc::refused,
                text("the kernel did not refuse every way out: {}", "内核没有拒绝所有外连途径：{}", open));
  }
  return json;
}

}  // namespace cvp::cli
