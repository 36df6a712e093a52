// What goes back to a client: bytes, a slice of a file, events as they come, or a reply that is not known
// yet.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "sys/files.h"

namespace cvp::net {

class EventStream;
class LateReply;

struct FileSlice {
  sys::Path path;
  uint64_t begin = 0, end = 0;
};

struct Reply {
  int status = 200;
  /// Content-Length and Connection are the server's business. A value with a control character is a bug of
  /// the service: the client gets a 500.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::variant<std::string, std::string_view, FileSlice, std::shared_ptr<EventStream>,
               std::shared_ptr<LateReply>>
      body = std::string();  // a string_view must live as long as the program (embedded files)
};

/// Whoever waits for something that another thread makes. The waker may be set before or after it is ready.
class Wakeable {
 public:
  /// Set when the client left; what is being made for it may stop.
  const CancelToken& gone() const { return gone_; }
  void set_waker(std::function<void()> waker);

 protected:
  void wake();
  CancelToken gone_;
  mutable std::mutex mutex_;

 private:
  std::function<void()> waker_;  // guarded by mutex_
};

/// Server-sent events. send and close may be called from any thread; a client that reads too slowly for
/// kQueueBytes is taken for gone.
class EventStream : public Wakeable {
 public:
  static constexpr size_t kQueueBytes = 1 << 20;

  /// False: nobody reads any more. data may have several lines.
  bool send(std::string_view event, std::string_view data);
  void close();

  /// For the server: what waits to be written; `ended` is set once nothing will follow.
  std::string take(bool& ended);

 private:
  std::string queue_;
  bool closed_ = false;
};

/// A whole reply that is made elsewhere (a queue of the model's). The first set counts.
class LateReply : public Wakeable {
 public:
  void set(Reply reply);
  /// For the server: true once it put what was set in the place of `reply`, whose headers stay where what was
  /// set has none of the same name.
  bool take(Reply& reply);

 private:
  bool ready_ = false;
  Reply reply_;
};

}  // namespace cvp::net
