// Reading one passage: every call shares the exact prefix "system + passage", then the question's tokens, so
// that a warm passage costs little more than the words that differ.
#pragma once
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "model/generator.h"
#include "prompt/library.h"

namespace cvp::chat {

class Reader {
 public:
  Reader(const prompt::Library& prompts, model::Generator& generator, Lang lang)
      : prompts_(prompts), generator_(generator), lang_(lang) {}

  /// log p(yes) - log p(no) to "does the passage answer the question".
  Result<double> judge(const std::string& passage, const std::string& question, const CancelToken& cancel);
  Result<model::Reply> answer(const std::string& passage, const std::string& question, int max_tokens,
                              const CancelToken& cancel);
  Result<void> warm(const std::string& passage, const CancelToken& cancel);

 private:
  Result<std::vector<model::Message>> prompt(const std::string& passage, std::string_view continuation,
                                             const prompt::Values& values);
  Result<double> margin(const std::string& passage, std::string_view continuation,
                        const prompt::Values& values, const CancelToken& cancel);

  const prompt::Library& prompts_;
  model::Generator& generator_;
  Lang lang_;
};

/// Whether the reply says that the text does not have the answer.
bool declines(std::string_view reply);
/// The reply without the frills that small models add: "Answer:", "根据资料，", list marks, [2].
std::string plain_answer(std::string_view reply);

}  // namespace cvp::chat
