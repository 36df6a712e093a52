#include "serve/chat_export.h"

#include <fmt/chrono.h>

#include <algorithm>

#include "base/columns.h"
#include "base/unicode.h"

namespace cvp::serve {
namespace {

using Kind = ExportBlock::Kind;

bool is_command(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool direction =
      (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
  return control || direction || c == 0xFFFE || c == 0xFFFF;
}

std::string plain(std::string_view words) {
  const std::string line = one_line(words);
  std::string out;
  for (size_t pos = 0; pos < line.size();) {
    const char32_t c = decode_utf8(line, pos);
    if (!is_command(c)) append_utf8(out, c);
  }
  return out;
}

class Outline {
 public:
  explicit Outline(Lang lang) : lang_(lang) {}

  void add(Kind kind, const Text& words) { add(kind, words.in(lang_)); }
  void add(Kind kind, std::string_view words) { blocks_.push_back({kind, {{plain(words), false}}}); }

  void question(const store::ChatMessage& message) {
    add(Kind::question, message.text);
    if (!message.standalone.empty() && plain(message.standalone) != plain(message.text))
      add(Kind::remark, text("Understood as: {}", "理解为：{}", message.standalone));
  }

  void answer(const SeenMessage& seen) {
    if (!seen.answer) return add(Kind::answer, seen.message.text);
    const chat::Answer& answer = *seen.answer;
    ExportBlock said{.kind = Kind::answer};
    for (const chat::Sentence& sentence : answer.sentences) {
      if (!said.runs.empty()) said.runs.push_back({" "});
      said.runs.push_back({plain(sentence_text(sentence))});
    }
    if (!said.runs.empty()) blocks_.push_back(std::move(said));
    if (!answer.note.empty()) add(Kind::remark, answer.note);
    if (answer.citations.empty()) return;
    add(Kind::label, answer.outcome == chat::Outcome::refused ? text("The nearest passages", "最接近的段落")
                                                              : text("Sources", "出处"));
    for (const chat::Citation& citation : answer.citations) source(citation);
  }

  std::vector<ExportBlock> take() { return std::move(blocks_); }

 private:
  std::string sentence_text(const chat::Sentence& sentence) const {
    if (!sentence.supported) {
      const Text why = sentence.why_not.empty() ? text("the documents do not say this", "文档中没有这样说")
                                                : sentence.why_not;
      return text("{} (unverified: {})", "{}（缺少依据：{}）", sentence.text, why).in(lang_);
    }
    std::string out = sentence.text;
    if (!sentence.citations.empty()) out += ' ';
    for (const int number : sentence.citations) out += fmt::format("[{}]", number);
    return out;
  }

  void source(const chat::Citation& citation) {
    Text place;
    if (citation.page > 0) place = text(", page {}", "，第 {} 页", citation.page);
    if (!citation.heading.empty()) place = text("{}, {}", "{}，{}", place, citation.heading);
    if (!citation.quote.empty()) place = text("{}: “{}”", "{}：“{}”", place, citation.quote);
    const std::string& name = citation.title.empty() ? citation.uri : citation.title;
    blocks_.push_back(
        {Kind::source,
         {{fmt::format("[{}] ", citation.number)}, {plain(name), true}, {plain(place.in(lang_))}}});
  }

  const Lang lang_;
  std::vector<ExportBlock> blocks_;
};

constexpr std::string_view kMarkup = "\\`*_[]<>#|~$&";

std::string escaped(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (kMarkup.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// At a line's start a few more signs would begin a list or a rule.
std::string escaped_start(std::string words) {
  if (words.empty()) return words;
  if (words[0] == '+' || words[0] == '-' || words[0] == '=') return "\\" + words;
  const size_t digits = std::min(words.find_first_not_of("0123456789"), words.size());
  const bool counts = digits > 0 && digits < words.size() && (words[digits] == '.' || words[digits] == ')');
  if (counts && (digits + 1 == words.size() || words[digits + 1] == ' ')) words.insert(digits, 1, '\\');
  return words;
}

std::string markdown_of(const ExportBlock& block) {
  std::string words;
  for (const ExportBlock::Run& run : block.runs) {
    const std::string one = escaped(run.text);
    words += run.strong && !one.empty() ? "**" + one + "**" : one;
  }
  switch (block.kind) {
    case Kind::title:
      return "# " + words;
    case Kind::question:
      return "## " + words;
    case Kind::remark:
      return "> " + escaped_start(std::move(words));
    case Kind::label:
      return "**" + words + "**";
    case Kind::source:
      return "- " + words;
    case Kind::answer:
      break;
  }
  return escaped_start(std::move(words));
}

}  // namespace

std::vector<ExportBlock> export_blocks(const ExportedChat& chat, Lang lang) {
  Outline out(lang);
  out.add(Kind::title, chat.title);
  out.add(Kind::remark, text("Exported from cvp on {:%F %R} UTC", "由 cvp 导出，时间：{:%F %R}（UTC）",
                             fmt::gmtime(static_cast<std::time_t>(chat.exported_unix))));
  for (const SeenMessage& seen : chat.messages) {
    if (seen.message.from_user) {
      out.question(seen.message);
    } else {
      out.answer(seen);
    }
  }
  return out.take();
}

std::string export_markdown(const std::vector<ExportBlock>& blocks) {
  std::string out;
  Kind before = Kind::title;
  for (const ExportBlock& block : blocks) {
    const bool list_goes_on = block.kind == Kind::source && before == Kind::source;
    if (!out.empty() && !list_goes_on) out += '\n';
    out += markdown_of(block) + '\n';
    before = block.kind;
  }
  return out;
}

std::string export_name(std::string_view title, store::ChatId id) {
  constexpr std::string_view kNotInNames = "/\\:*?\"<>|";
  constexpr size_t kNameBytes = 150;  // file systems take 255, and a browser may add to it
  std::string name;
  for (const char c : plain(title)) name += kNotInNames.find(c) != std::string_view::npos ? '_' : c;
  name = std::string(utf8_prefix(name, kNameBytes));
  // One that begins with a dot would be hidden.
  return name.empty() || name[0] == '.' ? fmt::format("chat-{}", id) : name;
}

}  // namespace cvp::serve
