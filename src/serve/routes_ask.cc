// POST /api/ask: the answer as events while it is made, and kept in a chat before the last of them.
#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <set>

#include "base/json_text.h"
#include "base/limits.h"
#include "base/log.h"
#include "chat/history.h"
#include "serve/answer_json.h"
#include "serve/openai_json.h"
#include "serve/replies.h"
#include "serve/routes.h"
#include "serve/seen_chat.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

constexpr size_t kCollectionsAsked = 1000;
constexpr size_t kQuestionCharacters = limits::kQuestionBytes / 4;  // of any script
constexpr uint32_t kChatMessages = 1000;

/// Chats in which a question is being answered: the next one leans on that answer. Thread-safe.
class BusyChats {
 public:
  bool enter(store::ChatId chat) {
    const std::lock_guard lock(mutex_);
    return chats_.insert(chat).second;
  }
  void leave(store::ChatId chat) {
    const std::lock_guard lock(mutex_);
    chats_.erase(chat);
  }

 private:
  std::mutex mutex_;
  std::set<store::ChatId> chats_;
};

/// One chat, busy as long as this lives.
class Hold {
 public:
  /// Errc::busy: a question is being answered there.
  static Result<std::unique_ptr<Hold>> take(std::shared_ptr<BusyChats> chats, store::ChatId chat) {
    if (!chats->enter(chat)) {
      return fail(
          Errc::busy,
          text("the last question of this chat is still being answered", "该对话的上一个问题还在回答中"),
          text("wait for its answer, or cancel it", "请等待回答完成，或取消它"));
    }
    return std::unique_ptr<Hold>(new Hold(std::move(chats), chat));
  }
  ~Hold() { chats_->leave(chat_); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  Hold(std::shared_ptr<BusyChats> chats, store::ChatId chat) : chats_(std::move(chats)), chat_(chat) {}

  const std::shared_ptr<BusyChats> chats_;
  const store::ChatId chat_;
};

/// A question whose answer is told to a page and kept.
class LiveTurn {
 public:
  LiveTurn(Backend& backend, const Call& call, std::string question)
      : backend_(backend),
        user_(call.caller.user.id),
        lang_(call.lang),
        cancel_(call.request.gone),
        question_(std::move(question)),
        asked_unix_(backend.clock.unix_seconds()) {}

  /// Goes on in this chat instead of a new one.
  void continue_in(store::ChatId chat, std::unique_ptr<Hold> hold) {
    chat_ = chat;
    hold_ = std::move(hold);
  }

  const std::shared_ptr<net::EventStream>& stream() const { return stream_; }

  static AskSink sink(const std::shared_ptr<LiveTurn>& turn) {
    return {.on_position =
                [turn](size_t position) {
                  turn->send("queue", {{"position", position}});
                },
            .events = {.on_stage =
                           [turn](const Text& stage) {
                             turn->send("stage", {{"text", stage.in(turn->lang_)}});
                           },
                       .on_question =
                           [turn](const std::string& standalone) {
                             turn->send("question", {{"standalone", standalone}});
                           },
                       .on_sentence =
                           [turn](const chat::Sentence& sentence, const std::vector<chat::Citation>& so_far) {
                             turn->tell(sentence, so_far);
                           }},
            .finished = [turn](const Result<chat::Answer>& answer) { turn->finish(answer); }};
  }

 private:
  void send(std::string_view event, const boost::json::object& data) {
    // Whoever does not listen any more wants no answer.
    if (!stream_->send(event, json_text(data))) cancel_.cancel();
  }

  void tell(const chat::Sentence& sentence, const std::vector<chat::Citation>& so_far) {
    for (; cited_ < so_far.size(); ++cited_) send("citation", citation_json(so_far[cited_]));
    send("sentence", sentence_json(sentence, lang_));
  }

  void finish(const Result<chat::Answer>& answer) {
    const Result<boost::json::object> kept =
        answer ? keep(*answer) : Result<boost::json::object>(std::unexpected(answer.error()));
    // Before the last event: the page may ask on as soon as it has that.
    hold_.reset();
    if (kept) {
      send("answer", *kept);
    } else {
      const Error& error = kept.error();
      if (error.code == Errc::failed || error.code == Errc::corrupt)
        log::warn("a question: {}", error.message.en);
      send("error", error_json(error, lang_));
    }
    stream_->close();
  }

