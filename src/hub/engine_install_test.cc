#include "hub/engine_install.h"

#include <gtest/gtest.h>

#include "hub/engine_builder.h"
#include "hub/engine_probe.h"

namespace cvp::hub {
namespace {

constexpr const char* kLibraries = "usr/lib/aarch64-linux-gnu";

void write(const sys::Path& path, const std::string& bytes) {
  ASSERT_TRUE(sys::make_folders(path.parent_path()));
  ASSERT_TRUE(sys::write_file_atomic(path, bytes));
}

/// Stands in for apt-get, dpkg-deb and the engine itself: downloads write two archives, unpacking writes the
/// prefix's files.
struct FakeDebian {
  sys::Path home;
  std::string fail_at;       // a word of the command that is to fail …
  std::string fail_message;  // … with this on its standard error
  std::vector<std::string> commands;
  std::string config;

  Result<sys::RunResult> operator()(const sys::SpawnOptions& options, const sys::RunLimits&,
                                    const CancelToken&) {
    std::string line;
    for (const std::string& word : options.argv) line += word + " ";
    commands.push_back(line);
    const auto is = [&](const char* word) { return line.find(word) != line.npos; };
    if (!fail_at.empty() && is(fail_at.c_str()))
      return sys::RunResult{.status = 100, .out = "", .err = fail_message};
    const sys::Path work = home / "engine.tmp";
    if (is("apt-config"))
      return sys::RunResult{.out =
                                "Acquire \"\";\nAcquire::http::Proxy \"http://p.example\";\nAPT::X \"1\";\n"};
    if (is("--print-uris")) {
      config = sys::read_file(options.env.at("APT_CONFIG"), 1 << 20).value_or("");
      return sys::RunResult{.out =
                                "'http://d/a.deb' a.deb 100 SHA256:x\n'http://d/b.deb' b.deb 23 SHA256:y\n"};
    }
    if (is("--download-only")) {
      write(work / "cache/archives/a.deb", "a");
      write(work / "cache/archives/b.deb", "b");
    }
    if (is("dpkg-deb") && is("b.deb")) {
      for (const char* file : {"usr/bin/llama-server", "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
                               "usr/lib/aarch64-linux-gnu/ggml/backends0/libggml-cpu-armv8.so"})
        write(work / "root" / file, "x");
    }
    if (is("--version")) return sys::RunResult{.out = "version: 0.7.0 (build 11669, commit x)\n"};
    return sys::RunResult{};
  }
};

class InstallEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    write(etc() / "os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    write(etc() / "apt/sources.list", "deb http://d.example/debian bookworm main\n");
    debian_.home = home();
  }
  sys::Path home() const { return folder_->path() / "home"; }
  sys::Path etc() const { return folder_->path() / "etc"; }
  Result<EngineProgram> install() {
    const InstallEffects effects{
        .run = std::ref(debian_),
        .has_program = [this](std::string_view) { return has_apt_; },
        .free_bytes = [this](const sys::Path&) -> Result<uint64_t> { return free_bytes_; },
        .etc = etc()};
    return install_engine_with(effects, home(), [this](const Progress& p) { progress_.push_back(p); }, {});
  }
  void expect_nothing_left() const {
    EXPECT_FALSE(sys::exists(home() / "engine"));
    EXPECT_FALSE(sys::exists(home() / "engine.tmp"));
  }

  Result<sys::TempFolder> folder_ = sys::TempFolder::create();
  FakeDebian debian_;
  bool has_apt_ = true;
  uint64_t free_bytes_ = 1ull << 40;
  std::vector<Progress> progress_;
};

TEST_F(InstallEngine, UnpacksArrangesAndIsIdempotent) {
  const auto program = install();
  ASSERT_TRUE(program) << program.error().message.en;
  EXPECT_EQ(program->build, 11669);
  EXPECT_EQ(program->origin, "private");
  const sys::Path root = home() / "engine";
  EXPECT_EQ(
      program->argv_prefix,
      (std::vector<std::string>{(root / kLibraries / "ld-linux-aarch64.so.1").string(), "--library-path",
                                (root / kLibraries).string() + ":" + (root / kLibraries / "llama").string(),
                                (root / "usr/bin/llama-server").string()}));
  EXPECT_TRUE(sys::exists(root / kLibraries / "libggml-cpu-armv8.so"));
  EXPECT_FALSE(sys::exists(home() / "engine.tmp"));
  const auto manifest = read_engine_manifest(root);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->packages, (std::vector<std::string>{"a.deb", "b.deb"}));

