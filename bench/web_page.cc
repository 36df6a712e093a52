// web/page: what a browser fetches for the first page, and what Lighthouse says of every page's
// accessibility, in Debian's Chromium. Lighthouse comes from npm, at one version, into build/page-tools.
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "base/json_text.h"
#include "bench/figure.h"
#include "bench/json_fields.h"
#include "bench/serve_lab.h"
#include "bench/stub_engine.h"
#include "hub/command.h"
#include "sys/process.h"

namespace cvp::bench {
namespace {

constexpr const char* kLighthouse = "12.8.2";
constexpr std::chrono::minutes kInstallTimeout{10}, kAuditTimeout{4};
constexpr uint64_t kReportBytes = 64 << 20;
constexpr double kMostBytes = 1.5e6, kLeastScore = 95;
constexpr size_t kShownTroubles = 3;

std::unexpected<Error> absent(const Text& what, const Text& hint) {
  return fail(Errc::not_found, what, hint);
}

struct Tools {
  sys::Path chromium, node, lighthouse;  // the last one is a script
};

/// Of npm, once.
Result<sys::Path> install_lighthouse(Context& context, const sys::Path& npm) {
  const sys::Path folder = context.options().source / "build" / "page-tools";
  const sys::Path package = folder / "node_modules" / "lighthouse";
  const std::string manifest = sys::read_file(package / "package.json", kReportBytes).value_or(std::string());
  if (text_in(object_of(manifest), "version") != kLighthouse) {
    TRY(sys::make_folders(folder));
    context.say("installing lighthouse {} into {}", kLighthouse, folder.string());
    const auto installed =
        sys::run({.argv = {npm.string(), "install", "--prefix", folder.string(), "--no-save", "--no-audit",
                           "--no-fund", "--ignore-scripts", fmt::format("lighthouse@{}", kLighthouse)}},
                 "", {.timeout = kInstallTimeout}, context.cancel());
    if (!installed && installed.error().code == Errc::cancelled) return fail_cancelled();
    if (!installed || installed->status != 0)
      return absent(text("npm did not install lighthouse: {}", "npm 未能安装 lighthouse：{}",
                         installed ? hub::last_line(installed->err) : installed.error().message.en),
                    text("it needs npm's registry once", "需要访问一次 npm 的软件源"));
  }
  return package / "cli" / "index.js";
}

Result<Tools> find_tools(Context& context) {
  const auto chromium = sys::find_program("chromium"), node = sys::find_program("node"),
             npm = sys::find_program("npm");
  if (!chromium)
    return absent(text("there is no chromium here", "本机没有 chromium"),
                  text("apt install chromium", "apt install chromium 可安装"));
  if (!node || !npm)
    return absent(text("there is no node or npm here", "本机没有 node 或 npm"),
                  text("apt install npm", "apt install npm 可安装"));
  return Tools{.chromium = *chromium, .node = *node, .lighthouse = TRY(install_lighthouse(context, *npm))};
}

struct Visit {
  std::string name, path;
  bool signed_in = true, desktop = false;
  bool counts_bytes = false;  // a first page
};

struct Audit {
  double score = 0;    // of accessibility, 0 to 100
  uint64_t bytes = 0;  // that came over the wire
  size_t requests = 0;
  std::vector<std::string> troubles, elsewhere;
};

double score_in(const boost::json::object& object) {
  const boost::json::value* score = object.if_contains("score");
  if (score == nullptr || !score->is_number()) return 0;
  boost::system::error_code error;
  return score->to_number<double>(error);
}

/// Where the rule of an audit is broken: its id and the elements.
std::string trouble_of(const std::string& id, const boost::json::object& audit) {
  std::string out = id;
  size_t shown = 0;
  const boost::json::object details = object_in(audit, "details");
  for (const boost::json::value& item : array_in(details, "items")) {
    if (!item.is_object() || shown++ == kShownTroubles) break;
    out += fmt::format(" | {}", text_in(object_in(item.get_object(), "node"), "snippet"));
  }
  return out;
}

Result<Audit> read_report(const std::string& bytes, const std::string& origin) {
  const boost::json::object report = object_of(bytes);
  const boost::json::object accessibility = object_in(object_in(report, "categories"), "accessibility");
  const boost::json::object audits = object_in(report, "audits");
  const std::string trouble = text_in(object_in(report, "runtimeError"), "message");
  if (accessibility.empty() || !trouble.empty())
    return fail(Errc::failed, text("lighthouse made no report: {}", "lighthouse 没有生成报告：{}", trouble));
  Audit out{.score = std::round(100 * score_in(accessibility))};
  for (const boost::json::value& one : array_in(accessibility, "auditRefs")) {
    if (!one.is_object() || number_in(one.get_object(), "weight") == 0) continue;
    const std::string id = text_in(one.get_object(), "id");
    const boost::json::object audit = object_in(audits, id);
    const boost::json::value* score = audit.if_contains("score");
    if (score != nullptr && score->is_number() && score_in(audit) < 1)
      out.troubles.push_back(trouble_of(id, audit));
  }
  const boost::json::object requests = object_in(object_in(audits, "network-requests"), "details");
  for (const boost::json::value& one : array_in(requests, "items")) {
    if (!one.is_object()) continue;
    const std::string url = text_in(one.get_object(), "url");
    if (url.starts_with("data:") || url.starts_with("blob:")) continue;
    out.bytes += static_cast<uint64_t>(std::max<int64_t>(0, number_in(one.get_object(), "transferSize")));
    ++out.requests;
    if (!url.starts_with(origin)) out.elsewhere.push_back(url);
  }
  if (out.requests == 0)
    return fail(Errc::failed, text("lighthouse saw no request", "lighthouse 没有看到任何请求"));
  return out;
}

class Auditor {
 public:
  Auditor(Context& context, Lab& lab, Tools tools) : context_(context), lab_(lab), tools_(std::move(tools)) {}

