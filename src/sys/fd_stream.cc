#include "sys/fd_stream.h"

#include <poll.h>

#include <cerrno>

#include "sys/fd.h"

namespace cvp::sys {

FdStream::FdStream(int fd, CancelToken cancel)
    : std::ostream(static_cast<std::streambuf*>(this)), fd_(fd), cancel_(std::move(cancel)) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

FdStream::~FdStream() { sync(); }

std::streambuf::int_type FdStream::overflow(std::streambuf::int_type c) {
  using Traits = std::streambuf::traits_type;
  if (sync() != 0) return Traits::eof();
  if (!Traits::eq_int_type(c, Traits::eof())) sputc(Traits::to_char_type(c));
  return Traits::not_eof(c);
}

int FdStream::sync() {
  if (pptr() == pbase()) return 0;
  const int error =
      !writable() ? ECANCELED : write_all(fd_, {pbase(), static_cast<size_t>(pptr() - pbase())});
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return error == 0 ? 0 : -1;
}

bool FdStream::writable() const {
  constexpr int kPollMs = 100;
  while (!cancel_.cancelled()) {
    pollfd one{.fd = fd_, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&one, 1, kPollMs);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

}  // namespace cvp::sys
