#include "sys/service_manager.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "sys/fd.h"

namespace cvp::sys {
namespace {

TEST(ServiceManager, HandsOverNothingToOthers) {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "2", 1);
  EXPECT_THAT(handed_over_sockets(), testing::IsEmpty());
  EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr) << "no child may take them for its own";
}

TEST(ServiceManager, HearsWhatItIsTold) {
  const TempFolder folder = *TempFolder::create();
  const std::string path = (folder.path() / "notify").string();
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  tell_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  tell_service_manager("STOPPING=1");
  char buffer[64];
  const ssize_t size = ::recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(buffer, static_cast<size_t>(size)), "READY=1");
  EXPECT_LT(::recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT), 0);
}

}  // namespace
}  // namespace cvp::sys
