#include "net/reply.h"

#include <algorithm>

namespace cvp::net {

void Wakeable::set_waker(std::function<void()> waker) {
  const std::lock_guard lock(mutex_);
  waker_ = std::move(waker);
  if (waker_) waker_();
}

void Wakeable::wake() {
  const std::lock_guard lock(mutex_);
  if (waker_) waker_();
}

bool EventStream::send(std::string_view event, std::string_view data) {
  std::string text;
  if (!event.empty()) text.append("event: ").append(event).append("\n");
  while (true) {
    const size_t end = data.find('\n');
    text.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  text += "\n";
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || gone_.cancelled()) return false;
    if (queue_.size() + text.size() > kQueueBytes) {
      gone_.cancel();
      closed_ = true;
    } else {
      queue_ += text;
    }
  }
  wake();
  return !gone_.cancelled();
}

void EventStream::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake();
}

std::string EventStream::take(bool& ended) {
  const std::lock_guard lock(mutex_);
  ended = closed_;
  return std::exchange(queue_, {});
}

void LateReply::set(Reply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (ready_) return;
    ready_ = true;
    reply_ = std::move(reply);
  }
  wake();
}

bool LateReply::take(Reply& reply) {
  const std::lock_guard lock(mutex_);
  if (!ready_) return false;
  Reply made = std::move(reply_);
  for (auto& header : reply.headers) {
    if (std::ranges::find(made.headers, header.first, &decltype(made.headers)::value_type::first) ==
        made.headers.end())
      made.headers.push_back(std::move(header));
  }
  reply = std::move(made);
  return true;
}

}  // namespace cvp::net
