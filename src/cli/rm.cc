#include <algorithm>
#include <boost/json/array.hpp>
#include <filesystem>
#include <map>

#include "base/number.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

constexpr size_t kShown = 10;

struct Options {
  std::vector<std::string> what;
  std::string collection;
  bool yes = false, all = false;
};

using Documents = std::map<store::DocumentId, store::DocumentInfo>;

std::vector<std::string> spellings(const std::string& typed) {
  std::vector<std::string> out = {typed, "stdin:" + typed};
  std::error_code error;
  const auto full = std::filesystem::absolute(typed, error);
  if (!error) out.push_back(full.lexically_normal().string());
  const auto real = std::filesystem::weakly_canonical(typed, error);
  if (!error) out.push_back(real.string());
  for (std::string& path : out) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  }
  return out;
}

/// Documents that `typed` means: an id, a path, or a folder with everything below it.
Documents match(const std::vector<store::DocumentInfo>& all, const std::string& typed) {
  Documents found;
  const auto id = parse_number<store::DocumentId>(typed);
  for (const store::DocumentInfo& document : all) {
    bool hit = id == document.id;
    for (const std::string& path : spellings(typed)) {
      hit = hit || document.uri == path || document.uri.starts_with(path + "/");
    }
    if (hit) found.emplace(document.id, document);
  }
  return found;
}

Result<Documents> choose(store::Store& store, const Options& options, store::CollectionId collection) {
  const auto all = TRY(store.documents(collection));
  Documents chosen;
  for (const std::string& typed : options.what) {
    Documents found = match(all, typed);
    if (found.empty()) {
      return fail(Errc::not_found, text("no document “{}”", "没有文档“{}”", typed),
                  text("`cvp ls -l` shows ids and paths", "`cvp ls -l` 可查看编号和路径"));
    }
    chosen.merge(found);
  }
  return chosen;
}

void show_chosen(Printer& printer, const Documents& chosen) {
  size_t shown = 0;
  for (const auto& [id, document] : chosen) {
    if (++shown > kShown) break;
    printer.note(verbatim(fmt::format("{:>6}  {}", id, one_line(document.uri))));
  }
  if (chosen.size() > kShown) {
    printer.note(text("        and {} more", "        以及另外 {} 个", chosen.size() - kShown));
  }
}

void say_files_stay(Printer& printer) {
  printer.note(text("the files they were read from are untouched: `cvp add` adds them again",
                    "原始文件未受影响：可用 `cvp add` 重新添加"));
}

/// The terms and vectors of what was removed leave the disk too: texts can be guessed from them. The
/// documents are gone in any case.
void clear_index(App& app) {
  const auto done = [&]() -> Result<void> {
    return TRY(app.index())->catch_up_text(app.printer().on_progress(), app.cancel());
  }();
  if (done) return;
  app.printer().note(
      text("the index still holds words and vectors of what was removed, although nothing finds "
           "them: {}; `cvp add` without a path clears them away",
           "索引中还留有已删除内容的词语和向量，但已检索不到：{}；运行不带路径的 `cvp add` 即可清除",
           done.error().message));
}

Result<int> remove_chosen(App& app, store::Store& store, const Documents& chosen) {
  boost::json::array removed;
  for (const auto& [id, document] : chosen) {
    if (app.cancel().cancelled()) return fail_cancelled();
    TRY(store.remove_document(id));
    removed.emplace_back(id);
  }
  clear_index(app);
  app.printer().line(text("{} removed", "已删除 {}", documents_text(removed.size())));
  const bool from_files = std::any_of(chosen.begin(), chosen.end(), [](const auto& entry) {
    return !entry.second.uri.starts_with("stdin:");
  });
  if (from_files) say_files_stay(app.printer());
  if (app.printer().json_wanted()) app.printer().json({{"removed", std::move(removed)}});
  return 0;
}

Result<int> remove_collection(App& app, store::Store& store, store::CollectionId id, const Options& options) {
  const size_t documents = TRY(store.documents(id)).size();
  if (!options.yes && !confirm(app, text("Remove the collection “{}” with {}?", "删除文档集“{}”及其中的 {}？",
                                         options.collection, documents_text(documents)))) {
    return fail(Errc::refused, text("nothing was removed", "没有删除任何内容"),
                text("--yes removes without asking", "加上 --yes 可不经询问直接删除"));
  }
  TRY(store.remove_collection(id));
  clear_index(app);
  app.printer().line(text("collection “{}” removed", "已删除文档集“{}”", options.collection));
  say_files_stay(app.printer());
  if (app.printer().json_wanted())
    app.printer().json({{"removed_collection", options.collection}, {"documents", documents}});
  return 0;
}

