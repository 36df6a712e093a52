// serve/bad-requests: the bad requests and prompts of bench/data/bad_requests.json, each sent raw, round
// after round. The server must stay, say why it could not do something, tell nobody what is another's, and be
// no larger after it.
#include <algorithm>
#include <set>

#include "base/unicode.h"
#include "bench/bad_requests.h"
#include "bench/figure.h"
#include "bench/json_fields.h"
#include "bench/process_tree.h"
#include "bench/raw_socket.h"
#include "bench/serve_lab.h"
#include "bench/stub_engine.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kRounds = 30, kWarmRounds = 5;  // what the first rounds fill is no leak
constexpr uint64_t kTableBytes = 1 << 20;
constexpr size_t kFillerBytes = 1 << 20;
constexpr int kSendMs = 5000, kReplyMs = 10'000, kLeaveMs = 5000, kHealthMs = 1000;
constexpr int kDrips = 2;
constexpr std::chrono::milliseconds kDripEvery{1000}, kHold{1000};
constexpr std::chrono::seconds kSettle{10};
constexpr size_t kReplyBytes = 4 << 20;
constexpr size_t kShownBytes = 200;
constexpr double kMostGrowthMb = 8;
constexpr size_t kMostFiles = 8;  // connections that are kept and caches that came late
constexpr const char* kCanary = "heron-5521-lantern";

/// A user's own things, the things of another, and the keys of both.
Result<BadRequestValues> set_up(Lab& lab) {
  ApiClient& admin = lab.admin();
  const int64_t open = TRY(lab.new_collection("manuals"));
  const int64_t secret = number_in(TRY(admin.post("/api/collections", {{"name", "secret"}})), "id");
  const int64_t document = TRY(admin.upload(open, "pump.md", kStubDocument));
  const int64_t other =
      TRY(admin.upload(secret, "code.md", fmt::format("# Secret\n\nThe code is {}.\n", kCanary)));
  const ApiClient reader = TRY(lab.new_user("reader", "reader"));
  BadRequestValues out{{"host", lab.server().url().substr(std::string_view("http://").size())},
                       {"key", TRY(admin.new_key("all", {"ask", "search", "read", "write", "admin"}))},
                       {"reader", TRY(reader.new_key("reader", {"ask", "search", "read"}))},
                       {"revoked", TRY(admin.new_key("revoked", {"read"}))},
                       {"collection", std::to_string(open)},
                       {"secret", std::to_string(secret)},
                       {"document", std::to_string(document)},
                       {"other", std::to_string(other)},
                       {"canary", kCanary},
                       {"question", kStubQuestion},
                       {"model", StubEngine::kModel},
                       {"filler", std::string(kFillerBytes, 'a')}};
  const boost::json::object keys = TRY(admin.get("/api/me/keys"));
  for (const boost::json::value& key : array_in(keys, "items")) {
    if (!key.is_object() || text_in(key.get_object(), "name") != "revoked") continue;
    TRY(admin.send("DELETE", fmt::format("/api/me/keys/{}", number_in(key.get_object(), "id"))));
  }
  return out;
}

/// A 5xx that says nothing.
bool without_reason(int status, std::string_view reply) {
  const boost::json::object body = object_of(body_of(reply));
  return status >= 500 && text_in(object_in(body, "error"), "message").empty();
}

class Sender {
 public:
  Sender(Context& context, Lab& lab, std::vector<BadRequest> table, BadRequestValues values)
      : context_(context), lab_(lab), table_(std::move(table)), values_(std::move(values)) {}

  Result<void> rounds(size_t n) {
    const OnProgress on_progress = context_.progress();
    for (size_t round = 0; round < n; ++round) {
      for (const BadRequest& request : table_) {
        if (context_.cancel().cancelled()) return fail_cancelled();
        TRY(send(request));
        if (!alive()) return {};
      }
      on_progress({text("sending bad requests, rounds", "正在发送异常请求（轮）"), round + 1, n});
    }
    return {};
  }

  bool dead() const { return dead_ > 0; }
  std::vector<Claim> claims() const {
    return {{fmt::format("server dead or deaf {}", dead_), "0", dead_ == 0},
            {fmt::format("5xx without a reason {}", unreasoned_), "0", unreasoned_ == 0},
            {fmt::format("told what is another's {}", told_), "0", told_ == 0},
            {fmt::format("answered otherwise than expected {}", unexpected_), "0",
             unexpected_ == 0 && sent_ > 0}};
  }
  size_t sent() const { return sent_; }

