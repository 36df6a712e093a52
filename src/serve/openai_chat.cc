#include "serve/openai_chat.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "base/json_text.h"
#include "base/log.h"
#include "serve/answer_json.h"
#include "serve/chat_request.h"
#include "serve/cited_text.h"
#include "serve/later.h"
#include "serve/model_names.h"
#include "serve/openai_json.h"
#include "serve/replies.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr size_t kIdBytes = 12;

Completion completion_of(const Backend& backend, const ChatRequest& request) {
  return {.id = "chatcmpl-" + sys::random_hex(kIdBytes),
          .model = request.model,
          .created = backend.clock.unix_seconds()};
}

/// The chunks of one reply. Used by one thread at a time.
class ChunkStream {
 public:
  ChunkStream(Completion who, bool with_usage, CancelToken cancel)
      : who_(std::move(who)), with_usage_(with_usage), cancel_(std::move(cancel)) {}

  const std::shared_ptr<net::EventStream>& events() const { return events_; }

  void begin() {
    if (!std::exchange(begun_, true)) send(who_.chunk({{"role", "assistant"}, {"content", ""}}, ""));
  }
  void content(std::string_view piece) {
    begin();
    if (!piece.empty()) send(who_.chunk({{"content", piece}}, ""));
  }
  /// extra: beside the choices of the last chunk.
  void end(object delta, std::string_view finish_reason, const value& usage, const object& extra) {
    begin();
    object last = who_.chunk(std::move(delta), finish_reason);
    last.insert(extra.begin(), extra.end());
    send(last);
    if (with_usage_) send(who_.usage_chunk(usage));
    events_->send("", "[DONE]");
    events_->close();
  }
  void fail(const Error& error, Lang lang) {
    send({{"error", error_json(error, lang)}});
    events_->close();
  }

 private:
  void send(const object& data) {
    object shown = data;
    if (!with_usage_) shown.erase("usage");
    // Whoever does not listen any more wants no reply.
    if (!events_->send("", json_text(shown))) cancel_.cancel();
  }

  const Completion who_;
  const bool with_usage_;
  const CancelToken cancel_;
  const std::shared_ptr<net::EventStream> events_ = std::make_shared<net::EventStream>();
  bool begun_ = false;
};

void log_bug(const Error& error) {
  if (error.code == Errc::failed || error.code == Errc::corrupt)
    log::warn("a chat completion: {}", error.message.en);
}

/// A reply from documents: whole, or sentence by sentence as they pass the check.
class DocumentsTurn {
 public:
  DocumentsTurn(Backend& backend, const Call& call, const ChatRequest& request, std::string_view question)
      : backend_(backend),
        lang_(call.lang),
        who_(completion_of(backend, request)),
        messages_(request.messages),
        text_(guess_lang(question)) {
    if (request.stream) stream_.emplace(who_, request.usage_in_stream, call.request.gone);
  }

  net::Reply reply() const {
    if (stream_) return event_reply(stream_->events());
    return {.body = late_};
  }

  static AskSink sink(const std::shared_ptr<DocumentsTurn>& turn) {
    return {.on_position = {},
            .events = {.on_stage = {},
                       .on_question = {},
                       .on_sentence = [turn](const chat::Sentence& sentence,
                                             const std::vector<chat::Citation>&) { turn->tell(sentence); }},
            .finished = [turn](const Result<chat::Answer>& answer) { turn->finish(answer); }};
  }

 private:
  void tell(const chat::Sentence& sentence) {
    const std::string piece = text_.add(sentence);
    if (stream_) stream_->content(piece);
  }

  void finish(const Result<chat::Answer>& answer) {
    if (!answer) return fail(answer.error());
    const std::string note = text_.add_note(answer->note);
    if (stream_) stream_->content(note);
    const object extra = {{"cvp", answer_json(*answer, lang_)}};
    const array annotations = text_.annotations(answer->citations);
    if (stream_) return stream_->end({{"annotations", annotations}}, "stop", usage(), extra);
    object body = who_.whole({{"role", "assistant"},
                              {"content", text_.text()},
                              {"refusal", nullptr},
                              {"annotations", annotations}},
                             "stop", usage());
    body.insert(extra.begin(), extra.end());
    late_->set(json_reply(body));
  }

  void fail(const Error& error) {
    log_bug(error);
    if (stream_) return stream_->fail(error, lang_);
    late_->set(error_reply(error, lang_));
  }

  /// An answer from documents takes many prompts; what clients can use is how much they sent and got.
  value usage() const {
    const auto tokenizer = backend_.host.tokenizer();
    if (!tokenizer) return nullptr;
    size_t sent = 0;
    for (const model::Message& message : messages_)
      for (const std::string& part : message.parts) sent += (*tokenizer)->count(part);
    return usage_json(static_cast<int64_t>(sent), 0, static_cast<int64_t>((*tokenizer)->count(text_.text())));
  }

  Backend& backend_;
  const Lang lang_;
  const Completion who_;
  const std::vector<model::Message> messages_;
  std::optional<ChunkStream> stream_;
  const std::shared_ptr<net::LateReply> late_ = std::make_shared<net::LateReply>();
  CitedText text_;
};

/// The collections of the model's name and of the field "cvp".
Result<std::vector<store::CollectionId>> collections_of(const Backend& backend, const Call& call,
                                                        const ChatRequest& request, const NamedModel& model) {
  if (request.collections.empty()) return model.collections;
  if (!model.collections.empty()) {
    return fail(Errc::usage, text("the model names a collection already", "模型名称已指定了文档集"),
                text("name collections in “cvp” with the model “cvp” only",
                     "只有模型为“cvp”时，才能在“cvp”字段中指定文档集"));
  }
  std::vector<store::CollectionId> out;
  for (const auto& one : request.collections) {
    const auto* id = std::get_if<int64_t>(&one);
    out.push_back(id != nullptr ? *id
                                : TRY(collection_named(backend, call.caller, std::get<std::string>(one))));
  }
  return out;
}

