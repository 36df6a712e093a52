// Fakes of the seams. Tests only.
#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/embedder.h"
#include "model/generator.h"

namespace cvp::testing {

/// Time that moves only when told, or by sleep_for.
class FakeClock : public Clock {
 public:
  int64_t unix_seconds() const override { return 1'700'000'000 + static_cast<int64_t>(steady_ / 1000); }
  double steady_ms() const override { return steady_; }
  void sleep_for(std::chrono::milliseconds d) const override { advance(static_cast<double>(d.count())); }
  void advance(double ms) const { steady_ += ms; }

 private:
  mutable std::atomic<double> steady_{0};  // read by background threads too
};

/// Hashes character bigrams into a small vector: similar texts get similar vectors, deterministic.
class FakeEmbedder : public model::Embedder {
 public:
  explicit FakeEmbedder(std::string name = "fake-embedder", uint32_t dimension = 64);
  const model::EmbedderIdentity& identity() const override { return identity_; }
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override;
  uint64_t truncated() const override { return 0; }
  std::atomic<uint64_t> calls = 0, embedded = 0;
  std::atomic<bool> fail = false;

 private:
  model::EmbedderIdentity identity_;
};

/// Replies from functions of the whole prompt text (parts joined, roles left out).
class FakeGenerator : public model::Generator {
 public:
  FakeGenerator();
  const model::GeneratorIdentity& identity() const override { return identity_; }
  Result<model::Reply> generate(std::span<const model::Message> messages, const model::Sampling& sampling,
                                const model::OnText& on_text, const CancelToken& cancel) override;
  Result<std::vector<double>> choose(std::span<const model::Message> messages,
                                     std::span<const std::string> options,
                                     const CancelToken& cancel) override;
  Result<void> warm(std::span<const model::Message> prefix, const CancelToken& cancel) override;
  Result<int> count_tokens(std::span<const model::Message> messages, const CancelToken& cancel) override;

  std::function<Result<std::string>(const std::string& prompt)> reply;  // default: "OK."
  std::function<double(const std::string& prompt)> margin;              // default: +2
  std::vector<std::string> prompts;                                     // all generate() prompts, in order
  uint64_t warmed = 0;
  model::GeneratorIdentity identity_;
};

std::string prompt_text(std::span<const model::Message> messages);

}  // namespace cvp::testing