 private:
  Result<void> send(const BadRequest& request) {
    RawSocket socket = TRY(RawSocket::open(lab_.server().port()));
    // A server that has seen enough may close before everything is sent; what it said can still be read.
    socket.send(bytes_of(request, values_), kSendMs);
    ++sent_;
    using Then = BadRequest::Then;
    switch (request.then) {
      case Then::drip:
        for (int i = 0; i < kDrips; ++i) {
          sys::real_clock().sleep_for(kDripEvery);
          socket.send(" ", kSendMs);
        }
        return {};
      case Then::hold:
        sys::real_clock().sleep_for(kHold);
        return {};
      case Then::end:
        socket.end_sending();
        break;
      case Then::read:
      case Then::leave:
        break;
    }
    constexpr size_t kFirstBytes = 64;
    judge(request, request.then == Then::leave ? socket.read(kFirstBytes, kLeaveMs)
                                               : socket.read(kReplyBytes, kReplyMs));
    return {};
  }

  void judge(const BadRequest& request, const std::string& reply) {
    const int status = status_of(reply).value_or(0);
    if (without_reason(status, reply) && request.then != BadRequest::Then::leave) {
      ++unreasoned_;
      complain("no reason", request, reply);
    }
    const std::string never = with_values(request.never, values_);
    if (!never.empty() && reply.find(never) != std::string::npos) {
      ++told_;
      complain("it told", request, reply);
    }
    if (std::ranges::find(request.expect, status) == request.expect.end()) {
      ++unexpected_;
      complain("unexpected", request, reply);
    }
  }

  /// Each kind of trouble with a request once.
  void complain(std::string_view what, const BadRequest& request, std::string_view reply) {
    if (!complaints_.insert(fmt::format("{} {} {}", what, request.number, request.what)).second) return;
    context_.say("{}: {} {}: {}", what, request.number, request.what, utf8_prefix(reply, kShownBytes));
  }

  bool alive() {
    const net::Request look{.url = lab_.server().url() + "/health/live", .total_timeout_ms = kHealthMs};
    const auto reply = net::send(look, context_.cancel());
    if (reply && reply->status == 200) return true;
    ++dead_;
    context_.say("the server does not answer: {}", lab_.server().running() ? "deaf" : "it has ended");
    return lab_.server().running();
  }

  Context& context_;
  Lab& lab_;
  const std::vector<BadRequest> table_;
  const BadRequestValues values_;
  std::set<std::string> complaints_;
  size_t sent_ = 0, dead_ = 0, unreasoned_ = 0, told_ = 0, unexpected_ = 0;
};

}  // namespace

Result<std::vector<Claim>> serve_bad_requests(Context& context) {
  const sys::Path file = context.options().source / "bench" / "data" / "bad_requests.json";
  std::vector<BadRequest> table = TRY(parse_bad_requests(TRY(sys::read_file(file, kTableBytes))));
  StubEngine engine(kStubReply, {.first_ms = 10, .word_ms = 5});
  const auto lab = TRY(Lab::create(context, {.settings = engine.settings()}));
  BadRequestValues values = TRY(set_up(*lab));
  context.say("{} requests a round", table.size());
  Sender sender(context, *lab, std::move(table), std::move(values));
  TRY(sender.rounds(kWarmRounds));
  if (sender.dead()) return sender.claims();
  const uint64_t before = TRY(settled_bytes(context, lab->server(), kSettle));
  const size_t files_before = open_files(lab->server().pid());
  TRY(sender.rounds(context.limited(kRounds)));
  std::vector<Claim> out = sender.claims();
  if (!lab->server().running()) return out;
  const uint64_t after = TRY(settled_bytes(context, lab->server(), kSettle));
  const size_t files = open_files(lab->server().pid());
  const double growth_mb = (static_cast<double>(after) - static_cast<double>(before)) / 1e6;
  const double more_files = static_cast<double>(files) - static_cast<double>(files_before);
  context.say(
      "{} requests sent; resident {:.1f} MB before and {:.1f} MB after {} rounds, open files {} and {}",
      sender.sent(), static_cast<double>(before) / 1e6, static_cast<double>(after) / 1e6,
      context.limited(kRounds), files_before, files);
  out.push_back(at_most("resident grew by", growth_mb, kMostGrowthMb, 1, "MB"));
  out.push_back(at_most("open files grew by", more_files, kMostFiles, 0));
  return out;
}

}  // namespace cvp::bench
