#include "serve/uploads.h"

#include <boost/json/object.hpp>

#include "base/log.h"
#include "serve/add_document.h"
#include "serve/document_json.h"
#include "serve/later.h"
#include "serve/replies.h"
#include "serve/upload_name.h"

namespace cvp::serve {
namespace {

constexpr std::string_view kRetrySeconds = "5";
constexpr uint64_t kReserveBytes = 32 << 20;  // for the log of the database and whatever else runs

/// Beside the file itself, its copy in the store and its text.
bool has_room(const sys::Path& home, uint64_t file_bytes) {
  const auto free = sys::free_bytes(home);
  return !free || *free >= 2 * file_bytes + kReserveBytes;
}

net::Reply with_retry(net::Reply reply) {
  reply.headers.emplace_back("Retry-After", kRetrySeconds);
  return reply;
}

net::Reply no_place(const Error& error, const std::string& name, Lang lang) {
  const Text again = text("it can be sent again in a few seconds", "可以过几秒再上传");
  if (error.code == Errc::busy) {
    return with_retry(error_reply(429, "busy",
                                  text("{}: {} of your files are waiting or being read already",
                                       "{}：你已有 {} 个文件在排队或读取中", name, Uploads::kPerUser),
                                  again, lang));
  }
  return with_retry(error_reply(
      503, "unavailable", text("{}: too many files are waiting to be read", "{}：等待读取的文件过多", name),
      again, lang));
}

net::Reply disk_is_full(const std::string& name, Lang lang) {
  return error_reply(507, "full", text("{}: the server's disk is full", "{}：服务器磁盘已满", name),
                     text("remove documents that nobody needs, or ask an administrator to make room",
                          "请删除不再需要的文档，或请管理员清理磁盘空间"),
                     lang);
}

Error no_bytes() {
  return {Errc::refused, text("the file is empty", "文件是空的"),
          text("check that it was copied or saved completely", "请检查文件是否已完整复制或保存")};
}

std::string_view outcome_name(ingest::FileOutcome::Kind kind) {
  if (kind == ingest::FileOutcome::Kind::added) return "added";
  return kind == ingest::FileOutcome::Kind::updated ? "updated" : "unchanged";
}

}  // namespace

net::Reply upload_failure(const Error& error, const std::string& name, const sys::Path& home, bool disk_full,
                          Lang lang) {
  if (disk_full) return disk_is_full(name, lang);
  if (!home.empty() && error.message.en.find(home.string()) != std::string::npos) {
    log::warn("an upload could not be stored: {}", error.message.en);
    return error_reply(
        500, "failed", text("{} could not be stored", "无法保存 {}", name),
        text("send it again; if it fails again, an administrator finds the reason in the server's log",
             "请重新上传；如仍失败，管理员可在服务器日志中查看原因"),
        lang);
  }
  Error told = error;
  if (!told.message.en.starts_with(name)) told = wrap(std::move(told), verbatim(name)).error();
  const bool unreadable =
      error.code == Errc::refused || error.code == Errc::corrupt || error.code == Errc::failed;
  if (unreadable) return error_reply(422, "unreadable", told.message, told.hint, lang);
  // A program that parsing needs is missing: sending the file again does not help.
  if (error.code == Errc::unavailable) return error_reply(500, "failed", told.message, told.hint, lang);
  return error_reply(told, lang);
}

Uploads::Uploads(Backend& backend)
    : backend_(backend), line_({.at_once = kAtOnce, .waiting = kWaiting, .per_user = kPerUser}) {}

Result<net::Reply> Uploads::take(const Call& call) {
  const store::CollectionId collection = TRY(call.id("id"));
  TRY(need_right(call.caller, collection, store::Right::write));
  const std::string name = TRY(clean_upload_name(call.query("name")));
  // A request without a body has no file.
  if (call.request.body_file.empty())
    return upload_failure(no_bytes(), name, backend_.home, false, call.lang);
  const auto info = sys::stat_file(call.request.body_file);
  if (info && !has_room(backend_.home, info->bytes)) return disk_is_full(name, call.lang);
  // The file stays until the reply is sent or the client has left. In the second case reading it fails or is
  // cancelled, and nobody waits for the outcome.
  auto reply = later(line_, backend_.live, call,
                     [this, kept = std::make_shared<const Call>(call), collection,
                      name](const CancelToken& cancel) { return add(*kept, collection, name, cancel); });
  if (reply) return reply;
  if (reply.error().code != Errc::busy && reply.error().code != Errc::unavailable) return reply;
  return no_place(reply.error(), name, call.lang);
}

Result<net::Reply> Uploads::add(const Call& call, store::CollectionId collection, const std::string& name,
                                const CancelToken& cancel) {
  const sys::Path& file = call.request.body_file;
  const Origin origin{.caller = call.caller, .address = call.request.client};
  const ingest::FileOutcome outcome =
      TRY(add_with(backend_, origin, collection, name,
                   [&](const model::Tokenizer& tokenizer, const ingest::AddOptions& options) {
                     return ingest::add_file_as(backend_.store, tokenizer, file, name, options, cancel);
                   }));
  if (outcome.kind == ingest::FileOutcome::Kind::failed) {
    const auto info = sys::stat_file(file);
    const bool disk_full =
        outcome.error.code == Errc::unavailable && info && !has_room(backend_.home, info->bytes);
    return upload_failure(outcome.error, name, backend_.home, disk_full, call.lang);
  }
  store::DocumentInfo document = TRY(backend_.store.document(outcome.document));
  // That the same content is there under another name is said of this upload, not of the document.
  if (outcome.kind == ingest::FileOutcome::Kind::unchanged)
    document.notes.insert(document.notes.end(), outcome.notes.begin(), outcome.notes.end());
  return json_reply(boost::json::object{{"outcome", outcome_name(outcome.kind)},
                                        {"document", TRY(document_json(backend_, document, call.lang))}},
                    201);
}

}  // namespace cvp::serve
