#include "cli/offline_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/prove_offline.h"
#include "cli/verb_fixture_test.h"
#include "sys/sha256.h"

namespace cvp::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

OfflineReport good_report() {
  OfflineReport report{
      .unix_seconds = 1'795'000'000,
      .version = "0.7",
      .program = "/usr/bin/cvp",
      .program_sha256 = std::string(64, 'a'),
      .pid = 17,
      .threads = {.all = 2, .filtered = 2},
      .in_server =
          {{.name = "tcp4",
            .what = text("TCP to 192.0.2.1 port 443", "TCP 连接 192.0.2.1 端口 443"),
            .answer = "EPERM",
            .refused = true},
           {.name = "helper", .what = text("the helper", "辅助进程"), .answer = "EACCES", .refused = true}},
      .in_child = {{.name = "tcp4",
                    .what = text("TCP to 192.0.2.1 port 443", "TCP 连接 192.0.2.1 端口 443"),
                    .answer = "EPERM",
                    .refused = true}},
      .home = "/var/lib/cvp"};
  report.facts.system = "Linux 6.1.0 x86_64";
  report.facts.machine = "kb";
  report.facts.account = "cvp (uid 998)";
  report.facts.helper_pid = 18;
  report.facts.filter_instructions = 57;
  report.facts.filter_sha256 = std::string(64, 'b');
  report.facts.sockets = {
      text("descriptor 3 accepts connections at 127.0.0.1:8080", "3 号描述符在 127.0.0.1:8080 接受连接")};
  return report;
}

TEST(OfflineReport, SaysWhatWasTriedAndWhatIsNotCovered) {
  const std::string said = offline_text(good_report(), Lang::en);
  for (const char* part : {"PROVEN: the kernel refused", "2026-11-18T11:06:40Z", "kb, Linux 6.1.0 x86_64",
                           "TCP to 192.0.2.1 port 443", "EPERM", "127.0.0.1:8080", "(process 18)",
                           "/var/lib/cvp/door", "What this does not cover", "Clients:"})
    EXPECT_THAT(said, HasSubstr(part));
  EXPECT_THAT(said, Not(HasSubstr("PRIVILEGES")));
  EXPECT_THAT(said, Not(HasSubstr("NETWORK OR FUSE")));
  EXPECT_THAT(offline_text(good_report(), Lang::zh), HasSubstr("结论：通过"));
}

TEST(OfflineReport, SealsItselfWithItsHash) {
  for (const Lang lang : {Lang::en, Lang::zh}) {
    const std::string said = offline_text(good_report(), lang);
    const size_t last = said.rfind('\n', said.size() - 2) + 1;
    EXPECT_THAT(said.substr(last), HasSubstr(sys::sha256_hex(said.substr(0, last))));
    const auto sealed = offline_json(good_report(), lang);
    EXPECT_EQ(sealed.at("sha256").as_string(), sys::sha256_hex(boost::json::serialize(sealed.at("report"))));
  }
}

TEST(OfflineReport, JsonNamesEveryAttemptAndItsProcess) {
  const auto sealed = offline_json(good_report(), Lang::en);
  const auto& report = sealed.at("report").as_object();
  EXPECT_TRUE(report.at("proven").as_bool());
  const auto& attempts = report.at("attempts").as_array();
  ASSERT_EQ(attempts.size(), 3u);
  EXPECT_EQ(attempts.at(2).at("process").as_string(), "child");
  EXPECT_EQ(attempts.at(2).at("answer").as_string(), "EPERM");
}

TEST(OfflineReport, OneOpenWayIsNoProof) {
  OfflineReport report = good_report();
  EXPECT_TRUE(report.proven());
  EXPECT_THAT(report.open_ways(), IsEmpty());
  report.in_child.front().refused = false;
  report.threads.filtered = 1;
  EXPECT_FALSE(report.proven());
  EXPECT_THAT(report.open_ways(), ElementsAre("tcp4 (child)", "threads"));
  EXPECT_THAT(offline_text(report, Lang::en), HasSubstr("NOT PROVEN"));
  EXPECT_FALSE(offline_json(report, Lang::en).at("report").at("proven").as_bool());
  report = good_report();
  report.in_child.clear();
  EXPECT_FALSE(report.proven()) << "what was not tried is not proven";
}

TEST(OfflineReport, WeakensItsClaimWhereItMust) {
  OfflineReport report = good_report();
  report.facts.privileged = true;
  report.facts.account = "root (uid 0)";
  report.home_may_be_remote = true;
  const std::string said = offline_text(report, Lang::en);
  EXPECT_THAT(said, HasSubstr("THE SERVER HAS PRIVILEGES (root (uid 0))"));
  EXPECT_THAT(said, HasSubstr("NETWORK OR FUSE FILE SYSTEM"));
  EXPECT_THAT(said, HasSubstr("PROVEN WITH A RESERVATION"));
}

TEST(ProveOffline, OtherServersMustNotBeConfigured) {
  const auto config = [](const std::vector<std::string>& settings) {
    return Config::load({.file = "/not/there", .settings = settings}).value();
  };
  EXPECT_TRUE(check_no_endpoints(config({})));
  for (const char* key : {"chat.endpoint", "embedding.endpoint"}) {
    const auto refused = check_no_endpoints(config({std::string(key) + "=http://127.0.0.1:8000/v1"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::usage);
    EXPECT_THAT(refused.error().message.en, HasSubstr(key));
    EXPECT_THAT(refused.error().message.zh, HasSubstr("http://127.0.0.1:8000/v1"));
  }
}

class ServeOptions : public VerbFixture {};

TEST_F(ServeOptions, AReportBelongsToTheProof) {
  EXPECT_EQ(run("serve", {"--report", "offline.txt"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--prove-offline"));
}

}  // namespace
}  // namespace cvp::cli
