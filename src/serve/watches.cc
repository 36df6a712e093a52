#include "serve/watches.h"

#include <algorithm>
#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.h"

namespace cvp::serve {
namespace {

constexpr const char* kList = "watches";
constexpr const char* kActor = "(server)";  // no account can have this name
constexpr std::chrono::seconds kPause{60};
constexpr int64_t kPauseOfCancelled = 3600;  // seconds
constexpr size_t kWorthAJob = 8;             // files: fewer are added before anybody looks
constexpr std::chrono::milliseconds kLook{50};

std::string record_key(int64_t id) { return fmt::format("watch/{}", id); }

std::string_view state_name(FolderFound::State state) {
  switch (state) {
    case FolderFound::State::watching:
      return "watching";
    case FolderFound::State::missing:
      return "missing";
    case FolderFound::State::failed:
      break;
  }
  return "failed";
}

uint32_t documents_in(const WatchRecord& record) {
  return static_cast<uint32_t>(
      std::ranges::count_if(record.files, [](const auto& one) { return one.second.document != 0; }));
}

std::unexpected<Error> list_is_damaged() {
  return fail(Errc::corrupt, text("the list of watched folders is damaged", "受监视文件夹的列表已损坏"),
              text("restore a backup", "请从备份恢复"));
}

/// How adding ended, for the thread that waits for the job which does it.
struct Ended {
  Result<void> result = fail(Errc::failed, text("adding broke off", "添加过程意外中断"));
  std::atomic<bool> over = false;
};

/// Over whatever happens, an exception too.
class AtEnd {
 public:
  explicit AtEnd(Ended& ended) : ended_(ended) {}
  AtEnd(const AtEnd&) = delete;
  ~AtEnd() { ended_.over = true; }

 private:
  Ended& ended_;
};

}  // namespace

Watches::Watches(Parts parts) : parts_(parts) {
  if (const auto loaded = load(); !loaded) not_loaded_ = loaded.error();
  thread_ = std::thread([this] { work(); });
}

Watches::~Watches() {
  {
    const std::lock_guard lock(mutex_);
    ending_.cancel();
    for (const Watch& watch : watches_) watch.stop.cancel();
  }
  changed_.notify_all();
  thread_.join();
}

Result<WatchView> Watches::add(store::CollectionId collection, const std::string& folder) {
  const sys::Path real = TRY(watchable_folder(folder, parts_.home));
  WatchView added;
  {
    const std::lock_guard lock(mutex_);
    if (not_loaded_) return std::unexpected(*not_loaded_);
    if (watches_.size() >= kMost)
      return fail(Errc::busy, text("{} folders are watched already", "已监视 {} 个文件夹", kMost),
                  text("watch a folder that holds several of them", "可以改为监视包含它们的上级文件夹"));
    for (const Watch& watch : watches_) {
      const sys::Path other = watch.view.folder;
      if (watch.view.collection != collection || (!is_within(real, other) && !is_within(other, real)))
        continue;
      return fail(Errc::busy, text("{} is watched for this collection already", "此文档集已在监视 {}",
                                   watch.view.folder));
    }
    std::list<Watch> all = watches_;
    all.push_back({.view = {.id = next_id_, .collection = collection, .folder = real.string()}});
    ++next_id_;
    TRY(save_list(all));
    watches_ = std::move(all);
    added = watches_.back().view;
    wanted_ = true;
  }
  changed_.notify_all();
  return added;
}

Result<WatchView> Watches::remove(int64_t id) {
  const std::lock_guard lock(mutex_);
  if (not_loaded_) return std::unexpected(*not_loaded_);
  return take_out(id);
}

Result<WatchView> Watches::take_out(int64_t id) {
  std::list<Watch> rest = watches_;
  const auto found = std::ranges::find(rest, id, [](const Watch& watch) { return watch.view.id; });
  if (found == rest.end())
    return fail(Errc::not_found, text("there is no watched folder {}", "没有编号为 {} 的受监视文件夹", id));
  const Watch taken = *found;
  rest.erase(found);
  TRY(save_list(rest));
  watches_ = std::move(rest);
  taken.stop.cancel();
  TRY(parts_.store.remove_value(record_key(id)));
  return taken.view;
}

Result<std::vector<WatchView>> Watches::list() const {
  const std::lock_guard lock(mutex_);
  if (not_loaded_) return std::unexpected(*not_loaded_);
  std::vector<WatchView> out;
  for (const Watch& watch : watches_) out.push_back(watch.view);
  return out;
}

void Watches::wake() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_all();
}

