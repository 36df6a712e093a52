#include <boost/json.hpp>

#include <algorithm>
#include <unordered_set>

#include "eval/evaluate.h"

namespace cvp::eval {
namespace {

namespace json = boost::json;

constexpr size_t kFileBytes = 512u << 20;
constexpr size_t kQuestions = 500'000;
constexpr size_t kQuestionBytes = 16u << 10;
constexpr size_t kPassageBytes = 1u << 20;
constexpr size_t kAnswersPerQuestion = 100;
constexpr int kDepth = 16;

size_t line_of(std::string_view bytes, size_t offset) {
  return 1 + static_cast<size_t>(std::count(
                 bytes.begin(), bytes.begin() + static_cast<long>(std::min(offset, bytes.size())), '\n'));
}

/// A whole JSON text; the error's offset is where the parser stopped.
struct JsonError {
  size_t offset = 0;
  std::string reason;
};
std::expected<json::value, JsonError> parse_json(std::string_view bytes) {
  json::parse_options options;
  options.max_depth = kDepth;
  json::stream_parser parser({}, options);
  boost::system::error_code error;
  size_t used = parser.write_some(bytes.data(), bytes.size(), error);
  if (!error && used < bytes.size()) {
    const size_t rest = bytes.find_first_not_of(" \t\r\n", used);
    if (rest != std::string_view::npos) return std::unexpected(JsonError{rest, "more text after the end"});
  }
  if (!error) parser.finish(error);
  if (error) return std::unexpected(JsonError{used, error.message()});
  return parser.release();
}

std::unexpected<Error> bad(std::string_view name, const Text& where, const Text& what) {
  return fail(Errc::usage, text("{}, {}: {}", "{} {}：{}", name, where, what),
              text("expected SQuAD JSON or one JSON object a line with \"question\" and \"answers\"; see "
                   "`cvp eval answers --help`",
                   "需要 SQuAD 格式的 JSON，或每行一个含 \"question\" 与 \"answers\" 的 JSON 对象；详见 `cvp "
                   "eval answers --help`"));
}

Text line_text(size_t line) { return text("line {}", "第 {} 行", line); }

/// Checked access to the members of one object; `where` names it in errors.
class Fields {
 public:
  Fields(const json::object& object, std::string_view file, Text where)
      : object_(object), file_(file), where_(std::move(where)) {}

  bool has(const char* key) const {
    const json::value* found = object_.if_contains(key);
    return found && !found->is_null();
  }
  Result<std::string> string(const char* key, size_t limit) const {
    const json::value* found = object_.if_contains(key);
    if (!found || !found->is_string())
      return wrong(text("\"{}\" must be a string", "\"{}\" 应为字符串", key));
    if (found->get_string().size() > limit) {
      return wrong(text("\"{}\" is longer than {} bytes", "\"{}\" 超过 {} 字节", key, limit));
    }
    return std::string(found->get_string());
  }
  /// A number or a string, as text.
  Result<std::string> identifier(const char* key, std::string fallback) const {
    const json::value* found = object_.if_contains(key);
    if (!found || found->is_null()) return fallback;
    if (found->is_string() || found->is_number()) {
      std::string id = found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
      if (id.size() <= kQuestionBytes) return id;
    }
    return wrong(text("\"{}\" must be a short string or a number", "\"{}\" 应为较短的字符串或数字", key));
  }
  Result<bool> boolean(const char* key, bool fallback) const {
    const json::value* found = object_.if_contains(key);
    if (!found || found->is_null()) return fallback;
    if (!found->is_bool())
      return wrong(text("\"{}\" must be true or false", "\"{}\" 应为 true 或 false", key));
    return found->get_bool();
  }
  Result<const json::array*> array(const char* key) const {
    const json::value* found = object_.if_contains(key);
    if (!found || !found->is_array()) return wrong(text("\"{}\" must be a list", "\"{}\" 应为列表", key));
    return &found->get_array();
  }
  /// A list of strings, or of objects that carry the string in "text" (SQuAD's answers). Empty strings and
  /// repeats left out.
  Result<std::vector<std::string>> strings(const char* key) const {
    std::vector<std::string> out;
    if (!has(key)) return out;
    const json::array& list = *TRY(array(key));
    if (list.size() > kAnswersPerQuestion) {
      return wrong(text("\"{}\" has more than {} entries", "\"{}\" 超过 {} 项", key, kAnswersPerQuestion));
    }
    for (const json::value& entry : list) {
      const json::value* item = &entry;
      if (entry.is_object()) item = entry.get_object().if_contains("text");
      if (!item || !item->is_string() || item->get_string().size() > kPassageBytes) {
        return wrong(text("\"{}\" must hold strings", "\"{}\" 的每一项应为字符串", key));
      }
      std::string value(item->get_string());
      if (!value.empty() && std::ranges::find(out, value) == out.end()) out.push_back(std::move(value));
    }
    return out;
  }
  std::unexpected<Error> wrong(const Text& what) const { return bad(file_, where_, what); }
  const Text& where() const { return where_; }

