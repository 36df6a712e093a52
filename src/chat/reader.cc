#include "chat/reader.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/unicode.h"

namespace cvp::chat {
namespace {

constexpr std::array<std::string_view, 26> kDeclining = {"资料中没有",       "资料没有",
                                                         "没有提到",         "没有提及",
                                                         "未提及",           "未提到",
                                                         "没有说明",         "没有相关",
                                                         "无法回答",         "无法确定",
                                                         "无法从资料",       "没有明确提",
                                                         "不能回答",         "没有给出",
                                                         "没有提供",         "does not mention",
                                                         "doesn't mention",  "not mentioned",
                                                         "does not provide", "does not say",
                                                         "not provided",     "not specified",
                                                         "does not specify", "does not contain",
                                                         "no information",   "cannot be determined"};

constexpr std::array<std::string_view, 16> kOpenings = {"答案是：",
                                                        "答案：",
                                                        "答：",
                                                        "回答：",
                                                        "根据资料，",
                                                        "根据资料：",
                                                        "根据给出的资料，",
                                                        "根据上面的资料，",
                                                        "根据上述资料，",
                                                        "根据提供的资料，",
                                                        "资料中提到，",
                                                        "Answer: ",
                                                        "Answer:",
                                                        "According to the text, ",
                                                        "Based on the text, ",
                                                        "The answer is: "};

}  // namespace

Result<std::vector<model::Message>> Reader::prompt(const std::string& passage, std::string_view continuation,
                                                   const prompt::Values& values) {
  std::vector<model::Message> out =
      TRY(prompt::render(*TRY(prompts_.find("read-passage", lang_)), {{"passage", passage}}));
  const std::vector<model::Message> more =
      TRY(prompt::render(*TRY(prompts_.find(continuation, lang_)), values));
  CHECK(!out.empty());
  for (const model::Message& message : more)
    out.back().parts.insert(out.back().parts.end(), message.parts.begin(), message.parts.end());
  return out;
}

Result<double> Reader::margin(const std::string& passage, std::string_view continuation,
                              const prompt::Values& values, const CancelToken& cancel) {
  const prompt::Template* source = TRY(prompts_.find(continuation, lang_));
  if (source->options.size() != 2)
    return fail(Errc::usage, text("the prompt template {} needs two options, yes first",
                                  "提示词模板 {} 需要两个 options，肯定的在前", source->name));
  const std::vector<double> logs =
      TRY(generator_.choose(TRY(prompt(passage, continuation, values)), source->options, cancel));
  return logs[0] - logs[1];
}

Result<double> Reader::judge(const std::string& passage, const std::string& question,
                             const CancelToken& cancel) {
  return margin(passage, "read-judge", {{"question", question}}, cancel);
}

Result<model::Reply> Reader::answer(const std::string& passage, const std::string& question, int max_tokens,
                                    const CancelToken& cancel) {
  return generator_.generate(TRY(prompt(passage, "read-answer", {{"question", question}})),
                             {.max_tokens = max_tokens}, {}, cancel);
}

Result<void> Reader::warm(const std::string& passage, const CancelToken& cancel) {
  return generator_.warm(
      TRY(prompt::render(*TRY(prompts_.find("read-passage", lang_)), {{"passage", passage}})), cancel);
}

bool declines(std::string_view reply) {
  const std::string folded = fold(reply);
  return folded.empty() || std::ranges::any_of(kDeclining, [&](std::string_view cue) {
           return folded.find(cue) != std::string::npos;
         });
}

std::string plain_answer(std::string_view reply) {
  std::string out;
  for (size_t i = 0; i < reply.size();) {
    // A citation mark of the model's own, [2], says nothing reliable.
    size_t end = i + 1;
    while (reply[i] == '[' && end < reply.size() && std::isdigit(static_cast<unsigned char>(reply[end])) != 0)
      ++end;
    if (reply[i] == '[' && end > i + 1 && end < reply.size() && reply[end] == ']') {
      i = end + 1;
    } else {
      out += reply[i++];
    }
  }
  std::string_view view = out;
  const auto trim = [&] {
    while (!view.empty() && (std::isspace(static_cast<unsigned char>(view.front())) != 0 ||
                             view.front() == '-' || view.front() == '*'))
      view.remove_prefix(1);
    while (!view.empty() && std::isspace(static_cast<unsigned char>(view.back())) != 0) view.remove_suffix(1);
  };
  trim();
  for (const std::string_view opening : kOpenings) {
    if (view.starts_with(opening)) {
      view.remove_prefix(opening.size());
      trim();
    }
  }
  return std::string(view);
}

}  // namespace cvp::chat
