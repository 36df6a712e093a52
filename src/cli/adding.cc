#include "cli/adding.h"

#include <boost/json/array.hpp>

#include "cli/from_config.h"
#include "cli/screen_text.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

std::string_view kind_name(ingest::FileOutcome::Kind kind) {
  using Kind = ingest::FileOutcome::Kind;
  switch (kind) {
    case Kind::added:
      return "added";
    case Kind::updated:
      return "updated";
    case Kind::unchanged:
      return "unchanged";
    case Kind::failed:
      return "failed";
    case Kind::skipped:
      return "skipped";
  }
  return "failed";
}

Text kind_text(ingest::FileOutcome::Kind kind) {
  using Kind = ingest::FileOutcome::Kind;
  switch (kind) {
    case Kind::added:
      return text("added", "已添加");
    case Kind::updated:
      return text("updated", "已更新");
    case Kind::unchanged:
      return text("unchanged", "未变化");
    case Kind::failed:
      return text("failed", "失败");
    case Kind::skipped:
      return text("skipped", "已跳过");
  }
  return {};
}

boost::json::object file_json(const ingest::FileOutcome& outcome, Lang lang) {
  boost::json::array notes;
  for (const Text& note : outcome.notes) notes.emplace_back(note.in(lang));
  boost::json::object out{{"uri", outcome.uri},           {"outcome", kind_name(outcome.kind)},
                          {"document", outcome.document}, {"chunks", outcome.chunks},
                          {"pages", outcome.pages},       {"notes", std::move(notes)}};
  if (outcome.kind == ingest::FileOutcome::Kind::failed) {
    out["error"] = {{"code", errc_name(outcome.error.code)},
                    {"message", outcome.error.message.in(lang)},
                    {"hint", outcome.error.hint.in(lang)}};
  }
  return out;
}

}  // namespace

void OutcomeView::show(const ingest::FileOutcome& outcome) {
  using Kind = ingest::FileOutcome::Kind;
  const std::lock_guard lock(mutex_);
  switch (outcome.kind) {
    case Kind::added:
      ++added_;
      break;
    case Kind::updated:
      ++updated_;
      break;
    case Kind::unchanged:
      ++unchanged_;
      break;
    case Kind::skipped:
      ++skipped_;
      break;
    case Kind::failed:
      ++failed_;
      break;
  }
  if (printer_.json_wanted()) printer_.json(file_json(outcome, printer_.lang()));
  if (outcome.kind == Kind::failed) return show_failure(outcome);
  if (!every_file_ && outcome.notes.empty()) return;
  const Text kind = kind_text(outcome.kind);
  Text line = text("{}  {}", "{}  {}", Text{pad(kind.en, 9), pad(kind.zh, 6)}, printable(outcome.uri));
  if (outcome.pages > 0) {
    line =
        text("{} ({}, {})", "{}（{}，{}）", line, pages_text(outcome.pages), passages_text(outcome.chunks));
  } else if (outcome.chunks > 0) {
    line = text("{} ({})", "{}（{}）", line, passages_text(outcome.chunks));
  } else if (outcome.kind == Kind::skipped && !outcome.error.message.empty()) {
    line = text("{} ({})", "{}（{}）", line, outcome.error.message);
  }
  printer_.line(line);
  for (const Text& note : outcome.notes) printer_.line(text("           {}", "        {}", note));
}

void OutcomeView::show_failure(const ingest::FileOutcome& outcome) {
  // Reasons usually name the file themselves.
  const bool named = outcome.error.message.en.find(outcome.uri) != std::string::npos;
  printer_.note(named ? text("failed: {}", "失败：{}", outcome.error.message)
                      : text("failed: {}: {}", "失败：{}：{}", outcome.uri, outcome.error.message));
  if (!outcome.error.hint.empty()) printer_.note(text("        {}", "      {}", outcome.error.hint));
}

Text OutcomeView::summary() const {
  const std::lock_guard lock(mutex_);
  Text out = text("{} added", "新增 {}", documents_text(added_));
  if (unchanged_ > 0) out = text("{}, {} unchanged", "{}，{} 个没有变化", out, unchanged_);
  if (updated_ > 0) out = text("{}, {} updated", "{}，更新 {} 个", out, updated_);
  if (skipped_ > 0) out = text("{}, {} skipped", "{}，跳过 {} 个", out, skipped_);
  if (failed_ > 0) out = text("{}, {} failed", "{}，失败 {} 个", out, failed_);
  return out;
}

