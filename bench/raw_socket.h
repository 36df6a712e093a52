// A TCP connection to a port of this machine that sends what no proper client would.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sys/fd.h"

namespace cvp::bench {

class RawSocket {
 public:
  static Result<RawSocket> open(uint16_t port);

  /// False: the other side has gone, or takes nothing for `patience_ms`.
  bool send(std::string_view bytes, int patience_ms);
  /// Nothing more will be sent.
  void end_sending();
  /// What comes until the other side closes, `limit` bytes are there, or the time is over.
  std::string read(size_t limit, int patience_ms);
  /// Looks only.
  bool closed_by_peer();

 private:
  explicit RawSocket(sys::Fd fd) : fd_(std::move(fd)) {}
  bool wait_for(short events, double until_ms) const;

  sys::Fd fd_;
};

/// Status of a raw HTTP reply; nothing where it is none.
std::optional<int> status_of(std::string_view reply);
/// What follows the head, as it came.
std::string_view body_of(std::string_view reply);

}  // namespace cvp::bench
