// /v1: what programs written for OpenAI's API call.
#include <boost/json/array.hpp>
#include <memory>

#include "base/limits.h"
#include "serve/model_names.h"
#include "serve/openai_chat.h"
#include "serve/openai_files.h"
#include "serve/openai_vectors.h"
#include "serve/replies.h"
#include "serve/routes.h"
#include "serve/upload_name.h"

namespace cvp::serve {
namespace {

constexpr uint64_t kFormBytes = 256 << 10;  // of a form, beside its file
constexpr int64_t kIdBytes = 30, kWordBytes = 40;

Result<net::Reply> list_models(const Backend& backend, const Call& call) {
  return json_reply(
      boost::json::object{{"object", "list"}, {"data", TRY(models_json(backend, call.caller))}});
}

Result<net::Reply> show_model(const Backend& backend, const Call& call, std::string_view before) {
  const auto found = call.path.find("name");
  const std::string name = std::string(before) + (found != call.path.end() ? found->second : "");
  TRY(named_model(backend, call.caller, name));
  return json_reply(model_json(name));
}

Parameter text_parameter(std::string_view name, int64_t most_bytes, Text about) {
  return {.name = name, .kind = Parameter::Kind::text, .most = most_bytes, .about = std::move(about)};
}

std::vector<Route> model_name_routes(Backend& backend) {
  return {{.method = "GET",
           .pattern = "/v1/models",
           .scope = Scope::any,
           .summary =
               text("The chat model, the embedder, and documents as models: “cvp” for all that may be "
                    "read, “cvp:NAME” for a collection",
                    "对话模型、向量模型，以及以文档作答的模型：“cvp”为全部可读文档，“cvp:名称”为单个文档集"),
           .gives = "OpenAiModels",
           .run = [&backend](Call& call) { return list_models(backend, call); }},
          {.method = "GET",
           .pattern = "/v1/models/{name}",
           .scope = Scope::any,
           .summary = text("One of the models", "其中一个模型"),
           .gives = "OpenAiModel",
           .run = [&backend](Call& call) { return show_model(backend, call, ""); }},
          {.method = "GET",
           .pattern = "/v1/models/cvp/{name}",
           .scope = Scope::any,
           .summary = text("A collection as a model", "作为模型的文档集"),
           .gives = "OpenAiModel",
           .run = [&backend](Call& call) { return show_model(backend, call, "cvp/"); }}};
}

std::vector<Route> work_routes(Backend& backend) {
  return {
      {.method = "POST",
       .pattern = "/v1/chat/completions",
       .scope = Scope::ask,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("A reply: from documents, checked and with citations as annotations, or from the chat "
                       "model as it is",
                       "生成回复：依据文档（经核对，出处见 annotations），或直接由对话模型生成"),
       .takes = "ChatCompletionRequest",
       .gives = "ChatCompletion",
       .gives_events = "ChatCompletionChunk",
       .run = [&backend](Call& call) { return chat_completion(backend, call); }},
      {.method = "POST",
       .pattern = "/v1/embeddings",
       .scope = Scope::search,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Vectors of texts", "文本的向量"),
       .takes = "EmbeddingsRequest",
       .gives = "Embeddings",
       .run = [&backend](Call& call) { return make_embeddings(backend, call); }},
      {.method = "POST",
       .pattern = "/v1/rerank",
       .scope = Scope::search,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Texts in the order in which they answer a query", "按对问题的相关程度排列文本"),
       .takes = "RerankRequest",
       .gives = "Ranking",
       .run = [&backend](Call& call) { return rerank(backend, call); }}};
}

Route upload_route(const std::shared_ptr<OpenAiFiles>& files, uint64_t limit_bytes) {
  return {.method = "POST",
          .pattern = "/v1/files",
          .need = Need::editor,
          .scope = Scope::write,
          .body = {Body::Kind::file, limit_bytes},
          .query = {text_parameter("collection", kUploadNameBytes,
                                   text("where it goes, by name or id; may also be a field of the form",
                                        "目标文档集的名称或编号；也可作为表单字段"))},
          .summary = text("Adds a file to a collection", "向文档集添加文件"),
          .takes = "FileUpload",
          .gives = "FileObject",
          .takes_type = "multipart/form-data",
          .run = [files](Call& call) { return files->create(call); }};
}

Route files_route(const std::shared_ptr<OpenAiFiles>& files) {
  return {.method = "GET",
          .pattern = "/v1/files",
          .query = {text_parameter("after", kIdBytes,
                                   text("the last id of the page before", "上一页最后一个编号")),
                    {.name = "limit",
                     .kind = Parameter::Kind::integer,
                     .least = 1,
                     .most = OpenAiFiles::kMostAsked,
                     .about = text("at most so many; a page has {} at most",
                                   "最多返回的数量；每页不超过 {} 个", OpenAiFiles::kPage)},
                    text_parameter("order", kWordBytes, text("desc: the newest first", "desc：最新的在前")),
                    text_parameter("purpose", kWordBytes,
                                   text("all have user_data; for another there are none",
                                        "全部为 user_data；其他用途没有文件"))},
          .summary = text("The files of all collections that may be read", "所有可读文档集中的文件"),
          .gives = "FileObjects",
          .run = [files](Call& call) { return files->list(call); }};
}

std::vector<Route> file_routes(Backend& backend) {
  const auto files = std::make_shared<OpenAiFiles>(backend);
  const uint64_t limit = std::min(backend.options.max_upload_bytes, limits::kDocumentBytes) + kFormBytes;
  return {upload_route(files, limit),
          files_route(files),
          {.method = "GET",
           .pattern = "/v1/files/{name}",
           .summary = text("One of the files", "其中一个文件"),
           .gives = "FileObject",
           .run = [files](Call& call) { return files->show(call); }},
          {.method = "GET",
           .pattern = "/v1/files/{name}/content",
           .summary = text("The file as it was added", "原始文件"),
           .gives_type = "application/octet-stream",
           .run = [files](Call& call) { return files->content(call); }},
          {.method = "DELETE",
           .pattern = "/v1/files/{name}",
           .need = Need::editor,
           .scope = Scope::write,
           .summary = text("Removes a file from every answer at once", "立即从所有回答中移除文件"),
           .gives = "FileDeleted",
           .run = [files](Call& call) { return files->remove(call); }}};
}

}  // namespace

std::vector<Route> openai_routes(Backend& backend) {
  std::vector<Route> out = model_name_routes(backend);
  for (auto&& more : {work_routes(backend), file_routes(backend)})
    for (const Route& route : more) out.push_back(route);
  return out;
}

}  // namespace cvp::serve
