#include "serve/seen_chat.h"

#include <algorithm>
#include <map>

#include "chat/history.h"
#include "serve/answer_json.h"

namespace cvp::serve {
namespace {

std::unexpected<Error> fail_unknown(store::ChatId id) {
  return fail(Errc::not_found, text("there is no chat {}", "没有编号为 {} 的对话", id));
}

bool is_for(const store::Grant& share, const store::User& user) {
  if (share.to == store::Grant::To::user) return share.id == user.id;
  return share.to == store::Grant::To::group && std::ranges::find(user.groups, share.id) != user.groups.end();
}

// One wording for both reasons: which of them it is would tell whether a document is still there.
Text hidden_text() {
  return text("(from a document that was removed or that you may not read)",
              "（出自已删除或你无权查看的文档）");
}
Text hidden_why() { return text("its source cannot be shown", "无法显示出处"); }
Text without_source_text() {
  return text("(a sentence without a source: only the chat's owner sees it)",
              "（没有出处的句子，只有对话的主人能看到）");
}

class Reader {
 public:
  Reader(const Backend& backend, const Caller& caller, bool mine, Lang lang)
      : backend_(backend), caller_(caller), mine_(mine), lang_(lang) {}

  Result<SeenMessage> see(store::ChatMessage message) {
    if (message.from_user) {
      // A completed question says what was learnt from the answers before it.
      if (hid_something_) message.standalone.clear();
      asked_ = message.standalone.empty() ? message.text : message.standalone;
      return SeenMessage{.message = std::move(message), .answer = {}};
    }
    if (!mine_) message.feedback.clear();
    SeenMessage out{.message = std::move(message), .answer = {}};
    out.answer = read_answer(out.message.answer_json);
    if (!out.answer) {
      // Where its words come from cannot be told.
      if (!mine_) out.message.text = hidden_text().in(lang_);
      return out;
    }
    out.answer->question = asked_;
    if (TRY(hide(*out.answer))) {
      hid_something_ = true;
      out.message.text = chat::shown_text(*out.answer, lang_);
    }
    return out;
  }

 private:
  Result<bool> readable(store::DocumentId document) {
    if (const auto known = readable_.find(document); known != readable_.end()) return known->second;
    const auto found = document_for(backend_, caller_, document, store::Right::read);
    if (!found && found.error().code != Errc::not_found) return std::unexpected(found.error());
    return readable_.emplace(document, found.has_value()).first->second;
  }

  /// True where something was hidden.
  Result<bool> hide(chat::Answer& answer) {
    std::vector<int> shown;  // numbers
    bool all = true;
    for (chat::Citation& citation : answer.citations) {
      if (TRY(readable(citation.document))) {
        shown.push_back(citation.number);
        continue;
      }
      all = false;
      citation = {.number = citation.number, .title = hidden_text().in(lang_)};
    }
    bool hid = !all;
    for (chat::Sentence& sentence : answer.sentences) {
      const bool sourced = !sentence.citations.empty();
      const bool visible =
          sourced ? std::ranges::all_of(
                        sentence.citations,
                        [&](int number) { return std::ranges::find(shown, number) != shown.end(); })
                  // Made from what was read, and that may have been any of it.
                  : mine_ && all;
      if (visible) continue;
      hid = true;
      const Text instead = sourced || !all ? hidden_text() : without_source_text();
      sentence = {.text = instead.in(lang_), .why_not = hidden_why()};
    }
    return hid;
  }

  const Backend& backend_;
  const Caller& caller_;
  const bool mine_;
  const Lang lang_;
  std::map<store::DocumentId, bool> readable_;
  std::string asked_;
  bool hid_something_ = false;
};

}  // namespace

Result<ChatAccess> chat_for(const Backend& backend, const Caller& caller, store::ChatId id) {
  auto info = backend.store.chat(id);
  if (!info && info.error().code == Errc::not_found) return fail_unknown(id);
  if (!info) return std::unexpected(info.error());
  ChatAccess out{.info = std::move(*info), .shared = TRY(backend.store.chat_shares(id))};
  out.mine = out.info.owner == caller.user.id;
  if (out.mine) return out;
  if (std::ranges::none_of(out.shared, [&](const store::Grant& share) { return is_for(share, caller.user); }))
    return fail_unknown(id);
  out.shared.clear();
  return out;
}

Result<ChatAccess> own_chat(const Backend& backend, const Caller& caller, store::ChatId id) {
  ChatAccess out = TRY(chat_for(backend, caller, id));
  if (out.mine) return out;
  return fail(Errc::refused,
              text("this chat was shared with you for reading only", "这个对话是共享给你阅读的，不能修改"),
              text("begin a chat of your own, or ask its owner", "可以另开自己的对话，或联系对话的主人"));
}

Result<std::vector<SeenMessage>> seen_messages(const Backend& backend, const Caller& caller,
                                               const ChatAccess& chat, Lang lang) {
  Reader reader(backend, caller, chat.mine, lang);
  std::vector<SeenMessage> out;
  for (store::ChatMessage& message : TRY(backend.store.messages(chat.info.id)))
    out.push_back(TRY(reader.see(std::move(message))));
  return out;
}

}  // namespace cvp::serve
