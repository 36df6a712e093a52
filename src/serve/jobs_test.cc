#include "serve/jobs.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <future>
#include <stdexcept>

#include "testing/fakes.h"

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Caller account(store::UserId user, store::Role role = store::Role::reader,
               std::vector<store::CollectionRight> rights = {}) {
  return {.user = {.id = user, .role = role}, .rights = std::move(rights)};
}
const Caller kAdmin = account(1, store::Role::admin), kAnn = account(2),
             kBob = account(3, store::Role::reader, {{7, store::Right::read}}), kEve = account(4);

class JobsTest : public ::testing::Test {
 protected:
  /// Goes through the steps that the test hands it. Outlives the test's end in the job that uses it.
  class Steps {
   public:
    Jobs::Work work() const {
      return [state = state_](const OnProgress& on_progress, const CancelToken& cancel) -> Result<Text> {
        while (!cancel.cancelled()) {
          {
            const std::lock_guard lock(state->mutex);
            while (!state->todo.empty()) {
              on_progress(state->todo.front());
              state->todo.erase(state->todo.begin());
            }
            if (state->end) return *state->end;
          }
          std::this_thread::sleep_for(1ms);
        }
        return fail_cancelled();
      };
    }
    void step(uint64_t done, uint64_t total) const {
      std::unique_lock lock(state_->mutex);
      state_->todo.push_back({text("working", "进行中"), done, total});
      for (int i = 0; i < 5000 && !state_->todo.empty(); ++i) {
        lock.unlock();
        std::this_thread::sleep_for(1ms);
        lock.lock();
      }
    }
    void end(Result<Text> result) const {
      const std::lock_guard lock(state_->mutex);
      state_->end = std::move(result);
    }

   private:
    struct State {
      std::mutex mutex;
      std::vector<Progress> todo;
      std::optional<Result<Text>> end;
    };
    const std::shared_ptr<State> state_ = std::make_shared<State>();
  };

  JobView only(const Caller& who = kAdmin) {
    const std::vector<JobView> all = jobs_.list(who);
    return all.size() == 1 ? all.front() : JobView{};
  }
  JobView ended(int64_t id) {
    for (int i = 0; i < 5000; ++i) {
      for (const JobView& job : jobs_.list(kAdmin))
        if (job.id == id && job.state != JobView::State::running) return job;
      std::this_thread::sleep_for(1ms);
    }
    ADD_FAILURE() << "job " << id << " did not end";
    return {};
  }
  std::shared_ptr<net::EventStream> listen(const Caller& who, Lang lang = Lang::en) {
    return *events_.open(who, lang, live_,
                         [](const Caller& asked) -> Result<std::optional<Caller>> { return asked; });
  }
  /// The jobs that a stream told of so far.
  static std::vector<boost::json::object> told(net::EventStream& stream) {
    std::vector<boost::json::object> out;
    bool ended = false;
    const std::string all = stream.take(ended);
    const std::string start = "data: ";
    for (size_t at = all.find(start); at != std::string::npos; at = all.find(start, at + 1)) {
      const size_t begin = at + start.size();
      out.push_back(boost::json::parse(all.substr(begin, all.find('\n', begin) - begin)).as_object());
    }
    return out;
  }

  cvp::testing::FakeClock clock_;
  LiveCalls live_;
  EventHub events_;
  Jobs jobs_{clock_, events_};
};

TEST_F(JobsTest, GoesOnWithoutItsCallerAndSaysHowItEnded) {
  const Steps steps;
  const JobView started = *jobs_.start({.kind = "pull", .subject = "qwen", .unit = "bytes"}, steps.work());
  EXPECT_EQ(started.state, JobView::State::running);
  EXPECT_EQ(started.started_unix, clock_.unix_seconds());
  steps.step(10, 100);
  EXPECT_EQ(only().done, 10u);
  EXPECT_EQ(only().total, 100u);
  EXPECT_EQ(only().message.zh, "进行中");
  steps.end(text("qwen is installed", "qwen 已安装"));
  const JobView done = ended(started.id);
  EXPECT_EQ(done.state, JobView::State::done);
  EXPECT_EQ(done.message.en, "qwen is installed");
  EXPECT_FALSE(done.eta_seconds);
}

