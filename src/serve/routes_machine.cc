// What the server's machine can run, and what could be bought: hardware, catalogues, plans. All of it is what
// the verbs of the command line print.
#include <boost/json/array.hpp>
#include <limits>
#include <memory>

#include "plan/known_models.h"
#include "serve/kept_reply.h"
#include "serve/later.h"
#include "serve/plan_arguments.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

using Arguments = std::vector<std::string>;
/// What a verb printed, as the API says it.
using Shape = std::function<Result<boost::json::value>(boost::json::value)>;

constexpr double kHardwareLifeMs = 10'000, kForEver = std::numeric_limits<double>::infinity();
constexpr int64_t kFilterBytes = 40;

/// {"gpus": [...]} → {"items": [...]}
Shape items_of(const char* key) {
  return [key](boost::json::value printed) -> Result<boost::json::value> {
    boost::json::object* object = printed.if_object();
    boost::json::value* items = object != nullptr ? object->if_contains(key) : nullptr;
    if (items == nullptr)
      return fail(Errc::failed, text("the list of {} could not be read", "无法读取列表 {}", key));
    return boost::json::object{{"items", std::move(*items)}};
  };
}

Result<boost::json::value> as_it_is(boost::json::value printed) { return printed; }

/// Where the server keeps its files is the administrators' business.
boost::json::value without_paths(boost::json::value plan, const sys::Path& home) {
  boost::json::object* object = plan.if_object();
  boost::json::value* flags = object != nullptr ? object->if_contains("flags") : nullptr;
  if (flags == nullptr || !flags->is_array()) return plan;
  for (boost::json::value& one : flags->get_array()) {
    const boost::json::string* word = one.if_string();
    if (word == nullptr || !word->starts_with(home.string())) continue;
    one = sys::Path(std::string(word->data(), word->size())).filename().string();
  }
  return plan;
}

/// Outlives the routes: what waits in a queue holds it. Thread-safe.
class Machine : public std::enable_shared_from_this<Machine> {
 public:
  explicit Machine(const Backend& backend)
      : host_(backend.host), clock_(backend.clock), home_(backend.home) {}

  Result<net::Reply> hardware(Backend& backend, Call& call) {
    return kept(backend, call, hardware_, {"hw", "show"}, as_it_is);
  }

  Result<net::Reply> catalogue(Backend& backend, Call& call) {
    return kept(backend, call, catalogue_, {"models", "list", "--all"}, items_of("models"));
  }

  Result<net::Reply> gpus(Backend& backend, Call& call) {
    Arguments arguments = {"hw", "list"};
    for (const auto& [parameter, option] :
         {std::pair("vendor", "--vendor="), {"min_memory", "--min-memory="}})
      if (const std::string value = call.query(parameter); !value.empty())
        arguments.push_back(option + value);
    if (arguments.size() > 2) return asked(backend, call, std::move(arguments), items_of("gpus"));
    return kept(backend, call, gpus_, std::move(arguments), items_of("gpus"));
  }

  Result<net::Reply> plan(Backend& backend, Call& call) {
    const auto known = TRY(known_models());
    const bool admin = call.caller.user.role == store::Role::admin;
    return asked(backend, call, TRY(plan_arguments(call.body, home_, *known)),
                 [admin, home = home_](boost::json::value printed) -> Result<boost::json::value> {
                   return admin ? std::move(printed) : without_paths(std::move(printed), home);
                 });
  }

  Result<net::Reply> buy(Backend& backend, Call& call) {
    const auto known = TRY(known_models());
    return asked(backend, call, TRY(buy_arguments(call.body, home_, *known)), as_it_is);
  }

  Result<net::Reply> recommend(Backend& backend, Call& call) {
    return asked(backend, call, TRY(recommend_arguments(call.body)), as_it_is);
  }

 private:
  struct EachLanguage {
    explicit EachLanguage(double life_ms) : en(life_ms), zh(life_ms) {}
    KeptReply& in(Lang lang) { return lang == Lang::zh ? zh : en; }
    KeptReply en, zh;
  };

  Result<net::Reply> print(const Arguments& arguments, Lang lang, const Shape& shape,
                           const CancelToken& cancel) {
    auto printed = host_.verb(arguments, lang, cancel);
    if (!printed) {
      // A verb refuses what cannot be planned; nothing here is a matter of rights.
      if (printed.error().code == Errc::refused) printed.error().code = Errc::usage;
      return std::unexpected(std::move(printed).error());
    }
    return json_reply(TRY(shape(std::move(*printed))));
  }