Result<int> remove_everything(App& app, store::Store& store, const Options& options) {
  const std::vector<store::Collection> collections = TRY(store.collections());
  uint64_t documents = 0;
  for (const store::Collection& collection : collections) documents += collection.documents;
  if (collections.empty()) return fail(Errc::not_found, no_documents_text());
  if (!options.yes &&
      !confirm(app, text("Remove everything ({})?", "删除全部内容（{}）？", documents_text(documents)))) {
    return fail(Errc::refused, text("nothing was removed", "没有删除任何内容"),
                text("--yes removes without asking", "加上 --yes 可不经询问直接删除"));
  }
  boost::json::array removed;
  for (const store::Collection& collection : collections) {
    TRY(store.remove_collection(collection.id));
    removed.emplace_back(collection.name);
  }
  clear_index(app);
  app.printer().line(text("{} removed", "已删除 {}", documents_text(documents)));
  say_files_stay(app.printer());
  if (app.printer().json_wanted())
    app.printer().json({{"removed_collections", std::move(removed)}, {"documents", documents}});
  return 0;
}

Result<int> rm(App& app, const Options& options) {
  if (options.all && (!options.what.empty() || !options.collection.empty())) {
    return fail(Errc::usage, text("--all removes everything: name nothing beside it",
                                  "--all 会删除全部内容，不要再写其他对象"));
  }
  if (options.all) return remove_everything(app, *TRY(app.store()), options);
  if (options.what.empty() && options.collection.empty()) {
    return fail(Errc::usage, text("nothing to remove was named", "没有指明要删除什么"),
                text("name ids or paths (`cvp ls -l`), a whole collection with --collection, or --all",
                     "请写明编号或路径（见 `cvp ls -l`），用 --collection 指定整个文档集，或用 --all"));
  }
  store::Store* store = TRY(app.store());
  const store::CollectionId collection =
      options.collection.empty() ? 0 : TRY(store->find_collection(options.collection));
  if (options.what.empty()) return remove_collection(app, *store, collection, options);
  const Documents chosen = TRY(choose(*store, options, collection));
  if (!options.yes && app.printer().on_terminal()) {
    show_chosen(app.printer(), chosen);
    if (!confirm(app, text("Remove {}?", "删除这 {}？", documents_text(chosen.size())))) {
      return fail(Errc::refused, text("nothing was removed", "没有删除任何内容"),
                  text("--yes removes without asking", "加上 --yes 可不经询问直接删除"));
    }
  }
  return remove_chosen(app, *store, chosen);
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(text(
      "Removes documents by id, path or folder, a whole collection, or everything. They are gone from every "
      "answer at once; the files they were read from stay where they are. On a terminal it asks first; "
      "elsewhere a collection and --all need --yes.",
      "按编号、路径或文件夹删除文档，也可删除整个文档集或全部内容。删除后立即不再出现在任何回答中；"
      "原始文件不受影响。在终端中会先询问；不在终端中时，删除文档集和 --all 需要 --yes。"));
  command.arguments(text("ID|PATH", "编号|路径"), options->what,
                    text("what `cvp ls -l` shows", "见 `cvp ls -l`"), false);
  command.option(
      "-c,--collection", options->collection, text("NAME", "名称"),
      text("only there; alone: the whole collection", "只在该文档集中查找；单独使用则删除整个文档集"));
  command.flag("--all", options->all, text("everything, of every collection", "删除所有文档集的全部内容"));
  command.flag("-y,--yes", options->yes, text("do not ask", "不询问"));
  command.example("cvp rm 12 13", text("two documents", "两个文档"));
  command.example("cvp rm ~/docs/old",
                  text("everything that was added from this folder", "从该文件夹添加的全部文档"));
  command.example("cvp rm --collection demo --yes",
                  text("a collection, without asking", "直接删除一个文档集"));
  return [options](App& app) { return rm(app, *options); };
}

}  // namespace

Verb rm_verb() {
  return {.name = "rm",
          .summary = text("remove documents or a collection", "删除文档或文档集"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
