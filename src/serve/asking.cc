#include "serve/asking.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>

#include "serve/backend.h"
#include "serve/caller_now.h"

namespace cvp::serve {
namespace {

std::unexpected<Error> fail_withdrawn() {
  return fail(Errc::refused,
              text("the right to what this is answered from was withdrawn meanwhile",
                   "回答所依据的文档，其阅读权限已被收回"),
              text("ask an administrator", "请联系管理员"));
}

/// One question from the line to its end.
class Question {
 public:
  Question(Backend& backend, const Caller& caller, Asked asked, AskSink sink, const CancelToken& cancel,
           bool generates)
      : backend_(backend),
        caller_(caller),
        asked_(std::move(asked)),
        sink_(std::move(sink)),
        cancel_(cancel),
        generates_(generates),
        ticket_(backend.live.begin({.user = caller.user.id,
                                    .key = caller.key,
                                    .session_hash = caller.session_hash,
                                    .cancel = cancel})) {}

  /// Told from several threads, in any order, and also once it is being answered.
  void tell_position(size_t position) {
    const std::lock_guard lock(mutex_);
    if (begun_ || position >= position_) return;
    position_ = position;
    if (sink_.on_position) sink_.on_position(position);
  }

  void run() {
    begin();
    Result<chat::Answer> answer = this->answer();
    if (!answer && answer.error().code == Errc::cancelled) {
      // The account's end also cancels; then that is what is said.
      if (const auto caller = caller_still(); !caller) answer = std::unexpected(caller.error());
    }
    sink_.finished(std::move(answer));
  }

  void drop() {
    begin();
    if (cancel_.cancelled()) return sink_.finished(fail_cancelled());
    sink_.finished(fail(Errc::unavailable, text("the server is stopping", "服务器正在停止"),
                        text("ask again in a minute", "请过一分钟再问")));
  }

 private:
  void begin() {
    const std::lock_guard lock(mutex_);
    begun_ = true;
  }

  /// Whoever asked may have been signed out, locked or removed since. With the rights of now.
  Result<Caller> caller_still() const {
    auto now = TRY(caller_now(backend_.store.accounts(), backend_.clock, caller_));
    if (now) return std::move(*now);
    return fail(Errc::refused,
                text("the account was signed out before the answer came", "账号在回答之前已退出登录"),
                text("sign in and ask again", "请重新登录后再问"));
  }

  /// Whether all that was readable when it began still is.
  bool still_readable(const Caller& begun, const std::vector<store::CollectionId>& collections) const {
    const auto now = caller_still();
    return now && std::ranges::all_of(collections, [&](store::CollectionId id) {
             return begun.right(id) == store::Right::none || now->right(id) != store::Right::none;
           });
  }

  Result<chat::Answer> answer() {
    if (cancel_.cancelled()) return fail_cancelled();
    const Caller caller = TRY(caller_still());
    chat::AskOptions options = backend_.host.ask_options(asked_.mode);
    options.collections = TRY(readable_collections(caller, asked_.collections));
    const std::shared_ptr<model::Generator> generator = generates_ ? backend_.host.generator() : nullptr;
    const std::shared_ptr<model::Embedder> embedder = backend_.host.embedder();
    if (generator == nullptr) options.mode = chat::ReadMode::extract;
    chat::Events events = sink_.events;
    events.on_sentence = [&](const chat::Sentence& sentence, const std::vector<chat::Citation>& so_far) {
      if (!still_readable(caller, options.collections)) return cancel_.cancel();
      if (sink_.events.on_sentence) sink_.events.on_sentence(sentence, so_far);
    };
    chat::Answerer answerer({.store = backend_.store,
                             .index = backend_.index,
                             .prompts = backend_.prompts,
                             .clock = backend_.clock,
                             .embedder = embedder.get(),
                             .generator = generator.get(),
                             .calibration = TRY(backend_.host.calibration(
                                 generator != nullptr ? generator->identity().name : ""))});
    chat::Answer out = TRY(answerer.ask(asked_.question, asked_.history, options, events, cancel_));
    TRY(caller_still());
    if (!still_readable(caller, options.collections)) return fail_withdrawn();
    return out;
  }

  Backend& backend_;
  const Caller caller_;
  const Asked asked_;
  const AskSink sink_;
  const CancelToken cancel_;
  const bool generates_;
  const LiveCalls::Ticket ticket_;

  std::mutex mutex_;  // guards what follows
  bool begun_ = false;
  size_t position_ = std::numeric_limits<size_t>::max();  // told last
};

}  // namespace

Result<void> ask(Backend& backend, const Caller& caller, Asked asked, AskSink sink,
                 const CancelToken& cancel) {
  TRY(readable_collections(caller, asked.collections));
  const bool generates = backend.host.ask_options(asked.mode).mode != chat::ReadMode::extract &&
                         backend.host.generator() != nullptr;
  const auto question =
      std::make_shared<Question>(backend, caller, std::move(asked), std::move(sink), cancel, generates);
  // Quoting needs no chat model, and so does not wait for it.
  WorkQueue& queue = generates ? backend.generation : backend.retrieval;
  return queue.push({.user = caller.user.id,
                     .cancel = cancel,
                     .on_position = [question](size_t position) { question->tell_position(position); },
                     .run = [question] { question->run(); },
                     .dropped = [question] { question->drop(); }});
}

}  // namespace cvp::serve
