#include "serve/openai_vectors.h"
#include "serve/encoding.h"

#include <algorithm>
#include <bit>
#include <boost/json/array.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "base/unicode.h"
#include "chat/reader.h"
#include "serve/later.h"
#include "serve/model_names.h"
#include "serve/openai_json.h"
#include "serve/replies.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr size_t kInputs = 256, kInputCharacters = 16 << 10, kModelCharacters = 200;
constexpr size_t kRanked = 256, kRankedByGenerator = 64, kQueryCharacters = 4 << 10;

std::unexpected<Error> fail_inputs(std::string_view name, size_t most) {
  return fail(Errc::usage,
              text("“{}” must be 1 to {} texts of 1 to {} characters",
                   "“{}”须为 1 到 {} 个文本，每个 1 到 {} 个字符", name, most, kInputCharacters));
}

Result<std::string> read_input(const value& from, std::string_view name, size_t most) {
  const boost::json::string* string = from.if_string();
  if (string == nullptr || string->empty() ||
      count_code_points({string->data(), string->size()}) > kInputCharacters ||
      std::ranges::find(*string, '\0') != string->end())
    return fail_inputs(name, most);
  return std::string(string->data(), string->size());
}

struct EmbeddingsRequest {
  std::string model;
  std::vector<std::string> inputs;
  model::TextRole role = model::TextRole::passage;
  bool as_base64 = false;
  std::optional<int64_t> dimensions;
};

Result<EmbeddingsRequest> read_embeddings(const object& body) {
  constexpr int64_t kDimensions = 1 << 16;
  Fields fields(body);
  EmbeddingsRequest out{.model = fields.text("model", 4 * kModelCharacters)};
  const value* input = fields.value("input");
  out.as_base64 = fields.choice("encoding_format", {"float", "base64"}, "float") == "base64";
  if (fields.choice("input_type", {"query", "passage"}, "passage") == "query")
    out.role = model::TextRole::query;
  if (const int64_t dimensions = fields.integer("dimensions", 0, 1, kDimensions); dimensions != 0)
    out.dimensions = dimensions;
  fields.value("user");
  TRY(fields.finish());
  TRY(check_length("model", out.model, 1, kModelCharacters));
  if (input == nullptr) return fail_inputs("input", kInputs);
  if (const array* all = input->if_array()) {
    if (all->empty() || all->size() > kInputs) return fail_inputs("input", kInputs);
    if (all->front().is_number() || all->front().is_array())
      return fail(Errc::usage, text("tokens cannot be embedded here", "这里不能对词元编号生成向量"),
                  text("send the texts themselves", "请直接发送文本"));
    for (const value& one : *all) out.inputs.push_back(TRY(read_input(one, "input", kInputs)));
  } else {
    out.inputs.push_back(TRY(read_input(*input, "input", kInputs)));
  }
  return out;
}

Result<object> embeddings_json(Backend& backend, model::Embedder& embedder, const EmbeddingsRequest& request,
                               const CancelToken& cancel) {
  const auto vectors = TRY(embedder.embed(request.inputs, request.role, cancel));
  const auto tokenizer = TRY(backend.host.tokenizer());
  array data;
  size_t tokens = 0;
  for (size_t i = 0; i < vectors.size(); ++i) {
    tokens += tokenizer->count(request.inputs[i]);
    value vector =
        request.as_base64 ? value(base64_of(vectors[i])) : value(array(vectors[i].begin(), vectors[i].end()));
    data.push_back(object{{"object", "embedding"}, {"index", i}, {"embedding", std::move(vector)}});
  }
  return object{{"object", "list"},
                {"data", std::move(data)},
                {"model", request.model},
                {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}};
}

struct RerankRequest {
  std::string query;
  std::vector<std::string> documents;
  size_t top = 0;
  bool with_documents = true;
  std::string model;  // empty: whatever ranks best
};

Result<std::string> read_ranked(const value& from) {
  const object* fields = from.if_object();
  if (fields == nullptr) return read_input(from, "documents", kRanked);
  const value* words = fields->if_contains("text");
  if (words == nullptr) return fail_inputs("documents", kRanked);
  return read_input(*words, "documents", kRanked);
}

Result<RerankRequest> read_rerank(const object& body) {
  Fields fields(body);
  RerankRequest out{.query = fields.text("query", 4 * kQueryCharacters)};
  const array* documents = fields.array("documents", kRanked);
  out.top = static_cast<size_t>(fields.integer("top_n", kRanked, 1, std::numeric_limits<int32_t>::max()));
  out.with_documents = fields.boolean("return_documents", true);
  out.model = fields.maybe_text("model", 4 * kModelCharacters).value_or("");
  TRY(fields.finish());
  TRY(check_length("query", out.query, 1, kQueryCharacters));
  TRY(check_length("model", out.model, 0, kModelCharacters));
  if (documents == nullptr || documents->empty()) return fail_inputs("documents", kRanked);
  for (const value& one : *documents) out.documents.push_back(TRY(read_ranked(one)));
  return out;
}

/// Best first.
object ranking_json(const RerankRequest& request, const std::string& model,
                    const std::vector<double>& scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](size_t i) { return scores[i]; });
  order.resize(std::min(order.size(), request.top));
  array results;
  for (const size_t i : order) {
    object one = {{"index", i}, {"relevance_score", scores[i]}};
    if (request.with_documents) one["document"] = object{{"text", request.documents[i]}};
    results.push_back(std::move(one));
  }
  return {{"object", "list"}, {"model", model}, {"results", std::move(results)}};
}

