// Hugging Face, ModelScope and plain URLs against the stand-in server.
#include "hub/pull_fixture.h"
#include "hub/web_fetch.h"

namespace cvp::hub {
namespace {

using testing::StubReply;
using testing::StubRequest;

constexpr const char* kFile = "/hf/org/repo/resolve/main/tiny%20file.gguf";

class PullWeb : public PullFixture {
 protected:
  PullWeb() { use_hugging_face(); }
  void serve(const StubReply& reply) { stub_.route(kFile, reply); }
  /// The first replies as listed, the last one again and again.
  void serve_in_turn(std::vector<StubReply> replies) {
    stub_.route(kFile, [replies, turn = size_t{0}](const StubRequest&) mutable {
      return replies[std::min(turn++, replies.size() - 1)];
    });
  }
};

TEST_F(PullWeb, WholeFileOnceAndThenAtOnce) {
  serve({.body = content_});
  const auto pulled = pull();
  expect_installed(pulled);
  EXPECT_EQ(pulled->source, "Hugging Face: org/repo");
  EXPECT_EQ(progress_.back().done, content_.size());
  EXPECT_EQ(progress_.back().total, content_.size());
  expect_installed(pull());
  EXPECT_EQ(stub_.requests().size(), 1u);
}

TEST_F(PullWeb, ContinuesAfterDrops) {
  serve({.body = content_, .drop_after = 90'000});  // every connection brings 90,000 bytes more
  expect_installed(pull());
  uint64_t furthest = 0;
  for (const StubRequest& request : stub_.requests())
    if (request.headers.contains("range"))
      furthest = std::max<uint64_t>(furthest, std::stoull(request.headers.at("range").substr(6)));
  EXPECT_GE(furthest, 360'000u);
  for (size_t i = 1; i < progress_.size(); ++i) EXPECT_GE(progress_[i].done, progress_[i - 1].done);
}

TEST_F(PullWeb, ServerWithoutRangeStartsAnew) {
  serve_in_turn({{.body = content_, .drop_after = 90'000}, {.body = content_, .supports_range = false}});
  expect_installed(pull());
}

TEST_F(PullWeb, AcrossProcesses) {
  serve_in_turn({{.body = content_, .drop_after = 250'000}, {.status = 503}});
  const auto broken = pull();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::unavailable);
  EXPECT_TRUE(contains(broken.error().message.en, "503"));
  EXPECT_TRUE(contains(broken.error().hint.en, "kept"));
  EXPECT_GT(kept_bytes(), 0u);
  expect_nothing_installed();
  const size_t before = stub_.requests().size();
  serve({.body = content_});
  expect_installed(pull());
  EXPECT_TRUE(stub_.requests()[before].headers.contains("range"));
}

TEST_F(PullWeb, WrongBytesAreNeverInstalled) {
  std::string wrong = content_;
  wrong[200'000] ^= 1;
  serve({.body = wrong});
  const auto pulled = pull();
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().code, Errc::corrupt);
  EXPECT_TRUE(contains(pulled.error().message.en, "SHA-256"));
  EXPECT_EQ(kept_bytes(), 0u);
  expect_nothing_installed();
}

TEST_F(PullWeb, WrongBytesOfAnEarlierSourceAreForgiven) {
  ASSERT_TRUE(sys::make_folders(model_folder()));
  ASSERT_TRUE(sys::write_file_atomic(model_folder() / "fetched.part", noise(100'000, 1)));
  serve({.body = content_});
  expect_installed(pull());
}

TEST_F(PullWeb, TruncatedAndTooLong) {
  serve({.body = content_.substr(0, 300'000)});
  const auto truncated = pull();
  ASSERT_FALSE(truncated);
  EXPECT_TRUE(contains(truncated.error().message.en, "300000")) << truncated.error().message.en;
  serve({.body = content_ + "more"});
  ASSERT_TRUE(sys::remove_tree(model_folder()));
  const auto longer = pull();
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Errc::refused);
  EXPECT_EQ(kept_bytes(), 0u);
}

TEST_F(PullWeb, LyingContentLengthIsOnlyASlowDownload) {
  serve_in_turn(
      {{.body = content_.substr(0, 100'000), .claimed_length = content_.size()}, {.body = content_}});
  expect_installed(pull());
}

TEST_F(PullWeb, FollowsARedirectToAnotherHost) {
  testing::HttpStub other;
  other.route("/cdn", StubReply{.body = content_, .drop_after = 150'000});
  serve({.status = 302, .headers = {{"Location", other.url("/cdn/x")}}});
  expect_installed(pull());
  EXPECT_GE(other.requests().size(), 3u);
}

TEST_F(PullWeb, MissingThereTheNextSourceIsTriedAndContinues) {
  entry_.sources.push_back({model::Source::Kind::modelscope, {"org/repo"}, "f.gguf", {}});
  serve_in_turn({{.body = content_, .drop_after = 120'000}, {.status = 404}});
  stub_.route("/ms/models/org/repo/resolve/master/f.gguf", StubReply{.body = content_});
  const auto pulled = pull();
  expect_installed(pulled);
  EXPECT_EQ(pulled->source, "ModelScope: org/repo");
  EXPECT_TRUE(stub_.requests().back().headers.contains("range"));
  bool said = false;
  for (const Progress& p : progress_) said |= contains(p.what.zh, "Hugging Face 失败");
  EXPECT_TRUE(said);
}

TEST_F(PullWeb, AllReasonsAreInTheError) {
  entry_.sources.push_back({model::Source::Kind::url, {"http://127.0.0.1:9/x.gguf"}, "", {}});
  serve({.status = 403});
  const auto pulled = pull();
  ASSERT_FALSE(pulled);
  for (const char* part : {"Hugging Face: ", "login", "127.0.0.1:9: ", "cannot connect"})
    EXPECT_TRUE(contains(pulled.error().message.en, part)) << part << " in " << pulled.error().message.en;
  EXPECT_TRUE(contains(pulled.error().message.zh, "需要登录"));
  expect_nothing_installed();
}

TEST_F(PullWeb, CancelKeepsAndSaysHowMuch) {
  serve({.body = content_, .piece_delay_ms = 20});
  const auto on_progress = [this](const Progress& p) {
    if (p.done > 100'000) cancel_.cancel();
  };
  const auto stopped = pull_with(effects_, home(), entry_, options_, on_progress, cancel_);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::cancelled);
  EXPECT_TRUE(contains(stopped.error().message.en, "kept"));
  EXPECT_GT(kept_bytes(), 100'000u);
  EXPECT_LT(kept_bytes(), content_.size());
  cancel_ = CancelToken();
  serve({.body = content_});
  expect_installed(pull());
}

TEST(WebFetch, Urls) {
  EXPECT_EQ(join_url("https://h.example/", "a b/c#d/模"), "https://h.example/a%20b/c%23d/%E6%A8%A1");
}

}  // namespace
}  // namespace cvp::hub
