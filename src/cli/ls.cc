#include <boost/json/array.hpp>

#include "cli/progress_line.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

struct Options {
  std::vector<std::string> collections;
  bool long_form = false;
};

struct Listing {
  std::vector<store::Collection> collections;
  std::vector<store::DocumentInfo> documents;
  vector::Status status;
  std::string embedder;  // name; empty: none
  Text why_no_embedder;
};

Result<Listing> read_listing(App& app, const Options& options) {
  Listing out;
  store::Store* store = TRY(app.store());
  const auto wanted = TRY(app.collections(options.collections));
  for (store::Collection& collection : TRY(store->collections())) {
    const bool shown =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), collection.id) != wanted.end();
    if (!shown) continue;
    auto documents = TRY(store->documents(collection.id));
    out.documents.insert(out.documents.end(), std::make_move_iterator(documents.begin()),
                         std::make_move_iterator(documents.end()));
    out.collections.push_back(std::move(collection));
  }
  // A server that is down, a full disk or a damaged index must not hide the documents.
  const auto opened = app.models().embedder();
  const model::Embedder* embedder = opened ? *opened : nullptr;
  if (embedder != nullptr) out.embedder = embedder->identity().name;
  out.why_no_embedder = opened ? app.models().why_no_embedder() : opened.error().message;
  const auto read_status = [&]() -> Result<vector::Status> {
    return TRY(app.index())->status(embedder != nullptr ? &embedder->identity() : nullptr);
  };
  if (auto status = read_status()) {
    out.status = std::move(*status);
  } else {
    app.printer().note(
        text("the state of the index is not known: {}", "无法得知索引的状态：{}", status.error().message));
  }
  return out;
}

boost::json::object document_json(const store::DocumentInfo& document, Lang lang) {
  boost::json::array notes;
  for (const Text& note : document.notes) notes.emplace_back(note.in(lang));
  return {{"id", document.id},
          {"collection", document.collection_name},
          {"uri", document.uri},
          {"title", document.title},
          {"media_type", document.media_type},
          {"revision", document.revision_number},
          {"sha256", document.content_sha256},
          {"bytes", document.bytes},
          {"pages", document.pages},
          {"chunks", document.chunks},
          {"added", document.added_unix},
          {"made_with", document.made_with},
          {"notes", std::move(notes)}};
}

void show_json(App& app, const Listing& listing) {
  boost::json::array collections, documents;
  for (const store::Collection& c : listing.collections) {
    collections.push_back(boost::json::object{{"id", c.id}, {"name", c.name}, {"documents", c.documents}});
  }
  for (const store::DocumentInfo& d : listing.documents) documents.push_back(document_json(d, app.lang()));
  const vector::Status& s = listing.status;
  app.printer().json({{"collections", std::move(collections)},
                      {"documents", std::move(documents)},
                      {"index",
                       {{"chunks", s.chunks},
                        {"with_text", s.with_text},
                        {"with_vector", s.with_vector},
                        {"rebuilding", s.rebuilding},
                        {"embedder", listing.embedder}}}});
}

std::string shown_name(const store::DocumentInfo& document) {
  return one_line(printable(file_name(document.uri)));
}
std::string shown_title(const store::DocumentInfo& document) { return one_line(printable(document.title)); }

/// Columns of names and of titles: as wide as they are, as far as the screen has room for both.
struct Widths {
  size_t name = 0, title = 0;
};

Widths widths_of(const Printer& printer, const std::vector<store::DocumentInfo>& documents) {
  constexpr size_t kRest = 46;  // the other columns and the gaps
  // What is piped into another program is to be found there whole.
  const size_t screen = printer.on_terminal() ? printer.max_columns() : 160;
  const size_t room = std::clamp<size_t>((std::max(screen, kRest) - kRest) / 2, 12, 60);
  Widths out{.name = 4, .title = 5};
  for (const store::DocumentInfo& document : documents) {
    out.name = std::max(out.name, columns(shown_name(document)));
    out.title = std::max(out.title, columns(shown_title(document)));
  }
  return {.name = std::min(out.name, room), .title = std::min(out.title, room)};
}

