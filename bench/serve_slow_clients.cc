// serve/slow-clients: 200 connections that send a byte a second, half of them in the header and half in the
// body, while somebody wants to sign in. Connections that the server closes are opened again, so that the
// pressure stays. Where slowhttptest is installed, its 200 clients follow in a second round.
#include <algorithm>
#include <atomic>
#include <thread>

#include "bench/figure.h"
#include "bench/raw_socket.h"
#include "bench/serve_lab.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kOfEach = 100;
constexpr size_t kSeconds = 40;  // longer than the server waits for a header (10 s) or a body (20 s)
constexpr std::chrono::milliseconds kByteEvery{1000}, kLoginEvery{500}, kSettle{2000};
constexpr int kSendPatienceMs = 1000;
constexpr size_t kBodyBytes = 4096;

class SlowClients {
 public:
  explicit SlowClients(uint16_t port) : port_(port), thread_([this] { torment(); }) {}
  ~SlowClients() {
    ending_ = true;
    thread_.join();
  }
  size_t opened() const { return opened_; }
  size_t open() const { return open_; }

 private:
  struct Client {
    std::optional<RawSocket> socket;
    bool in_body = false;
  };

  void torment() {
    std::vector<Client> clients(2 * kOfEach);
    for (size_t i = 0; i < clients.size(); ++i) clients[i].in_body = i >= kOfEach;
    while (!ending_) {
      size_t open = 0;
      for (Client& client : clients) open += bother(client) ? 1 : 0;
      open_ = open;
      for (auto left = kByteEvery; left.count() > 0 && !ending_; left -= std::chrono::milliseconds(50))
        sys::real_clock().sleep_for(std::chrono::milliseconds(50));
    }
  }

  /// A byte, or a new connection. False: neither was taken.
  bool bother(Client& client) {
    if (client.socket && !client.socket->closed_by_peer() && client.socket->send("a", kSendPatienceMs))
      return true;
    client.socket.reset();
    auto opened = RawSocket::open(port_);
    if (!opened) return false;
    ++opened_;
    std::string begin = fmt::format(
        "POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n", port_);
    begin += client.in_body ? fmt::format("Content-Length: {}\r\n\r\n{{", kBodyBytes) : "X-Slow: ";
    if (!opened->send(begin, kSendPatienceMs)) return false;
    client.socket.emplace(std::move(*opened));
    return true;
  }

  const uint16_t port_;
  std::atomic<bool> ending_ = false;
  std::atomic<size_t> opened_ = 0, open_ = 0;
  std::thread thread_;  // last: it uses what stands above
};

struct Logins {
  std::vector<double> ms;
  size_t failed = 0;
  std::string problem;  // of one that failed
};

/// Somebody who comes anew every time, with a connection of his own.
Logins sign_in_for(Context& context, Lab& lab, double seconds) {
  Logins out;
  const Clock& clock = sys::real_clock();
  const net::Request request{
      .method = "POST",
      .url = lab.server().url() + "/api/login",
      .headers = {{"Content-Type", "application/json"}, {"Connection", "close"}},
      .body = fmt::format(R"({{"name":"{}","password":"{}"}})", Lab::kName, Lab::kPassword)};
  const double end = clock.steady_ms() + seconds * 1000;
  while (clock.steady_ms() < end && !context.cancel().cancelled()) {
    const double begin = clock.steady_ms();
    const auto reply = net::send(request, context.cancel());
    out.ms.push_back(clock.steady_ms() - begin);
    if (!reply || reply->status != 200) {
      ++out.failed;
      out.problem = reply ? fmt::format("{} {}", reply->status, reply->body) : reply.error().message.en;
    }
    clock.sleep_for(kLoginEvery);
  }
  return out;
}

void say(Context& context, std::string_view beside, const Logins& logins) {
  context.say("{:42} {} logins: p50 {:.0f} ms, slowest {:.0f} ms, {} failed{}", beside, logins.ms.size(),
              eval::percentile(logins.ms, 0.5), eval::percentile(logins.ms, 1), logins.failed,
              logins.problem.empty() ? "" : ": " + logins.problem);
}

Result<Logins> beside_own_clients(Context& context, Lab& lab, double seconds) {
  const SlowClients slow(lab.server().port());
  sys::real_clock().sleep_for(kSettle);
  Logins out = sign_in_for(context, lab, seconds);
  say(context, fmt::format("beside {} slow connections ({} opened)", slow.open(), slow.opened()), out);
  if (slow.open() < kOfEach)
    return fail(Errc::failed, text("only {} slow connections were open", "只有 {} 个慢速连接", slow.open()));
  return out;
}

Result<Logins> beside_slowhttptest(Context& context, Lab& lab, double seconds) {
  const std::string connections = std::to_string(kOfEach);
  const std::string length = fmt::format("{:.0f}", seconds + 5);
  std::vector<std::string> common = {"slowhttptest", "-c", connections, "-r",  connections,
                                     "-i",           "1",  "-l",        length};
  std::vector<std::unique_ptr<sys::Process>> attackers;
  for (const char* mode : {"-H", "-B"}) {
    sys::SpawnOptions spawn{.argv = common};
    spawn.argv.insert(spawn.argv.end(),
                      {mode, "-t", "POST", "-f", "application/json", "-s", std::to_string(kBodyBytes), "-x",
                       "2", "-u", lab.server().url() + "/api/login"});
    attackers.push_back(TRY(sys::Process::spawn(spawn)));
  }
  sys::real_clock().sleep_for(kSettle);
  Logins out = sign_in_for(context, lab, seconds);
  say(context, "beside slowhttptest, 200 connections", out);
  return out;
}

}  // namespace

Result<std::vector<Claim>> serve_slow_clients(Context& context) {
  const auto lab = TRY(Lab::create(context, {}));
  const auto seconds = static_cast<double>(context.limited(kSeconds));
  say(context, "with nobody else", sign_in_for(context, *lab, 5));
  Logins all = TRY(beside_own_clients(context, *lab, seconds));
  if (sys::find_program("slowhttptest")) {
    const Logins more = TRY(beside_slowhttptest(context, *lab, seconds));
    all.ms.insert(all.ms.end(), more.ms.begin(), more.ms.end());
    all.failed += more.failed;
  } else {
    context.say("slowhttptest is not installed: its round is left out");
  }
  if (context.cancel().cancelled()) return fail_cancelled();
  return std::vector<Claim>{at_most("slowest login", eval::percentile(all.ms, 1), 1000, 0, "ms"),
                            {fmt::format("{} of {} logins failed", all.failed, all.ms.size()), "0",
                             all.failed == 0 && !all.ms.empty()}};
}

}  // namespace cvp::bench
