#include "engine/server_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "engine/fake_llama_test.h"
#include "sys/host.h"
#include "testing/fakes.h"

namespace cvp::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Supervision kQuick{.start_ms_base = 10'000, .restart_limit = 4, .back_off_ms = 10, .grace_ms = 300};

class ServerProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!FakeLlama::available()) GTEST_SKIP() << "no python3";
  }

  ServerSpec spec() {
    const auto model = fake_.model();
    return {.model_name = "fake-model",
            .argv_prefix = fake_.argv(),
            .flags = generator_flags(
                {.gguf = model.gguf, .context_tokens = 100, .cache_bytes = 5u << 20, .threads = 1}),
            .gguf = model.gguf,
            .gguf_bytes = model.gguf_bytes,
            .memory_bytes = 1,
            .runtime_folder = fake_.runtime()};
  }

  std::unique_ptr<ServerProcess> create(const Supervision& times = kQuick) { return create(spec(), times); }
  std::unique_ptr<ServerProcess> create(ServerSpec with, const Supervision& times = kQuick) {
    const auto probe = [](const LlamaClient& client, const CancelToken& cancel) -> Result<void> {
      TRY(client.complete({.prompt = {97}, .max_tokens = 1, .stop = {}, .stall_ms = 5000}, {}, cancel));
      return {};
    };
    return ServerProcess::create(std::move(with), probe, sys::real_clock(), times).value();
  }

  std::vector<std::string> run_files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(fake_.runtime()))
      names.push_back(entry.path().filename());
    return names;
  }

  FakeLlama fake_;
};

TEST_F(ServerProcessTest, StartsOnFirstUseAndOnlyOnce) {
  auto server = create();
  EXPECT_EQ(fake_.starts(), 0u);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_TRUE(server->ready({})); });
  for (auto& t : threads) t.join();
  EXPECT_EQ(fake_.starts(), 1u);
  EXPECT_EQ(run_files().size(), 4u);  // socket, key, log, pid
  server.reset();
  EXPECT_THAT(run_files(), ::testing::IsEmpty());
}

TEST_F(ServerProcessTest, StartsWithSafeFlagsAndAPrivateKey) {
  ::setenv("LLAMA_ARG_TOOLS", "all", 1);
  ::setenv("OMP_NUM_THREADS", "1", 1);
  auto server = create();
  const auto endpoint = server->ready({});
  ::unsetenv("LLAMA_ARG_TOOLS");
  ::unsetenv("OMP_NUM_THREADS");
  ASSERT_TRUE(endpoint);
  const std::string argv = fake_.lines("starts").at(0);
  for (const char* needed : {"--offline", "--no-webui", "--no-slots", "--api-key-file", "-n 100", "-c 100",
                             "-np 1", "--cache-ram 5"}) {
    EXPECT_THAT(argv, HasSubstr(needed));
  }
  EXPECT_THAT(argv, Not(HasSubstr(endpoint->key)));
  EXPECT_EQ(fake_.lines("environment").at(0), "GOMP_SPINCOUNT=500");
  struct stat info {};
  ASSERT_EQ(::stat(fake_.runtime().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  Endpoint wrong = *endpoint;
  wrong.key = "guess";
  EXPECT_EQ(server->client(wrong).tokenize("a", false, {}).error().code, Errc::failed);
}

TEST_F(ServerProcessTest, WaitsWhileTheModelLoads) {
  fake_.mode("loading");
  auto server = create();
  ASSERT_TRUE(server->ready({}));
  EXPECT_EQ(fake_.starts(), 1u);
}

TEST_F(ServerProcessTest, AnEndBetweenCallsIsRepaired) {
  auto server = create();
  const auto first = server->ready({});
  ASSERT_TRUE(first);
  const int pid = std::stoi(
      sys::read_file(first->socket.parent_path() / (first->socket.stem().string() + ".pid"), 20).value());
  ::kill(pid, SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto second = server->ready({});
  ASSERT_TRUE(second) << second.error().message.en;
  EXPECT_NE(first->socket, second->socket);
  EXPECT_EQ(second->life, first->life + 1);
  EXPECT_EQ(fake_.starts(), 2u);
}

TEST_F(ServerProcessTest, SaysWhyItDidNotStart) {
  fake_.mode("exit-at-start");
  auto server = create();
  const auto failed = server->ready({});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unavailable);
  EXPECT_THAT(failed.error().message.en, HasSubstr("these are the last words"));
  EXPECT_THAT(failed.error().message.en, HasSubstr("status 3"));
  EXPECT_THAT(failed.error().message.zh, HasSubstr("退出状态为 3"));
  fake_.mode("bad-model");
  EXPECT_EQ(server->ready({}).error().code, Errc::corrupt);
  EXPECT_THAT(server->ready({}).error().hint.en, HasSubstr("cvp models pull fake-model"));
  EXPECT_THAT(run_files(), ::testing::IsEmpty());
}

TEST_F(ServerProcessTest, RestartsAreLimited) {
  fake_.mode("exit-at-start");
  auto server = create();
  for (int i = 0; i < 6; ++i) ASSERT_FALSE(server->ready({}));
  EXPECT_EQ(fake_.starts(), 4u);
  const auto given_up = server->ready({});
  EXPECT_EQ(given_up.error().code, Errc::unavailable);
  EXPECT_THAT(given_up.error().message.en, HasSubstr("4 times"));
  EXPECT_THAT(given_up.error().message.en, HasSubstr("these are the last words"));
}

/// Time that runs ten times as fast, so that a child has real time to end while fake seconds are waited for.
class FastClock : public testing::FakeClock {
 public:
  void sleep_for(std::chrono::milliseconds d) const override {
    std::this_thread::sleep_for(d / 10);
    FakeClock::sleep_for(d);
  }
};

TEST_F(ServerProcessTest, BackOffDoublesAndTheWindowPasses) {
  const FastClock clock;
  ServerSpec with = spec();
  with.argv_prefix = {"sh", "-c", "exit 3"};
  const Supervision times{
      .restart_limit = 4, .restart_window_ms = 100'000, .back_off_ms = 1000, .back_off_most_ms = 3000};
  auto server = ServerProcess::create(
                    with, [](const LlamaClient&, const CancelToken&) { return Result<void>(); }, clock, times)
                    .value();
  std::vector<int> waits;
  for (int i = 0; i < 4; ++i) {
    const double before = clock.steady_ms();
    const auto failed = server->ready({});
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message.en, HasSubstr("did not start"));
    waits.push_back(static_cast<int>(clock.steady_ms() - before) / 1000);
  }
  // While a child is watched time passes too: only the lower bounds are certain.
  EXPECT_GE(waits[1], 1);
  EXPECT_GE(waits[2], 2);
  EXPECT_GE(waits[3], 3);
  EXPECT_THAT(server->ready({}).error().message.en, HasSubstr("4 times"));
  clock.advance(100'001);
  EXPECT_THAT(server->ready({}).error().message.en, HasSubstr("did not start"));
}

TEST_F(ServerProcessTest, AFlagThatAnOldBuildLacksIsLeftOut) {
  fake_.mode("old-build");
  auto server = create();
  const auto ready = server->ready({});
  ASSERT_TRUE(ready) << ready.error().message.en;
  EXPECT_EQ(fake_.starts(), 2u);
  EXPECT_THAT(fake_.lines("starts").at(1), Not(HasSubstr("--sse-ping-interval")));
  EXPECT_THAT(fake_.lines("starts").at(1), HasSubstr("--metrics"));
}

TEST_F(ServerProcessTest, ASilentStartEnds) {
  fake_.mode("never-listens");
  auto server = create({.start_ms_base = 300, .grace_ms = 100});
  const auto failed = server->ready({});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unavailable);
}

TEST_F(ServerProcessTest, CancellingLeavesTheStartRunning) {
  fake_.mode("never-listens");
  auto server = create();
  CancelToken cancel;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    cancel.cancel();
  });
  EXPECT_EQ(server->ready(cancel).error().code, Errc::cancelled);
  later.join();
  EXPECT_EQ(run_files().size(), 3u);  // key, log, pid: it still runs
  server.reset();
  EXPECT_THAT(run_files(), ::testing::IsEmpty());
}

