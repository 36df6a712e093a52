#include "sys/fd_stream.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <thread>

#include "sys/fd.h"

namespace cvp::sys {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    read = Fd(ends[0]);
    write = Fd(ends[1]);
  }
  Fd read, write;
};

TEST(FdStream, WritesAllThatIsPutIn) {
  Pipe pipe;
  const std::string long_text(10'000, 'x');
  {
    FdStream out(pipe.write.get(), {});
    out << "a" << 1 << '\n' << long_text;
  }
  pipe.write.reset();
  EXPECT_EQ(*read_input(pipe.read.get(), 1 << 20), "a1\n" + long_text);
}

TEST(FdStream, DoesNotWaitForEver) {
  Pipe pipe;
  const CancelToken cancel;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.cancel();
  });
  FdStream out(pipe.write.get(), cancel);
  out << std::string(10 << 20, 'x');
  EXPECT_FALSE(out.good());
}

}  // namespace
}  // namespace cvp::sys
