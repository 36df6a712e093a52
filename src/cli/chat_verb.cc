#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/unicode.h"
#include "chat/warmer.h"
#include "cli/answer_view.h"
#include "cli/chat_session.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "cli/words.h"
#include "sys/terminal.h"

namespace cvp::cli {
namespace {

constexpr size_t kListed = 50;
constexpr size_t kWarmed = 48;  // passages made ready while nobody asks: some minutes of a small machine

struct Options {
  std::vector<std::string> collections;
  std::string mode;
  int64_t id = 0, remove = 0;
  bool again = false, list = false, no_engine = false, yes = false;
};

class Conversation {
 public:
  Conversation(App& app, ChatSession& session, const Asking& asking, chat::AskOptions how)
      : app_(app), session_(session), asking_(asking), how_(std::move(how)), warmer_(*asking.answerer) {}

  Result<int> run() {
    while (!app_.cancel().cancelled()) {
      TRY(warm_while_waiting());
      app_.printer().prompt(verbatim("> "));
      const auto line = sys::read_line(app_.input(), app_.cancel());
      warmer_.stop();
      if (!line || *line == "/quit" || *line == "/exit" || *line == "/退出") break;
      if (one_line(*line).empty()) continue;
      if (line->starts_with('/')) {
        TRY(command(*line));
      } else {
        TRY(turn(repair_utf8(*line)));
      }
    }
    if (session_.id() != 0) {
      app_.printer().note(
          text("`cvp chat --continue {}` goes on here", "`cvp chat --continue {}` 可接着聊", session_.id()));
    }
    return 0;
  }

 private:
  Result<void> warm_while_waiting() {
    const bool reads = asking_.generator != nullptr && how_.mode != chat::ReadMode::extract;
    if (!reads || !app_.printer().on_terminal()) return {};  // from a pipe the next question is there already
    const Lang lang = last_.considered.empty() ? app_.lang() : last_.lang;
    warmer_.begin(TRY(chat::worth_warming(*TRY(app_.store()), how_.collections, last_, kWarmed)), lang);
    return {};
  }

  Result<void> command(const std::string& line) {
    Printer& printer = app_.printer();
    if (line == "/new") {
      session_.start_new();
      last_ = {};
      printer.note(text("a new conversation", "已开始新的对话"));
    } else if (line == "/sources") {
      if (last_.citations.empty()) printer.note(text("there are no sources yet", "还没有引用来源"));
      show_citations(printer, last_.citations, true);
    } else {
      if (line != "/help") printer.note(text("there is no command {}", "没有命令 {}", line));
      printer.note(
          text("/sources  the last answer's sources in full\n/new      a new conversation\n/quit     leave",
               "/sources  查看上一个回答的完整引用\n/new      开始新的对话\n/quit     退出"));
    }
    return {};
  }

  /// ^C ends the turn, not the conversation.
  Result<void> turn(const std::string& question) {
    const CancelToken cancel;
    sys::cancel_on_signals(cancel);
    AnswerView view(app_);
    auto asked = asking_.answerer->ask(question, session_.history(), how_, view.events(), cancel);
    sys::cancel_on_signals(app_.cancel());
    app_.printer().clear_status();
    if (!asked && asked.error().code == Errc::cancelled) {
      app_.printer().note(text("\nstopped", "\n已停止"));
      return {};
    }
    if (!asked) {
      // A dead engine is restarted by the next question; the conversation goes on.
      app_.printer().error(asked.error());
      return {};
    }
    last_ = std::move(*asked);
    view.finish(last_);
    app_.printer().line();
    const boost::json::object json = answer_json(last_, app_.lang());
    if (app_.printer().json_wanted()) app_.printer().json(json);
    return session_.add(question, last_, chat::shown_text(last_, app_.lang()), boost::json::serialize(json));
  }