void Watches::work() {
  while (true) {
    look_at_all();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPause, [&] { return wanted_ || ending_.cancelled(); });
    if (ending_.cancelled()) return;
  }
}

void Watches::look_at_all() {
  std::list<Watch> all;
  int64_t now_unix = 0;
  {
    const std::lock_guard lock(mutex_);
    wanted_ = false;  // what is wanted from here on comes after this look
    now_unix = parts_.clock.unix_seconds();
    if (not_loaded_) {
      const auto loaded = load();
      if (!loaded) return;
      not_loaded_.reset();
    }
    all = watches_;
  }
  std::erase_if(memories_, [&](const auto& one) {
    return std::ranges::none_of(all, [&](const Watch& watch) { return watch.view.id == one.first; });
  });
  const auto collections = parts_.store.collections();
  if (!collections) return log::warn("watched folders: {}", collections.error().message.en);
  for (const Watch& watch : all) {
    if (watch.stop.cancelled()) continue;
    const store::CollectionId collection = watch.view.collection;
    if (std::ranges::find(*collections, collection, &store::Collection::id) == collections->end()) {
      log::info("the collection of watched folder {} was removed", watch.view.id);
      if (const auto removed = remove(watch.view.id); !removed)
        log::warn("watched folder {}: {}", watch.view.id, removed.error().message.en);
      continue;
    }
    const auto memory = memory_of(watch.view.id);
    if (!memory) return log::warn("watched folders: {}", memory.error().message.en);
    look(watch, **memory, now_unix);
  }
}

Result<Watches::Memory*> Watches::memory_of(int64_t id) {
  if (const auto known = memories_.find(id); known != memories_.end()) return &known->second;
  Memory made;
  const auto text = parts_.store.value(record_key(id));
  if (!text && text.error().code != Errc::not_found) return std::unexpected(text.error());
  if (text) {
    auto record = read_record(*text);
    // Without its record nothing will be taken away of what came before.
    if (!record) log::warn("watched folder {}: {}", id, record.error().message.en);
    if (record) made.record = std::move(*record);
    made.saved = std::hash<std::string>()(*text);
  }
  return &memories_.emplace(id, std::move(made)).first->second;
}

void Watches::look(const Watch& watch, Memory& memory, int64_t now_unix) {
  if (now_unix < memory.paused_until_unix) return;
  show(watch, memory.record);
  const sys::Path folder = watch.view.folder;
  FolderCheck check(
      {.store = parts_.store,
       .host = parts_.host,
       .clock = parts_.clock,
       .home = parts_.home,
       .save = [&](const WatchRecord&) { return save(watch, memory); },
       .changed =
           [&](const WatchRecord& record) {
             show(watch, record);
             parts_.upkeep.wake();
             parts_.events.collections_changed();
           },
       .run = [&](size_t files, const FolderCheck::Adding& adding) { return run(watch, files, adding); }},
      watch.view.collection, folder, memory.record, memory.failures);
  FolderFound found = check.look();
  audit(watch, found);
  if (found.cancelled) {
    if (watch.stop.cancelled()) return;
    memory.paused_until_unix = now_unix + kPauseOfCancelled;
    found.state = FolderFound::State::watching;
    found.message = text("stopped at your request; it goes on in an hour", "已按你的要求停止，一小时后继续");
  }
  show(watch, memory.record);
  show(watch, found, now_unix);
}

Result<void> Watches::save(const Watch& watch, Memory& memory) {
  const std::string text = record_text(memory.record);
  const size_t hash = std::hash<std::string>()(text);
  if (hash == memory.saved) return {};
  const std::lock_guard lock(mutex_);
  const bool there =
      std::ranges::any_of(watches_, [&](const Watch& one) { return one.view.id == watch.view.id; });
  if (!there) return {};  // its record went with it
  TRY(parts_.store.set_value(record_key(watch.view.id), text));
  memory.saved = hash;
  return {};
}

