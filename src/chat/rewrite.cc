#include "chat/rewrite.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/unicode.h"
#include "chat/facts.h"
#include "chat/question.h"

namespace cvp::chat {
namespace {

constexpr size_t kTurnsShown = 3;
constexpr size_t kAnswerBytesShown = 400;
constexpr size_t kQuestionBytesShown = 600;
constexpr size_t kLongestRewriteBytes = 600;
constexpr size_t kPreviousBytesKept = 600;

constexpr std::array<std::string_view, 22> kChineseCues = {
    "它", "他",   "她",   "这个", "那个", "这些", "那些", "这种",   "那种", "该",   "此",
    "其", "前者", "后者", "上述", "上面", "刚才", "那么", "还有呢", "这里", "那里", "这样"};
constexpr std::array<std::string_view, 20> kEnglishCues = {
    " it ",   " its ",    " he ",     " she ",   " they ",     " them ",  " his ",
    " her ",  " their ",  " this ",   " that ",  " these ",    " those ", " there ",
    " then ", " former ", " latter ", " above ", " the same ", " one "};
constexpr std::array<std::string_view, 8> kOpenings = {"那",   "还有",        "然后",       "再",
                                                       "and ", "what about ", "how about ", "but "};

std::string plain_words(std::string_view text) {
  std::string out = " ";
  for (const char c : fold(text)) out += c == '?' || c == ',' || c == '.' || c == '\'' ? ' ' : c;
  return out + " ";
}

/// The part of a question that says what it is about: without the follow-ups at its end, which were put
/// behind it in former turns or lean on what stands before them, and of the rest the last whole sentences
/// that fit.
std::string key_part(std::string_view question, size_t most_bytes) {
  std::vector<Span> sentences = split_sentences(question);
  if (sentences.empty()) return {};
  const auto words = [&](Span span) { return question.substr(span.begin, span.size()); };
  const auto key = std::find_if(sentences.rbegin(), sentences.rend(),
                                [&](Span span) { return !is_follow_up(words(span)); });
  const size_t last =
      key == sentences.rend() ? sentences.size() - 1 : static_cast<size_t>(sentences.rend() - key) - 1;
  size_t first = key == sentences.rend() ? last : 0;
  const uint32_t end = sentences[last].end;
  while (first < last && end - sentences[first].begin > most_bytes) ++first;
  return std::string(utf8_prefix(words({sentences[first].begin, end}), most_bytes));
}

/// The previous question's key part and this one. It does not grow from turn to turn, and what is searched
/// for is cut at its end where it is too long: never this question.
std::string previous_then(const std::string& question, const std::vector<HistoryTurn>& history) {
  constexpr std::string_view kMark = "？";
  const size_t taken = question.size() + kMark.size() + 1;
  if (taken >= limits::kQuestionBytes) return question;
  std::string out =
      key_part(history.back().question, std::min(kPreviousBytesKept, limits::kQuestionBytes - taken));
  if (out.empty()) return question;
  // So that the next turn can tell the two apart.
  const bool ended = std::ranges::any_of(std::array{"？", "?", "。", ".", "！", "!", "；", ";"},
                                         [&](std::string_view mark) { return out.ends_with(mark); });
  if (!ended) out += guess_lang(out) == Lang::zh ? kMark : "?";
  return out + " " + question;
}

/// Names and numbers of the rewriting that stand nowhere in the conversation would send the search astray.
bool invents(const std::string& rewritten, const std::string& said) {
  const std::string folded = fold(said);
  const std::vector<Number> known = numbers_in(said);
  const auto unknown_name = [&](const std::string& name) { return folded.find(name) == std::string::npos; };
  const auto unknown_number = [&](const Number& number) {
    return std::ranges::none_of(known, [&](const Number& other) { return same_number(number, other); });
  };
  return std::ranges::any_of(names_in(rewritten), unknown_name) ||
         std::ranges::any_of(numbers_in(rewritten), unknown_number);
}

std::string first_line(std::string_view reply) {
  size_t begin = 0;
  while (begin < reply.size() && std::isspace(static_cast<unsigned char>(reply[begin])) != 0) ++begin;
  std::string line(reply.substr(begin, reply.find('\n', begin) - begin));
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
  return line;
}

}  // namespace

bool is_follow_up(std::string_view question) {
  const std::string text = plain_words(question);
  const std::string_view trimmed = std::string_view(text).substr(1);
  if (std::ranges::any_of(kOpenings, [&](std::string_view w) { return trimmed.starts_with(w); })) return true;
  if (std::ranges::any_of(kChineseCues,
                          [&](std::string_view w) { return text.find(w) != std::string::npos; }))
    return true;
  if (std::ranges::any_of(kEnglishCues,
                          [&](std::string_view w) { return text.find(w) != std::string::npos; }))
    return true;
  return terms_of(content_of_question(question)).size() < 2;
}

Result<std::string> standalone_question(const std::string& question, const std::vector<HistoryTurn>& history,
                                        const prompt::Library& prompts, model::Generator* generator,
                                        const CancelToken& cancel) {
  if (history.empty() || !is_follow_up(question)) return question;
  if (generator == nullptr) return previous_then(question, history);
  const Lang lang = guess_lang(question);
  std::string shown, said = question;
  const size_t first = history.size() > kTurnsShown ? history.size() - kTurnsShown : 0;
  for (size_t i = first; i < history.size(); ++i) {
    const std::string answer(utf8_prefix(history[i].answer, kAnswerBytesShown));
    const std::string asked(utf8_prefix(history[i].question, kQuestionBytesShown));
    shown +=
        (lang == Lang::zh ? "问：" : "Q: ") + asked + (lang == Lang::zh ? "\n答：" : "\nA: ") + answer + "\n";
    said += "\n" + asked + "\n" + answer;
  }
  const prompt::Template* source = TRY(prompts.find("rewrite", lang));
  const std::vector<model::Message> messages =
      TRY(prompt::render(*source, {{"history", shown}, {"question", question}}));
  const Result<model::Reply> reply =
      generator->generate(messages, {.max_tokens = 80, .stop = {"\n"}}, {}, cancel);
  if (!reply) {
    if (reply.error().code == Errc::cancelled) return std::unexpected(reply.error());
    return previous_then(question, history);
  }
  const std::string rewritten = first_line(reply->text);
  if (rewritten.empty() || rewritten.size() > kLongestRewriteBytes || invents(rewritten, said))
    return previous_then(question, history);
  return rewritten;
}

}  // namespace cvp::chat
