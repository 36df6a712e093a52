#include "bench/datasets.h"

#include <boost/json.hpp>

#include <random>
#include <unordered_map>

#include "base/unicode.h"
#include "sys/process.h"

namespace cvp::bench {
namespace {

namespace json = boost::json;

/// Lines of a JSONL file as objects; a bad line is an error with its number.
Result<std::vector<json::object>> parse_lines(std::string_view bytes, const std::string& name, size_t limit) {
  std::vector<json::object> out;
  while (!bytes.empty() && out.size() < limit) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(bytes.data(), end), error);
    if (error || !value.is_object()) {
      return fail(Errc::corrupt, text("{}, line {}: not a JSON object", "{} 第 {} 行：不是 JSON 对象", name,
                                      out.size() + 1));
    }
    out.push_back(std::move(value.get_object()));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return out;
}

Result<std::string> member(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value && value->is_string()) return std::string(value->get_string());
  if (value && value->is_number()) return json::serialize(*value);
  return fail(Errc::corrupt, text("no member {}", "缺少成员 {}", key));
}

/// Relevant documents by query id.
Result<std::unordered_map<std::string, std::vector<std::string>>> parse_qrels(std::string_view text_) {
  std::unordered_map<std::string, std::vector<std::string>> out;
  while (!text_.empty()) {
    const size_t end = std::min(text_.find('\n'), text_.size());
    std::vector<std::string> fields;
    std::string_view line = text_.substr(0, end);
    while (!line.empty()) {
      const size_t gap = std::min(line.find_first_of(" \t\r"), line.size());
      if (gap > 0) fields.emplace_back(line.substr(0, gap));
      line.remove_prefix(std::min(gap + 1, line.size()));
    }
    text_.remove_prefix(std::min(end + 1, text_.size()));
    if (fields.empty()) continue;
    if (fields.size() != 4)
      return fail(Errc::corrupt, text("qrels: four fields a line", "qrels：每行应有四个字段"));
    if (fields[3] != "0") out[fields[0]].push_back("scifact/" + fields[2]);
  }
  return out;
}

}  // namespace

Result<Set> load_squad(Context& context, const std::string& name, const std::string& file) {
  const std::string bytes = TRY(context.data_file(file));
  const eval::Dataset data = TRY(eval::parse_questions(bytes, file));
  Set out;
  std::unordered_map<std::string, std::string> uri_of;
  for (const std::string& paragraph : data.paragraphs) {
    const std::string uri = fmt::format("{}/{:04}", name, out.documents.size());
    uri_of[paragraph] = uri;
    out.documents.push_back({uri, paragraph});
  }
  out.questions = data.questions;
  for (eval::Question& question : out.questions) question.gold_uris = {uri_of.at(question.gold_passage)};
  return out;
}

Result<Set> load_cmrc_dev(Context& context) {
  return load_squad(context, "cmrc-dev", "qa/cmrc2018/cmrc2018_dev.json");
}
Result<Set> load_xquad_en(Context& context) {
  return load_squad(context, "xquad-en", "qa/xquad/xquad_en_first24.json");
}

Result<Set> load_xquad_cross(Context& context) {
  Set english = TRY(load_xquad_en(context));
  Set chinese = TRY(load_squad(context, "xquad-en", "qa/xquad/xquad_zh_first24.json"));
  if (english.documents.size() != chinese.documents.size()) {
    return fail(Errc::corrupt,
                text("the two halves of XQuAD are not parallel", "XQuAD 的中英文两部分不平行"));
  }
  // Parallel files: the same paragraph has the same number in both, so the uris already name the English
  // ones.
  english.questions = std::move(chinese.questions);
  for (eval::Question& question : english.questions) question.gold_passage.clear();
  return english;
}

Result<Set> load_scifact(Context& context) {
  Set out;
  const std::string corpus = TRY(context.data_file("qa/scifact/corpus.jsonl"));
  for (const json::object& line : TRY(parse_lines(corpus, "corpus.jsonl", 10'000))) {
    const std::string id = TRY(member(line, "_id"));
    const std::string title = TRY(member(line, "title"));
    out.documents.push_back({"scifact/" + id, title + "\n\n" + TRY(member(line, "text"))});
  }
  const std::string judgements = TRY(context.data_file("qa/scifact/qrels_test.trec"));
  const auto relevant = TRY(parse_qrels(judgements));
  const std::string queries = TRY(context.data_file("qa/scifact/queries.jsonl"));
  for (const json::object& line : TRY(parse_lines(queries, "queries.jsonl", 10'000))) {
    eval::Question question;
    question.id = TRY(member(line, "_id"));
    const auto found = relevant.find(question.id);
    if (found == relevant.end()) continue;
    question.text = TRY(member(line, "text"));
    question.gold_uris = found->second;
    out.questions.push_back(std::move(question));
  }
  return out;
}

Result<std::vector<Document>> load_news(Context& context, size_t n) {
  constexpr uint64_t kUnpackedBytes = 256 << 20;
  const sys::Path path = context.options().data / "corpus" / "zh_news_20k.jsonl.gz";
  if (!sys::exists(path))
    return fail(Errc::not_found, text("no data file {}", "没有数据文件 {}", path.string()));
  sys::RunLimits limits;
  limits.output_bytes = kUnpackedBytes;
  const sys::RunResult unpacked =
      TRY(sys::run({.argv = {"gzip", "-dc", path.string()}}, "", limits, context.cancel()));
  std::vector<Document> out;
  for (const json::object& line : TRY(parse_lines(unpacked.out, "zh_news_20k.jsonl", n))) {
    out.push_back({fmt::format("news/{:05}", out.size()), TRY(member(line, "text"))});
  }
  return out;
}

Result<std::vector<std::string>> load_queries(Context& context, const std::vector<Document>& news,
                                              size_t each) {
  constexpr uint64_t kSeed = 11;
  std::vector<std::string> out;
  for (const eval::Question& question : eval::sample(TRY(load_cmrc_dev(context)).questions, each, kSeed)) {
    out.push_back(question.text);
  }
  std::mt19937_64 random(kSeed);
  while (out.size() < 2 * each) {
    const std::string& item = news[random() % news.size()].bytes;
    size_t begin = utf8_prefix(item, random() % item.size()).size();
    size_t end = begin;
    for (size_t left = 6 + random() % 19; left > 0 && end < item.size(); --left) decode_utf8(item, end);
    if (end - begin >= 12) out.push_back(item.substr(begin, end - begin));
  }
  return out;
}

std::vector<eval::Question> without_gold(std::vector<eval::Question> questions) {
  for (eval::Question& question : questions) {
    question.without_uris = std::move(question.gold_uris);
    question.gold_uris.clear();
    question.answerable = false;
  }
  return questions;
}

}  // namespace cvp::bench
