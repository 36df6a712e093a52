#include "serve/answer_json.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/json_text.h"

namespace cvp::serve {
namespace {

chat::Answer sample() {
  return {.outcome = chat::Outcome::answered,
          .question = "How wide is the gate?",
          .sentences = {{.text = "Three metres.", .supported = true, .citations = {1, 2}},
                        {.text = "It sings.", .why_not = text("“sings” is not there", "资料中没有“sings”")}},
          .citations = {{.number = 1,
                         .chunk = 11,
                         .document = 12,
                         .revision = 13,
                         .span = {140, 153},
                         .page = 4,
                         .quote = "Three metres.",
                         .title = "Gates",
                         .uri = "/srv/docs/gates.pdf",
                         .heading = "Sizes"},
                        {.number = 2, .chunk = 21, .document = 22, .revision = 23, .uri = "walls.md"}},
          .note = text("two may be meant", "可能有两处"),
          .confidence = 0.75,
          .timings = {1.5, 20, 30.25},
          .model = "small"};
}

TEST(AnswerJson, SaysWhatTheContractSays) {
  const boost::json::value expected = boost::json::parse(R"({
    "outcome": "answered", "question": "How wide is the gate?", "note": "可能有两处", "confidence": 0.75, "model": "small",
    "sentences": [{"text": "Three metres.", "supported": true, "citations": [1, 2], "why_not": ""},
                  {"text": "It sings.", "supported": false, "citations": [], "why_not": "资料中没有“sings”"}],
    "citations": [{"number": 1, "chunk": 11, "document": 12, "revision": 13, "begin": 140, "end": 153, "page": 4,
                   "quote": "Three metres.", "title": "Gates", "name": "gates.pdf", "heading": "Sizes"},
                  {"number": 2, "chunk": 21, "document": 22, "revision": 23, "begin": 0, "end": 0, "page": 0,
                   "quote": "", "title": "", "name": "walls.md", "heading": ""}],
    "timings_ms": {"retrieved": 1.5, "first_checked": 20.0, "total": 30.25}})");
  EXPECT_EQ(boost::json::value(answer_json(sample(), Lang::zh)), expected);
}

TEST(AnswerJson, ReadsWhatItWrote) {
  for (const Lang lang : {Lang::en, Lang::zh}) {
    const std::string kept = json_text(answer_json(sample(), lang));
    const auto read = read_answer(kept);
    ASSERT_TRUE(read);
    EXPECT_EQ(json_text(answer_json(*read, Lang::en)), kept);
    EXPECT_EQ(json_text(answer_json(*read, Lang::zh)), kept) << "it stays in the language it was kept in";
  }
}

TEST(AnswerJson, WhatIsNoAnswerIsNone) {
  for (const char* json : {"", "{", "[]", "null", "{}", R"({"outcome":"guessed"})", R"({"outcome":5})"})
    EXPECT_FALSE(read_answer(json)) << json;
}

TEST(AnswerJson, StrangeFieldsAreLeftOut) {
  const auto read =
      read_answer(R"({"outcome":"refused","question":7,"sentences":[1,{"text":"x","citations":["1",2]}],
    "citations":{"number":1},"note":null,"confidence":"high","timings_ms":[]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->question, "");
  ASSERT_EQ(read->sentences.size(), 1u);
  EXPECT_EQ(read->sentences[0].citations, std::vector<int>{2});
  EXPECT_TRUE(read->citations.empty());
  EXPECT_EQ(read->confidence, 0);
}

}  // namespace
}  // namespace cvp::serve
