#include "hub/engine_probe.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace cvp::hub {
namespace {

/// A llama-server that only knows --version.
sys::Path fake_program(const sys::Path& folder, const std::string& version_output) {
  EXPECT_TRUE(sys::make_folders(folder));
  const sys::Path path = folder / "llama-server";
  EXPECT_TRUE(sys::write_file_atomic(
      path, "#!/bin/sh\n[ \"$1\" = --version ] && echo '" + version_output + "' >&2\n", 0700));
  return path;
}

/// Sets PATH for one test.
class PathGuard {
 public:
  explicit PathGuard(const std::string& value) : old_(::getenv("PATH")) {
    ::setenv("PATH", value.c_str(), 1);
  }
  ~PathGuard() { ::setenv("PATH", old_.c_str(), 1); }

 private:
  std::string old_;
};

TEST(EngineVersion, BothForms) {
  const auto debian =
      parse_engine_version("ggml: loaded\nversion: 0.7.0 (build 11669, commit Debian)\nbuilt with GNU\n");
  ASSERT_TRUE(debian);
  EXPECT_EQ(debian->text, "0.7.0 (build 11669)");
  EXPECT_EQ(debian->build, 11669);
  const auto upstream = parse_engine_version("version: 9123 (a1b2c3d)\nbuilt with cc\n");
  ASSERT_TRUE(upstream);
  EXPECT_EQ(upstream->text, "build 9123");
  EXPECT_EQ(upstream->build, 9123);
}

TEST(EngineVersion, NotAVersion) {
  for (const char* output :
       {"", "version: ", "version: abc", "version: 1.2.3", "version: 0.7.0 (build x)", "usage: llama-server"})
    EXPECT_FALSE(parse_engine_version(output)) << output;
}

TEST(FindEngine, ConfiguredPathWinsAndDoesNotFallThrough) {
  const auto home = sys::TempFolder::create();
  ASSERT_TRUE(home);
  const sys::Path good = fake_program(home->path() / "good", "version: 12 (abc)");
  const auto found = find_engine(home->path(), good.string());
  ASSERT_TRUE(found) << found.error().message.en;
  EXPECT_EQ(found->origin, "config");
  EXPECT_EQ(found->build, 12);  // what a user names is used whatever its age
  EXPECT_EQ(found->argv_prefix, std::vector<std::string>{good.string()});

  const auto missing = find_engine(home->path(), (home->path() / "nowhere").string());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unavailable);
  EXPECT_NE(missing.error().message.en.find("nowhere"), std::string::npos);
  EXPECT_NE(missing.error().hint.en.find("cvp config set engine.path"), std::string::npos);
}

TEST(FindEngine, InPathOnlyWhenNewEnough) {
  const auto home = sys::TempFolder::create();
  ASSERT_TRUE(home);
  const std::string old_path = ::getenv("PATH");
  fake_program(home->path() / "new", "version: 9000 (abc)");
  fake_program(home->path() / "old", "version: 8999 (abc)");
  {
    const PathGuard guard((home->path() / "new").string() + ":" + old_path);
    const auto found = find_engine(home->path(), "");
    ASSERT_TRUE(found) << found.error().message.en;
    EXPECT_EQ(found->origin, "system");
  }
  const PathGuard guard((home->path() / "old").string() + ":" + old_path);
  const auto found = find_engine(home->path(), "");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::not_found);
  EXPECT_NE(found.error().message.en.find("8999"), std::string::npos);
  EXPECT_NE(found.error().hint.zh.find("cvp engine install"), std::string::npos);
}

TEST(FindEngine, PrivateOneByItsManifest) {
  const auto home = sys::TempFolder::create();
  ASSERT_TRUE(home);
  const sys::Path root = home->path() / "engine";
  fake_program(root / "bin", "version: 0.7.0 (build 11669, commit x)");
  // The loader is a script that starts the program behind its two options.
  ASSERT_TRUE(sys::write_file_atomic(root / "ld", "#!/bin/sh\nshift 2\nexec \"$@\"\n", 0700));
  const PrivateEngine engine{.loader = "ld",
                             .library_folders = {"lib", "lib/llama"},
                             .program = "bin/llama-server",
                             .version = "0.7.0",
                             .packages = {"a_1.deb"}};
  ASSERT_TRUE(sys::write_file_atomic(root / kEngineManifest, write_engine_manifest(engine)));
  const PathGuard guard("/usr/bin:/bin");
  const auto found = find_engine(home->path(), "");
  ASSERT_TRUE(found) << found.error().message.en;
  EXPECT_EQ(found->origin, "private");
  EXPECT_EQ(found->build, 11669);
  EXPECT_EQ(found->argv_prefix[2], (root / "lib").string() + ":" + (root / "lib/llama").string());
}

TEST(FindEngine, DamagedManifestIsSaid) {
  const auto home = sys::TempFolder::create();
  ASSERT_TRUE(home);
  ASSERT_TRUE(sys::make_folders(home->path() / "engine"));
  for (const char* manifest :
       {"", "{}",
        R"({"format":1,"version":"","loader":"/bin/sh","library_folders":["a"],"program":"b","packages":[]})",
        R"({"format":1,"version":"","loader":"../sh","library_folders":["a"],"program":"b","packages":[]})",
        R"({"format":2,"version":"","loader":"a","library_folders":["a"],"program":"b","packages":[]})"}) {
    ASSERT_TRUE(sys::write_file_atomic(home->path() / "engine" / kEngineManifest, manifest));
    const auto found = find_private_engine(system_commands(), home->path());
    ASSERT_FALSE(found) << manifest;
    EXPECT_EQ(found.error().code, Errc::corrupt) << manifest;
  }
}

}  // namespace
}  // namespace cvp::hub
