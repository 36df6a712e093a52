// The one way out that a server keeps when it goes offline (offline.h): to the programs that it started
// itself.
//
// connect(2) is refused to the server, because a filter cannot see what kind of socket it would act on. A
// helper, forked before, connects for it and hands over the connected socket. The helper has no other
// descriptors, can make UNIX sockets only, and gives away only those on which a descendant of the server
// listens.
#pragma once
#include <linux/filter.h>
#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "sys/fd.h"

namespace cvp::sys {

/// Thread-safe. The helper ends with this process.
class ConnectHelper {
 public:
  /// Forks, so there must be one thread. `filter` is loaded in the helper before this returns.
  static Result<std::unique_ptr<ConnectHelper>> start(const std::vector<sock_filter>& filter);

  /// A stream that does not block, or why there is none (an errno): EACCES where no child of ours listens,
  /// EAGAIN where the listener's queue is full, EPIPE once the helper is gone.
  struct Connected {
    Fd fd;
    int error = 0;
  };
  Connected connect(std::string_view socket);

  /// As sys::tell_service_manager, which needs a socket of another kind.
  void tell_service_manager(std::string_view state);

  pid_t pid() const { return pid_; }

 private:
  ConnectHelper(Fd channel, pid_t pid) : pid_(pid), channel_(std::move(channel)) {}
  Connected ask(char kind, std::string_view what);

  const pid_t pid_;
  std::mutex mutex_;
  Fd channel_;  // guarded by mutex_
};

}  // namespace cvp::sys