std::string row(const Widths& widths, const std::string& id, const std::string& name,
                const std::string& title, const std::string& pages, const std::string& passages,
                const std::string& added) {
  const auto right = [](const std::string& value, size_t to) {
    return std::string(to - std::min(to, columns(value)), ' ') + value;
  };
  return right(id, 6) + "  " + pad(shorten(name, widths.name), widths.name) + "  " +
         pad(shorten(title, widths.title), widths.title) + "  " + right(pages, 5) + "  " +
         right(passages, 8) + "  " + added;
}

void show_header(Printer& printer, const Widths& widths) {
  const Text header{row(widths, "id", "file", "title", "pages", "passages", "added"),
                    row(widths, "编号", "文件", "标题", "页数", "段数", "添加时间")};
  printer.line({printer.dim(header.en), printer.dim(header.zh)});
}

void show_document(Printer& printer, const Widths& widths, const store::DocumentInfo& document,
                   bool long_form) {
  const std::string pages = document.pages > 0 ? std::to_string(document.pages) : "-";
  printer.line(verbatim(row(widths, std::to_string(document.id), shown_name(document), shown_title(document),
                            pages, std::to_string(document.chunks), format_time(document.added_unix))));
  if (!long_form) return;
  const std::string indent(8, ' ');
  printer.line(verbatim(indent + printer.dim(printable(document.uri))));
  printer.line(text("{}{}, {}, revision {}", "{}{}，{}，第 {} 版", indent, document.media_type,
                    format_bytes(static_cast<double>(document.bytes)), document.revision_number));
  for (const Text& note : document.notes) printer.line(text("{}{}", "{}{}", indent, note));
}

void show_status(Printer& printer, const Listing& listing) {
  const vector::Status& s = listing.status;
  for (const Text& note : s.notes) printer.note(note);
  if (s.chunks == 0) return;
  if (listing.embedder.empty()) {
    printer.line(
        text("{}; no vectors: {}", "{}；没有向量：{}", passages_text(s.chunks), listing.why_no_embedder));
    return;
  }
  printer.line(text("{} passages, {} with vectors of {}", "共 {} 段，其中 {} 段已有 {} 的向量", s.chunks,
                    s.with_vector, listing.embedder));
  if (s.rebuilding) {
    printer.line(text("the vectors of another model are being replaced; `cvp add` continues",
                      "正在替换另一个模型的向量；运行 `cvp add` 可继续"));
  } else if (s.with_vector < s.chunks) {
    printer.line(text("`cvp add` makes the missing vectors", "运行 `cvp add` 可补齐缺少的向量"));
  }
}

Result<int> ls(App& app, const Options& options) {
  const Listing listing = TRY(read_listing(app, options));
  Printer& printer = app.printer();
  if (printer.json_wanted()) {
    show_json(app, listing);
    return 0;
  }
  if (listing.documents.empty()) {
    printer.line(no_documents_text());
    return 0;
  }
  const Widths widths = widths_of(printer, listing.documents);
  for (const store::Collection& collection : listing.collections) {
    printer.line(
        text("{} ({})", "{}（{}）", printer.bold(collection.name), documents_text(collection.documents)));
    if (collection.documents > 0) show_header(printer, widths);
    for (const store::DocumentInfo& document : listing.documents) {
      if (document.collection == collection.id) show_document(printer, widths, document, options.long_form);
    }
  }
  show_status(printer, listing);
  return 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Lists collections and documents (id, file, title, pages, passages, time added) and how far the "
           "vectors are.",
           "列出文档集和文档（编号、文件名、标题、页数、段数、添加时间）以及向量的进度。"));
  command.option("-c,--collection", options->collections, text("NAME", "名称"),
                 text("only these; may be repeated", "只列出这些文档集，可重复"));
  command.flag("-l,--long", options->long_form,
               text("also path, type, size, revision, and what was noted while reading",
                    "同时显示路径、类型、大小、版本和读取时的说明"));
  command.example("cvp ls", text("everything, one line a document", "全部文档，每个一行"));
  command.example("cvp ls -l --collection rules",
                  text("one collection with its details", "一个文档集的详细信息"));
  return [options](App& app) { return ls(app, *options); };
}

}  // namespace

Verb ls_verb() {
  return {.name = "ls",
          .summary = text("list documents and collections", "列出文档和文档集"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