TEST_F(JobsTest, SaysWhyItFailedAndWhatHelps) {
  const auto job = jobs_.start({.kind = "pull"}, [](const OnProgress&, const CancelToken&) -> Result<Text> {
    return fail(Errc::unavailable, text("no network", "没有网络"), text("plug it in", "请接上网线"));
  });
  const JobView failed = ended(job->id);
  EXPECT_EQ(failed.state, JobView::State::failed);
  EXPECT_EQ(failed.message.zh, "没有网络");
  EXPECT_EQ(failed.hint.en, "plug it in");
}

TEST_F(JobsTest, AnExceptionEndsTheJobAndNothingElse) {
  const auto job = jobs_.start({.kind = "eval"}, [](const OnProgress&, const CancelToken&) -> Result<Text> {
    throw std::runtime_error("out of range");
  });
  const JobView failed = ended(job->id);
  EXPECT_EQ(failed.state, JobView::State::failed);
  EXPECT_THAT(failed.message.en, HasSubstr("out of range"));
  EXPECT_FALSE(failed.hint.empty());
}

TEST_F(JobsTest, TheTimeLeftComesFromTheRateAndNotTooSoon) {
  const Steps steps;
  ASSERT_TRUE(jobs_.start({.kind = "pull", .unit = "bytes"}, steps.work()));
  EXPECT_FALSE(only().eta_seconds);
  steps.step(1000, 3000);  // what was there already does not count as work
  clock_.advance(1900);
  steps.step(1500, 3000);
  EXPECT_FALSE(only().eta_seconds);
  clock_.advance(3100);
  steps.step(2000, 3000);
  EXPECT_EQ(only().eta_seconds, 5);  // 1000 in 5 s
  clock_.advance(5000);
  EXPECT_EQ(only().eta_seconds, 10);  // nothing came since
  steps.step(0, 200);                 // another part begins
  EXPECT_FALSE(only().eta_seconds);
  clock_.advance(2000);
  steps.step(100, 200);
  EXPECT_EQ(only().eta_seconds, 2);
  steps.step(150, 0);  // the end is not known
  EXPECT_FALSE(only().eta_seconds);
}

TEST_F(JobsTest, ProgressIsToldFourTimesASecondAndTheEndAtOnce) {
  const auto stream = listen(kAdmin);
  const Steps steps;
  const auto job = jobs_.start({.kind = "pull", .unit = "bytes"}, steps.work());
  EXPECT_THAT(told(*stream), SizeIs(1));
  for (uint64_t i = 1; i <= 10; ++i) steps.step(i, 100);
  EXPECT_THAT(told(*stream), SizeIs(1));
  clock_.advance(250);
  steps.step(11, 100);
  const auto later = told(*stream);
  ASSERT_THAT(later, SizeIs(1));
  EXPECT_EQ(later[0].at("done"), 11);
  steps.step(12, 100);
  steps.end(text("there", "好了"));
  ended(job->id);
  std::vector<boost::json::object> last;
  for (int i = 0; i < 5000 && last.empty(); ++i) {
    last = told(*stream);
    std::this_thread::sleep_for(1ms);
  }
  ASSERT_THAT(last, SizeIs(1));
  EXPECT_EQ(last[0].at("state"), "done");
  EXPECT_EQ(last[0].at("done"), 12);
}

TEST_F(JobsTest, IsSeenByThoseWhoMay) {
  const Steps steps;
  const auto of_ann = jobs_.start({.kind = "eval", .subject = "a", .owner = 2}, steps.work());
  const auto of_seven =
      jobs_.start({.kind = "watch", .subject = "b", .owner = 2, .collection = 7}, steps.work());
  const auto nobodys = jobs_.start({.kind = "pull", .subject = "c"}, steps.work());
  const auto ids = [&](const Caller& who) {
    std::vector<int64_t> out;
    for (const JobView& job : jobs_.list(who)) out.push_back(job.id);
    return out;
  };
  EXPECT_THAT(ids(kAdmin), ElementsAre(nobodys->id, of_seven->id, of_ann->id));
  // Who started a job for a collection and may not read it any more does not see what it says.
  EXPECT_THAT(ids(kAnn), ElementsAre(of_ann->id));
  EXPECT_THAT(ids(kBob), ElementsAre(of_seven->id));
  EXPECT_THAT(ids(kEve), IsEmpty());
}

