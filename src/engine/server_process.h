// One supervised llama-server: started on first use, watched, restarted.
//
// A child is in one of three states: none, starting (spawned, its readiness not proven), ready. Only ready()
// moves forward, one caller at a time; whoever sees a call fail reports it, and a child that is gone or hung
// is removed. Readiness is a real answer of the model (the probe), never /health, which says yes while the
// model cannot answer.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "engine/llama_client.h"
#include "engine/run_folder.h"
#include "engine/server_flags.h"
#include "engine/turnstile.h"
#include "sys/process.h"

namespace cvp::engine {

struct ServerSpec {
  std::string model_name;                // for messages
  std::vector<std::string> argv_prefix;  // the program and what stands before its flags
  Flags flags;
  sys::Path gguf;
  uint64_t gguf_bytes = 0;    // what the file must have; 0 = not known
  uint64_t memory_bytes = 0;  // needed to run; refused before the start where less is free
  sys::Path runtime_folder;
};

/// Times of supervision; tests make them short.
struct Supervision {
  int start_ms_base = 60'000;
  uint64_t load_bytes_per_ms = 20'000;  // the slowest disk that is waited for: 20 MB/s
  int restart_limit = 5;                // starts in …
  int restart_window_ms = 120'000;
  int back_off_ms = 250;  // doubled with every restart in the window
  int back_off_most_ms = 8'000;
  int grace_ms = 1'000;  // between SIGTERM and SIGKILL
  int death_ms = 500;    // how long after a broken connection the child's end is waited for
};

class ServerProcess {
 public:
  /// A real request to the model. Errc::unavailable means "not yet"; any other error ends the start.
  using Probe = std::function<Result<void>(const LlamaClient& client, const CancelToken& cancel)>;

  /// Starts nothing. The folder for sockets is made.
  static Result<std::unique_ptr<ServerProcess>> create(ServerSpec spec, Probe probe, const Clock& clock,
                                                       const Supervision& times = {});
  ~ServerProcess();

  /// A child that answered the probe; starts or restarts one and waits for it. Cancelling leaves a start
  /// running. Errc::not_found (program or model file), corrupt (model file), refused (memory), unavailable
  /// (died or hung too often).
  Result<Endpoint> ready(const CancelToken& cancel);
  LlamaClient client(const Endpoint& endpoint) const { return {endpoint, clock_}; }

  /// What a call's Errc::unavailable was: the child died (named with its last words) or hangs (it is killed).
  /// One whose answers were Errc::corrupt is killed too. The next ready() starts another. Other errors come
  /// back as they are.
  Error explain(const Endpoint& endpoint, Error error);
  /// Whether the child answers, also while it computes; yes where none runs. Starts nothing.
  Result<void> answers();
  /// Kills the child of this endpoint, if it still is the current one.
  void discard(const Endpoint& endpoint, const char* reason);

 private:
  ServerProcess(ServerSpec spec, Probe probe, const Clock& clock, const Supervision& times, RunFolder folder);

  /// Spawns a child and returns at once.
  Result<void> start(const CancelToken& cancel);
  Result<void> check_model_file() const;
  Result<void> check_memory() const;
  Result<void> back_off(const CancelToken& cancel);
  std::vector<std::string> command(const RunFiles& files) const;
  Result<Endpoint> wait_until_ready(const CancelToken& cancel);
  /// A child that ended before it was ready: starts another where only an unknown flag was the reason, else
  /// says why.
  Result<void> start_failed(int status, const CancelToken& cancel);
  /// With mutex_ held: stops what still runs, keeps its last words, removes its files.
  void bury();

  const ServerSpec spec_;
  const Probe probe_;
  const Clock& clock_;
  const Supervision times_;
  const RunFolder folder_;

  Turnstile starting_;  // who is inside may start a child; guards the next two
  std::deque<double> starts_ms_;
  std::vector<std::string> left_out_;  // optional flags that this build does not know

  std::mutex mutex_;  // guards what follows
  std::unique_ptr<sys::Process> child_;
  RunFiles files_;
  Endpoint endpoint_;  // of the newest child
  double spawned_ms_ = 0;
  bool ready_ = false;
  std::string last_words_;  // of the child that ended last
};

}  // namespace cvp::engine