  EXPECT_NE(debian_.config.find("http://p.example"), std::string::npos);
  EXPECT_EQ(debian_.config.find("APT::X"), std::string::npos);
  bool saw_download = false;
  for (const Progress& p : progress_) saw_download |= p.total == 123 && p.done == 123;
  EXPECT_TRUE(saw_download);

  const size_t before = debian_.commands.size();
  ASSERT_TRUE(install());
  EXPECT_EQ(debian_.commands.size(), before + 1);  // one --version
}

TEST_F(InstallEngine, EveryFailureIsNamedAndLeavesNothing) {
  const struct {
    const char *at, *message, *expect_en;
    Errc code;
  } cases[] = {
      {"update", "E: Failed to fetch http://d.example/debian  Could not resolve 'd.example'",
       "cannot be reached", Errc::unavailable},
      {"update", "W: GPG error: NO_PUBKEY 1234\nE: The repository is not signed.", "signature",
       Errc::refused},
      {"update", "E: Release file is not valid yet", "clock", Errc::unavailable},
      {"--download-only", "E: You don't have enough free space in x", "disk is full", Errc::unavailable},
      {"--print-uris", "E: Unable to locate package llama.cpp-tools", "Unable to locate package",
       Errc::failed},
      {"dpkg-deb", "dpkg-deb: error: no Debian archive", "no Debian archive", Errc::failed},
      {"--version", "illegal instruction", "illegal instruction", Errc::unavailable},
  };
  for (const auto& c : cases) {
    debian_.fail_at = c.at;
    debian_.fail_message = c.message;
    const auto program = install();
    ASSERT_FALSE(program) << c.message;
    EXPECT_EQ(program.error().code, c.code) << c.message;
    EXPECT_NE(program.error().message.en.find(c.expect_en), std::string::npos) << program.error().message.en;
    EXPECT_FALSE(program.error().hint.zh.empty()) << c.message;
    expect_nothing_left();
  }
}

TEST_F(InstallEngine, NoAptNoSpaceBadHome) {
  has_apt_ = false;
  EXPECT_EQ(install().error().code, Errc::unavailable);
  has_apt_ = true;
  free_bytes_ = 1000;
  const auto full = install();
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().message.en.find("400 MB"), std::string::npos);
  expect_nothing_left();
  const InstallEffects effects = system_install_effects();
  EXPECT_EQ(install_engine_with(effects, folder_->path() / "a:b", {}, {}).error().code, Errc::refused);
}

TEST_F(InstallEngine, CancelLeavesNothing) {
  CancelToken cancel;
  const InstallEffects effects{
      .run =
          [&](const sys::SpawnOptions& options, const sys::RunLimits& limits, const CancelToken& token) {
            if (options.argv.back() == "update") cancel.cancel();
            return debian_(options, limits, token);
          },
      .has_program = [](std::string_view) { return true; },
      .free_bytes = [](const sys::Path&) -> Result<uint64_t> { return 1ull << 40; },
      .etc = etc()};
  const auto program = install_engine_with(effects, home(), {}, cancel);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, Errc::cancelled);
  expect_nothing_left();
}

/// Really installs the engine with this machine's apt.
TEST(InstallEngineNetwork, FromDebian) {
  if (::getenv("CVP_NETWORK_TESTS") == nullptr)
    GTEST_SKIP() << "set CVP_NETWORK_TESTS=1 to install the real engine";
  const auto home = sys::TempFolder::create();
  ASSERT_TRUE(home);
  const auto program = install_engine(home->path(), {}, {});
  ASSERT_TRUE(program) << program.error().message.en;
  EXPECT_GE(program->build, kMinimumBuild);
}

}  // namespace
}  // namespace cvp::hub
