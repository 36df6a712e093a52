#include "base/log.h"
#include "base/number.h"
#include "base/split.h"
#include "cli/from_config.h"
#include "cli/local_door.h"
#include "cli/prove_offline.h"
#include "cli/server_host.h"
#include "cli/verb.h"
#include "net/server.h"
#include "net/target.h"
#include "serve/service.h"
#include "sys/host.h"
#include "sys/service_manager.h"
#include "sys/sha256.h"
#include "sys/terminal.h"

namespace cvp::data {
std::span<const Embedded> page();
}

namespace cvp::cli {
namespace {

constexpr size_t kTokenBytes = 12;
constexpr std::chrono::milliseconds kLook{200};
constexpr double kReloadMs = 5000;

struct Options {
  std::vector<std::string> listen, names;
  std::string certificate, key;
  bool prove_offline = false;
  std::string report;
};

std::vector<std::string> split_commas(const std::string& text) {
  const std::vector<std::string_view> words = split_words(text, ',');
  return {words.begin(), words.end()};
}

/// "8080", "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses).
Result<net::Listen> parse_listen(const std::string& text_) {
  const size_t colon = text_.rfind(':');
  std::string address = colon == std::string::npos ? "127.0.0.1" : text_.substr(0, colon);
  const std::string port = colon == std::string::npos ? text_ : text_.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (address == "localhost") address = "127.0.0.1";
  if (address.empty()) address = "0.0.0.0";
  const auto number = parse_number<uint16_t>(port);
  if (!number)
    return fail(Errc::usage, text("“{}” is no address and port", "“{}”不是有效的地址和端口", text_),
                text("write 127.0.0.1:8080, or :8080 for all addresses",
                     "请写成 127.0.0.1:8080；:8080 表示所有地址"));
  return net::Listen{.address = address, .port = *number};
}

class Serving {
 public:
  Serving(App& app, const Options& options) : app_(app), options_(options) {}

  Result<int> run() {
    sys::ignore_broken_pipes();
    TRY(open());
    const std::string url = TRY(start());
    say_where(url);
    sys::tell_service_manager("READY=1");
    watch();
    sys::tell_service_manager("STOPPING=1");
    app_.printer().note(text("stopping: requests under way may end", "正在停止：等待进行中的请求结束"));
    door_.reset();
    service_->backend().events.end();  // open pages would be waited for
    server_->stop(false);
    service_->backend().metrics.connections_from({});
    return 0;
  }

 private:
  Result<void> open() {
    TRY(read_listeners());
    const serve::OidcOptions oidc = oidc_options(app_.config());
    TRY(serve::check_oidc(oidc));
    if (options_.prove_offline) TRY(serve::check_oidc_offline(oidc));
    store::Store* store = TRY(app_.store());
    vector::Index* index = TRY(app_.index());
    const prompt::Library* prompts = TRY(app_.prompts());
    const bool set_up = TRY(store->accounts().any_user());
    TRY(check_exposure(set_up));
    // Before anything else runs: engines, parsers and workers all start after it.
    if (options_.prove_offline) offline_ = TRY(prove_offline(app_, listeners_, options_.report));
    serve::ServeOptions serve{
        .version = app_.version(),
        .max_upload_bytes = static_cast<uint64_t>(app_.config().integer("serve.max_upload_mb")) << 20,
        .secure_cookies = tls_.has_value(),
        .oidc = oidc};
    if (!set_up) serve.setup_token = sys::random_hex(kTokenBytes);
    setup_token_ = serve.setup_token;
    serve.host_names =
        options_.names.empty() ? split_commas(app_.config().string("serve.names")) : options_.names;
    if (oidc.on()) serve.host_names.push_back(serve::oidc_host(oidc));
    host_.emplace(ServerHost::Parts{.config = app_.config(),
                                    .sources = app_.sources(),
                                    .store = *store,
                                    .clock = app_.clock(),
                                    .cancel = ending_});
    service_ = TRY(serve::Service::create({.home = app_.home(),
                                           .options = std::move(serve),
                                           .clock = app_.clock(),
                                           .store = *store,
                                           .index = *index,
                                           .prompts = *prompts,
                                           .host = *host_,
                                           .page = data::page()}));
    return {};
  }

