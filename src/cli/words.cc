#include "cli/words.h"

#include <ctime>

#include "base/limits.h"
#include "base/unicode.h"
#include "cli/screen_text.h"
#include "sys/terminal.h"

namespace cvp::cli {
Result<std::string> question_from(App& app, const std::vector<std::string>& words, std::string_view verb) {
  std::string question;
  for (const std::string& word : words) question += (question.empty() ? "" : " ") + word;
  if (question == "-" || (words.empty() && !sys::is_terminal(app.input())))
    question = TRY(sys::read_input(app.input(), limits::kQuestionBytes));
  question = repair_utf8(question);
  bool blank = true;
  for (size_t pos = 0; pos < question.size() && blank;) blank = is_space(decode_utf8(question, pos));
  if (blank) {
    return fail(Errc::usage, text("there is no question", "没有问题内容"),
                text("write it behind the verb, in quotes: cvp {} \"…\"",
                     "请把问题写在命令后面并加引号：cvp {} \"……\"", verb));
  }
  if (question.size() > limits::kQuestionBytes) {
    return fail(Errc::refused,
                text("the question has {} bytes, at most {} are allowed", "问题有 {} 字节，最多允许 {} 字节",
                     question.size(), limits::kQuestionBytes));
  }
  return question;
}

Text no_documents_text() {
  return text("There are no documents yet; `cvp add PATH` adds some.",
              "还没有文档；可用 `cvp add 路径` 添加。");
}

Result<bool> say_if_empty(App& app) {
  store::Store* store = TRY(app.store());
  for (const store::Collection& collection : TRY(store->collections()))
    if (collection.documents > 0) return false;
  app.printer().note(no_documents_text());
  return true;
}

Text documents_text(uint64_t n) {
  return n == 1 ? text("1 document", "1 个文档") : text("{} documents", "{} 个文档", n);
}
Text passages_text(uint64_t n) {
  return n == 1 ? text("1 passage", "1 段") : text("{} passages", "{} 段", n);
}
Text pages_text(uint64_t n) { return n == 1 ? text("1 page", "1 页") : text("{} pages", "{} 页", n); }

Text place_text(const std::string& drawn, const std::string& title, uint32_t page,
                const std::string& heading) {
  Text out = verbatim(drawn);
  if (page > 0) out = text("{}, page {}", "{}，第 {} 页", out, page);
  constexpr std::string_view kBetween = " › ";
  std::string_view rest = heading;
  if (rest == title) rest = {};
  if (rest.starts_with(title + std::string(kBetween))) rest.remove_prefix(title.size() + kBetween.size());
  if (!rest.empty()) out = text("{}, {}", "{}，{}", out, one_line(printable(rest)));
  return out;
}

std::string file_name(const std::string& uri) {
  const std::string_view path = std::string_view(uri).substr(0, uri.find_last_not_of('/') + 1);
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  return name.empty() ? uri : std::string(name);
}

std::string format_time(int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm local{};
  ::localtime_r(&time, &local);
  char out[32];
  std::strftime(out, sizeof out, "%F %R", &local);
  return out;
}

bool confirm(App& app, const Text& question) {
  if (!sys::is_terminal(app.input())) return false;
  const Text prompt = text("{} [y/N] ", "{} [y/N] ", question);
  app.printer().prompt(prompt);
  const auto line = sys::read_line(app.input(), app.cancel());
  if (!line) return false;
  return *line == "y" || *line == "Y" || *line == "yes" || *line == "是";
}

}  // namespace cvp::cli
