#include "cli/answer_view.h"

#include <boost/json/array.hpp>
#include <cmath>

#include "cli/screen_text.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

constexpr size_t kQuoteColumns = 200;

std::string_view outcome_name(chat::Outcome outcome) {
  switch (outcome) {
    case chat::Outcome::answered:
      return "answered";
    case chat::Outcome::extracted:
      return "extracted";
    case chat::Outcome::refused:
      return "refused";
  }
  return "refused";
}

bool ends_chinese(std::string_view text) {
  char32_t last = 0;
  for (size_t pos = 0; pos < text.size();) last = decode_utf8(text, pos);
  return is_cjk(last) || (last >= 0x3000 && last <= 0x303F) || (last >= 0xFF01 && last <= 0xFF60) ||
         last == U'”';
}

boost::json::object citation_json(const chat::Citation& citation) {
  return {{"number", citation.number},
          {"document", citation.document},
          {"revision", citation.revision},
          {"chunk", citation.chunk},
          {"title", citation.title},
          {"uri", citation.uri},
          {"heading", citation.heading},
          {"page", citation.page},
          {"span", {citation.span.begin, citation.span.end}},
          {"quote", citation.quote}};
}

}  // namespace

chat::Events AnswerView::events() {
  Printer& printer = app_.printer();
  return {.on_stage = [&printer](const Text& stage) { printer.status(stage); },
          .on_question =
              [&printer](const std::string& standalone) {
                printer.note(text("understood as: {}", "理解为：{}", one_line(standalone)));
              },
          .on_sentence = [this](const chat::Sentence& sentence,
                                const std::vector<chat::Citation>&) { show_sentence(sentence); }};
}

void AnswerView::show_sentence(const chat::Sentence& sentence) {
  Printer& printer = app_.printer();
  const std::string words = one_line(printable(sentence.text));
  std::string piece;
  if (shown_ > 0 && !last_was_chinese_) piece = " ";
  std::string marks;
  for (const int number : sentence.citations) marks += fmt::format("[{}]", number);
  if (sentence.supported) {
    piece += words + (marks.empty() ? "" : printer.dim(marks));
  } else {
    const Text why = sentence.why_not.empty() ? text("not supported by the documents", "文档中没有依据")
                                              : sentence.why_not;
    const std::string remark = text(" (unverified: {})", "（未经证实：{}）", why).in(app_.lang());
    piece += printer.dim(words + printable(remark));
  }
  last_was_chinese_ = ends_chinese(words);
  ++shown_;
  printer.piece(piece);
}

void AnswerView::finish(const chat::Answer& answer) {
  Printer& printer = app_.printer();
  printer.clear_status();
  if (shown_ > 0) printer.piece("\n");
  if (!answer.note.empty()) printer.line(Text{printable(answer.note.en), printable(answer.note.zh)});
  if (answer.citations.empty()) return;
  printer.line();
  if (answer.outcome == chat::Outcome::refused) {
    printer.line(text("The nearest passages:", "最接近的段落："));
  }
  show_citations(printer, answer.citations, false);
}

void show_citations(Printer& printer, const std::vector<chat::Citation>& citations, bool whole_quotes) {
  for (const chat::Citation& citation : citations) {
    const std::string name = printable(one_line(citation.title.empty() ? citation.uri : citation.title));
    printer.line(verbatim(fmt::format("[{}] ", citation.number)) +
                 place_text(printer.bold(name), citation.title, citation.page, citation.heading));
    const std::string quote = one_line(printable(citation.quote));
    printer.line(text("    “{}”", "    “{}”", whole_quotes ? quote : shorten(quote, kQuoteColumns)));
    if (!citation.uri.empty() && citation.uri != citation.title) {
      printer.line(verbatim("    " + printer.dim(printable(citation.uri))));
    }
  }
}

boost::json::object answer_json(const chat::Answer& answer, Lang lang) {
  boost::json::array sentences, citations;
  for (const chat::Sentence& sentence : answer.sentences) {
    boost::json::array numbers(sentence.citations.begin(), sentence.citations.end());
    boost::json::object item{
        {"text", sentence.text}, {"supported", sentence.supported}, {"citations", numbers}};
    if (!sentence.why_not.empty()) item["why_not"] = sentence.why_not.in(lang);
    sentences.push_back(std::move(item));
  }
  for (const chat::Citation& citation : answer.citations) citations.push_back(citation_json(citation));
  return {{"outcome", outcome_name(answer.outcome)},
          {"question", answer.question},
          {"lang", answer.lang == Lang::zh ? "zh" : "en"},
          {"answer", answer.supported_text()},
          {"sentences", std::move(sentences)},
          {"citations", std::move(citations)},
          {"note", answer.note.in(lang)},
          {"confidence", answer.confidence},
          {"model", answer.model},
          {"timings_ms",
           {{"retrieved", answer.timings.retrieved},
            {"first_checked", answer.timings.first_checked},
            {"total", answer.timings.total}}}};
}

Result<chat::Parts> open_parts(App& app, bool with_engine, chat::AskOptions& options) {
  store::Store* store = TRY(app.store());
  model::Embedder* embedder = with_engine ? TRY(app.models().embedder()) : nullptr;
  const bool generating = with_engine && options.mode != chat::ReadMode::extract;
  model::Generator* generator = generating ? TRY(app.models().generator()) : nullptr;
  if (generator == nullptr) options.mode = chat::ReadMode::extract;
  const std::string model = generator != nullptr ? generator->identity().name : "";
  return chat::Parts{.store = *store,
                     .index = *TRY(app.index()),
                     .prompts = *TRY(app.prompts()),
                     .clock = app.clock(),
                     .embedder = embedder,
                     .generator = generator,
                     .calibration = TRY(app.calibration(model))};
}

Result<Asking> open_asking(App& app, bool with_engine, chat::AskOptions& options) {
  chat::Parts parts = TRY(open_parts(app, with_engine, options));
  Asking asking;
  asking.embedder = parts.embedder;
  asking.generator = parts.generator;
  asking.answerer = std::make_unique<chat::Answerer>(std::move(parts));
  if (asking.generator != nullptr) {
    asking.early_start = std::jthread([generator = asking.generator, cancel = app.cancel()] {
      // A failure comes again, and is told, when the model is first needed.
      const model::Message nothing{.role = model::Role::user, .parts = {""}};
      (void)generator->warm(std::span(&nothing, 1), cancel);
    });
  }
  return asking;
}

void say_what_is_missing(App& app, const Asking& asking, bool generation_wanted) {
  if (generation_wanted && asking.generator == nullptr) {
    app.printer().note(text("quoting the best sentences only: {}", "只摘录最相关的原句：{}",
                            app.models().why_no_generator()));
  }
  if (asking.embedder == nullptr) {
    app.printer().note(
        text("searching by words only: {}", "仅按词语检索：{}", app.models().why_no_embedder()));
  }
}

}  // namespace cvp::cli
