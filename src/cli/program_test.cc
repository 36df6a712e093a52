#include "cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sys/files.h"
#include "testing/fakes.h"

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Runs the program in this process with a home and a configuration of its own.
class ProgramTest : public ::testing::Test {
 protected:
  int run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    const Surroundings around{
        .screen = {.out = out_, .err = err_},
        .clock = clock_,
        .cancel = {},
        .cvp_environment = {{"CVP_HOME", (folder_.path() / "home").string()}, {"CVP_CONFIG", config_}},
        .environment = [this](const char* name) -> std::optional<std::string> {
          return std::string_view(name) == "LC_ALL" ? std::optional(locale_) : std::nullopt;
        }};
    return run_program(arguments, around);
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  sys::TempFolder folder_ = *sys::TempFolder::create("cvp-test");
  std::string config_ = (folder_.path() / "config.toml").string();
  std::string locale_ = "C";
  testing::FakeClock clock_;
  std::ostringstream out_, err_;

  void SetUp() override { ASSERT_TRUE(sys::write_file_atomic(config_, "")); }
};

TEST_F(ProgramTest, WithoutAVerb) {
  EXPECT_EQ(run({}), 2);
  EXPECT_THAT(out(), HasSubstr("cvp ask"));
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_EQ(run({"help"}), 0);
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_THAT(out(), HasSubstr("cvp 0."));
  EXPECT_EQ(run({"--lang", "zh", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("用法"));
  EXPECT_EQ(run({"--verison"}), 2);
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_EQ(run({"--lang", "fr"}), 2);
  EXPECT_EQ(run({"--lang"}), 2);
}

TEST_F(ProgramTest, UnknownVerbsAreGuessed) {
  EXPECT_EQ(run({"aks", "something"}), 2);
  EXPECT_THAT(err(), HasSubstr("`cvp ask`"));
  EXPECT_EQ(run({"models", "pul"}), 2);
  EXPECT_THAT(err(), HasSubstr("`cvp models pull`"));
  EXPECT_EQ(run({"help", "nothing"}), 2);
  EXPECT_EQ(run({"remove", "1"}), 2);
  EXPECT_THAT(err(), HasSubstr("`cvp rm`"));
  locale_ = "zh_CN.UTF-8";
  EXPECT_EQ(run({"aks"}), 2);
  EXPECT_THAT(err(), HasSubstr("没有命令“aks”"));
}

TEST_F(ProgramTest, GroupsHaveDefaultsAndHelp) {
  EXPECT_EQ(run({"config"}), 0);
  EXPECT_THAT(out(), HasSubstr("search.k = 10"));
  EXPECT_EQ(run({"config", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("key":"search.k")"));
  EXPECT_EQ(run({"models", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("models pull"));
  EXPECT_THAT(out(), Not(HasSubstr("config get")));
  EXPECT_THAT(out(), HasSubstr("Usage: cvp models VERB"));
  EXPECT_THAT(out(), HasSubstr("`cvp models` alone is `cvp models list`"));
  EXPECT_EQ(run({"eval"}), 2);
  EXPECT_EQ(run({"help", "models", "pull"}), 0);
  EXPECT_THAT(out(), HasSubstr("Usage: cvp models pull"));
}

TEST_F(ProgramTest, OptionsMayStandBeforeTheVerb) {
  EXPECT_EQ(run({"--set", "search.k=3", "--lang", "zh", "config", "get", "search.k"}), 0);
  EXPECT_EQ(out(), "3\n");
  EXPECT_THAT(err(), HasSubstr("命令行"));
  EXPECT_EQ(run({"--set", "search.kk=3", "ls"}), 2);
  EXPECT_THAT(err(), HasSubstr("search.k?"));
}

TEST_F(ProgramTest, ConfigurationIsWrittenAndRead) {
  EXPECT_EQ(run({"config", "set", "lang", "zh"}), 0);
  EXPECT_EQ(run({"config", "get", "lang"}), 0);
  EXPECT_EQ(out(), "zh\n");
  EXPECT_THAT(err(), HasSubstr("配置文件"));
  EXPECT_EQ(run({"ls", "--colection"}), 2);
  EXPECT_THAT(err(), HasSubstr("没有选项"));
  EXPECT_EQ(run({"ls", "--lang", "en"}), 0);
  EXPECT_THAT(out(), HasSubstr("no documents"));
  EXPECT_EQ(run({"config", "unset", "lang"}), 0);
  EXPECT_EQ(run({"config", "get", "lang"}), 0);
  EXPECT_EQ(out(), "auto\n");
  EXPECT_EQ(run({"config", "unset", "lang"}), 0);
  EXPECT_THAT(out(), HasSubstr("is not set"));
  EXPECT_EQ(run({"config", "get", "search.k", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("value":10)"));
  EXPECT_EQ(run({"config", "set", "serch.k", "3"}), 2);
  EXPECT_EQ(run({"config", "set", "search.k", "0"}), 2);
  EXPECT_EQ(run({"config", "path"}), 0);
  EXPECT_EQ(out(), config_ + "\n");
  EXPECT_EQ(run({"--config", "/not/there.toml", "ls"}), 3);
}

TEST_F(ProgramTest, SecretsAreNotListed) {
  EXPECT_EQ(run({"config", "set", "chat.api_key", "sk-123"}), 0);
  EXPECT_EQ(run({"config", "list"}), 0);
  EXPECT_THAT(out(), Not(HasSubstr("sk-123")));
  EXPECT_EQ(run({"config", "list", "--json"}), 0);
  EXPECT_THAT(out(), Not(HasSubstr("sk-123")));
}

TEST_F(ProgramTest, ErrorsAsJson) {
  EXPECT_EQ(run({"search", "--json", "--collection", "nowhere", "x"}), 3);
  EXPECT_THAT(out(), HasSubstr(R"({"error":{"code":"not_found")"));
  EXPECT_THAT(err(), HasSubstr("cvp: "));
  EXPECT_EQ(run({"ls", "--colection", "x", "--json"}), 2);
  EXPECT_THAT(out(), HasSubstr(R"({"error":{"code":"usage")"));
}

TEST_F(ProgramTest, EmptyHomeAnswersNothing) {
  EXPECT_EQ(run({"rm", "--all", "--yes"}), 3);
  EXPECT_EQ(run({"search", "zebra"}), 3);
  EXPECT_THAT(err(), HasSubstr("There are no documents yet"));
  EXPECT_EQ(run({"search", " "}), 2);
  EXPECT_THAT(err(), HasSubstr("cvp search \"…\""));
  EXPECT_EQ(run({"add"}), 0);
  EXPECT_THAT(err(), HasSubstr("There are no documents yet"));
  EXPECT_EQ(run({"add", "--name", "x", "/not/there"}), 2);
  EXPECT_EQ(run({"add", ""}), 2);
  EXPECT_EQ(run({"add", folder_.path().string() + "/none"}), 1);
  ASSERT_TRUE(sys::make_folders(folder_.path() / "empty"));
  EXPECT_EQ(run({"add", (folder_.path() / "empty").string()}), 0);
  EXPECT_THAT(err(), HasSubstr("there is no file in what was named"));
  EXPECT_EQ(run({"ask", "--no-engine", "What is a zebra?"}), 3);
  EXPECT_THAT(err(), HasSubstr("There are no documents yet"));
  EXPECT_EQ(run({"rm", "1"}), 3);
  EXPECT_EQ(run({"rm"}), 2);
  EXPECT_EQ(run({"chat", "--continue"}), 3);
  EXPECT_EQ(run({"chat", "--list"}), 0);
  EXPECT_EQ(run({"chat", "--remove", "1"}), 3);
  EXPECT_EQ(run({"why", "--no-engine", "What?", "nothing like it"}), 3);
  EXPECT_EQ(run({"why", "--no-engine", "What?", " "}), 2);
  EXPECT_EQ(run({"why", "--no-engine", "", "nothing like it"}), 2);
  EXPECT_EQ(run({"models", "verify"}), 0);
}

TEST_F(ProgramTest, PromptsAreShownAndFilled) {
  EXPECT_EQ(run({"prompt"}), 0);
  EXPECT_THAT(out(), HasSubstr("read-answer"));
  EXPECT_EQ(run({"prompt", "show", "read-answer", "--in", "zh"}), 0);
  EXPECT_EQ(run({"prompt", "show", "no-such"}), 3);
  EXPECT_EQ(run({"prompt", "test", "read-answer", "--set", "nonsense"}), 2);
  EXPECT_EQ(run({"prompt", "test", "read-answer", "--set", "question=Why?"}), 0);
  EXPECT_THAT(out(), HasSubstr("Why?"));
  EXPECT_EQ(run({"prompt", "test", "read-answer"}), 2);
  EXPECT_THAT(err(), HasSubstr("--set question=\"…\""));
  EXPECT_EQ(run({"prompt", "test", "read-answer", "--set", "question=Why?", "--set", "x=y"}), 2);
  EXPECT_THAT(err(), HasSubstr("no placeholder x"));
}

}  // namespace
}  // namespace cvp::cli
