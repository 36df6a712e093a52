// A door for this user's own processes: a UNIX socket in a folder, over which a process hands another its
// standard streams and its working folder, so that the other can act in its place.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/fd.h"

namespace cvp::sys {

/// What a caller hands over beside its message.
struct Streams {
  Fd in, out, err, folder;
};

/// One end of a conversation.
class LocalPeer {
 public:
  explicit LocalPeer(Fd fd) : fd_(std::move(fd)) {}

  /// The message and the standard streams and working folder of this process.
  Result<void> call(std::string_view message);
  /// What the other end called with. Errc::refused for a message over kMessageBytes, Errc::cancelled.
  Result<std::string> receive(Streams& streams, const CancelToken& cancel);
  /// One byte either way: an exit status to the caller, kStop from it.
  bool send_byte(unsigned char byte);
  /// Nothing after `timeout_ms`; -1 once the other end is gone.
  std::optional<int> receive_byte(int timeout_ms);

  static constexpr size_t kMessageBytes = 1 << 20;
  static constexpr unsigned char kStop = 1;

 private:
  Fd fd_;
};

class LocalListener {
 public:
  /// Makes FOLDER/name (mode 0600), in place of one that a dead process left. The caller must own the folder
  /// (HomeLock).
  static Result<LocalListener> listen(const Path& folder, const std::string& name);
  LocalListener(LocalListener&&) noexcept = default;
  LocalListener& operator=(LocalListener&&) = delete;
  ~LocalListener();

  /// The next caller of the same user; others are turned away. Errc::cancelled.
  Result<LocalPeer> accept(const CancelToken& cancel);

 private:
  LocalListener(Fd fd, Path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Fd fd_;
  Path path_;
};

/// Errc::not_found where nobody listens.
Result<LocalPeer> connect_local(const Path& folder, const std::string& name);

/// Gives the calling thread, and those it starts from now on, a working folder of their own.
Result<void> enter_folder(const Fd& folder);

}  // namespace cvp::sys
