#include "serve/openai_files.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "base/log.h"
#include "base/number.h"
#include "serve/add_document.h"
#include "serve/byte_range.h"
#include "serve/document_json.h"
#include "serve/later.h"
#include "serve/model_names.h"
#include "serve/openai_json.h"
#include "serve/replies.h"
#include "serve/upload_name.h"
#include "serve/uploads.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view kIdStart = "file-";
constexpr uint64_t kLeastRoom = 32 << 20;
// What a document here is for: OpenAI's other purposes (training, batches, pictures) are not.
constexpr std::string_view kPurpose = "user_data", kOtherPurpose = "assistants";

std::string name_of_file(store::DocumentId id) { return fmt::format("{}{}", kIdStart, id); }

Result<store::DocumentId> id_of_file(std::string_view name) {
  const auto id = parse_number<store::DocumentId>(name.substr(std::min(name.size(), kIdStart.size())));
  if (!name.starts_with(kIdStart) || !id || *id < 0)
    return fail(Errc::not_found, text("there is no such file", "没有这个文件"),
                text("ids look like this: file-12", "文件编号形如 file-12"));
  return *id;
}

/// cvp: the document, as this server's own API has it.
object file_json(const store::DocumentInfo& document, boost::json::value cvp) {
  return {{"id", name_of_file(document.id)},
          {"object", "file"},
          {"bytes", document.bytes},
          {"created_at", document.added_unix},
          {"filename", document_name(document.uri)},
          {"purpose", kPurpose},
          {"status", "processed"},
          {"cvp", std::move(cvp)}};
}

bool is_purpose(std::string_view purpose) { return purpose == kPurpose || purpose == kOtherPurpose; }

struct Upload {
  std::string name, collection;
  std::string_view bytes;
};

Result<Upload> read_upload(const std::vector<FormPart>& parts) {
  Upload out;
  bool has_file = false, has_purpose = false;
  for (const FormPart& part : parts) {
    if (part.name == "file" && part.file_name && !std::exchange(has_file, true)) {
      out.name = TRY(clean_upload_name(*part.file_name));
      out.bytes = part.content;
    } else if (part.name == "purpose" && !std::exchange(has_purpose, true)) {
      if (!is_purpose(part.content))
        return fail(Errc::usage,
                    text("the purpose of a file here is to answer from it", "这里的文件只用于回答问题"),
                    text("purpose: {} or {}", "purpose 可为 {} 或 {}", kPurpose, kOtherPurpose));
    } else if (part.name == "collection" && out.collection.empty() &&
               part.content.size() <= kUploadNameBytes && valid_utf8(part.content)) {
      out.collection = part.content;
    } else {
      return fail(Errc::usage, text("the form's field “{}” is unknown, wrong or there twice",
                                    "表单字段“{}”未知、有误或重复", part.name));
    }
  }
  if (!has_file)
    return fail(Errc::usage, text("the form has no “file” with a name", "表单中没有带文件名的“file”"));
  if (!has_purpose)
    return fail(Errc::usage, text("the form has no “purpose”", "表单中没有“purpose”"),
                text("purpose: {}", "purpose 可为 {}", kPurpose));
  return out;
}

}  // namespace

OpenAiFiles::OpenAiFiles(Backend& backend)
    : backend_(backend), line_({.at_once = 1, .waiting = kWaiting, .per_user = kPerUser}) {}

Result<OpenAiFiles::Form> OpenAiFiles::read(const Call& call) {
  const std::string boundary = TRY(form_boundary(call.request.header("content-type")));
  if (call.request.body_file.empty()) return fail(Errc::usage, text("the form is empty", "表单是空的"));
  auto file = sys::MappedFile::open(call.request.body_file);
  if (!file) {
    log::warn("a form that was sent: {}", file.error().message.en);
    return fail(Errc::failed, text("the form could not be read", "无法读取表单"));
  }
  Form out{.file = std::move(*file), .parts = {}};
  out.parts = TRY(read_form(out.file.bytes(), boundary));
  return out;
}

/// named: an id or a name; empty: whichever it can only be.
Result<store::CollectionId> OpenAiFiles::collection(const Call& call, const std::string& named) const {
  if (named.empty()) return only_writable(backend_, call.caller);
  auto id = parse_number<store::CollectionId>(named);
  if (!id || call.caller.right(*id) == store::Right::none)
    id = TRY(collection_named(backend_, call.caller, named));
  TRY(need_right(call.caller, *id, store::Right::write));
  return *id;
}

Result<net::Reply> OpenAiFiles::create(const Call& call) {
  auto form = std::make_shared<const Form>(TRY(read(call)));
  const Upload upload = TRY(read_upload(form->parts));
  const std::string asked = call.query("collection");
  if (!asked.empty() && !upload.collection.empty() && asked != upload.collection)
    return fail(Errc::usage, text("two collections are named", "指定了两个不同的文档集"));
  const store::CollectionId into = TRY(collection(call, asked.empty() ? upload.collection : asked));
  auto reply = later(
      line_, backend_.live, call,
      [this, form, into, name = upload.name, bytes = upload.bytes, kept = std::make_shared<const Call>(call)](
          const CancelToken& cancel) { return add(*kept, into, name, bytes, cancel); });
  if (!reply) return queue_refusal(reply.error(), call.lang);
  return reply;
}

