#include "serve/uploads.h"

#include <atomic>
#include <future>
#include <thread>

#include "serve/library_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Nothing is read before it is let go.
class SlowHost : public FakeHost {
 public:
  Result<ingest::AddOptions> add_options(store::CollectionId collection) override {
    ++asked_;
    let_go_.wait();
    return FakeHost::add_options(collection);
  }
  std::atomic<size_t> asked_{0};
  std::promise<void> go_;

 private:
  const std::shared_future<void> let_go_ = go_.get_future().share();
};

class UploadsTest : public LibraryTest {
 protected:
  UploadsTest() {
    EXPECT_TRUE(sys::write_file_atomic(file_, "some words"));
    uploads_ = std::make_unique<Uploads>(backend_);
  }
  ~UploadsTest() override {
    if (!let_go_) slow_.go_.set_value();
  }
  void let_go() {
    let_go_ = true;
    slow_.go_.set_value();
  }
  Call call(store::UserId user, const std::string& name) {
    Call out;
    out.request.body_file = file_;
    out.request.query["name"] = name;
    out.path["id"] = std::to_string(library_);
    out.caller.user = *store_->accounts().user(user);
    out.caller.rights = *store_->accounts().rights(out.caller.user);
    return out;
  }
  net::Reply take(store::UserId user, const std::string& name) { return *uploads_->take(call(user, name)); }
  static bool waits(const net::Reply& reply) {
    return std::holds_alternative<std::shared_ptr<net::LateReply>>(reply.body);
  }
  static std::string header(const net::Reply& reply, std::string_view name) {
    for (const auto& [one, value] : reply.headers)
      if (one == name) return value;
    return {};
  }
  Backend with_slow_host() {
    Backend& real = service_->backend();
    return {.home = real.home,
            .options = real.options,
            .clock = real.clock,
            .store = real.store,
            .index = real.index,
            .prompts = real.prompts,
            .host = slow_,
            .gate = real.gate,
            .throttle = real.throttle,
            .live = real.live,
            .generation = real.generation,
            .retrieval = real.retrieval,
            .events = real.events,
            .jobs = real.jobs,
            .upkeep = real.upkeep,
            .watches = real.watches,
            .metrics = real.metrics};
  }

  const store::CollectionId library_ =
      add_collection("library", {{.to = store::Grant::To::everyone, .id = 0, .right = store::Right::write}});
  const sys::Path file_ = folder_.path() / "spool" / "sent";
  SlowHost slow_;
  Backend backend_ = with_slow_host();
  std::unique_ptr<Uploads> uploads_;
  bool let_go_ = false;
};

TEST_F(UploadsTest, NobodyFillsTheLineAlone) {
  for (size_t i = 0; i < Uploads::kPerUser; ++i)
    ASSERT_TRUE(waits(take(ann_.user, fmt::format("{}.txt", i)))) << i;
  const net::Reply refused = take(ann_.user, "too-many.txt");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header(refused, "Retry-After"), "5");
  EXPECT_THAT(std::get<std::string>(refused.body), HasSubstr("too-many.txt"));
  EXPECT_TRUE(waits(take(bob_.user, "bobs.txt")));
  let_go();
  uploads_.reset();
}

TEST_F(UploadsTest, TheLineHasAnEnd) {
  std::vector<store::UserId> users;
  for (int i = 0; i < 6; ++i) users.push_back(add_user(fmt::format("user-{}", i), store::Role::editor));
  size_t taken = 0, sent = 0;
  net::Reply last;
  for (const store::UserId user : users) {
    for (size_t i = 0; i < Uploads::kPerUser; ++i) {
      last = take(user, fmt::format("{}.txt", sent++));
      taken += waits(last) ? 1 : 0;
      // The first two leave the line before it can be full.
      while (taken == Uploads::kAtOnce && slow_.asked_ < Uploads::kAtOnce) std::this_thread::yield();
    }
  }
  EXPECT_EQ(taken, Uploads::kAtOnce + Uploads::kWaiting);
  EXPECT_EQ(last.status, 503);
  EXPECT_EQ(header(last, "Retry-After"), "5");
  let_go();
  uploads_.reset();
}

TEST_F(UploadsTest, WhoMayNotWriteAnyMoreAddsNothing) {
  // Two of bob's hold the line, so that ann's waits while she loses her right.
  take(bob_.user, "1.txt");
  take(bob_.user, "2.txt");
  net::Reply reply = take(ann_.user, "3.txt");
  ASSERT_TRUE(waits(reply));
  ASSERT_TRUE(store_->accounts().set_grants(
      library_, {to_user(bob_.user, store::Right::write), to_user(ann_.user, store::Right::read)}));
  let_go();
  const Got got = read(std::move(reply));
  EXPECT_EQ(got.status, 403) << got.body;
  EXPECT_FALSE(store_->find_document(library_, "3.txt"));
}

TEST(UploadFailure, TellsWhatTheFileIsAndNothingOfTheServer) {
  const auto told = [](const Error& error, bool disk_full = false) {
    return upload_failure(error, "a.pdf", "/var/lib/cvp", disk_full, Lang::en);
  };
  const net::Reply encrypted =
      told({Errc::refused, text("it needs a password", "需要密码"), text("remove it", "去掉密码")});
  EXPECT_EQ(encrypted.status, 422);
  EXPECT_THAT(std::get<std::string>(encrypted.body), HasSubstr("a.pdf: it needs a password"));
  EXPECT_THAT(std::get<std::string>(encrypted.body), HasSubstr("remove it"));
  EXPECT_EQ(told({Errc::failed, text("the parser broke down on it", "解析进程异常终止"), {}}).status, 422);

  const net::Reply inside = told({Errc::refused,
                                  text("cannot read /var/lib/cvp/spool/request-1.part: permission denied",
                                       "无法读取 /var/lib/cvp/spool/request-1.part：没有权限"),
                                  text("ls -ld /var/lib/cvp/spool", "ls -ld /var/lib/cvp/spool")});
  EXPECT_EQ(inside.status, 500);
  EXPECT_THAT(std::get<std::string>(inside.body), Not(HasSubstr("/var/lib")));
  EXPECT_THAT(std::get<std::string>(inside.body), HasSubstr("a.pdf"));

  const net::Reply full = told({Errc::unavailable, text("the disk is full", "磁盘已满"), {}}, true);
  EXPECT_EQ(full.status, 507);
  EXPECT_THAT(std::get<std::string>(full.body), HasSubstr("a.pdf"));
  EXPECT_EQ(told({Errc::unavailable, text("pdftotext is not installed", "没有安装 pdftotext"), {}}).status,
            500)
      << "sending it again does not help";
  EXPECT_EQ(told({Errc::not_found, text("there is no collection 4", "没有编号为 4 的文档集"), {}}).status,
            404);
}

}  // namespace
}  // namespace cvp::serve
