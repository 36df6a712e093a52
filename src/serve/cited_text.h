// An answer as one text with marks, "… 30 days.[1]", for clients that know nothing of sentences, and where in
// it each mark stands. Pure.
#pragma once
#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "chat/answer.h"

namespace cvp::serve {

class CitedText {
 public:
  explicit CitedText(Lang lang) : lang_(lang) {}

  /// What a sentence adds: it begins with what parts it from the one before. A sentence without support says
  /// so.
  std::string add(const chat::Sentence& sentence);
  /// The note of a refusal, or of what is missing.
  std::string add_note(const Text& note);

  const std::string& text() const { return text_; }

  /// OpenAI's url_citation of every mark, with the citation as this server's own API has it in "cvp".
  /// start_index and end_index count code points: text[start_index:end_index] is "[1]" in Python.
  boost::json::array annotations(const std::vector<chat::Citation>& citations) const;

 private:
  struct Mark {
    int number;
    size_t begin, end;  // code points
  };
  std::string append(const std::string& piece);

  const Lang lang_;
  std::string text_;
  size_t length_ = 0;  // code points
  std::vector<Mark> marks_;
};

}  // namespace cvp::serve
