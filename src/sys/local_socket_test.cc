#include "sys/local_socket.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

namespace cvp::sys {
namespace {

struct Pair {
  TempFolder folder = *TempFolder::create();
  LocalListener listener = *LocalListener::listen(folder.path(), "door");
};

TEST(LocalSocket, HandsOverMessageStreamsAndFolder) {
  Pair pair;
  const std::string message(100'000, 'm');
  std::jthread caller([&] {
    auto peer = connect_local(pair.folder.path(), "door");
    ASSERT_TRUE(peer);
    EXPECT_TRUE(peer->call(message));
    EXPECT_EQ(peer->receive_byte(5000), 3);
  });
  auto peer = pair.listener.accept({});
  ASSERT_TRUE(peer);
  Streams streams;
  const auto got = peer->receive(streams, {});
  ASSERT_TRUE(got) << got.error().message.en;
  EXPECT_EQ(*got, message);
  std::jthread([&] {
    ASSERT_TRUE(enter_folder(streams.folder));
    EXPECT_EQ(std::filesystem::current_path(), std::filesystem::read_symlink("/proc/self/cwd"));
  }).join();
  EXPECT_TRUE(write_all(streams.err.get(), "") == 0);
  EXPECT_TRUE(peer->send_byte(3));
}

TEST(LocalSocket, AThreadsFolderIsItsOwn) {
  const TempFolder folder = *TempFolder::create();
  const auto here = std::filesystem::current_path();
  const Fd there(open_retry(folder.path(), 0));
  std::jthread([&] {
    ASSERT_TRUE(enter_folder(there));
    std::jthread([&] { EXPECT_EQ(std::filesystem::current_path(), folder.path()); }).join();
  }).join();
  EXPECT_EQ(std::filesystem::current_path(), here);
}

TEST(LocalSocket, NobodyListens) {
  const TempFolder folder = *TempFolder::create();
  EXPECT_EQ(connect_local(folder.path(), "door").error().code, Errc::not_found);
  EXPECT_EQ(connect_local(folder.path() / "absent", "door").error().code, Errc::not_found);
  { const auto left = LocalListener::listen(folder.path(), "door"); }
  EXPECT_EQ(connect_local(folder.path(), "door").error().code, Errc::not_found);
}

TEST(LocalSocket, ADeadOnesSocketIsReplaced) {
  const TempFolder folder = *TempFolder::create();
  std::filesystem::create_directory(folder.path() / "x");
  auto first = std::make_unique<LocalListener>(*LocalListener::listen(folder.path(), "door"));
  std::filesystem::rename(folder.path() / "door", folder.path() / "kept");
  first.reset();
  std::filesystem::rename(folder.path() / "kept", folder.path() / "door");
  const auto second = LocalListener::listen(folder.path(), "door");
  ASSERT_TRUE(second);
  EXPECT_TRUE(connect_local(folder.path(), "door"));
}

TEST(LocalSocket, ALongFolderNameWorks) {
  const TempFolder folder = *TempFolder::create();
  const Path deep = folder.path() / std::string(120, 'd') / std::string(120, 'e');
  ASSERT_TRUE(make_folders(deep));
  const auto listener = LocalListener::listen(deep, "door");
  ASSERT_TRUE(listener);
  EXPECT_TRUE(connect_local(deep, "door"));
}

TEST(LocalSocket, ACallerThatLeavesIsNoticed) {
  Pair pair;
  { const auto peer = connect_local(pair.folder.path(), "door"); }
  auto peer = pair.listener.accept({});
  ASSERT_TRUE(peer);
  Streams streams;
  EXPECT_EQ(peer->receive(streams, {}).error().code, Errc::corrupt);
  EXPECT_EQ(peer->receive_byte(1000), -1);
}

}  // namespace
}  // namespace cvp::sys