TEST_F(JobsTest, EventsGoWhereTheJobIsSeen) {
  const auto ann = listen(kAnn), bob = listen(kBob, Lang::zh), eve = listen(kEve);
  ASSERT_TRUE(jobs_.start(
      {.kind = "watch", .subject = "secret.pdf", .collection = 7},
      [](const OnProgress&, const CancelToken&) -> Result<Text> { return text("done", "完成"); }));
  ended(1);
  std::string message;
  for (int i = 0; i < 5000 && message != "完成"; ++i) {
    for (const auto& job : told(*bob)) message = job.at("message").as_string();
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(message, "完成");
  EXPECT_THAT(told(*ann), IsEmpty());
  EXPECT_THAT(told(*eve), IsEmpty());
}

TEST_F(JobsTest, IsStoppedByItsOwnerOrAnAdminOnly) {
  const Steps steps;
  const int64_t own = jobs_.start({.kind = "eval", .owner = 2}, steps.work())->id;
  const int64_t shared = jobs_.start({.kind = "watch", .collection = 7}, steps.work())->id;
  EXPECT_EQ(jobs_.cancel(kEve, own).error().code, Errc::not_found);
  EXPECT_EQ(jobs_.cancel(kAnn, 99).error().code, Errc::not_found);
  EXPECT_EQ(jobs_.cancel(kEve, 99).error().message.en, "there is no task 99");
  EXPECT_EQ(jobs_.cancel(kBob, shared).error().code, Errc::refused);
  EXPECT_TRUE(jobs_.cancel(kAnn, own));
  EXPECT_EQ(ended(own).state, JobView::State::cancelled);
  EXPECT_TRUE(jobs_.cancel(kAdmin, shared));
  EXPECT_EQ(ended(shared).state, JobView::State::cancelled);
  EXPECT_TRUE(jobs_.cancel(kAnn, own)) << "it is over already";
}

TEST_F(JobsTest, OnlySoManyRun) {
  const Steps steps;
  for (size_t i = 0; i < Jobs::kRunning; ++i) ASSERT_TRUE(jobs_.start({.kind = "eval"}, steps.work()));
  EXPECT_EQ(jobs_.start({.kind = "eval"}, steps.work()).error().code, Errc::busy);
  ASSERT_TRUE(jobs_.cancel(kAdmin, 1));
  ended(1);
  EXPECT_TRUE(jobs_.start({.kind = "eval"}, steps.work()));
}

TEST_F(JobsTest, TheEndOfALongJobIsNotForgottenBeforeOthers) {
  const Steps steps;
  const int64_t longest = jobs_.start({.kind = "pull"}, steps.work())->id;
  const auto quick = [](const OnProgress&, const CancelToken&) -> Result<Text> { return Text{}; };
  for (size_t i = 0; i < Jobs::kRemembered + 5; ++i) ended(jobs_.start({.kind = "eval"}, quick)->id);
  EXPECT_THAT(jobs_.list(kAdmin), SizeIs(Jobs::kRemembered + 1));
  steps.end(Text{});
  EXPECT_EQ(ended(longest).state, JobView::State::done);
  EXPECT_THAT(jobs_.list(kAdmin), SizeIs(Jobs::kRemembered));
}

TEST_F(JobsTest, TheEndCancelsWhatRuns) {
  std::atomic<bool> cancelled = false;
  {
    Jobs jobs(clock_, events_);
    ASSERT_TRUE(
        jobs.start({.kind = "pull"}, [&](const OnProgress&, const CancelToken& cancel) -> Result<Text> {
          while (!cancel.cancelled()) std::this_thread::sleep_for(1ms);
          cancelled = true;
          return fail_cancelled();
        }));
  }
  EXPECT_TRUE(cancelled);
}

TEST(JobJson, HasWhatThePageShows) {
  JobView job{.id = 3, .kind = "pull", .subject = "qwen", .done = 5, .total = 10, .unit = "bytes"};
  job.message = text("downloading", "下载中");
  job.started_unix = 1'700'000'000;
  boost::json::object json = job_json(job, Lang::zh);
  EXPECT_TRUE(json.at("eta_s").is_null());
  EXPECT_EQ(json.at("message"), "下载中");
  EXPECT_EQ(json.at("state"), "running");
  EXPECT_EQ(json.at("unit"), "bytes");
  job.eta_seconds = 7;
  json = job_json(job, Lang::en);
  EXPECT_EQ(json.at("eta_s"), 7);
  EXPECT_EQ(json.at("message"), "downloading");
}

}  // namespace
}  // namespace cvp::serve