  Result<void> look_at(const Visit& visit) {
    const Audit audit = TRY(run(visit));
    context_.say("{:28} accessibility {:3.0f}  {:7.0f} kB in {} requests", visit.name, audit.score,
                 static_cast<double>(audit.bytes) / 1e3, audit.requests);
    for (const std::string& trouble : audit.troubles) context_.say("    {}", trouble);
    for (const std::string& url : audit.elsewhere) context_.say("    fetched from elsewhere: {}", url);
    lowest_ = std::min(lowest_, audit.score);
    if (visit.counts_bytes) most_bytes_ = std::max(most_bytes_, static_cast<double>(audit.bytes));
    elsewhere_ += audit.elsewhere.size();
    return {};
  }

  std::vector<Claim> claims() const {
    return {at_most("first page", most_bytes_ / 1e6, kMostBytes / 1e6, 2, "MB"),
            at_least("accessibility, lowest", lowest_, kLeastScore, 0),
            {fmt::format("{} requests elsewhere", elsewhere_), "0", elsewhere_ == 0}};
  }

 private:
  Result<Audit> run(const Visit& visit) {
    const sys::Path report = lab_.scratch() / "report.json", headers = lab_.scratch() / "headers.json";
    TRY(sys::remove_file(report));
    std::string chrome = "--headless=new --disable-gpu --disable-dev-shm-usage";
    if (::geteuid() == 0) chrome += " --no-sandbox";  // as root its sandbox refuses to start
    sys::SpawnOptions spawn{.argv = {tools_.node.string(), tools_.lighthouse.string(),
                                     lab_.server().url() + visit.path, "--quiet", "--output=json",
                                     "--output-path=" + report.string(), "--only-categories=accessibility",
                                     "--only-audits=network-requests", "--throttling-method=provided",
                                     "--no-enable-error-reporting", "--chrome-flags=" + chrome}};
    if (visit.desktop) spawn.argv.emplace_back("--preset=desktop");
    if (visit.signed_in) {
      TRY(sys::write_file_atomic(headers, json_text(boost::json::object{{"Cookie", lab_.admin().cookie()}})));
      spawn.argv.push_back("--extra-headers=" + headers.string());
    }
    spawn.env["CHROME_PATH"] = tools_.chromium.string();
    const sys::RunResult result = TRY(sys::run(spawn, "", {.timeout = kAuditTimeout}, context_.cancel()));
    if (!sys::exists(report))
      return fail(Errc::failed, text("lighthouse: {}", "lighthouse：{}", hub::last_line(result.err)));
    return read_report(TRY(sys::read_file(report, kReportBytes)), lab_.server().url());
  }

  Context& context_;
  Lab& lab_;
  const Tools tools_;
  double lowest_ = 100, most_bytes_ = 0;
  size_t elsewhere_ = 0;
};

Result<void> check_page(const ApiClient& client) {
  const ApiReply reply = TRY(client.send("GET", "/"));
  const auto type = reply.headers.find("content-type");
  if (reply.status == 200 && type != reply.headers.end() && type->second.starts_with("text/html")) return {};
  return absent(text("this cvp was built without its page", "这个 cvp 构建时没有包含网页"),
                text("./dev build makes both", "运行 ./dev build 可同时构建网页"));
}

/// A document and an answer, so that the pages have something to show.
Result<int64_t> fill(Lab& lab, const CancelToken& cancel) {
  TRY(lab.admin().upload(TRY(lab.new_collection("manuals")), "pump.md", kStubDocument));
  const AskEnd end = TRY(lab.admin().ask(kStubQuestion, "extract", cancel));
  if (!end.answered)
    return fail(Errc::failed, text("no answer: {}", "没有得到回答：{}", json_text(end.last)));
  return number_in(end.last, "chat");
}

}  // namespace

Result<std::vector<Claim>> web_page(Context& context) {
  const Tools tools = TRY(find_tools(context));
  const auto lab = TRY(Lab::create(context, {}));
  TRY(check_page(lab->admin()));
  const std::string chat = fmt::format("/ask/{}", TRY(fill(*lab, context.cancel())));
  Auditor auditor(context, *lab, tools);
  TRY(auditor.look_at({.name = "sign in", .path = "/", .signed_in = false, .counts_bytes = true}));
  TRY(auditor.look_at({.name = "first page, phone", .path = "/", .counts_bytes = true}));
  TRY(auditor.look_at({.name = "first page, desktop", .path = "/", .desktop = true, .counts_bytes = true}));
  const std::vector<std::string> pages = {chat,        "/library",    "/search",  "/planner",
                                          "/models",   "/evaluation", "/account", "/keys",
                                          "/settings", "/people",     "/audit"};
  const size_t n = std::min(context.limited(pages.size()), pages.size());
  for (size_t i = 0; i < n; ++i)
    TRY(auditor.look_at({.name = pages[i], .path = pages[i], .desktop = i % 2 == 1}));
  TRY(lab->admin().patch("/api/me", {{"language", "zh"}}));
  TRY(auditor.look_at({.name = chat + ", in Chinese", .path = chat}));
  return auditor.claims();
}

}  // namespace cvp::bench
