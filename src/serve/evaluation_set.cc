#include "serve/evaluation_set.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <optional>
#include <set>
#include <unordered_map>

#include "eval/gold.h"
#include "serve/backend.h"
#include "serve/call.h"
#include "serve/document_json.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

constexpr size_t kUtf8 = 4;  // bytes of a character at most
constexpr size_t kNameMost = 200, kQuestionMost = 2000, kDocumentMost = 1000;
constexpr size_t kQuestions = 2000, kAnswers = 20, kAnswerMost = 500;
constexpr size_t kCollections = 1000, kKindBytes = 20, kSameName = 100;

bool blank(std::string_view words) { return words.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Which documents people mean by a name; read only when a question names one.
class DocumentNames {
 public:
  DocumentNames(store::Store& store, const std::vector<store::CollectionId>& collections)
      : store_(store), collections_(collections) {}

  /// Uris, each once; none: there is no such document. An address counts before a name, and a name with
  /// folders before its last part.
  Result<std::vector<std::string>> find(const std::string& named) {
    if (!names_) names_ = TRY(read());
    for (const ByName& names : *names_)
      if (const auto found = names.find(named); found != names.end())
        return std::vector(found->second.begin(), found->second.end());
    return std::vector<std::string>();
  }

 private:
  using ByName = std::unordered_map<std::string, std::set<std::string>>;
  using Names = std::array<ByName, 3>;  // by uri, by name, by its last part

  Result<Names> read() {
    Names out;
    for (const store::CollectionId collection : collections_) {
      for (const store::DocumentInfo& document : TRY(store_.documents(collection))) {
        const std::string name = document_name(document.uri);
        out[0][document.uri].insert(document.uri);
        out[1][name].insert(document.uri);
        out[2][name.substr(name.rfind('/') + 1)].insert(document.uri);
      }
    }
    return out;
  }

  store::Store& store_;
  const std::vector<store::CollectionId>& collections_;
  std::optional<Names> names_;
};

Result<eval::Question> read_question(const boost::json::value& from, DocumentNames& documents) {
  const boost::json::object* object = from.if_object();
  if (object == nullptr) return fail(Errc::usage, text("is not an object", "不是 JSON 对象"));
  Fields fields(*object);
  eval::Question out;
  out.text = fields.text("question", kUtf8 * kQuestionMost);
  std::vector<std::string> answers = fields.texts("answers", kAnswers, kUtf8 * kAnswerMost);
  const auto document = fields.maybe_text("document", kUtf8 * kDocumentMost);
  TRY(fields.finish());
  TRY(check_length("question", out.text, 1, kQuestionMost));
  if (blank(out.text)) return fail(Errc::usage, text("“question” is blank", "“question”是空白的"));
  for (std::string& answer : answers) {
    TRY(check_length("answers", answer, 0, kAnswerMost));
    if (!blank(answer)) out.answers.push_back(std::move(answer));
  }
  if (document) {
    TRY(check_length("document", *document, 1, kDocumentMost));
    out.gold_uris = TRY(documents.find(*document));
    if (out.gold_uris.empty()) {
      return fail(
          Errc::usage,
          text("there is no document “{}” in these collections", "这些文档集里没有文档“{}”", *document),
          text("give its name as the library shows it", "请按文档库中显示的名称填写"));
    }
  }
  out.answerable = !out.answers.empty() || !out.gold_uris.empty();
  return out;
}

Result<std::vector<eval::Question>> read_questions(const boost::json::array& from, DocumentNames documents) {
  std::vector<eval::Question> out;
  for (const boost::json::value& one : from) {
    const size_t number = out.size() + 1;
    auto question = read_question(one, documents);
    if (!question && question.error().code != Errc::usage) return std::unexpected(question.error());
    if (!question) return wrap(std::move(question).error(), text("question {}", "第 {} 个问题", number));
    question->id = std::to_string(number);
    out.push_back(std::move(*question));
  }
  return out;
}

}  // namespace

Result<EvaluationSet> read_evaluation_set(const boost::json::object& body, const Caller& caller,
                                          store::Store& store) {
  EvaluationSet out;
  Fields fields(body);
  out.name = fields.text("name", kUtf8 * kNameMost);
  const std::string kind = fields.text("kind", kKindBytes);
  const std::vector<int64_t> collections = fields.ids("collections", kCollections);
  const boost::json::array* questions = fields.array("questions", kQuestions);
  TRY(fields.finish());
  TRY(check_length("name", out.name, 1, kNameMost));
  if (kind != "retrieval" && kind != "answers") {
    return fail(Errc::usage,
                text("“kind”: must be one of {}", "“kind”：须为以下之一：{}", "retrieval, answers"));
  }
  if (questions == nullptr || questions->empty())
    return fail(Errc::usage, text("there are no questions", "没有问题"));
  if (caller.rights.empty() && collections.empty()) {
    return fail(
        Errc::usage, text("there is no collection that you may read", "你还没有可以阅读的文档集"),
        text("ask whoever manages one, or add documents first", "请联系文档集的管理者，或先添加文档"));
  }
  out.kind = kind == "answers" ? EvaluationSet::Kind::answers : EvaluationSet::Kind::retrieval;
  out.collections = TRY(readable_collections(caller, collections));
  out.questions = TRY(read_questions(*questions, {store, out.collections}));
  if (out.kind == EvaluationSet::Kind::retrieval &&
      std::ranges::none_of(out.questions, &eval::Question::answerable)) {
    return fail(Errc::usage, text("no question says what should be found", "没有一个问题标明应找到什么"),
                text("give “answers” or “document”", "请填写“answers”或“document”"));
  }
  return out;
}

}  // namespace cvp::serve