Result<net::Reply> OpenAiFiles::add(const Call& call, store::CollectionId collection, const std::string& name,
                                    std::string_view bytes, const CancelToken& cancel) {
  const auto outcome = add_document(backend_, {.caller = call.caller, .address = call.request.client},
                                    collection, name, bytes, cancel);
  if (!outcome) {
    const auto free = sys::free_bytes(backend_.home);
    const bool disk_full =
        outcome.error().code == Errc::unavailable && free && *free < 2 * bytes.size() + kLeastRoom;
    return upload_failure(outcome.error(), name, backend_.home, disk_full, call.lang);
  }
  const store::DocumentInfo document = TRY(backend_.store.document(outcome->document));
  return json_reply(file_json(document, TRY(document_json(backend_, document, call.lang))));
}

Result<array> OpenAiFiles::files_json(const std::vector<store::DocumentInfo>& documents, Lang lang) const {
  array shown = TRY(documents_json(backend_, documents, lang));
  array out;
  for (size_t i = 0; i < documents.size(); ++i) out.push_back(file_json(documents[i], std::move(shown[i])));
  return out;
}

Result<net::Reply> OpenAiFiles::list(const Call& call) {
  const auto limit =
      std::min(kPage, static_cast<size_t>(TRY(call.number("limit", kMostAsked, 1, kMostAsked))));
  if (const std::string order = call.query("order"); !order.empty() && order != "desc")
    return fail(Errc::usage, text("files are listed from the newest on only", "文件只能按从新到旧排列"),
                text("order: desc", "order 须为 desc"));
  store::RevisionId before = 0;
  if (const std::string after = call.query("after"); !after.empty())
    before = TRY(document_for(backend_, call.caller, TRY(id_of_file(after)), store::Right::read)).revision;
  std::vector<store::DocumentInfo> found;
  const std::string purpose = call.query("purpose");
  if (purpose.empty() || is_purpose(purpose)) {
    // Each collection's newest: those of the whole are among them.
    for (const store::CollectionId one : call.caller.readable()) {
      auto page =
          TRY(backend_.store.documents_page({.collection = one, .before = before, .limit = limit + 1}));
      std::ranges::move(page, std::back_inserter(found));
      std::ranges::sort(found, std::greater(), &store::DocumentInfo::revision);
      if (found.size() > limit + 1) found.resize(limit + 1);
    }
  }
  const bool has_more = found.size() > limit;
  if (has_more) found.pop_back();
  array data = TRY(files_json(found, call.lang));
  const boost::json::value first =
      data.empty() ? boost::json::value() : boost::json::value(name_of_file(found.front().id));
  const boost::json::value last =
      data.empty() ? boost::json::value() : boost::json::value(name_of_file(found.back().id));
  return json_reply(object{{"object", "list"},
                           {"data", std::move(data)},
                           {"first_id", first},
                           {"last_id", last},
                           {"has_more", has_more}});
}

Result<store::DocumentInfo> OpenAiFiles::document(const Call& call, store::Right least) const {
  const auto name = call.path.find("name");
  const store::DocumentId id = TRY(id_of_file(name != call.path.end() ? std::string_view(name->second) : ""));
  return document_for(backend_, call.caller, id, least);
}

Result<net::Reply> OpenAiFiles::show(const Call& call) {
  const store::DocumentInfo found = TRY(document(call, store::Right::read));
  return json_reply(file_json(found, TRY(document_json(backend_, found, call.lang))));
}

Result<net::Reply> OpenAiFiles::content(const Call& call) {
  const store::DocumentInfo found = TRY(document(call, store::Right::read));
  const std::string name = document_name(found.uri);
  const auto path = backend_.store.original_path(found.revision);
  const auto info = path ? sys::stat_file(*path) : std::unexpected(path.error());
  if (!info) {
    // What it says of the server's folders is for the log alone.
    log::warn("the original of revision {}: {}", found.revision, info.error().message.en);
    return fail(Errc::not_found, text("the original file of {} is missing", "{} 的原始文件已丢失", name),
                text("add the file again", "请重新上传该文件"));
  }
  return net::Reply{.headers = {{"Content-Type", "application/octet-stream"},
                                {"Content-Disposition", as_attachment(name.substr(name.rfind('/') + 1))},
                                {"Cache-Control", "no-store"}},
                    .body = net::FileSlice{*path, 0, info->bytes}};
}

Result<net::Reply> OpenAiFiles::remove(const Call& call) {
  const store::DocumentInfo found = TRY(document(call, store::Right::write));
  TRY(backend_.store.trash_document(found.id));
  backend_.upkeep.wake();
  TRY(backend_.audit(call, "document.delete", document_name(found.uri)));
  backend_.events.collections_changed();
  return json_reply(object{{"id", name_of_file(found.id)}, {"object", "file"}, {"deleted", true}});
}

}  // namespace cvp::serve
