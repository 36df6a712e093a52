// Many readers, one writer. Workers parse and cut in parallel, each document in a child process of its own;
// the calling thread alone commits and reports. The queue between them is short, since each entry holds a
// whole document.
#include "ingest/adder.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "ingest/prepare.h"

namespace cvp::ingest {
namespace {

constexpr unsigned kMaxWorkers = 16;
constexpr std::chrono::milliseconds kPollCancel{50};

class Pipeline {
 public:
  Pipeline(store::Store& store, const model::Tokenizer& tokenizer, const std::vector<sys::Path>& files,
           const AddOptions& options, const CancelToken& cancel)
      : store_(store), tokenizer_(tokenizer), files_(files), options_(options), cancel_(cancel) {
    const size_t wanted = std::clamp(options.workers, 1u, kMaxWorkers);
    const size_t count = std::min<size_t>(wanted, files.size());
    capacity_ = count;
    running_ = count;
    for (size_t i = 0; i < count; ++i) workers_.emplace_back([this] { work(); });
  }
  Pipeline(const Pipeline&) = delete;

  /// Workers that wait for room in the queue are let go; those that parse end with their child.
  ~Pipeline() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  /// The next document in the order they become ready; nothing when all are done or the user cancelled.
  std::optional<Prepared> next() {
    std::unique_lock lock(mutex_);
    while (queue_.empty() && running_ > 0 && !cancel_.cancelled()) changed_.wait_for(lock, kPollCancel);
    if (queue_.empty() || cancel_.cancelled()) return {};
    Prepared prepared = std::move(queue_.front());
    queue_.pop_front();
    changed_.notify_all();
    return prepared;
  }

 private:
  void work() {
    while (true) {
      size_t index = 0;
      {
        const std::lock_guard lock(mutex_);
        if (closed_ || cancel_.cancelled() || next_file_ >= files_.size()) break;
        index = next_file_++;
      }
      Prepared prepared = prepare_file(store_, tokenizer_, files_[index], options_, cancel_);
      std::unique_lock lock(mutex_);
      while (queue_.size() >= capacity_ && !closed_) changed_.wait_for(lock, kPollCancel);
      if (closed_) break;
      queue_.push_back(std::move(prepared));
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  }

  store::Store& store_;
  const model::Tokenizer& tokenizer_;
  const std::vector<sys::Path>& files_;
  const AddOptions& options_;
  const CancelToken& cancel_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Prepared> queue_;  // by mutex_, as all below
  size_t capacity_ = 1, next_file_ = 0, running_ = 0;
  bool closed_ = false;

  std::vector<std::thread> workers_;
};

/// A file that another file's document stood for. When this run changes that document, the content is
/// nowhere.
struct Copy {
  sys::Path file;
  FileOutcome outcome;
};

bool was_cancelled(const FileOutcome& outcome) {
  return outcome.kind == FileOutcome::Kind::failed && outcome.error.code == Errc::cancelled;
}

Text adding() { return text("adding documents", "正在添加文档"); }

}  // namespace

Result<void> add_files(store::Store& store, const model::Tokenizer& tokenizer,
                       const std::vector<sys::Path>& files, const AddOptions& options,
                       const OnProgress& on_progress,
                       const std::function<void(const FileOutcome&)>& on_outcome, const CancelToken& cancel) {
  const auto report = [&](uint64_t done) {
    if (on_progress) on_progress({adding(), done, files.size(), Progress::Unit::items});
  };
  uint64_t done = 0;
  const auto tell = [&](const FileOutcome& outcome) {
    if (on_outcome) on_outcome(outcome);
    report(++done);
  };
  report(0);
  Pipeline pipeline(store, tokenizer, files, options, cancel);
  std::vector<Copy> copies;
  std::unordered_set<store::DocumentId> updated;
  while (auto prepared = pipeline.next()) {
    const sys::Path file = prepared->file;
    const bool was_parsed = prepared->revision.has_value();
    FileOutcome outcome = commit(store, std::move(*prepared));
    if (was_cancelled(outcome)) break;
    if (outcome.kind == FileOutcome::Kind::updated) updated.insert(outcome.document);
    if (was_parsed && outcome.kind == FileOutcome::Kind::unchanged)
      copies.push_back({file, std::move(outcome)});
    else
      tell(outcome);
  }
  for (Copy& copy : copies) {
    if (cancel.cancelled()) break;
    if (updated.contains(copy.outcome.document))
      copy.outcome = commit(store, prepare_file(store, tokenizer, copy.file, options, cancel));
    if (!was_cancelled(copy.outcome)) tell(copy.outcome);
  }
  if (cancel.cancelled()) return fail_cancelled();
  return {};
}

Result<FileOutcome> add_file_as(store::Store& store, const model::Tokenizer& tokenizer, const sys::Path& file,
                                const std::string& uri, const AddOptions& options,
                                const CancelToken& cancel) {
  FileOutcome outcome = commit(store, prepare_file_as(store, tokenizer, file, uri, options, cancel));
  if (was_cancelled(outcome)) return fail_cancelled();
  return outcome;
}

Result<FileOutcome> add_bytes(store::Store& store, const model::Tokenizer& tokenizer, std::string_view bytes,
                              const std::string& uri, const AddOptions& options, const CancelToken& cancel) {
  FileOutcome outcome = commit(store, prepare_bytes(store, tokenizer, bytes, uri, options, cancel));
  if (was_cancelled(outcome)) return fail_cancelled();
  return outcome;
}

}  // namespace cvp::ingest