Result<void> Watches::run(const Watch& watch, size_t files, const FolderCheck::Adding& adding) {
  if (files < kWorthAJob) {
    const auto added = adding({}, watch.stop);
    return added ? Result<void>() : std::unexpected(added.error());
  }
  const auto ended = std::make_shared<Ended>();
  const auto started = parts_.jobs.start(
      {.kind = "watch",
       .subject = sys::Path(watch.view.folder).filename().string(),
       .unit = "files",
       .collection = watch.view.collection},
      [ended, adding](const OnProgress& on_progress, const CancelToken& cancel) -> Result<Text> {
        const AtEnd at_end(*ended);
        auto added = adding(on_progress, cancel);
        ended->result = added ? Result<void>() : std::unexpected(added.error());
        return added;
      });
  if (!started) {
    const auto added = adding({}, watch.stop);
    return added ? Result<void>() : std::unexpected(added.error());
  }
  const Caller server{.user = {.role = store::Role::admin}};
  bool told = false;
  while (!ended->over) {
    std::this_thread::sleep_for(kLook);
    if (told || !watch.stop.cancelled()) continue;
    told = true;
    if (const auto cancelled = parts_.jobs.cancel(server, started->id); !cancelled)
      log::warn("watched folder {}: {}", watch.view.id, cancelled.error().message.en);
  }
  return ended->result;
}

void Watches::show(const Watch& watch, const WatchRecord& record) {
  const uint32_t documents = documents_in(record);
  const std::lock_guard lock(mutex_);
  for (Watch& one : watches_)
    if (one.view.id == watch.view.id) one.view.documents = documents;
}

void Watches::show(const Watch& watch, const FolderFound& found, int64_t checked_unix) {
  const std::lock_guard lock(mutex_);
  for (Watch& one : watches_) {
    if (one.view.id != watch.view.id) continue;
    one.view.state = found.state;
    one.view.message = found.message;
    one.view.checked_unix = checked_unix;
  }
}

void Watches::audit(const Watch& watch, const FolderFound& found) {
  if (found.added + found.updated + found.removed == 0) return;
  const auto written =
      parts_.store.accounts().audit({.actor = kActor,
                                     .action = "watch.sync",
                                     .subject = fmt::format("{} (+{} ~{} -{})", watch.view.folder,
                                                            found.added, found.updated, found.removed)});
  if (!written) log::warn("audit log: {}", written.error().message.en);
}

Result<void> Watches::load() {
  const auto text = parts_.store.value(kList);
  if (!text && text.error().code == Errc::not_found) return {};
  TRY(text);
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(*text, error);
  const boost::json::object* from = error ? nullptr : parsed.if_object();
  const boost::json::value* next = from != nullptr ? from->if_contains("next") : nullptr;
  const boost::json::value* items = from != nullptr ? from->if_contains("items") : nullptr;
  if (next == nullptr || !next->is_int64() || items == nullptr || !items->is_array())
    return list_is_damaged();
  std::list<Watch> watches;
  for (const boost::json::value& one : items->get_array()) {
    const boost::json::object* item = one.if_object();
    const boost::json::value* id = item != nullptr ? item->if_contains("id") : nullptr;
    const boost::json::value* collection = item != nullptr ? item->if_contains("collection") : nullptr;
    const boost::json::value* folder = item != nullptr ? item->if_contains("folder") : nullptr;
    if (id == nullptr || !id->is_int64() || collection == nullptr || !collection->is_int64() ||
        folder == nullptr || !folder->is_string())
      return list_is_damaged();
    watches.push_back({.view = {.id = id->get_int64(),
                                .collection = collection->get_int64(),
                                .folder = std::string(folder->get_string())}});
  }
  watches_ = std::move(watches);
  next_id_ = next->get_int64();
  return {};
}

Result<void> Watches::save_list(const std::list<Watch>& watches) {
  boost::json::array items;
  for (const Watch& watch : watches) {
    const WatchView& view = watch.view;
    items.push_back(
        boost::json::object{{"id", view.id}, {"collection", view.collection}, {"folder", view.folder}});
  }
  return parts_.store.set_value(
      kList, boost::json::serialize(boost::json::object{{"next", next_id_}, {"items", std::move(items)}}));
}

boost::json::object watch_json(const WatchView& watch, Lang lang) {
  const auto checked =
      watch.checked_unix ? boost::json::value(*watch.checked_unix) : boost::json::value(nullptr);
  return {{"id", watch.id},
          {"collection", watch.collection},
          {"folder", watch.folder},
          {"state", state_name(watch.state)},
          {"documents", watch.documents},
          {"checked", checked},
          {"message", watch.message.in(lang)}};
}

}  // namespace cvp::serve
