// Folders of the server's machine that are kept in step: for administrators, who alone may name its paths.
#include <limits>

#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

constexpr size_t kFolderBytes = 4000;

Result<net::Reply> list(const Backend& backend, const Call& call) {
  boost::json::array items;
  for (const WatchView& watch : TRY(backend.watches.list())) items.push_back(watch_json(watch, call.lang));
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

Result<net::Reply> add(Backend& backend, const Call& call) {
  Fields fields(call.body);
  const std::string folder = fields.text("folder", kFolderBytes);
  const int64_t collection = fields.integer("collection", 0, 1, std::numeric_limits<int64_t>::max());
  TRY(fields.finish());
  if (collection == 0) return fail(Errc::usage, text("“collection”: is missing", "“collection”：缺少此项"));
  TRY(need_right(call.caller, collection, store::Right::manage));
  const WatchView added = TRY(backend.watches.add(collection, folder));
  TRY(backend.audit(call, "watch.add", added.folder));
  return json_reply(watch_json(added, call.lang), 201);
}

Result<net::Reply> remove(Backend& backend, const Call& call) {
  const WatchView removed = TRY(backend.watches.remove(TRY(call.id("id"))));
  TRY(backend.audit(call, "watch.remove", removed.folder));
  return no_content();
}

}  // namespace

std::vector<Route> watch_routes(Backend& backend) {
  return {{.method = "GET",
           .pattern = "/api/watches",
           .need = Need::admin,
           .scope = Scope::admin,
           .summary = text("Folders that are kept in step with a collection", "与文档集保持同步的文件夹"),
           .gives = "Watches",
           .run = [&backend](Call& call) { return list(backend, call); }},
          {.method = "POST",
           .pattern = "/api/watches",
           .need = Need::admin,
           .scope = Scope::admin,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text(
               "Keep a folder of the server's machine in step: new and changed files are added, "
               "what came from it leaves with its file",
               "让服务器上的文件夹与文档集保持同步：自动添加新增和修改的文件，文件删除后相应文档随之移除"),
           .takes = "NewWatch",
           .gives = "Watch",
           .gives_status = 201,
           .run = [&backend](Call& call) { return add(backend, call); }},
          {.method = "DELETE",
           .pattern = "/api/watches/{id}",
           .need = Need::admin,
           .scope = Scope::admin,
           .summary = text("Stop watching a folder; its documents stay", "停止监视文件夹；其中的文档保留"),
           .run = [&backend](Call& call) { return remove(backend, call); }}};
}

}  // namespace cvp::serve