  Result<net::Reply> kept(Backend& backend, Call& call, EachLanguage& replies, Arguments arguments,
                          Shape shape) {
    KeptReply& reply = replies.in(call.lang);
    if (auto fresh = reply.fresh(clock_)) return std::move(*fresh);
    return later_or_refusal(
        backend.retrieval, backend.live, call,
        [self = shared_from_this(), &reply, arguments = std::move(arguments), shape = std::move(shape),
         lang = call.lang](const CancelToken& cancel) -> Result<net::Reply> {
          return reply.make(self->clock_, [&] { return self->print(arguments, lang, shape, cancel); });
        });
  }

  Result<net::Reply> asked(Backend& backend, Call& call, Arguments arguments, Shape shape) {
    return later_or_refusal(
        backend.retrieval, backend.live, call,
        [self = shared_from_this(), arguments = std::move(arguments), shape = std::move(shape),
         lang = call.lang](const CancelToken& cancel) -> Result<net::Reply> {
          return self->print(arguments, lang, shape, cancel);
        });
  }

  /// Read when first needed, since most servers are never asked.
  Result<std::shared_ptr<const plan::KnownModels>> known_models() {
    const std::lock_guard lock(mutex_);
    if (known_ == nullptr) known_ = std::make_shared<const plan::KnownModels>(TRY(plan::KnownModels::load()));
    return known_;
  }

  Host& host_;
  const Clock& clock_;
  const sys::Path home_;
  EachLanguage hardware_{kHardwareLifeMs}, catalogue_{kForEver}, gpus_{kForEver};
  std::mutex mutex_;
  std::shared_ptr<const plan::KnownModels> known_;  // guarded by mutex_
};

using Answer = Result<net::Reply> (Machine::*)(Backend&, Call&);

std::function<Result<net::Reply>(Call&)> run(const std::shared_ptr<Machine>& machine, Backend& backend,
                                             Answer answer) {
  return [machine, &backend, answer](Call& call) { return (machine.get()->*answer)(backend, call); };
}

std::vector<Route> looking_routes(const std::shared_ptr<Machine>& machine, Backend& backend) {
  return {
      {.method = "GET",
       .pattern = "/api/hardware",
       .summary = text("The server's machine: processor, memory, disks, GPUs, and where it falls short",
                       "服务器的硬件：处理器、内存、硬盘、GPU，以及不足之处"),
       .gives = "Hardware",
       .run = run(machine, backend, &Machine::hardware)},
      {.method = "GET",
       .pattern = "/api/gpus",
       .query = {{.name = "vendor",
                  .most = kFilterBytes,
                  .about = text("only of this vendor: nvidia, amd, intel …",
                                "只看这个厂商：nvidia、amd、intel 等")},
                 {.name = "min_memory",
                  .most = kFilterBytes,
                  .about = text("at least so much memory: 24GB", "显存不少于：24GB")}},
       .summary =
           text("The GPUs that cvp knows, each figure with its source", "cvp 收录的 GPU，每项参数都有来源"),
       .gives = "GpuList",
       .run = run(machine, backend, &Machine::gpus)},
      {.method = "GET",
       .pattern = "/api/catalogue",
       .summary = text("The models that cvp knows, open and closed", "cvp 收录的模型，包括开放的和闭源的"),
       .gives = "Catalogue",
       .run = run(machine, backend, &Machine::catalogue)}};
}

std::vector<Route> planning_routes(const std::shared_ptr<Machine>& machine, Backend& backend) {
  return {
      {.method = "POST",
       .pattern = "/api/plan",
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Whether a model runs on a machine or can be trained there: memory, speed, cost",
                       "模型能否在某台机器上运行或训练：内存、速度、费用"),
       .takes = "PlanRequest",
       .gives = "Plan",
       .run = run(machine, backend, &Machine::plan)},
      {.method = "POST",
       .pattern = "/api/plan/buy",
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("The GPUs that run a model wholly, by price", "能完整运行某个模型的显卡（按价格）"),
       .takes = "BuyRequest",
       .gives = "PurchaseList",
       .run = run(machine, backend, &Machine::buy)},
      {.method = "POST",
       .pattern = "/api/recommend",
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Which models suit this machine, with the reasons", "适合本机的模型及理由"),
       .takes = "RecommendRequest",
       .gives = "Recommendation",
       .run = run(machine, backend, &Machine::recommend)}};
}

}  // namespace

std::vector<Route> machine_routes(Backend& backend) {
  const auto machine = std::make_shared<Machine>(backend);
  std::vector<Route> all = looking_routes(machine, backend);
  for (Route& more : planning_routes(machine, backend)) all.push_back(std::move(more));
  return all;
}

}  // namespace cvp::serve
