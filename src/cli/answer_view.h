// Answers on the screen and as JSON; `ask`, `chat` and `eval` share them.
#pragma once
#include <boost/json/object.hpp>
#include <thread>

#include "chat/answerer.h"
#include "cli/app.h"

namespace cvp::cli {

/// Shows a turn while it runs.
class AnswerView {
 public:
  explicit AnswerView(App& app) : app_(app) {}
  chat::Events events();
  /// What is left to say once the turn is over: the note, the citations.
  void finish(const chat::Answer& answer);

 private:
  void show_sentence(const chat::Sentence& sentence);
  App& app_;
  size_t shown_ = 0;
  bool last_was_chinese_ = false;
};

/// [1] title, page 3: "quote"
void show_citations(Printer& printer, const std::vector<chat::Citation>& citations, bool whole_quotes);

/// {"outcome", "question", "lang", "answer", "sentences", "citations", "note", "confidence", "model",
/// "timings_ms"}
boost::json::object answer_json(const chat::Answer& answer, Lang lang);

/// Everything a question needs. References stay with the app. Without a generator the mode becomes extract.
/// No model is loaded before it is asked something.
Result<chat::Parts> open_parts(App& app, bool with_engine, chat::AskOptions& options);

/// The same, ready to be asked, with the chat model on its way.
struct Asking {
  std::unique_ptr<chat::Answerer> answerer;
  model::Generator* generator = nullptr;
  model::Embedder* embedder = nullptr;
  std::jthread early_start;  // loads the chat model while passages are searched for; ends before the others
};
Result<Asking> open_asking(App& app, bool with_engine, chat::AskOptions& options);

/// Which models are not there, and what gets them.
void say_what_is_missing(App& app, const Asking& asking, bool generation_wanted);

}  // namespace cvp::cli
