// While a server owns a home, the other verbs are run by it: the process that was started hands over its
// arguments, its streams and its folder, and waits for the exit status.
#pragma once
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "cli/program.h"
#include "sys/local_socket.h"

namespace cvp::cli {

/// The server's side. The destructor stops what runs and waits for it.
class LocalDoor {
 public:
  static constexpr size_t kCallers = 16;

  struct Options {
    const Clock& clock;
    std::function<Lent()> lend;         // what is in use now
    std::function<void()> on_finished;  // a verb ended; it may have changed documents
  };
  static Result<std::unique_ptr<LocalDoor>> open(const sys::Path& home, Options options);
  ~LocalDoor();

 private:
  LocalDoor(sys::LocalListener listener, Options options);
  void listen();
  void serve(sys::LocalPeer peer);

  sys::LocalListener listener_;
  const Options options_;
  CancelToken ending_;
  struct Caller {
    std::thread thread;
    std::atomic<bool> ended = false;
  };
  std::list<Caller> callers_;  // of the listening thread
  std::thread thread_;
};

/// The other side: what the verb's exit status was, or nothing where no server owns the home. Errors: the
/// server is there and does not answer.
Result<std::optional<int>> run_in_server(const sys::Path& home, const std::vector<std::string>& arguments,
                                         const Surroundings& around);

}  // namespace cvp::cli
