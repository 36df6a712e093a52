#include "engine/local_generator.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "engine/model_facts.h"
#include "sys/host.h"

namespace cvp::engine {
namespace {

constexpr size_t kTokenCacheBytes = 64u << 20;
constexpr int kTopLogprobs = 40;
constexpr double kFreeSlotMs =
    2'000;  // how long a broken off call may hold the slot, beside the batch it is in

ServerProcess::Probe one_token_probe(int stall_ms) {
  return [stall_ms](const LlamaClient& client, const CancelToken& cancel) -> Result<void> {
    const auto ids = TRY(client.tokenize("a", false, cancel));
    if (ids.empty()) return fail(Errc::corrupt, text("the engine gave no tokens", "引擎没有返回词元"));
    const CompletionRequest request{.prompt = ids, .max_tokens = 1, .stop = {}, .stall_ms = stall_ms};
    TRY(client.complete(request, {}, cancel));
    return {};
  };
}

}  // namespace

Result<std::unique_ptr<LocalGenerator>> LocalGenerator::create(const model::InstalledModel& model,
                                                               const LocalOptions& options,
                                                               const Clock& clock, const Supervision& times) {
  const ModelFacts facts = TRY(read_model_facts(model));
  const uint32_t context = std::min(
      options.context_tokens, facts.context_tokens == 0 ? options.context_tokens : facts.context_tokens);
  const uint64_t needs = generator_memory_bytes(model.gguf_bytes, facts.cache_bytes_per_token, context);
  const uint64_t cache = affordable_cache_bytes(options.cache_bytes, needs, sys::memory());
  if (cache < options.cache_bytes)
    log::info("the prefix cache gets {} MB of {}", cache >> 20, options.cache_bytes >> 20);
  ServerSpec spec{
      .model_name = model.entry.id,
      .argv_prefix = options.argv_prefix,
      .flags = generator_flags({.gguf = model.gguf,
                                .context_tokens = context,
                                .cache_bytes = cache,
                                .threads = options.threads == 0 ? sys::cpu_threads() : options.threads}),
      .gguf = model.gguf,
      .gguf_bytes = model.gguf_bytes,
      .memory_bytes = needs,
      .runtime_folder = options.runtime_folder};
  const int stall_ms = stall_ms_for(model.gguf_bytes);
  auto server = TRY(ServerProcess::create(std::move(spec), one_token_probe(stall_ms), clock, times));
  model::GeneratorIdentity identity{.name = model.entry.id,
                                    .model_sha256 = model.gguf_sha256,
                                    .context_tokens = context,
                                    .gives_logprobs = true,
                                    .caches_prefixes = cache > 0,
                                    .cache_bytes_per_token = facts.cache_bytes_per_token};
  return std::unique_ptr<LocalGenerator>(
      new LocalGenerator(std::move(server), std::move(identity), facts.chat_template, stall_ms, clock));
}

LocalGenerator::LocalGenerator(std::unique_ptr<ServerProcess> server, model::GeneratorIdentity identity,
                               std::string template_id, int stall_ms, const Clock& clock)
    : server_(std::move(server)),
      identity_(std::move(identity)),
      template_id_(std::move(template_id)),
      stall_ms_(stall_ms),
      clock_(clock),
      tokens_(kTokenCacheBytes) {}

template <class F>
auto LocalGenerator::with_server(const CancelToken& cancel, F&& call)
    -> decltype(call(std::declval<const LlamaClient&>())) {
  const Endpoint endpoint = TRY(server_->ready(cancel));
  auto result = call(server_->client(endpoint));
  if (!result) return std::unexpected(server_->explain(endpoint, std::move(result).error()));
  return result;
}

Result<LocalGenerator::Ids> LocalGenerator::ids_of(const std::string& text, bool markup,
                                                   const CancelToken& cancel) {
  if (const auto known = tokens_.find(text, markup)) return *known;
  auto ids = TRY(
      with_server(cancel, [&](const LlamaClient& client) { return client.tokenize(text, markup, cancel); }));
  return *tokens_.keep(text, markup, std::move(ids));
}

Result<LocalGenerator::Ids> LocalGenerator::prompt_ids(std::span<const model::Message> messages,
                                                       bool open_last, const CancelToken& cancel) {
  const auto segments = TRY(model::render_chat(template_id_, messages, open_last));
  Ids prompt;
  for (const auto& segment : segments) {
    const Ids ids = TRY(ids_of(segment.text, segment.markup, cancel));
    prompt.insert(prompt.end(), ids.begin(), ids.end());
  }
  return prompt;
}

Result<void> LocalGenerator::check_room(size_t prompt_tokens) const {
  if (prompt_tokens < identity_.context_tokens) return {};
  return fail(Errc::refused,
              text("the prompt has {} tokens, and the context of {} holds {}",
                   "提示词有 {} 个词元，而 {} 的上下文只能容纳 {} 个", prompt_tokens, identity_.name,
                   identity_.context_tokens),
              text("ask with fewer or shorter passages, or set a larger context in the configuration",
                   "请减少或缩短引用的段落，或在配置中调大上下文长度"));
}

Result<void> LocalGenerator::wait_for_free_slot(const Endpoint& endpoint, const CancelToken& cancel) {
  const double start = clock_.steady_ms();
  // The engine looks at its connections between two batches, so that the patience grows with their duration.
  const double patience_ms = std::max(kFreeSlotMs, 3 * slowest_batch_ms_);
  while (clock_.steady_ms() - start < patience_ms) {
    const auto running = server_->client(endpoint).requests_in_progress(cancel);
    if (!running) return std::unexpected(server_->explain(endpoint, running.error()));
    if (*running == 0) {
      slot_may_be_taken_ = false;
      return {};
    }
    clock_.sleep_for(std::chrono::milliseconds(20));
  }
  server_->discard(endpoint, "a cancelled request does not end");
  slot_may_be_taken_ = false;
  return {};
}

Result<Completion> LocalGenerator::complete(const CompletionRequest& request, const model::OnText& on_text,
                                            const CancelToken& cancel) {
  TRY(check_room(request.prompt.size()));
  const auto turn = TRY(calls_.enter(cancel));
  if (slot_may_be_taken_) {
    const Endpoint endpoint = TRY(server_->ready(cancel));
    TRY(wait_for_free_slot(endpoint, cancel));
  }
  auto result = with_server(
      cancel, [&](const LlamaClient& client) { return client.complete(request, on_text, cancel); });
  if (result) slowest_batch_ms_ = std::max(slowest_batch_ms_, result->longest_silence_ms);
  if (!result && result.error().code == Errc::cancelled) slot_may_be_taken_ = true;
  return result;
}

Result<model::Reply> LocalGenerator::generate(std::span<const model::Message> messages,
                                              const model::Sampling& sampling, const model::OnText& on_text,
                                              const CancelToken& cancel) {
  const double start = clock_.steady_ms();
  CompletionRequest request{.prompt = TRY(prompt_ids(messages, false, cancel)),
                            .temperature = sampling.temperature,
                            .seed = sampling.seed,
                            .stop = sampling.stop,
                            .stall_ms = stall_ms_};
  TRY(check_room(request.prompt.size()));
  for (auto& stop : model::chat_stops(template_id_)) request.stop.push_back(std::move(stop));
  request.max_tokens =
      std::clamp(sampling.max_tokens, 1, static_cast<int>(identity_.context_tokens - request.prompt.size()));
  const double sent = clock_.steady_ms();
  const Completion done = TRY(complete(request, on_text, cancel));
  model::Reply reply{
      .text = done.text,
      .finish = done.ended_by_limit ? model::Reply::Finish::length : model::Reply::Finish::stop,
      .usage = {}};
  reply.usage = {.prompt_tokens = static_cast<int>(request.prompt.size()),
                 .cached_tokens = done.cached_tokens,
                 .generated_tokens = done.generated_tokens,
                 .first_token_ms = sent - start + done.first_token_ms,
                 .total_ms = clock_.steady_ms() - start};
  return reply;
}

Result<std::vector<double>> LocalGenerator::choose(std::span<const model::Message> messages,
                                                   std::span<const std::string> options,
                                                   const CancelToken& cancel) {
  const CompletionRequest request{.prompt = TRY(prompt_ids(messages, false, cancel)),
                                  .max_tokens = 1,
                                  .stop = {},
                                  .top_logprobs = kTopLogprobs,
                                  .stall_ms = stall_ms_};
  std::vector<int32_t> wanted;
  for (const auto& option : options) {
    const Ids ids = TRY(ids_of(option, false, cancel));
    if (ids.empty()) return fail(Errc::usage, text("an option is empty", "候选项不能为空"));
    wanted.push_back(ids.front());
  }
  const Completion done = TRY(complete(request, {}, cancel));
  if (done.first_token.empty()) {
    return fail(Errc::corrupt, text("the engine gave no probabilities", "引擎没有返回概率"));
  }
  const auto less_likely = [](const TokenLogprob& a, const TokenLogprob& b) { return a.logprob < b.logprob; };
  const double least =
      std::min_element(done.first_token.begin(), done.first_token.end(), less_likely)->logprob;
  std::vector<double> logprobs;
  for (const int32_t id : wanted) {
    const auto found = std::find_if(done.first_token.begin(), done.first_token.end(),
                                    [&](const TokenLogprob& t) { return t.id == id; });
    logprobs.push_back(found == done.first_token.end() ? least : found->logprob);
  }
  return logprobs;
}

Result<void> LocalGenerator::warm(std::span<const model::Message> prefix, const CancelToken& cancel) {
  const CompletionRequest request{
      .prompt = TRY(prompt_ids(prefix, true, cancel)), .max_tokens = 0, .stop = {}, .stall_ms = stall_ms_};
  TRY(complete(request, {}, cancel));
  return {};
}

Result<int> LocalGenerator::count_tokens(std::span<const model::Message> messages,
                                         const CancelToken& cancel) {
  return static_cast<int>(TRY(prompt_ids(messages, false, cancel)).size());
}

Result<std::unique_ptr<model::Generator>> local_generator(const model::InstalledModel& model,
                                                          const LocalOptions& options, const Clock& clock) {
  return std::unique_ptr<model::Generator>(TRY(LocalGenerator::create(model, options, clock)));
}

}  // namespace cvp::engine