  /// The turn, durably; gives the event's data. Nothing of a question that was cancelled.
  Result<boost::json::object> keep(const chat::Answer& answer) {
    if (cancel_.cancelled()) return fail_cancelled();
    boost::json::object json = answer_json(answer, lang_);
    const bool is_new = chat_ == 0;
    if (is_new) chat_ = TRY(backend_.store.create_chat(chat::chat_title(question_), user_));
    const Result<int64_t> message = append(answer, json_text(json));
    if (!message) {
      if (is_new && !backend_.store.remove_chat(chat_))
        log::warn("chat {} was left without its first answer", chat_);
      return std::unexpected(message.error());
    }
    json["chat"] = chat_;
    json["message"] = *message;
    return json;
  }

  /// The number of the answer.
  Result<int64_t> append(const chat::Answer& answer, const std::string& json) {
    TRY(backend_.store.append_message(
        chat_,
        {.from_user = true, .text = question_, .standalone = answer.question, .unix_seconds = asked_unix_}));
    return backend_.store.append_message(chat_, {.from_user = false,
                                                 .text = chat::shown_text(answer, lang_),
                                                 .answer_json = json,
                                                 .unix_seconds = backend_.clock.unix_seconds()});
  }

  Backend& backend_;
  const store::UserId user_;
  const Lang lang_;
  const CancelToken cancel_;
  const std::string question_;
  const int64_t asked_unix_;
  const std::shared_ptr<net::EventStream> stream_ = std::make_shared<net::EventStream>();

  // Used by one call at a time: see AskSink.
  store::ChatId chat_ = 0;  // 0: a new one, once there is an answer
  std::unique_ptr<Hold> hold_;
  size_t cited_ = 0;  // citations told
};

struct Request {
  Asked asked;
  store::ChatId chat = 0;  // 0: a new one
};

Result<Request> read_request(const Call& call) {
  Fields fields(call.body);
  Request out;
  out.asked.question = fields.text("question", limits::kQuestionBytes);
  out.asked.mode = fields.choice("mode", {"auto", "single", "joint", "extract"}, "");
  out.asked.collections = fields.ids("collections", kCollectionsAsked);
  out.chat = fields.integer("chat", 0, 1, std::numeric_limits<int64_t>::max());
  TRY(fields.finish());
  TRY(check_length("question", out.asked.question, 1, kQuestionCharacters));
  if (std::ranges::none_of(out.asked.question, [](unsigned char c) { return c > ' '; }))
    return fail(Errc::usage, text("the question is empty", "问题是空的"));
  return out;
}

/// What was said before, as the asker may still see it: nothing of a removed document comes back through a
/// question that leans on its answer.
Result<std::vector<chat::HistoryTurn>> history(const Backend& backend, const Call& call,
                                               const ChatAccess& chat) {
  std::vector<store::ChatMessage> messages;
  for (SeenMessage& seen : TRY(seen_messages(backend, call.caller, chat, call.lang)))
    messages.push_back(std::move(seen.message));
  return chat::history_of(messages);
}

Result<net::Reply> start(Backend& backend, const std::shared_ptr<BusyChats>& busy, const Call& call) {
  Request request = TRY(read_request(call));
  const auto turn = std::make_shared<LiveTurn>(backend, call, request.asked.question);
  if (request.chat != 0) {
    const ChatAccess chat = TRY(own_chat(backend, call.caller, request.chat));
    if (chat.info.messages >= kChatMessages) {
      return fail(
          Errc::refused,
          text("this chat is full: it has {} messages", "这个对话已满：共有 {} 条消息", chat.info.messages),
          text("begin a new one", "请开始新的对话"));
    }
    turn->continue_in(request.chat, TRY(Hold::take(busy, request.chat)));
    request.asked.history = TRY(history(backend, call, chat));
  }
  const auto queued =
      ask(backend, call.caller, std::move(request.asked), LiveTurn::sink(turn), call.request.gone);
  if (!queued) return queue_refusal(queued.error(), call.lang);
  return event_reply(turn->stream());
}

}  // namespace

std::vector<Route> ask_routes(Backend& backend) {
  return {{.method = "POST",
           .pattern = "/api/ask",
           .need = Need::account,
           .scope = Scope::ask,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Ask a question; the answer comes as server-sent events",
                           "提问；回答以服务器推送事件的形式返回"),
           .takes = "AskRequest",
           .gives_events = "AskEvent",
           .run = [&backend, busy = std::make_shared<BusyChats>()](Call& call) {
             return start(backend, busy, call);
           }}};
}

}  // namespace cvp::serve