 private:
  const json::object& object_;
  std::string_view file_;
  Text where_;
};

Result<Question> parse_line(const json::object& object, std::string_view name, size_t line) {
  const Fields fields(object, name, line_text(line));
  Question question;
  question.text = TRY(fields.string("question", kQuestionBytes));
  if (question.text.empty()) return fields.wrong(text("the question is empty", "问题为空"));
  question.id = TRY(fields.identifier("id", std::to_string(line)));
  question.answers = TRY(fields.strings("answers"));
  question.gold_uris = TRY(fields.strings("documents"));
  question.without_uris = TRY(fields.strings("without"));
  if (fields.has("passage")) question.gold_passage = TRY(fields.string("passage", kPassageBytes));
  question.answerable = TRY(fields.boolean("answerable", true));
  return question;
}

Result<Dataset> parse_lines(std::string_view bytes, std::string_view name) {
  Dataset out;
  out.name = name;
  size_t line = 0;
  std::unordered_set<std::string> passages;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view one = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++line;
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (out.questions.size() == kQuestions) {
      return bad(name, line_text(line), text("more than {} questions", "超过 {} 个问题", kQuestions));
    }
    auto value = parse_json(one);
    if (!value)
      return bad(name, line_text(line), text("not JSON ({})", "不是合法的 JSON（{}）", value.error().reason));
    if (!value->is_object()) return bad(name, line_text(line), text("not a JSON object", "不是 JSON 对象"));
    out.questions.push_back(TRY(parse_line(value->get_object(), name, line)));
    const std::string& passage = out.questions.back().gold_passage;
    if (!passage.empty() && passages.insert(passage).second) out.paragraphs.push_back(passage);
  }
  return out;
}

/// Walks data[].paragraphs[].qas[] of a SQuAD file.
class SquadReader {
 public:
  explicit SquadReader(std::string_view name) : name_(name) { out_.name = name; }

  Result<Dataset> read(const json::object& root) {
    const Fields top(root, name_, text("top level", "顶层"));
    const json::array& articles = *TRY(top.array("data"));
    for (size_t a = 0; a < articles.size(); ++a) {
      const std::string where = fmt::format("data[{}]", a);
      const json::object* article = articles[a].if_object();
      if (!article) return bad(name_, verbatim(where), text("not an object", "不是对象"));
      const json::array& paragraphs = *TRY(Fields(*article, name_, verbatim(where)).array("paragraphs"));
      for (size_t p = 0; p < paragraphs.size(); ++p) {
        const std::string inner = fmt::format("{}.paragraphs[{}]", where, p);
        const json::object* paragraph = paragraphs[p].if_object();
        if (!paragraph) return bad(name_, verbatim(inner), text("not an object", "不是对象"));
        TRY(read_paragraph(*paragraph, inner));
      }
    }
    return std::move(out_);
  }

 private:
  Result<void> read_paragraph(const json::object& paragraph, const std::string& where) {
    const Fields fields(paragraph, name_, verbatim(where));
    const std::string context = TRY(fields.string("context", kPassageBytes));
    if (seen_.insert(context).second) out_.paragraphs.push_back(context);
    const json::array& questions = *TRY(fields.array("qas"));
    for (size_t q = 0; q < questions.size(); ++q) {
      const Text inner = verbatim(fmt::format("{}.qas[{}]", where, q));
      const json::object* object = questions[q].if_object();
      if (!object) return bad(name_, inner, text("not an object", "不是对象"));
      if (out_.questions.size() == kQuestions) {
        return bad(name_, inner, text("more than {} questions", "超过 {} 个问题", kQuestions));
      }
      const Fields entry(*object, name_, inner);
      Question question;
      question.text = TRY(entry.string("question", kQuestionBytes));
      if (question.text.empty()) {
        ++out_.left_out;
        continue;
      }
      question.id = TRY(entry.identifier("id", fmt::format("q{}", out_.questions.size() + 1)));
      question.answerable = !TRY(entry.boolean("is_impossible", false));
      if (question.answerable) question.answers = TRY(entry.strings("answers"));
      question.gold_passage = context;
      out_.questions.push_back(std::move(question));
    }
    return {};
  }

  std::string_view name_;
  Dataset out_;
  std::unordered_set<std::string> seen_;
};

/// JSONL when the first line that is not blank is a whole JSON object without "data".
bool looks_like_lines(std::string_view bytes) {
  const size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  const auto first = parse_json(bytes.substr(begin, bytes.find('\n', begin) - begin));
  return first && first->is_object() && !first->get_object().contains("data");
}

Result<Dataset> parse_any(std::string_view bytes, std::string_view name) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (bytes.size() > kFileBytes) {
    return fail(Errc::refused, text("{} is larger than {} MiB", "{} 超过 {} MiB", name, kFileBytes >> 20));
  }
  if (looks_like_lines(bytes)) return parse_lines(bytes, name);
  auto value = parse_json(bytes);
  if (!value) {
    const Text reason = text("not JSON ({})", "不是合法的 JSON（{}）", value.error().reason);
    return bad(name, line_text(line_of(bytes, value.error().offset)), reason);
  }
  if (!value->is_object()) return bad(name, line_text(1), text("not a JSON object", "不是 JSON 对象"));
  return SquadReader(name).read(value->get_object());
}

}  // namespace

Result<Dataset> parse_questions(std::string_view bytes, std::string_view name) {
  try {
    Dataset out = TRY(parse_any(bytes, name));
    if (out.questions.empty()) return fail(Errc::usage, text("{} has no questions", "{} 中没有问题", name));
    return out;
  } catch (const std::exception& error) {  // Boost.JSON reports exhausted limits of its containers this way
    return fail(Errc::refused, text("cannot read {}: {}", "无法读取 {}：{}", name, error.what()));
  }
}

}  // namespace cvp::eval
