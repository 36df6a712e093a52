// A follow-up becomes one question that stands alone; retrieval, reading and the screen all use that one.
#pragma once
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "model/generator.h"
#include "prompt/library.h"

namespace cvp::chat {

/// Who asked what before, oldest first. question is the standalone form.
struct HistoryTurn {
  std::string question, answer;
};

/// Whether the question leans on what was said before: a pronoun, an opening such as 那 or "and", or too
/// little content.
bool is_follow_up(std::string_view question);

/// The standalone question. Without a generator, or when the model's rewriting brings in names or numbers
/// that nobody said, the key part of the previous question is put in front: plain, but never wrong, and no
/// longer from turn to turn.
Result<std::string> standalone_question(const std::string& question, const std::vector<HistoryTurn>& history,
                                        const prompt::Library& prompts, model::Generator* generator,
                                        const CancelToken& cancel);

}  // namespace cvp::chat