Result<net::Reply> answer_from_documents(Backend& backend, const Call& call, const ChatRequest& request,
                                         const NamedModel& model) {
  Conversation conversation = TRY(conversation_of(request.messages));
  const auto turn = std::make_shared<DocumentsTurn>(backend, call, request, conversation.question);
  const auto asked = ask(backend, call.caller,
                         {.question = std::move(conversation.question),
                          .history = std::move(conversation.history),
                          .mode = request.mode,
                          .collections = TRY(collections_of(backend, call, request, model))},
                         DocumentsTurn::sink(turn), call.request.gone);
  if (!asked) return queue_refusal(asked.error(), call.lang);
  return turn->reply();
}

/// One call of the chat model.
struct Generation {
  std::shared_ptr<model::Generator> generator;
  std::vector<model::Message> messages;
  model::Sampling sampling;

  Result<model::Reply> run(const model::OnText& on_text, const CancelToken& cancel) const {
    auto reply = TRY(generator->generate(messages, sampling, on_text, cancel));
    if (reply.finish == model::Reply::Finish::cancelled) return fail_cancelled();
    return reply;
  }
};

std::string_view finish_reason(const model::Reply& reply) {
  return reply.finish == model::Reply::Finish::length ? "length" : "stop";
}

object usage_of(const model::Usage& usage) {
  return usage_json(usage.prompt_tokens, usage.cached_tokens, usage.generated_tokens);
}

/// The chat model's words as they come.
class StreamedGeneration {
 public:
  StreamedGeneration(Backend& backend, const Call& call, const ChatRequest& request, Generation generation)
      : lang_(call.lang),
        cancel_(call.request.gone),
        generation_(std::move(generation)),
        stream_(completion_of(backend, request), request.usage_in_stream, cancel_),
        ticket_(backend.live.begin({.user = call.caller.user.id,
                                    .key = call.caller.key,
                                    .session_hash = call.caller.session_hash,
                                    .cancel = cancel_})) {}

  net::Reply reply() const { return event_reply(stream_.events()); }

  void run() {
    auto reply = generation_.run([this](std::string_view piece) { stream_.content(piece); }, cancel_);
    if (!reply) {
      // A prompt that the model cannot take is the client's mistake, not a lack of rights.
      if (reply.error().code == Errc::refused) reply.error().code = Errc::usage;
      return fail(reply.error());
    }
    stream_.end({}, finish_reason(*reply), usage_of(reply->usage), {});
  }
  void drop() {
    fail({.code = Errc::unavailable,
          .message = text("the reply was given up before it began", "尚未开始生成，请求已被取消"),
          .hint = {}});
  }

 private:
  void fail(const Error& error) {
    log_bug(error);
    stream_.fail(error, lang_);
  }

  const Lang lang_;
  const CancelToken cancel_;
  const Generation generation_;
  ChunkStream stream_;
  const LiveCalls::Ticket ticket_;
};

Result<net::Reply> generate(Backend& backend, const Call& call, const ChatRequest& request) {
  const auto generator = backend.host.generator();
  if (generator == nullptr) return fail(Errc::unavailable, backend.host.why_no_generator());
  Generation generation{.generator = generator, .messages = request.messages, .sampling = request.sampling};
  if (const uint32_t most = generator->identity().context_tokens; most > 0)
    generation.sampling.max_tokens = std::min(generation.sampling.max_tokens, static_cast<int>(most));
  if (request.stream) {
    const auto streamed = std::make_shared<StreamedGeneration>(backend, call, request, std::move(generation));
    const auto queued = backend.generation.push({.user = call.caller.user.id,
                                                 .cancel = call.request.gone,
                                                 .on_position = {},
                                                 .run = [streamed] { streamed->run(); },
                                                 .dropped = [streamed] { streamed->drop(); }});
    if (!queued) return queue_refusal(queued.error(), call.lang);
    return streamed->reply();
  }
  auto reply = later(
      backend.generation, backend.live, call,
      [generation = std::move(generation), who = completion_of(backend, request),
       lang = call.lang](const CancelToken& cancel) -> Result<net::Reply> {
        const auto made = generation.run({}, cancel);
        if (!made) return model_refusal(made.error(), lang);
        return json_reply(who.whole(
            {{"role", "assistant"}, {"content", made->text}, {"refusal", nullptr}, {"annotations", array{}}},
            finish_reason(*made), usage_of(made->usage)));
      });
  if (!reply) return queue_refusal(reply.error(), call.lang);
  return reply;
}

}  // namespace

Result<net::Reply> chat_completion(Backend& backend, const Call& call) {
  const ChatRequest request = TRY(read_chat_request(call.body));
  const NamedModel model = TRY(named_model(backend, call.caller, request.model));
  switch (model.kind) {
    case NamedModel::Kind::documents:
      return answer_from_documents(backend, call, request, model);
    case NamedModel::Kind::chat:
      return generate(backend, call, request);
    case NamedModel::Kind::embedder:
      break;
  }
  return fail(Errc::usage, text("“{}” makes vectors, not replies", "“{}”是向量模型，不能对话", request.model),
              text("the models that do are at /v1/models", "可对话的模型见 /v1/models"));
}

}  // namespace cvp::serve
