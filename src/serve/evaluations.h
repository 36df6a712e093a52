// The runs of evaluations, kept as values of the store: a list of all with their measures, and for each run
// its questions with what came of them. Whoever started a run sees it, and so do admins: it holds quotes.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serve/caller.h"
#include "store/store.h"

namespace cvp::serve {

struct EvalRun {
  int64_t id = 0;
  store::UserId owner = 0;
  std::string name, kind;  // "retrieval", "answers"
  uint64_t questions = 0;
  int64_t started_unix = 0;
  std::string state = "running";  // "done", "failed", "cancelled"
  boost::json::array measures;    // {"name", "value", "low", "high", "n"}
  Text message, hint;             // why it failed, or what to know about its measures
};
boost::json::object run_json(const EvalRun& run, Lang lang);

/// Thread-safe. When there are kKept runs, the oldest of whoever has most makes room for a new one. A run
/// that nobody works on any more, since the server ended or the work broke off, has failed.
class Evaluations {
 public:
  static constexpr size_t kKept = 200, kRunning = 4;  // one at a time for each user

  explicit Evaluations(store::Store& store) : store_(store) {}

  /// Takes owner, name, kind, questions and the time. Errc::busy: this user's last one is not done, or too
  /// many are running.
  Result<EvalRun> begin(EvalRun run);
  /// items: {"question", "expected", "got", "ok", "outcome"}
  Result<void> end(int64_t id, std::string_view state, const boost::json::array& measures,
                   const boost::json::array& items, const Text& message, const Text& hint);
  /// Nobody works on it any more, whether it came to an end or not.
  void leave(int64_t id);
  /// Of one that did not begin after all.
  Result<void> forget(int64_t id);

  Result<std::vector<EvalRun>> list(const Caller& caller);  // newest first
  /// Errc::not_found also for other people's.
  Result<EvalRun> run(const Caller& caller, int64_t id);
  Result<boost::json::array> items(int64_t id);  // none before its end

 private:
  struct Index {
    int64_t next = 1;
    std::vector<EvalRun> runs;  // oldest first
  };
  Result<Index> read();
  Result<void> write(const Index& index);
  Result<void> make_room(Index& index);

  store::Store& store_;
  std::mutex mutex_;           // one change at a time
  std::set<int64_t> working_;  // guarded by mutex_
};

}  // namespace cvp::serve
