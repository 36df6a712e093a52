#include "bench/context.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "bench/models.h"
#include "ingest/adder.h"
#include "sys/host.h"
#include "sys/sha256.h"
#include "sys/terminal.h"

namespace cvp::bench {
namespace {

constexpr const char* kReplies = "replies";
constexpr const char* kFreshReplies = "replies-fresh";
constexpr uint64_t kNumberBytes = 32;

constexpr uint64_t kDataFileBytes = 512ull << 20;
constexpr double kProgressEveryMs = 15'000;  // where there is no terminal
constexpr const char* kStampKey = "bench/stamp";

std::string describe(const Progress& progress) {
  if (progress.total == 0) return fmt::format("{} … {}", progress.what.en, progress.done);
  const double percent = 100 * static_cast<double>(progress.done) / static_cast<double>(progress.total);
  return fmt::format("{} … {}/{} ({:.0f} %)", progress.what.en, progress.done, progress.total, percent);
}

/// Says what a base was built from, so that another set of documents or another chunking builds it anew.
std::string stamp_of(const std::vector<Document>& documents, const model::Tokenizer& tokenizer) {
  const ingest::ChunkOptions chunks;
  sys::Sha256 hash;
  hash.update(fmt::format("1 {} {} {} {}\n", tokenizer.id(), chunks.target_tokens, chunks.max_tokens,
                          chunks.overlap_tokens));
  for (const Document& document : documents) {
    hash.update(fmt::format("{}\n{}\n", document.uri, document.bytes.size()));
    hash.update(document.bytes);
  }
  return hash.hex();
}

}  // namespace

void Context::clear_progress() {
  if (drawn_ > 0) fmt::print(stderr, "\r{:{}}\r", "", drawn_);
  drawn_ = 0;
}

void Context::print(const std::string& line) {
  clear_progress();
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

OnProgress Context::progress() {
  const bool terminal = sys::is_terminal(STDERR_FILENO);
  return [this, terminal](const Progress& progress) {
    const double now = sys::real_clock().steady_ms();
    if (terminal) {
      const size_t columns = static_cast<size_t>(std::max(20, sys::terminal_columns() - 1));
      const std::string line = describe(progress).substr(0, columns);
      clear_progress();
      fmt::print(stderr, "{}", line);
      std::fflush(stderr);
      drawn_ = line.size();
    } else if (now - last_progress_ms_ >= kProgressEveryMs ||
               (progress.total > 0 && progress.done == progress.total)) {
      last_progress_ms_ = now;
      fmt::print(stderr, "{}\n", describe(progress));
    }
  };
}

Result<std::string> Context::data_file(const std::string& relative) {
  const sys::Path path = options_.data / relative;
  if (!sys::exists(path)) {
    return fail(Errc::not_found, text("no data file {}", "没有数据文件 {}", path.string()),
                text("set CVP_DATA to the folder of the test data", "请将 CVP_DATA 设为测试数据所在的目录"));
  }
  return sys::read_file(path, kDataFileBytes);
}

Result<const model::Tokenizer*> Context::tokenizer() {
  if (!tokenizer_) {
    const model::InstalledModel model =
        TRY(installed_default(options_.home, model::ModelRole::embedding, progress(), cancel_));
    tokenizer_ = TRY(model::open_gguf_tokenizer(model.gguf));
  }
  return tokenizer_.get();
}

Result<std::unique_ptr<model::Embedder>> Context::new_embedder() {
  const model::InstalledModel model =
      TRY(installed_default(options_.home, model::ModelRole::embedding, progress(), cancel_));
  return engine::local_embedder(model, TRY(engine_options(options_.home, progress(), cancel_)),
                                sys::real_clock());
}

Result<model::Embedder*> Context::embedder() {
  if (!embedder_) embedder_ = engine::remembering_embedder(TRY(new_embedder()), options_.home / "vectors");
  return embedder_.get();
}

Result<std::unique_ptr<model::Generator>> Context::new_generator(uint64_t cache_bytes) {
  const model::InstalledModel model =
      TRY(installed_default(options_.home, model::ModelRole::chat, progress(), cancel_));
  engine::LocalOptions local = TRY(engine_options(options_.home, progress(), cancel_));
  local.cache_bytes = cache_bytes;
  return engine::local_generator(model, local, sys::real_clock());
}

/// Replies of a fresh run are kept apart until it ends: one that was broken off goes on where it stopped.
Result<sys::Path> Context::replies_folder() {
  constexpr int64_t kDay = 24 * 3600;
  if (!options_.fresh) return options_.home / kReplies;
  const sys::Path folder = options_.home / kFreshReplies;
  const sys::Path begun = folder / "begun";
  const auto before = sys::read_file(begun, kNumberBytes);
  const int64_t now = sys::real_clock().unix_seconds();
  if (before && now - std::atoll(before->c_str()) < kDay) {
    say("(going on with the fresh run that was broken off)");
    return folder;
  }
  TRY(sys::remove_tree(folder));
  TRY(sys::make_folders(folder));
  TRY(sys::write_file_atomic(begun, std::to_string(now)));
  return folder;
}

Result<void> Context::end_fresh_run() {
  if (!options_.fresh || !generator_) return {};
  generator_.reset();
  TRY(engine::merge_kept_replies(options_.home / kFreshReplies, options_.home / kReplies));
  return sys::remove_tree(options_.home / kFreshReplies);
}

Result<model::Generator*> Context::generator() {
  if (!generator_) {
    // Figures return to the same passages; a roomy cache saves reading them again and changes no answer.
    generator_ = engine::remembering_generator(TRY(new_generator(sys::memory().total_bytes / 2)),
                                               TRY(replies_folder()));
  }
  return generator_.get();
}

Result<void> Context::build(store::Store& store, const std::vector<Document>& documents) {
  ingest::AddOptions add;
  add.collection = TRY(store.ensure_collection(store::kDefaultCollection));
  const model::Tokenizer& cutter = *TRY(tokenizer());
  const OnProgress on_progress = progress();
  uint64_t done = 0;
  for (const Document& document : documents) {
    if (cancel_.cancelled()) return fail_cancelled();
    const ingest::FileOutcome outcome =
        TRY(ingest::add_bytes(store, cutter, document.bytes, document.uri, add, cancel_));
    if (outcome.kind == ingest::FileOutcome::Kind::failed) return wrap(outcome.error, verbatim(document.uri));
    if (++done % 100 == 0) on_progress({text("adding documents", "正在添加文档"), done, documents.size()});
  }
  return {};
}

Result<Base> Context::open_base(const std::string& name, const std::vector<Document>& documents) {
  const sys::Path folder = options_.home / "bases" / name;
  const std::string stamp = stamp_of(documents, *TRY(tokenizer()));
  if (options_.rebuild && rebuilt_.insert(name).second) TRY(sys::remove_tree(folder));
  Base out;
  TRY(sys::make_folders(folder));
  out.store = TRY(store::Store::open(folder, sys::real_clock()));
  auto built = out.store->value(kStampKey);
  if (!built || *built != stamp) {
    out.store.reset();
    TRY(sys::remove_tree(folder));
    TRY(sys::make_folders(folder));
    out.store = TRY(store::Store::open(folder, sys::real_clock()));
    TRY(build(*out.store, documents));
    TRY(out.store->set_value(kStampKey, stamp));
  }
  out.index = TRY(vector::Index::open(folder / "index", *out.store));
  TRY(out.index->catch_up_text(progress(), cancel_));
  return out;
}

Result<Base*> Context::base(const std::string& name, const std::vector<Document>& documents,
                            model::Embedder* embedder) {
  auto found = bases_.find(name);
  if (found == bases_.end()) found = bases_.emplace(name, TRY(open_base(name, documents))).first;
  if (embedder) TRY(found->second.index->catch_up_vectors(*embedder, progress(), cancel_));
  return &found->second;
}

Result<const eval::AnswerReport*> Context::report(const std::string& key,
                                                  const std::function<Result<eval::AnswerReport>()>& make) {
  auto found = reports_.find(key);
  if (found == reports_.end()) found = reports_.emplace(key, TRY(make())).first;
  return &found->second;
}

}  // namespace cvp::bench
