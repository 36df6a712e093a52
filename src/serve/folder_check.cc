// What is lost when the power goes between two steps is work, never knowledge of whose a document is: the
// record says "ours" of a file before its document is made, and learns the document's id afterwards.
#include "serve/folder_check.h"

#include <set>

#include "ingest/prepare.h"

namespace cvp::serve {
namespace {

constexpr size_t kAtOnce = 32;          // files, before others hear of them
constexpr int64_t kSettledSeconds = 2;  // a file as young as this may change again under the same stamp

bool is_settled(const FileStamp& stamp, int64_t now_unix) {
  return std::abs(now_unix - stamp.modified_unix) > kSettledSeconds;
}

/// Of a state that may be another one at the next look.
bool passes(Errc code) { return code == Errc::busy || code == Errc::unavailable; }

Text with_hint(const Error& error) {
  if (error.hint.empty()) return error.message;
  return text("{}; {}", "{}；{}", error.message, error.hint);
}

}  // namespace

FolderFound FolderCheck::look() {
  auto done = act();
  const auto saved = parts_.save(record_);
  if (done) done = saved;
  if (done) {
    found_.message = failures_text();
    return found_;
  }
  const Error& error = done.error();
  found_.cancelled = error.code == Errc::cancelled;
  found_.state = error.code == Errc::not_found ? FolderFound::State::missing : FolderFound::State::failed;
  found_.message = with_hint(error);
  return found_;
}

Result<void> FolderCheck::act() {
  const FolderListing listing = TRY(list_watched(folder_, parts_.home));
  TRY(check_disk(listing));
  const Maker maker{.options = TRY(parts_.host.add_options(collection_)),
                    .tokenizer = TRY(parts_.host.tokenizer())};
  record_.device = listing.device;
  TRY(forget_remade(maker));
  TRY(forget_changed_copies());
  keep_failures_of(listing);
  const WatchSteps steps =
      plan_watch(record_, failures_, listing.seen, listing.closed, parts_.clock.unix_seconds());
  TRY(remove(steps.gone));
  if (steps.add.empty()) return {};
  TRY(prepare(steps.add));
  return parts_.run(steps.add.size(), [&](const OnProgress& on_progress, const CancelToken& cancel) {
    return add(steps.add, maker, on_progress, cancel);
  });
}

/// A disk that is not mounted leaves an empty folder, or what lies beneath.
Result<void> FolderCheck::check_disk(const FolderListing& listing) const {
  if (record_.device == 0 || record_.device == listing.device || record_.files.empty()) return {};
  for (const SeenFile& file : listing.seen)
    if (record_.files.contains(file.uri)) return {};
  return fail(Errc::not_found,
              text("another disk is at {} now; the documents were kept",
                   "{} 处现在是另一个磁盘，原有文档均已保留", folder_.string()),
              text("connect the disk again, or stop watching the folder",
                   "请重新连接原来的磁盘，或停止监视该文件夹"));
}

/// Another parser or other sizes: documents are made again, but for those that somebody removed by hand.
Result<void> FolderCheck::forget_remade(const Maker& maker) {
  std::string made = ingest::made_with(*maker.tokenizer, maker.options.chunks);
  if (record_.made_with == made) return {};
  std::set<store::DocumentId> live;
  for (const store::DocumentInfo& document : TRY(parts_.store.documents(collection_)))
    live.insert(document.id);
  for (auto& [uri, file] : record_.files)
    if (live.contains(file.document)) file.stamp.reset();
  record_.made_with = std::move(made);
  return {};
}

/// What a file was a copy of may have become something else.
Result<void> FolderCheck::forget_changed_copies() {
  for (auto& [uri, file] : record_.files) {
    if (file.copy_of == 0) continue;
    const auto document = parts_.store.document(file.document);
    if (!document && document.error().code != Errc::not_found) return std::unexpected(document.error());
    if (document && document->revision != file.copy_of) file.stamp.reset();
  }
  return {};
}

void FolderCheck::keep_failures_of(const FolderListing& listing) {
  std::set<std::string_view> here(listing.closed.begin(), listing.closed.end());
  for (const SeenFile& file : listing.seen) here.insert(file.uri);
  std::erase_if(failures_, [&](const auto& one) { return !here.contains(one.first); });
  for (const std::string& uri : listing.closed)
    failures_[uri].error = Error{Errc::refused, text("{} cannot be opened", "无法打开 {}", uri), {}};
}

Result<void> FolderCheck::remove(const std::vector<std::string>& gone) {
  const size_t before = found_.removed;
  for (const std::string& uri : gone) {
    const WatchedFile file = record_.files.at(uri);
    store::DocumentId document = file.ours ? file.document : 0;
    if (file.ours && document == 0)
      if (const auto found = parts_.store.find_document(collection_, uri)) document = found->id;
    if (document != 0) {
      const auto removed = parts_.store.trash_document(document);
      // Not found: somebody was quicker.
      if (!removed && removed.error().code != Errc::not_found) return removed;
      if (removed) ++found_.removed;
    }
    record_.files.erase(uri);
  }
  if (found_.removed > before) parts_.changed(record_);
  return {};
}

Result<void> FolderCheck::prepare(const std::vector<SeenFile>& files) {
  for (const SeenFile& file : files) {
    const auto live = parts_.store.find_document(collection_, file.uri);
    if (!live && live.error().code != Errc::not_found) return std::unexpected(live.error());
    WatchedFile& known = record_.files[file.uri];
    known.stamp.reset();
    if (known.copy_of != 0) known = {};
    if (!live) known.ours = true;
  }
  return parts_.save(record_);
}

Result<Text> FolderCheck::add(const std::vector<SeenFile>& files, const Maker& maker,
                              const OnProgress& on_progress, const CancelToken& cancel) {
  for (size_t begin = 0; begin < files.size(); begin += kAtOnce) {
    std::vector<sys::Path> paths;
    std::map<std::string_view, const SeenFile*> by_uri;
    for (size_t i = begin; i < std::min(begin + kAtOnce, files.size()); ++i) {
      if (is_itself(files[i].path)) {
        paths.push_back(files[i].path);
        by_uri.emplace(files[i].uri, &files[i]);
      } else if (sys::exists(files[i].path)) {
        failed(files[i], Error{Errc::refused, text("{} became a link", "{} 变成了链接", files[i].uri), {}});
      }
    }
    const auto report = [&](const Progress& one) {
      if (on_progress) on_progress({one.what, begin + one.done, files.size(), one.unit});
    };
    const auto take = [&](const ingest::FileOutcome& outcome) {
      if (const auto found = by_uri.find(outcome.uri); found != by_uri.end()) settle(*found->second, outcome);
    };
    const size_t before = found_.added + found_.updated;
    const auto added =
        ingest::add_files(parts_.store, *maker.tokenizer, paths, maker.options, report, take, cancel);
    if (found_.added + found_.updated > before) parts_.changed(record_);
    TRY(added);
  }
  return text("{} added, {} updated", "新增 {} 个，更新 {} 个", found_.added, found_.updated);
}

void FolderCheck::settle(const SeenFile& file, const ingest::FileOutcome& outcome) {
  using Kind = ingest::FileOutcome::Kind;
  if (outcome.kind == Kind::failed) return failed(file, outcome.error);
  failures_.erase(file.uri);
  WatchedFile& known = record_.files[file.uri];
  if (outcome.kind == Kind::added) ++found_.added;
  if (outcome.kind == Kind::updated) ++found_.updated;
  known.document = outcome.document;
  if (outcome.kind == Kind::unchanged) {
    const auto document = parts_.store.document(outcome.document);
    if (document && document->uri != file.uri) {
      known.ours = false;
      known.copy_of = document->revision;
    }
  }
  if (is_settled(file.stamp, parts_.clock.unix_seconds())) known.stamp = file.stamp;
}

void FolderCheck::failed(const SeenFile& file, Error error) {
  // Gone meanwhile, or stopped: the next look sees what is.
  if (error.code == Errc::not_found || error.code == Errc::cancelled) return;
  const int64_t since = passes(error.code) ? 0 : parts_.clock.unix_seconds();
  failures_[file.uri] = {file.stamp, since, std::move(error)};
}

Text FolderCheck::failures_text() const {
  if (failures_.empty()) return {};
  const auto& [uri, failure] = *failures_.begin();
  const bool named = failure.error.message.en.find(uri) != std::string::npos;
  const Text reason = named ? failure.error.message : text("{}: {}", "{}：{}", uri, failure.error.message);
  if (failures_.size() == 1) return text("not added: {}", "未能添加：{}", reason);
  return text("{} files were not added. The first: {}", "有 {} 个文件未能添加，第一个：{}", failures_.size(),
              reason);
}

}  // namespace cvp::serve
