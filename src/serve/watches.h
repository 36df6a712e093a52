// Folders of this machine that are kept in step with a collection.
#pragma once
#include <boost/json/object.hpp>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "serve/event_hub.h"
#include "serve/folder_check.h"
#include "serve/host.h"
#include "serve/jobs.h"
#include "serve/upkeep.h"
#include "store/store.h"

namespace cvp::serve {

struct WatchView {
  int64_t id = 0;
  store::CollectionId collection = 0;
  std::string folder;  // absolute, without links
  FolderFound::State state = FolderFound::State::watching;
  uint32_t documents = 0;
  std::optional<int64_t> checked_unix;  // nothing: not yet since the server started
  Text message;
};

/// Thread-safe. One thread looks at one folder after the other, every minute. Documents leave with their
/// files only where they came with them; a folder that is not there takes none away.
class Watches {
 public:
  static constexpr size_t kMost = 32;
  struct Parts {
    const sys::Path& home;
    const Clock& clock;
    store::Store& store;
    Host& host;
    EventHub& events;
    Jobs& jobs;
    Upkeep& upkeep;
  };
  explicit Watches(Parts parts);
  ~Watches();

  /// Looked at at once. Errc::usage: the folder cannot be watched. Errc::busy: it is watched already, lies in
  /// one that is, or holds one; or there are kMost.
  Result<WatchView> add(store::CollectionId collection, const std::string& folder);
  /// Its documents stay. Gives what it was. Errc::not_found.
  Result<WatchView> remove(int64_t id);
  Result<std::vector<WatchView>> list() const;
  /// Looks at every folder now.
  void wake();

 private:
  struct Watch {
    WatchView view;
    CancelToken stop;
  };
  /// Of the thread alone.
  struct Memory {
    WatchRecord record;
    WatchFailures failures;
    size_t saved = 0;  // hash of the record's text
    int64_t paused_until_unix = 0;
  };

  void work();
  void look_at_all();
  void look(const Watch& watch, Memory& memory, int64_t now_unix);
  Result<Memory*> memory_of(int64_t id);
  Result<void> save(const Watch& watch, Memory& memory);
  Result<void> run(const Watch& watch, size_t files, const FolderCheck::Adding& adding);
  void show(const Watch& watch, const WatchRecord& record);
  void show(const Watch& watch, const FolderFound& found, int64_t checked_unix);
  void audit(const Watch& watch, const FolderFound& found);
  Result<void> load();
  Result<void> save_list(const std::list<Watch>& watches);
  Result<WatchView> take_out(int64_t id);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watch> watches_;  // by mutex_, as what follows
  int64_t next_id_ = 1;
  std::optional<Error> not_loaded_;
  bool wanted_ = false;
  CancelToken ending_;
  std::map<int64_t, Memory> memories_;
  std::thread thread_;
};

boost::json::object watch_json(const WatchView& watch, Lang lang);

}  // namespace cvp::serve