  Result<void> read_listeners() {
    for (const int fd : sys::handed_over_sockets()) listeners_.push_back({.fd = fd});
    const auto wanted =
        options_.listen.empty() ? split_commas(app_.config().string("serve.listen")) : options_.listen;
    if (listeners_.empty()) {
      for (const std::string& one : wanted) listeners_.push_back(TRY(parse_listen(one)));
    }
    const auto or_configured = [&](const std::string& given, const char* key) {
      return sys::Path(given.empty() ? app_.config().string(key) : given);
    };
    const sys::Path certificate = or_configured(options_.certificate, "serve.tls_certificate");
    const sys::Path key = or_configured(options_.key, "serve.tls_key");
    if (certificate.empty() != key.empty())
      return fail(Errc::usage, text("https needs both the certificate and its key", "https 需要证书及其私钥"),
                  text("--tls-certificate FILE --tls-key FILE", "--tls-certificate 文件 --tls-key 文件"));
    if (!certificate.empty()) tls_ = net::TlsFiles{.certificate_chain = certificate, .private_key = key};
    return {};
  }

  /// Whoever reaches the server first may become its administrator only on this machine.
  Result<void> check_exposure(bool set_up) {
    const bool exposed = std::ranges::any_of(
        listeners_, [](const auto& one) { return one.fd < 0 && !net::is_loopback_host(one.address); });
    if (!exposed) return {};
    if (!set_up)
      return fail(
          Errc::refused,
          text("there is no administrator yet, so cvp listens on this machine only",
               "还没有管理员，因此目前只能在本机监听"),
          text("run `cvp serve`, open the page here and set up the first account; then listen to others",
               "请先运行 `cvp serve`，在本机打开网页创建第一个账号，之后再对外监听"));
    if (!tls_)
      app_.printer().note(
          text("without --tls-certificate passwords and answers cross the network in the clear",
               "未设置 --tls-certificate：密码和回答将以明文经过网络"));
    return {};
  }

  Result<std::string> start() {
    net::ServerLimits limits;
    server_ = TRY(net::Server::start(listeners_, tls_, limits, *service_));
    serve::Backend& backend = service_->backend();
    door_ =
        TRY(LocalDoor::open(app_.home(), {.clock = app_.clock(),
                                          .lend =
                                              [this, &backend] {
                                                return Lent{.store = backend.store,
                                                            .index = backend.index,
                                                            .prompts = backend.prompts,
                                                            .models = host_->models(),
                                                            .wake = [&backend] { backend.upkeep.wake(); }};
                                              },
                                          .on_finished =
                                              [&backend] {
                                                backend.upkeep.wake();
                                                backend.events.collections_changed();
                                              }}));
    backend.metrics.connections_from([server = server_.get()] { return server->connections(); });
    const net::Listen& first = listeners_.front();
    const bool all = first.address == "0.0.0.0" || first.address == "::";
    std::string name = all ? "localhost" : first.address;
    if (name.find(':') != std::string::npos) name = "[" + name + "]";
    return fmt::format("{}://{}:{}/", tls_ ? "https" : "http", name, server_->port());
  }

  void say_where(const std::string& url) {
    Printer& printer = app_.printer();
    printer.line(text("cvp is at {}", "cvp 已启动：{}", printer.bold(url)));
    if (!setup_token_.empty()) {
      printer.line(text("Open it and create the first account. The setup code: {}",
                        "请打开该地址创建第一个账号。设置码：{}", printer.bold(setup_token_)));
    }
    if (host_->generator() == nullptr)
      printer.note(
          text("answers are quotes for now: {}", "目前只摘录原文作答：{}", host_->why_no_generator()));
    if (host_->embedder() == nullptr)
      printer.note(
          text("search is by words for now: {}", "目前只能按词语检索：{}", host_->why_no_embedder()));
    printer.note(text("^C stops it", "按 ^C 停止"));
    if (!printer.json_wanted()) return;
    boost::json::object out{{"url", url}, {"setup_token", setup_token_}, {"pid", sys::own_pid()}};
    if (options_.prove_offline) out["offline"] = offline_;
    printer.json(out);
  }

