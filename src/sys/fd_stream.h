#pragma once
#include <array>
#include <climits>
#include <ostream>
#include <streambuf>

#include "base/cancel.h"

namespace cvp::sys {

/// An output stream over a descriptor that somebody else owns. A reader that takes nothing is waited for
/// until the token says stop; what follows then, or after a failed write, is lost.
class FdStream : private std::streambuf, public std::ostream {
 public:
  FdStream(int fd, CancelToken cancel);
  ~FdStream() override;

 private:
  std::streambuf::int_type overflow(std::streambuf::int_type c) override;
  int sync() override;
  bool writable() const;

  const int fd_;
  const CancelToken cancel_;
  std::array<char, PIPE_BUF> buffer_;  // so much a pipe that can be written to takes at once
};

}  // namespace cvp::sys
