// `cvp serve` as a child process: the real program over a home of its own.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"
#include "sys/process.h"

namespace cvp::bench {

struct ServeOptions {
  sys::Path program;                            // cvp
  sys::Path home;                               // made where it is not there
  sys::Path scratch;                            // its configuration, and what it prints
  std::map<std::string, std::string> settings;  // {"chat.endpoint": "http://…"}; nothing of the user's own
};

/// Destruction kills it, and with it whatever it started.
class ServeProcess {
 public:
  /// Waits until it listens. Errc::failed has what it said last.
  static Result<std::unique_ptr<ServeProcess>> start(const ServeOptions& options, const CancelToken& cancel);

  const std::string& url() const { return url_; }  // "http://127.0.0.1:40123"
  uint16_t port() const { return port_; }
  const std::string& setup_token() const { return setup_token_; }  // empty once there is an account
  int pid() const { return process_->pid(); }
  bool running() { return !process_->poll(); }
  /// Engines that it runs now.
  std::vector<int> engines() const;
  /// Of the process alone, without its children.
  uint64_t resident_bytes() const;

  /// SIGKILL to the process alone; returns when it is gone.
  void kill();
  /// As the service manager does it.
  void stop();

 private:
  explicit ServeProcess(std::unique_ptr<sys::Process> process) : process_(std::move(process)) {}
  /// True once it has said where it is.
  Result<bool> read_greeting(const sys::Path& printed);

  std::unique_ptr<sys::Process> process_;
  std::string url_, setup_token_;
  uint16_t port_ = 0;
};

}  // namespace cvp::bench