  App& app_;
  ChatSession& session_;
  const Asking& asking_;
  const chat::AskOptions how_;
  chat::Answer last_;
  chat::Warmer warmer_;
};

Result<int> list(App& app, store::Store& store) {
  boost::json::array chats;
  for (const store::ChatInfo& chat : TRY(store.chats(kListed))) {
    app.printer().line(verbatim(fmt::format("{:>6}  {}  {}", chat.id, format_time(chat.updated_unix),
                                            one_line(printable(chat.title)))));
    chats.push_back(boost::json::object{
        {"id", chat.id}, {"title", chat.title}, {"updated", chat.updated_unix}, {"messages", chat.messages}});
  }
  if (chats.empty()) {
    app.printer().line(
        text("There are no chats yet; `cvp chat` begins one.", "还没有对话；运行 `cvp chat` 即可开始。"));
  } else {
    app.printer().note(text("`cvp chat --continue ID` goes on with one, `cvp chat --remove ID` removes it",
                            "`cvp chat --continue 编号` 接着聊，`cvp chat --remove 编号` 删除"));
  }
  if (app.printer().json_wanted()) app.printer().json({{"chats", std::move(chats)}});
  return 0;
}

Result<int> remove(App& app, store::Store& store, const Options& options) {
  const auto messages = store.messages(options.remove);
  if (!messages) {
    Error error = messages.error();
    if (error.code == Errc::not_found) error.hint = list_hint();
    return std::unexpected(std::move(error));
  }
  const std::string title = messages->empty() ? "" : messages->front().text;
  if (!options.yes && app.printer().on_terminal() &&
      !confirm(app, text("Remove the chat “{}”?", "删除对话“{}”？", one_line(printable(title))))) {
    return fail(Errc::refused, text("nothing was removed", "没有删除任何内容"),
                text("--yes removes without asking", "加上 --yes 可不经询问直接删除"));
  }
  TRY(store.remove_chat(options.remove));
  app.printer().line(text("chat {} removed", "已删除对话 {}", options.remove));
  if (app.printer().json_wanted()) app.printer().json({{"removed_chat", options.remove}});
  return 0;
}

void show_earlier(App& app, const ChatSession& session) {
  for (const store::ChatMessage& message : session.messages()) {
    app.printer().line(
        verbatim((message.from_user ? app.printer().bold("> ") : "") + printable(message.text)));
  }
}

Result<int> chat_with(App& app, const Options& options) {
  store::Store* store = TRY(app.store());
  if (options.list) return list(app, *store);
  if (options.remove != 0) return remove(app, *store, options);
  ChatSession session(*store, app.clock());
  if (options.again || options.id != 0) {
    TRY(session.resume(options.id));
    show_earlier(app, session);
  }
  chat::AskOptions how = app.ask_options(options.mode);
  how.collections = TRY(app.collections(options.collections));
  const bool generation_wanted = how.mode != chat::ReadMode::extract;
  const Asking asking = TRY(open_asking(app, !options.no_engine, how));
  if (!options.no_engine) say_what_is_missing(app, asking, generation_wanted);
  TRY(say_if_empty(app));
  if (app.printer().on_terminal()) {
    app.printer().note(
        text("Ask about your documents; /help lists the commands.", "可以就文档提问；/help 查看命令。"));
  }
  return Conversation(app, session, asking, how).run();
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("A conversation about the documents, kept in the home. A follow-up question is first made to "
           "stand alone, and "
           "what was understood is shown. Commands: /sources, /new, /quit. ^C stops an answer.",
           "就文档进行多轮对话，内容保存在本机。追问会先补全成独立的问题并显示出来。"
           "命令：/sources、/new、/quit。按 ^C 可停止当前回答。"));
  command.optional_number(
      "--continue", options->again, options->id, text("ID", "编号"),
      text("go on with this conversation, or the latest one", "继续指定编号的对话；不写编号则继续最近一次"));
  command.flag("--list", options->list, text("list the conversations", "列出已有的对话"));
  command.number("--remove", options->remove, 1, INT64_MAX,
                 text("remove the conversation of this number", "删除该编号的对话"));
  command.flag("-y,--yes", options->yes, text("do not ask before --remove", "用 --remove 时不询问"));
  command.choice("--mode", options->mode, {"auto", "single", "joint", "extract"},
                 text("as with `cvp ask`", "同 `cvp ask`"));
  command.option("-c,--collection", options->collections, text("NAME", "名称"),
                 text("only these collections; may be repeated", "只查这些文档集，可重复"));
  command.flag("--no-engine", options->no_engine,
               text("start no model: search by words, quote", "不启动模型：按词语检索并摘录"));
  command.example("cvp chat", text("a new conversation", "开始新的对话"));
  command.example("cvp chat --continue", text("where you left off", "接着上次聊"));
  return [options](App& app) { return chat_with(app, *options); };
}

}  // namespace

Verb chat_verb() {
  return {.name = "chat",
          .summary = text("ask several questions in a row", "多轮问答"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