size_t OutcomeView::seen() const {
  const std::lock_guard lock(mutex_);
  return added_ + updated_ + unchanged_ + skipped_ + failed_;
}

boost::json::object OutcomeView::json() const {
  const std::lock_guard lock(mutex_);
  return {{"added", added_},
          {"updated", updated_},
          {"unchanged", unchanged_},
          {"skipped", skipped_},
          {"failed", failed_}};
}

namespace {

/// Tokens that the embedder takes at most; 0 where there is none.
Result<uint32_t> embedder_limit(App& app) {
  if (!app.config().string("embedding.endpoint").empty())
    return static_cast<uint32_t>(app.config().integer("embedding.max_tokens"));
  const model::Embedder* embedder = TRY(app.models().embedder());
  return embedder == nullptr ? 0 : embedder->identity().max_tokens;
}

/// While the server makes them in the background.
Result<void> wait_for_vectors(App& app, vector::Index& index, const model::Embedder& embedder) {
  constexpr std::chrono::milliseconds kLook{200};
  constexpr double kPatienceMs = 120'000;
  const OnProgress on_progress = app.printer().on_progress();
  uint64_t before = 0;
  double moved_ms = app.clock().steady_ms();
  app.wake_server();
  for (;;) {
    const vector::Status status = TRY(index.status(&embedder.identity()));
    if (status.with_vector == status.chunks) return {};
    if (app.cancel().cancelled()) return fail_cancelled();
    if (status.with_vector != before) moved_ms = app.clock().steady_ms();
    before = status.with_vector;
    if (app.clock().steady_ms() - moved_ms > kPatienceMs)
      return fail(Errc::unavailable, text("the server makes no vectors for now", "服务器暂时没有在计算向量"),
                  text("it goes on as soon as it can; its log says what is wrong",
                       "条件恢复后它会自动继续；原因见服务器日志"));
    on_progress({text("embedding passages", "正在计算向量"), status.with_vector, status.chunks});
    app.clock().sleep_for(kLook);
  }
}

}  // namespace

Result<ingest::AddOptions> add_options(App& app, const std::string& collection) {
  const store::CollectionId id = TRY(TRY(app.store())->ensure_collection(collection));
  return add_options(app.config(), id, TRY(embedder_limit(app)));
}

Result<IndexProgress> catch_up(App& app, bool vectors) {
  IndexProgress out;
  vector::Index* index = TRY(app.index());
  TRY(index->catch_up_text(app.printer().on_progress(), app.cancel()));
  const auto opened = app.models().embedder();
  if (!opened && opened.error().code == Errc::cancelled) return std::unexpected(opened.error());
  model::Embedder* embedder = opened ? *opened : nullptr;
  out.has_embedder = embedder != nullptr;
  auto count = [&]() -> Result<void> {
    const vector::Status status = TRY(index->status(embedder != nullptr ? &embedder->identity() : nullptr));
    out.chunks = status.chunks;
    out.with_vector = status.with_vector;
    return {};
  };
  TRY(count());
  if (!opened) {
    if (vectors) app.printer().error(opened.error());
    out.interrupted = vectors;
    out.note =
        vectors ? text(
                      "the documents are stored and can be searched by words; `cvp add` without a path "
                      "makes the vectors once this is solved",
                      "文档已保存，可按词语检索；问题解决后运行不带路径的 `cvp add` 即可计算向量")
                : text("vectors cannot be made for now: {}", "目前无法计算向量：{}", opened.error().message);
    return out;
  }
  if (embedder == nullptr) {
    out.note =
        text("search is by words for now: {}", "目前只能按词语检索：{}", app.models().why_no_embedder());
    return out;
  }
  if (!vectors || out.with_vector == out.chunks) return out;
  const auto done = app.in_server()
                        ? wait_for_vectors(app, *index, *embedder)
                        : index->catch_up_vectors(*embedder, app.printer().on_progress(), app.cancel());
  TRY(count());
  if (done) return out;
  out.interrupted = true;
  const Text state =
      text("vectors are ready for {} of {} passages; `cvp add` without a path makes the rest",
           "已完成 {} / {} 段的向量；运行不带路径的 `cvp add` 可继续其余部分", out.with_vector, out.chunks);
  if (done.error().code == Errc::cancelled) {
    out.note = state;
    return out;
  }
  app.printer().error(done.error());
  out.note = text("the documents are stored and can be searched by words; {}", "文档已保存，可按词语检索；{}",
                  state);
  return out;
}

}  // namespace cvp::cli