TEST_F(ServerProcessTest, RefusesWhatCannotWorkBeforeStarting) {
  ServerSpec missing = spec();
  missing.gguf = fake_.path("nothing.gguf");
  EXPECT_EQ(create(missing)->ready({}).error().code, Errc::not_found);
  ServerSpec truncated = spec();
  truncated.gguf_bytes += 1;
  EXPECT_EQ(create(truncated)->ready({}).error().code, Errc::corrupt);
  ServerSpec huge = spec();
  huge.memory_bytes = uint64_t{1} << 50;
  const auto refused = create(huge)->ready({});
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_THAT(refused.error().message.en, HasSubstr("1125899.9 GB"));
  EXPECT_EQ(fake_.starts(), 0u);
  ServerSpec no_program = spec();
  no_program.argv_prefix = {"/no/such/llama-server"};
  const auto none = create(no_program)->ready({});
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_THAT(none.error().hint.en, HasSubstr("cvp engine install"));
}

TEST_F(ServerProcessTest, ALongFolderNameStillGetsASocket) {
  ServerSpec with = spec();
  with.runtime_folder = fake_.runtime() / std::string(120, 'x');
  auto server = create(with);
  const auto ready = server->ready({});
  ASSERT_TRUE(ready) << ready.error().message.en;
  EXPECT_LE(ready->socket.string().size(), 107u);
}

TEST_F(ServerProcessTest, LeftoversOfDeadChildrenAreRemovedOthersStay) {
  ASSERT_TRUE(sys::make_folders(fake_.runtime(), 0700));
  const auto write = [&](const std::string& name, const std::string& text) {
    ASSERT_TRUE(sys::write_file_atomic(fake_.runtime() / name, text));
  };
  write("llama-dead.pid", "999999999");
  write("llama-dead.key", "k");
  write("llama-dead.sock", "");
  write("llama-alive.pid", std::to_string(::getpid()));
  write("llama-alive.key", "k");
  write("other.pid", "999999999");
  auto server = create();
  EXPECT_THAT(run_files(),
              ::testing::UnorderedElementsAre("llama-alive.pid", "llama-alive.key", "other.pid"));
}

}  // namespace
}  // namespace cvp::engine
