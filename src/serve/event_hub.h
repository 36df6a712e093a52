// Tells open pages what changed: jobs, and that a library is to be fetched again.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "net/reply.h"
#include "serve/caller.h"
#include "serve/live_calls.h"

namespace cvp::serve {

/// Thread-safe. One thread of its own joins changes of collections and ends the streams of callers that left
/// or were cancelled. The comments that keep a silent stream open come from net, for every stream.
class EventHub {
 public:
  static constexpr size_t kStreams = 1000, kStreamsPerUser = 16;
  struct Pace {
    std::chrono::milliseconds look{200};          // for listeners that left
    std::chrono::milliseconds collections{1000};  // from one such event to the next
    std::chrono::milliseconds rights{500};        // how old those of a listener may be who is told of a job
    std::chrono::milliseconds accounts{15'000};   // from one look at every listener's account to the next
  };
  /// The caller as he is now; nothing where he no longer counts.
  using Renew = std::function<Result<std::optional<Caller>>(const Caller&)>;

  EventHub();
  explicit EventHub(const Pace& pace);
  ~EventHub();

  /// Errc::unavailable: there are too many, or this user has enough. Errc::refused: the caller no longer
  /// counts. The stream's gone() token ends it; `live` cancels it with the account.
  Result<std::shared_ptr<net::EventStream>> open(const Caller& caller, Lang lang, LiveCalls& live,
                                                 Renew renew);
  /// `make` gives the event's data for a listener, or nothing where he may not know. It is called for one
  /// listener after the other and must not call the hub.
  void job(const std::function<std::optional<std::string>(const Caller&, Lang)>& make);
  void collections_changed();
  /// Ends all streams and takes no new ones, so that a server which stops need not wait for open pages.
  void end();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Listener {
    const store::UserId user;
    const Lang lang;
    const std::shared_ptr<net::EventStream> stream;
    LiveCalls::Ticket ticket;
    const Renew renew;
    Caller caller;  // by telling_, as what follows
    Time renewed;
  };
  using Listeners = std::list<std::shared_ptr<Listener>>;
  /// What is due, decided under the lock and done without it.
  struct Due {
    Listeners gone, all;
    bool collections = false, accounts = false;
  };

  void beat();
  Due due();
  void attend(Due due);
  Listeners listeners() const;
  static bool is_current(Listener& listener, std::chrono::milliseconds age);
  static void tell(const Listener& listener, std::string_view event, std::string_view data);

  const Pace pace_;
  std::mutex telling_;  // taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Listeners listeners_;  // by mutex_, as what follows
  Time collections_told_, accounts_seen_;
  bool collections_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace cvp::serve
