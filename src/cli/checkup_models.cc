#include <algorithm>

#include "cli/checkup.h"
#include "hub/engine_install.h"
#include "net/http.h"

namespace cvp::cli {
namespace {

using State = Finding::State;

constexpr size_t kBatch = 500;

Finding from_error(std::string name, const Error& error, State state) {
  return {.name = std::move(name), .state = state, .what = error.message, .remedy = error.hint};
}

/// Passages that are longer than the embedder takes, by the tokens that were counted when they were cut.
Result<uint64_t> overlong_chunks(store::Store& store, uint32_t max_tokens) {
  uint64_t overlong = 0;
  for (store::ChunkId after = 0;;) {
    const std::vector<store::Chunk> batch = TRY(store.live_chunks_after(after, kBatch));
    if (batch.empty()) return overlong;
    after = batch.back().id;
    overlong += static_cast<uint64_t>(std::count_if(
        batch.begin(), batch.end(), [&](const store::Chunk& c) { return c.where.tokens > max_tokens; }));
  }
}

Finding index_finding(const vector::Status& status, const model::Embedder* embedder) {
  Finding out{.name = "index",
              .what = text("full text of {} passages", "{} 段的全文索引", status.with_text),
              .remedy = {}};
  if (embedder != nullptr) {
    out.what = out.what + text(", {} of {} with vectors of {}", "，{} / {} 段有 {} 的向量",
                               status.with_vector, status.chunks, embedder->identity().name);
  }
  const bool behind = embedder != nullptr && (status.with_vector < status.chunks || status.rebuilding);
  if (behind || status.with_text < status.chunks) {
    out.state = State::warning;
    out.remedy = text("`cvp add` brings it up to date", "运行 `cvp add` 可补齐");
  }
  return out;
}

}  // namespace

std::vector<Finding> check_engine(App& app) {
  const auto program = hub::find_engine(app.home(), app.config().string("engine.path"));
  // Without an engine cvp still searches by words and quotes.
  if (!program) return {from_error("engine", program.error(), State::warning)};
  return {{.name = "engine", .what = verbatim("llama-server " + program->version), .remedy = {}}};
}

std::vector<Finding> check_models(App& app, bool quick) {
  std::vector<Finding> out;
  const auto installed = model::installed_models(app.home());
  if (!installed) return {from_error("models", installed.error(), State::bad)};
  for (const model::InstalledModel& model : *installed) {
    if (quick) {
      out.push_back(
          {.name = "model", .what = text("{} is installed", "{} 已安装", model.entry.id), .remedy = {}});
      continue;
    }
    const auto intact = model::verify_installed(model, app.printer().on_progress(), app.cancel());
    out.push_back(
        intact
            ? Finding{.name = "model", .what = text("{} is intact", "{} 完好", model.entry.id), .remedy = {}}
            : from_error("model", intact.error(), State::bad));
  }
  for (const DamagedModel& model : damaged_models(app.home()))
    out.push_back(from_error("model", model.error, State::bad));
  const auto generator = app.models().generator();
  if (!generator) out.push_back(from_error("chat", generator.error(), State::bad));
  if (generator && *generator == nullptr) {
    out.push_back({.name = "chat",
                   .state = State::warning,
                   .what = text("answers are quoted, not written: {}", "回答只摘录原句：{}",
                                app.models().why_no_generator()),
                   .remedy = {}});
  }
  const auto embedder = app.models().embedder();
  if (!embedder) {
    out.push_back(from_error("embedding", embedder.error(), State::bad));
    return out;
  }
  if (*embedder == nullptr) {
    out.push_back(
        {.name = "embedding",
         .state = State::warning,
         .what = text("search is by words only: {}", "仅按词语检索：{}", app.models().why_no_embedder()),
         .remedy = {}});
  }
  auto index = app.index();
  auto store = app.store();
  if (!index || !store) return out;
  if (const auto status = (*index)->status(*embedder != nullptr ? &(*embedder)->identity() : nullptr)) {
    out.push_back(index_finding(*status, *embedder));
  }
  if (*embedder == nullptr) return out;
  const uint32_t limit = (*embedder)->identity().max_tokens;
  if (const auto overlong = overlong_chunks(**store, limit); overlong && *overlong > 0) {
    out.push_back(
        {.name = "passages",
         .state = State::warning,
         .what = text("{} passages are longer than the {} tokens that {} takes; their ends have no vector",
                      "有 {0} 段超过了 {2} 的 {1} 词元上限，超出部分没有向量", *overlong, limit,
                      (*embedder)->identity().name),
         .remedy = text("add their documents again", "请重新添加相应文档")});
  }
  return out;
}

std::vector<Finding> check_endpoints(App& app) {
  std::vector<Finding> out;
  for (const std::string section : {"chat", "embedding"}) {
    const std::string endpoint = app.config().string(section + ".endpoint");
    if (endpoint.empty()) continue;
    net::Request request{.url = endpoint + "/models", .connect_timeout_ms = 3000, .total_timeout_ms = 10'000};
    const std::string key = app.config().string(section + ".api_key");
    if (!key.empty()) request.headers["Authorization"] = "Bearer " + key;
    const auto response = net::send(request, app.cancel());
    if (!response) {
      out.push_back(from_error(section + ".endpoint", response.error(), State::bad));
    } else if (response->status != 200) {
      out.push_back({.name = section + ".endpoint",
                     .state = State::bad,
                     .what = text("{} answers with HTTP status {}", "{} 返回 HTTP 状态码 {}", endpoint,
                                  response->status),
                     .remedy = text("check the address and {}.api_key", "请检查地址和 {}.api_key", section)});
    } else {
      out.push_back(
          {.name = section + ".endpoint", .what = text("{} answers", "{} 可用", endpoint), .remedy = {}});
    }
  }
  return out;
}

}  // namespace cvp::cli
