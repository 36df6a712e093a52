#include "serve/event_hub.h"

#include <algorithm>
#include <utility>

namespace cvp::serve {

EventHub::EventHub() : EventHub(Pace{}) {}

EventHub::EventHub(const Pace& pace)
    : pace_(pace), accounts_seen_(std::chrono::steady_clock::now()), thread_([this] { beat(); }) {}

EventHub::~EventHub() {
  end();
  thread_.join();
}

Result<std::shared_ptr<net::EventStream>> EventHub::open(const Caller& caller, Lang lang, LiveCalls& live,
                                                         Renew renew) {
  const auto stream = std::make_shared<net::EventStream>();
  LiveCalls::Ticket ticket = live.begin({.user = caller.user.id,
                                         .key = caller.key,
                                         .session_hash = caller.session_hash,
                                         .cancel = stream->gone()});
  // Asked after the stream was registered: what is withdrawn between the two ends it all the same.
  const Time asked = std::chrono::steady_clock::now();
  std::optional<Caller> now = TRY(renew(caller));
  if (!now)
    return fail(Errc::refused, text("you were signed out", "你已退出登录"),
                text("sign in again", "请重新登录"));
  const auto listener = std::make_shared<Listener>(Listener{.user = caller.user.id,
                                                            .lang = lang,
                                                            .stream = stream,
                                                            .ticket = std::move(ticket),
                                                            .renew = std::move(renew),
                                                            .caller = std::move(*now),
                                                            .renewed = asked});
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || listeners_.size() >= kStreams)
      return fail(Errc::unavailable, text("too many pages are open", "打开的页面过多"),
                  text("try again in a moment", "请稍后再试"));
    const auto of_user = [&](const auto& one) { return one->user == caller.user.id; };
    if (static_cast<size_t>(std::ranges::count_if(listeners_, of_user)) >= kStreamsPerUser)
      return fail(Errc::unavailable,
                  text("{} pages of this account are open", "此账号已打开 {} 个页面", kStreamsPerUser),
                  text("close some of them", "请关闭其中一些"));
    listeners_.push_back(listener);
  }
  changed_.notify_all();
  return stream;
}

void EventHub::job(const std::function<std::optional<std::string>(const Caller&, Lang)>& make) {
  const std::lock_guard telling(telling_);
  for (const auto& listener : listeners()) {
    if (!is_current(*listener, pace_.rights)) continue;
    if (const auto data = make(listener->caller, listener->lang)) tell(*listener, "job", *data);
  }
}

void EventHub::collections_changed() {
  {
    const std::lock_guard lock(mutex_);
    if (listeners_.empty() || std::exchange(collections_, true)) return;
  }
  changed_.notify_all();
}

void EventHub::end() {
  Listeners all;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    all.swap(listeners_);
  }
  changed_.notify_all();
  for (const auto& listener : all) listener->stream->close();
}

void EventHub::beat() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (listeners_.empty()) {
      changed_.wait(lock, [&] { return ending_ || !listeners_.empty(); });
    } else {
      changed_.wait_for(lock, pace_.look);
    }
    if (ending_) break;
    Due now = due();
    lock.unlock();
    attend(std::move(now));
    lock.lock();
  }
}

EventHub::Due EventHub::due() {
  const Time now = std::chrono::steady_clock::now();
  Due out{.collections = collections_ && now - collections_told_ >= pace_.collections,
          .accounts = now - accounts_seen_ >= pace_.accounts};
  for (auto it = listeners_.begin(); it != listeners_.end();) {
    const auto here = it++;
    if ((*here)->stream->gone().cancelled()) out.gone.splice(out.gone.end(), listeners_, here);
  }
  if (out.collections) {
    collections_ = false;
    collections_told_ = now;
  }
  if (out.accounts) accounts_seen_ = now;
  if (out.collections || out.accounts) out.all = listeners_;
  return out;
}

void EventHub::attend(Due due) {
  for (const auto& listener : due.gone) listener->stream->close();
  if (due.collections)
    for (const auto& listener : due.all) tell(*listener, "collections", "{}");
  if (!due.accounts) return;
  const std::lock_guard telling(telling_);
  for (const auto& listener : due.all) is_current(*listener, pace_.rights);
}

EventHub::Listeners EventHub::listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_;
}

bool EventHub::is_current(Listener& listener, std::chrono::milliseconds age) {
  if (listener.stream->gone().cancelled()) return false;
  const Time now = std::chrono::steady_clock::now();
  if (now - listener.renewed < age) return true;
  auto caller = listener.renew(listener.caller);
  if (!caller) return false;  // while the store cannot say, nothing is told
  if (!*caller) {
    listener.stream->gone().cancel();
    return false;
  }
  listener.caller = std::move(**caller);
  listener.renewed = now;
  return true;
}

void EventHub::tell(const Listener& listener, std::string_view event, std::string_view data) {
  if (!listener.stream->send(event, data)) listener.stream->gone().cancel();
}

}  // namespace cvp::serve
