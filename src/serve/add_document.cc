#include "serve/add_document.h"

#include "base/log.h"
#include "serve/caller_now.h"
#include "serve/model_names.h"

namespace cvp::serve {
namespace {

constexpr size_t kShownCollections = 20;

Result<void> announce(Backend& backend, const Origin& origin, ingest::FileOutcome::Kind kind,
                      const std::string& name) {
  backend.upkeep.wake();
  const bool added = kind == ingest::FileOutcome::Kind::added;
  TRY(backend.store.accounts().audit({.actor = origin.caller.user.name,
                                      .action = added ? "document.add" : "document.update",
                                      .subject = name,
                                      .origin = origin.address}));
  backend.events.collections_changed();
  return {};
}

}  // namespace

Result<ingest::FileOutcome> add_with(Backend& backend, const Origin& origin, store::CollectionId collection,
                                     const std::string& name, const AddWith& add) {
  const auto now = TRY(caller_now(backend.store.accounts(), backend.clock, origin.caller));
  if (!now) return fail(Errc::cancelled, text("you were signed out meanwhile", "你已退出登录"));
  TRY(need_right(*now, collection, store::Right::write));
  const ingest::AddOptions options = TRY(backend.host.add_options(collection));
  const auto tokenizer = TRY(backend.host.tokenizer());
  ingest::FileOutcome outcome = TRY(add(*tokenizer, options));
  using Kind = ingest::FileOutcome::Kind;
  if (outcome.kind == Kind::added || outcome.kind == Kind::updated)
    TRY(announce(backend, origin, outcome.kind, name));
  return outcome;
}

Result<ingest::FileOutcome> add_document(Backend& backend, const Origin& origin,
                                         store::CollectionId collection, const std::string& name,
                                         std::string_view bytes, const CancelToken& cancel) {
  ingest::FileOutcome outcome =
      TRY(add_with(backend, origin, collection, name,
                   [&](const model::Tokenizer& tokenizer, const ingest::AddOptions& options) {
                     return ingest::add_bytes(backend.store, tokenizer, bytes, name, options, cancel);
                   }));
  if (outcome.kind == ingest::FileOutcome::Kind::failed) return std::unexpected(std::move(outcome.error));
  return outcome;
}

Error shown_add_error(const Backend& backend, const Error& error, const std::string& name) {
  if (error.message.en.find(backend.home.string()) != std::string::npos) {
    log::warn("a document could not be stored: {}", error.message.en);
    return {Errc::failed, text("{} could not be stored", "无法保存 {}", name),
            text("an administrator finds the reason in the server's log", "管理员可在服务器日志中查看原因")};
  }
  if (error.message.en.starts_with(name)) return error;
  return wrap(error, verbatim(name)).error();
}

Result<store::CollectionId> only_writable(const Backend& backend, const Caller& caller) {
  std::vector<store::Collection> all = TRY(seen_collections(backend, caller));
  std::erase_if(all,
                [&](const store::Collection& one) { return caller.right(one.id) < store::Right::write; });
  if (all.size() == 1) return all.front().id;
  if (all.empty())
    return fail(Errc::usage, text("you may not add to any collection", "你没有可添加文档的文档集"),
                text("ask whoever manages one, or an administrator", "请联系文档集的管理者或管理员"));
  std::string names;
  for (size_t i = 0; i < std::min(all.size(), kShownCollections); ++i)
    names.append(i == 0 ? "" : ", ").append(all[i].name);
  if (all.size() > kShownCollections) names += ", …";
  return fail(Errc::usage, text("which collection is this for?", "请指定要添加到哪个文档集"),
              text("name one in “collection”: {}", "请在“collection”中指定其一：{}", names));
}

}  // namespace cvp::serve
