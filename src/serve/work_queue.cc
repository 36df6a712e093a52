#include "serve/work_queue.h"

#include <algorithm>
#include <chrono>

namespace cvp::serve {

WorkQueue::WorkQueue(const Options& options) : options_(options) {
  for (size_t i = 0; i < options_.at_once; ++i) threads_.emplace_back([this] { work(); });
}

WorkQueue::~WorkQueue() { stop(); }

void WorkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const auto& job : running_) job->cancel.cancel();
  }
  changed_.notify_all();
  for (std::thread& thread : std::exchange(threads_, {})) thread.join();
  for (const auto& job : std::exchange(waiting_, {})) job->dropped();
}

Result<void> WorkQueue::push(Job job) {
  std::unique_lock lock(mutex_);
  const auto of_user = [&](const std::shared_ptr<Job>& one) { return one->user == job.user; };
  if (static_cast<size_t>(std::ranges::count_if(waiting_, of_user) +
                          std::ranges::count_if(running_, of_user)) >= options_.per_user) {
    return fail(Errc::busy,
                text("{} of your questions are being worked on already", "你已有 {} 个问题正在处理",
                     options_.per_user),
                text("wait for one to end, or cancel it", "请等待其中一个完成，或取消它"));
  }
  if (ending_ || waiting_.size() >= options_.waiting) {
    return fail(Errc::unavailable, text("too many questions are waiting", "等待处理的问题过多"),
                text("try again in a moment", "请稍后再试"));
  }
  waiting_.push_back(std::make_shared<Job>(std::move(job)));
  tell_positions(lock);
  lock.unlock();
  changed_.notify_one();
  return {};
}

size_t WorkQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

size_t WorkQueue::running() const {
  const std::lock_guard lock(mutex_);
  return running_.size();
}

void WorkQueue::tell_positions(std::unique_lock<std::mutex>& lock) {
  // Told outside the lock: a listener may take a moment. Jobs are shared, so that none can vanish meanwhile.
  std::vector<std::shared_ptr<Job>> line(waiting_.begin(), waiting_.end());
  lock.unlock();
  for (size_t i = 0; i < line.size(); ++i)
    if (line[i]->on_position) line[i]->on_position(i + 1);
  lock.lock();
}

void WorkQueue::work() {
  constexpr auto kLook = std::chrono::milliseconds(200);  // for cancelled ones that wait
  std::unique_lock lock(mutex_);
  while (!ending_) {
    std::vector<std::shared_ptr<Job>> given_up;
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (!(*it)->cancel.cancelled()) {
        ++it;
        continue;
      }
      given_up.push_back(*it);
      it = waiting_.erase(it);
    }
    if (!given_up.empty()) {
      lock.unlock();
      for (const auto& job : given_up) job->dropped();
      lock.lock();
      tell_positions(lock);
      continue;
    }
    if (waiting_.empty()) {
      changed_.wait_for(lock, kLook);
      continue;
    }
    const std::shared_ptr<Job> job = waiting_.front();
    waiting_.pop_front();
    running_.push_back(job);
    tell_positions(lock);
    lock.unlock();
    job->run();
    lock.lock();
    running_.remove(job);
  }
}

}  // namespace cvp::serve
