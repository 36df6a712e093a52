#include "serve/evaluations.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr const char* kIndex = "evaluations";
constexpr std::string_view kRunningState = "running";

std::string key_of(int64_t id) { return fmt::format("evaluation/{}", id); }

int64_t number_at(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

std::string string_at(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  const boost::json::string* string = found != nullptr ? found->if_string() : nullptr;
  return string != nullptr ? std::string(string->data(), string->size()) : std::string();
}

array array_at(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  const array* list = found != nullptr ? found->if_array() : nullptr;
  return list != nullptr ? *list : array();
}

object text_json(const Text& words) { return {{"en", words.en}, {"zh", words.zh}}; }

Text text_at(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  const object* both = found != nullptr ? found->if_object() : nullptr;
  return both != nullptr ? Text{string_at(*both, "en"), string_at(*both, "zh")} : Text{};
}

object kept_json(const EvalRun& run) {
  return {{"id", run.id},
          {"owner", run.owner},
          {"name", run.name},
          {"kind", run.kind},
          {"questions", run.questions},
          {"started", run.started_unix},
          {"state", run.state},
          {"measures", run.measures},
          {"message", text_json(run.message)},
          {"hint", text_json(run.hint)}};
}

EvalRun read_kept(const object& from) {
  return {.id = number_at(from, "id"),
          .owner = number_at(from, "owner"),
          .name = string_at(from, "name"),
          .kind = string_at(from, "kind"),
          .questions = static_cast<uint64_t>(number_at(from, "questions")),
          .started_unix = number_at(from, "started"),
          .state = string_at(from, "state"),
          .measures = array_at(from, "measures"),
          .message = text_at(from, "message"),
          .hint = text_at(from, "hint")};
}

/// Nothing where nothing is kept under the key.
Result<std::optional<value>> read_value(store::Store& store, const std::string& key) {
  const auto kept = store.value(key);
  if (!kept && kept.error().code == Errc::not_found) return std::optional<value>();
  if (!kept) return std::unexpected(kept.error());
  boost::system::error_code error;
  value parsed = boost::json::parse(*kept, error);
  if (error) return fail(Errc::corrupt, text("the kept value {} is damaged", "保存的数据 {} 已损坏", key));
  return std::optional(std::move(parsed));
}

bool may_see(const Caller& caller, const EvalRun& run) {
  return caller.user.role == store::Role::admin || run.owner == caller.user.id;
}

std::unexpected<Error> fail_unknown(int64_t id) {
  return fail(Errc::not_found, text("there is no evaluation {}", "没有编号为 {} 的评测", id));
}

}  // namespace

object run_json(const EvalRun& run, Lang lang) {
  return {{"id", run.id},
          {"name", run.name},
          {"kind", run.kind},
          {"questions", run.questions},
          {"started", run.started_unix},
          {"state", run.state},
          {"measures", run.measures},
          {"message", run.message.in(lang)},
          {"hint", run.hint.in(lang)}};
}

Result<Evaluations::Index> Evaluations::read() {
  Index out;
  const auto kept = TRY(read_value(store_, kIndex));
  const object* index = kept ? kept->if_object() : nullptr;
  if (index == nullptr) return out;
  out.next = std::max<int64_t>(1, number_at(*index, "next"));
  for (const value& one : array_at(*index, "runs"))
    if (const object* run = one.if_object()) out.runs.push_back(read_kept(*run));
  for (EvalRun& run : out.runs) {
    if (run.state != kRunningState || working_.contains(run.id)) continue;
    run.state = "failed";
    run.message =
        text("it broke off: the server was stopped, or ran into an error", "评测中断：服务器已停止或出错");
    run.hint = text("start it again", "请重新开始评测");
  }
  return out;
}

Result<void> Evaluations::write(const Index& index) {
  array runs;
  for (const EvalRun& run : index.runs) runs.push_back(kept_json(run));
  return store_.set_value(kIndex,
                          boost::json::serialize(object{{"next", index.next}, {"runs", std::move(runs)}}));
}

/// A run that goes on is never dropped: there are fewer of them than are kept.
Result<void> Evaluations::make_room(Index& index) {
  while (index.runs.size() >= kKept) {
    std::map<store::UserId, size_t> counts;
    for (const EvalRun& run : index.runs)
      if (run.state != kRunningState) ++counts[run.owner];
    const auto most = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
    const auto oldest = std::ranges::find_if(index.runs, [&](const EvalRun& run) {
      return run.state != kRunningState && run.owner == most->first;
    });
    TRY(store_.remove_value(key_of(oldest->id)));
    index.runs.erase(oldest);
  }
  return {};
}

void Evaluations::leave(int64_t id) {
  const std::lock_guard lock(mutex_);
  working_.erase(id);
}

Result<EvalRun> Evaluations::begin(EvalRun run) {
  const std::lock_guard lock(mutex_);
  Index index = TRY(read());
  const auto running = [](const EvalRun& one) { return one.state == kRunningState; };
  const auto own = [&](const EvalRun& one) { return running(one) && one.owner == run.owner; };
  if (std::ranges::any_of(index.runs, own)) {
    return fail(Errc::busy, text("an evaluation of yours is still running", "你的上一次评测还在进行"),
                text("wait until it is done, or cancel it", "请等它完成，或取消它"));
  }
  if (std::ranges::count_if(index.runs, running) >= static_cast<std::ptrdiff_t>(kRunning)) {
    return fail(Errc::busy, text("{} evaluations are running already", "已有 {} 个评测正在进行", kRunning),
                text("try again when one is done", "请等其中一个完成后再试"));
  }
  TRY(make_room(index));
  run.id = index.next++;
  run.state = kRunningState;
  index.runs.push_back(run);
  TRY(write(index));
  working_.insert(run.id);
  return run;
}

Result<void> Evaluations::end(int64_t id, std::string_view state, const array& measures, const array& items,
                              const Text& message, const Text& hint) {
  const std::lock_guard lock(mutex_);
  Index index = TRY(read());
  const auto run = std::ranges::find(index.runs, id, &EvalRun::id);
  if (run == index.runs.end()) return fail_unknown(id);
  // The items first: what the list calls done is there.
  if (!items.empty()) TRY(store_.set_value(key_of(id), boost::json::serialize(items)));
  run->state = state;
  run->measures = measures;
  run->message = message;
  run->hint = hint;
  return write(index);
}

Result<void> Evaluations::forget(int64_t id) {
  const std::lock_guard lock(mutex_);
  working_.erase(id);
  Index index = TRY(read());
  std::erase_if(index.runs, [&](const EvalRun& run) { return run.id == id; });
  return write(index);
}

Result<std::vector<EvalRun>> Evaluations::list(const Caller& caller) {
  const std::lock_guard lock(mutex_);
  Index index = TRY(read());
  std::erase_if(index.runs, [&](const EvalRun& run) { return !may_see(caller, run); });
  std::ranges::reverse(index.runs);
  return std::move(index.runs);
}

Result<EvalRun> Evaluations::run(const Caller& caller, int64_t id) {
  const std::lock_guard lock(mutex_);
  Index index = TRY(read());
  const auto found = std::ranges::find(index.runs, id, &EvalRun::id);
  if (found == index.runs.end() || !may_see(caller, *found)) return fail_unknown(id);
  return std::move(*found);
}

Result<array> Evaluations::items(int64_t id) {
  const auto kept = TRY(read_value(store_, key_of(id)));
  const array* items = kept ? kept->if_array() : nullptr;
  return items != nullptr ? *items : array();
}

}  // namespace cvp::serve
