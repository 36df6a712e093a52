// A chat model in a llama-server child.
#pragma once
#include <atomic>
#include <memory>

#include "engine/engines.h"
#include "engine/server_process.h"
#include "engine/token_cache.h"
#include "model/chat_template.h"

namespace cvp::engine {

/// Messages become segments, segments become token ids one by one, and ids are sent: a document cannot speak
/// as the system, and a prompt that begins like another begins with the same ids.
class LocalGenerator final : public model::Generator {
 public:
  /// What identity and template are is read from model and its file's header; the server is started on first
  /// use.
  static Result<std::unique_ptr<LocalGenerator>> create(const model::InstalledModel& model,
                                                        const LocalOptions& options, const Clock& clock,
                                                        const Supervision& times = {});

  const model::GeneratorIdentity& identity() const override { return identity_; }
  Result<model::Reply> generate(std::span<const model::Message> messages, const model::Sampling& sampling,
                                const model::OnText& on_text, const CancelToken& cancel) override;
  Result<std::vector<double>> choose(std::span<const model::Message> messages,
                                     std::span<const std::string> options,
                                     const CancelToken& cancel) override;
  Result<void> warm(std::span<const model::Message> prefix, const CancelToken& cancel) override;
  Result<int> count_tokens(std::span<const model::Message> messages, const CancelToken& cancel) override;
  Result<void> answers() override { return server_->answers(); }

 private:
  using Ids = std::vector<int32_t>;

  LocalGenerator(std::unique_ptr<ServerProcess> server, model::GeneratorIdentity identity,
                 std::string template_id, int stall_ms, const Clock& clock);

  /// A call of the server whose child may be gone: says what happened to it.
  template <class F>
  auto with_server(const CancelToken& cancel, F&& call) -> decltype(call(std::declval<const LlamaClient&>()));
  Result<Ids> ids_of(const std::string& text, bool markup, const CancelToken& cancel);
  Result<Ids> prompt_ids(std::span<const model::Message> messages, bool open_last, const CancelToken& cancel);
  /// One completion in turn; waits for the slot that a cancelled one before may still hold.
  Result<Completion> complete(const CompletionRequest& request, const model::OnText& on_text,
                              const CancelToken& cancel);
  Result<void> wait_for_free_slot(const Endpoint& endpoint, const CancelToken& cancel);
  Result<void> check_room(size_t prompt_tokens) const;

  const std::unique_ptr<ServerProcess> server_;
  const model::GeneratorIdentity identity_;
  const std::string template_id_;
  const int stall_ms_;
  const Clock& clock_;
  TokenCache tokens_;
  Turnstile calls_;                 // guards the next two
  bool slot_may_be_taken_ = false;  // a call was broken off
  double slowest_batch_ms_ = 0;
};

}  // namespace cvp::engine
