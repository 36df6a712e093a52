#include "serve/answer_json.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "serve/document_json.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using chat::Outcome;

constexpr std::array<std::pair<Outcome, std::string_view>, 3> kOutcomes = {
    {{Outcome::answered, "answered"}, {Outcome::extracted, "extracted"}, {Outcome::refused, "refused"}}};

std::string_view outcome_name(Outcome outcome) {
  return std::ranges::find(kOutcomes, outcome, &std::pair<Outcome, std::string_view>::first)->second;
}

std::optional<Outcome> outcome_of(std::string_view name) {
  const auto found = std::ranges::find(kOutcomes, name, &std::pair<Outcome, std::string_view>::second);
  if (found == kOutcomes.end()) return {};
  return found->first;
}

std::string string_at(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  const boost::json::string* string = found != nullptr ? found->if_string() : nullptr;
  return string != nullptr ? std::string(string->data(), string->size()) : std::string();
}

template <class Number>
Number number_at(const object& from, std::string_view key) {
  const value* found = from.if_contains(key);
  if (found == nullptr || !found->is_number()) return 0;
  boost::system::error_code error;
  const Number number = found->to_number<Number>(error);
  return error ? 0 : number;
}

/// The objects of a list; anything else is passed over.
std::vector<const object*> objects_at(const object& from, std::string_view key) {
  std::vector<const object*> out;
  const value* found = from.if_contains(key);
  const array* all = found != nullptr ? found->if_array() : nullptr;
  if (all == nullptr) return out;
  for (const value& one : *all)
    if (const object* each = one.if_object()) out.push_back(each);
  return out;
}

chat::Citation read_citation(const object& from) {
  return {.number = number_at<int>(from, "number"),
          .chunk = number_at<int64_t>(from, "chunk"),
          .document = number_at<int64_t>(from, "document"),
          .revision = number_at<int64_t>(from, "revision"),
          .span = {number_at<uint32_t>(from, "begin"), number_at<uint32_t>(from, "end")},
          .page = number_at<uint32_t>(from, "page"),
          .quote = string_at(from, "quote"),
          .title = string_at(from, "title"),
          .uri = string_at(from, "name"),
          .heading = string_at(from, "heading")};
}

chat::Sentence read_sentence(const object& from) {
  chat::Sentence out{.text = string_at(from, "text"), .why_not = verbatim(string_at(from, "why_not"))};
  const value* supported = from.if_contains("supported");
  out.supported = supported != nullptr && supported->is_bool() && supported->get_bool();
  const value* numbers = from.if_contains("citations");
  if (numbers == nullptr || !numbers->is_array()) return out;
  for (const value& one : numbers->get_array())
    if (one.is_int64()) out.citations.push_back(static_cast<int>(one.get_int64()));
  return out;
}

}  // namespace

object citation_json(const chat::Citation& citation) {
  return {{"number", citation.number},     {"chunk", citation.chunk},
          {"document", citation.document}, {"revision", citation.revision},
          {"begin", citation.span.begin},  {"end", citation.span.end},
          {"page", citation.page},         {"quote", citation.quote},
          {"title", citation.title},       {"name", document_name(citation.uri)},
          {"heading", citation.heading}};
}

object sentence_json(const chat::Sentence& sentence, Lang lang) {
  return {{"text", sentence.text},
          {"supported", sentence.supported},
          {"citations", array(sentence.citations.begin(), sentence.citations.end())},
          {"why_not", sentence.why_not.in(lang)}};
}

object answer_json(const chat::Answer& answer, Lang lang) {
  array sentences, citations;
  for (const chat::Sentence& one : answer.sentences) sentences.push_back(sentence_json(one, lang));
  for (const chat::Citation& one : answer.citations) citations.push_back(citation_json(one));
  return {{"outcome", outcome_name(answer.outcome)},
          {"question", answer.question},
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

std::optional<chat::Answer> read_answer(std::string_view json) {
  boost::system::error_code error;
  const value parsed = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
  const object* from = error ? nullptr : parsed.if_object();
  if (from == nullptr) return {};
  const auto outcome = outcome_of(string_at(*from, "outcome"));
  if (!outcome) return {};
  chat::Answer out{.outcome = *outcome,
                   .question = string_at(*from, "question"),
                   .note = verbatim(string_at(*from, "note")),
                   .confidence = number_at<double>(*from, "confidence"),
                   .model = string_at(*from, "model")};
  for (const object* one : objects_at(*from, "sentences")) out.sentences.push_back(read_sentence(*one));
  for (const object* one : objects_at(*from, "citations")) out.citations.push_back(read_citation(*one));
  const value* timings = from->if_contains("timings_ms");
  if (const object* ms = timings != nullptr ? timings->if_object() : nullptr)
    out.timings = {number_at<double>(*ms, "retrieved"), number_at<double>(*ms, "first_checked"),
                   number_at<double>(*ms, "total")};
  return out;
}

}  // namespace cvp::serve