  void watch() {
    double looked_ms = app_.clock().steady_ms();
    while (!app_.cancel().cancelled()) {
      app_.clock().sleep_for(kLook);
      if (app_.clock().steady_ms() - looked_ms < kReloadMs) continue;
      looked_ms = app_.clock().steady_ms();
      // `cvp models pull` and `cvp config set` are other processes.
      if (const auto loaded = host_->reload_models(); !loaded)
        log::warn("models: {}", loaded.error().message.en);
    }
  }

  App& app_;
  const Options& options_;
  std::vector<net::Listen> listeners_;
  std::optional<net::TlsFiles> tls_;
  std::string setup_token_;
  boost::json::object offline_;  // the report
  CancelToken ending_;
  // In the order of need: what stands below uses what stands above.
  std::optional<ServerHost> host_;
  std::unique_ptr<serve::Service> service_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<LocalDoor> door_;
};

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Serves the web page, the API (native, OpenAI-compatible, MCP) and the other verbs from one "
           "process, until ^C. "
           "The first start prints a code with which the first account is made. While it runs, every verb on "
           "this machine "
           "goes through it.",
           "在一个进程中提供网页、API（自有接口、兼容 OpenAI 的接口、MCP）和其他命令，按 ^C "
           "停止。首次启动会显示设置码，"
           "用来创建第一个账号。运行期间，本机的其他命令都经由它执行。"));
  command.option(
      "-l,--listen", options->listen, text("ADDRESS:PORT", "地址:端口"),
      text("where; may be repeated (default: serve.listen)", "监听位置，可重复（默认取 serve.listen）"));
  command.option(
      "--name", options->names, text("NAME", "名称"),
      text("a name under which browsers may reach it; may be repeated", "允许浏览器使用的名称，可重复"));
  command.option("--tls-certificate", options->certificate, text("FILE", "文件"),
                 text("certificate chain (PEM): https", "证书链（PEM），启用 https"));
  command.option("--tls-key", options->key, text("FILE", "文件"),
                 text("its private key (PEM)", "证书的私钥（PEM）"));
  command.flag("--prove-offline", options->prove_offline,
               text("let the kernel refuse every outgoing connection, try some, and report",
                    "由内核拒绝一切外连，逐项尝试并给出报告"));
  command.option("--report", options->report, text("FILE", "文件"),
                 text("also write that report to a file (with --json as JSON)",
                      "同时将报告写入文件（加 --json 则为 JSON）"));
  command.example("cvp serve",
                  text("on this machine: http://127.0.0.1:8080/", "仅本机：http://127.0.0.1:8080/"));
  command.example("cvp serve --listen :8443 --name kb.example.org --tls-certificate kb.pem --tls-key kb.key",
                  text("for colleagues, once there is an administrator", "供同事使用（须先创建管理员）"));
  command.example("cvp serve --prove-offline --report offline.txt",
                  text("the server makes no connections, and a report proves it",
                       "服务器不发起任何连接，并出具证明报告"));
  return [options](App& app) -> Result<int> {
    if (!options->report.empty() && !options->prove_offline)
      return fail(Errc::usage,
                  text("--report belongs to --prove-offline", "--report 需与 --prove-offline 一起使用"));
    return Serving(app, *options).run();
  };
}

}  // namespace

Verb serve_verb() {
  return {.name = "serve",
          .summary = text("web page and API for a team", "供团队使用的网页和 API"),
          .declare = declare};
}

}  // namespace cvp::cli