/// The probability that the generator gives to "yes, this text answers the question".
Result<std::vector<double>> judged(Backend& backend, model::Generator& generator,
                                   const RerankRequest& request, const CancelToken& cancel) {
  chat::Reader reader(backend.prompts, generator, guess_lang(request.query));
  std::vector<double> out;
  for (const std::string& document : request.documents) {
    if (cancel.cancelled()) return fail_cancelled();
    out.push_back(1 / (1 + std::exp(-TRY(reader.judge(document, request.query, cancel)))));
  }
  return out;
}

/// Cosines: the vectors are normalised.
Result<std::vector<double>> compared(model::Embedder& embedder, const RerankRequest& request,
                                     const CancelToken& cancel) {
  const std::vector<std::string> query = {request.query};
  const auto asked = TRY(embedder.embed(query, model::TextRole::query, cancel));
  const auto vectors = TRY(embedder.embed(request.documents, model::TextRole::passage, cancel));
  std::vector<double> out;
  for (const auto& vector : vectors)
    out.push_back(std::inner_product(vector.begin(), vector.end(), asked.front().begin(), 0.0));
  return out;
}

Result<net::Reply> rank_by_generator(Backend& backend, const Call& call, RerankRequest request,
                                     std::shared_ptr<model::Generator> generator) {
  if (request.documents.size() > kRankedByGenerator) {
    return fail(Errc::usage,
                text("the chat model ranks at most {} documents at once", "对话模型一次最多排序 {} 个文档",
                     kRankedByGenerator),
                text("send fewer, or name the embedder as the model", "请减少文档，或把 model 设为向量模型"));
  }
  return later(backend.generation, backend.live, call,
               [&backend, request = std::move(request), generator = std::move(generator),
                lang = call.lang](const CancelToken& cancel) -> Result<net::Reply> {
                 const auto scores = judged(backend, *generator, request, cancel);
                 if (!scores) return model_refusal(scores.error(), lang);
                 return json_reply(ranking_json(request, generator->identity().name, *scores));
               });
}

Result<net::Reply> rank_by_embedder(Backend& backend, const Call& call, RerankRequest request,
                                    std::shared_ptr<model::Embedder> embedder) {
  return later(backend.retrieval, backend.live, call,
               [request = std::move(request),
                embedder = std::move(embedder)](const CancelToken& cancel) -> Result<net::Reply> {
                 return json_reply(ranking_json(request, embedder->identity().name,
                                                TRY(compared(*embedder, request, cancel))));
               });
}

}  // namespace

std::string base64_of(std::span<const float> vector) {
  std::string bytes;
  for (const float x : vector) {
    const auto bits = std::bit_cast<uint32_t>(x);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift);
  }
  return base64(bytes);
}

Result<net::Reply> make_embeddings(Backend& backend, const Call& call) {
  EmbeddingsRequest request = TRY(read_embeddings(call.body));
  const auto embedder = backend.host.embedder();
  if (embedder == nullptr) return fail(Errc::unavailable, backend.host.why_no_embedder());
  const NamedModel named = TRY(named_model(backend, call.caller, request.model));
  const model::EmbedderIdentity& identity = embedder->identity();
  if (named.kind != NamedModel::Kind::embedder) {
    return fail(Errc::usage, text("“{}” makes no vectors", "“{}”不是向量模型", request.model),
                text("use {}", "请使用 {}", identity.name));
  }
  if (request.dimensions && *request.dimensions != identity.dimension) {
    return fail(Errc::usage, text("vectors of {} have {} dimensions, no other number",
                                  "{} 的向量固定为 {} 维", identity.name, identity.dimension));
  }
  auto reply = later(
      backend.retrieval, backend.live, call,
      [&backend, request = std::move(request), embedder](const CancelToken& cancel) -> Result<net::Reply> {
        return json_reply(TRY(embeddings_json(backend, *embedder, request, cancel)));
      });
  if (!reply) return queue_refusal(reply.error(), call.lang);
  return reply;
}

Result<net::Reply> rerank(Backend& backend, const Call& call) {
  RerankRequest request = TRY(read_rerank(call.body));
  const auto generator = backend.host.generator();
  const auto embedder = backend.host.embedder();
  bool by_generator = generator != nullptr && generator->identity().gives_logprobs;
  if (!request.model.empty()) {
    const NamedModel named = TRY(named_model(backend, call.caller, request.model));
    if (named.kind == NamedModel::Kind::documents || (named.kind == NamedModel::Kind::chat && !by_generator))
      return fail(Errc::usage, text("“{}” cannot rank", "“{}”不能用于排序", request.model));
    by_generator = named.kind == NamedModel::Kind::chat;
  }
  if (!by_generator && embedder == nullptr) return fail(Errc::unavailable, backend.host.why_no_embedder());
  auto reply = by_generator ? rank_by_generator(backend, call, std::move(request), generator)
                            : rank_by_embedder(backend, call, std::move(request), embedder);
  if (!reply) return queue_refusal(reply.error(), call.lang);
  return reply;
}

}  // namespace cvp::serve
