#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/engines.h"
#include "engine/reply_log.h"
#include "testing/fakes.h"

namespace cvp::engine {
namespace {

using model::Message;
using model::Role;

class Remembering : public ::testing::Test {
 protected:
  std::unique_ptr<model::Generator> create(const sys::Path& folder = {}) {
    auto inner = std::make_unique<testing::FakeGenerator>();
    inner->reply = [this](const std::string& prompt) -> Result<std::string> {
      ++asked_;
      if (fail_) return fail(Errc::unavailable, text("gone", "没有了"));
      return prompt + "!" + std::to_string(asked_);
    };
    inner->margin = [this](const std::string&) { return 1.0 + ++chosen_; };
    return remembering_generator(std::move(inner), folder.empty() ? folder_.path() : folder);
  }
  static std::vector<Message> prompt(std::vector<std::string> parts) {
    return {{Role::user, std::move(parts)}};
  }

  sys::TempFolder folder_ = sys::TempFolder::create("cvp-remember").value();
  int asked_ = 0, chosen_ = 0;
  bool fail_ = false;
};

TEST_F(Remembering, AsksOnceAlsoAfterARestart) {
  const auto first = create()->generate(prompt({"a", "b"}), {}, {}, {});
  ASSERT_TRUE(first);
  std::string streamed;
  const auto second =
      create()->generate(prompt({"a", "b"}), {}, [&](std::string_view s) { streamed += s; }, {});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->text, first->text);
  EXPECT_EQ(streamed, first->text);
  EXPECT_EQ(asked_, 1);
}

TEST_F(Remembering, EverythingThatMattersIsPartOfTheKey) {
  auto generator = create();
  const auto ask = [&](const std::vector<Message>& messages, const model::Sampling& sampling = {}) {
    return generator->generate(messages, sampling, {}, {}).value().text;
  };
  ask(prompt({"ab", "c"}));
  ask(prompt({"a", "bc"}));
  ask(prompt({"abc"}));
  ask({{Role::user, {"ab"}}, {Role::user, {"c"}}});
  ask({{Role::system, {"ab", "c"}}});
  ask(prompt({"ab", "c"}), {.max_tokens = 7});
  ask(prompt({"ab", "c"}), {.temperature = 0.5});
  ask(prompt({"ab", "c"}), {.seed = 1});
  ask(prompt({"ab", "c"}), {.stop = {"x"}});
  EXPECT_EQ(asked_, 9);
  ask(prompt({"ab", "c"}));
  EXPECT_EQ(asked_, 9);
}

TEST_F(Remembering, MergedRepliesTakeThePlaceOfOlderOnes) {
  const sys::TempFolder other = *sys::TempFolder::create();
  const std::string old = create()->generate(prompt({"a"}), {}, {}, {})->text;
  const std::string kept = create()->generate(prompt({"b"}), {}, {}, {})->text;
  const std::string renewed = create(other.path())->generate(prompt({"a"}), {}, {}, {})->text;
  EXPECT_NE(old, renewed);
  ASSERT_TRUE(merge_kept_replies(other.path(), folder_.path()));
  EXPECT_EQ(create()->generate(prompt({"a"}), {}, {}, {})->text, renewed);
  EXPECT_EQ(create()->generate(prompt({"b"}), {}, {}, {})->text, kept);
}

TEST_F(Remembering, ErrorsAreNotKept) {
  fail_ = true;
  EXPECT_FALSE(create()->generate(prompt({"a"}), {}, {}, {}));
  fail_ = false;
  EXPECT_TRUE(create()->generate(prompt({"a"}), {}, {}, {}));
}

TEST_F(Remembering, ChoicesAndVectorsComeBackExactly) {
  const std::vector<std::string> options{"yes", "no"};
  const auto first = create()->choose(prompt({"a"}), options, {}).value();
  EXPECT_EQ(create()->choose(prompt({"a"}), options, {}).value(), first);
  EXPECT_EQ(chosen_, 1);
  auto fake = std::make_unique<testing::FakeEmbedder>();
  auto* counted = fake.get();
  auto embedder = remembering_embedder(std::move(fake), folder_.path());
  const std::vector<std::string> texts{"one text", "another", "one text"};
  const auto once = embedder->embed(texts, model::TextRole::passage, {}).value();
  EXPECT_EQ(counted->embedded, 3u);
  const std::vector<std::string> more{"another", "new", "one text"};
  const auto twice = embedder->embed(more, model::TextRole::passage, {}).value();
  EXPECT_EQ(counted->embedded, 4u);
  EXPECT_EQ(twice[0], once[1]);
  EXPECT_EQ(twice[2], once[0]);
  auto reopened = remembering_embedder(std::make_unique<testing::FakeEmbedder>(), folder_.path());
  EXPECT_EQ(reopened->embed(texts, model::TextRole::passage, {}).value(), once);
  ASSERT_TRUE(embedder->embed(texts, model::TextRole::query, {}));
  EXPECT_EQ(counted->embedded, 7u);
}

TEST_F(Remembering, ATornLineCostsOnlyItself) {
  ASSERT_TRUE(create()->generate(prompt({"a"}), {}, {}, {}));
  ASSERT_TRUE(create()->generate(prompt({"b"}), {}, {}, {}));
  const sys::Path path = folder_.path() / "replies.jsonl.part";
  const std::string whole = sys::read_file(path, 1 << 20).value();
  // Whatever was written last, at every length of its beginning.
  const size_t last = whole.find('\n') + 1;
  for (size_t cut = last; cut < whole.size(); cut += 7) {
    ASSERT_TRUE(sys::write_file_atomic(path, whole.substr(0, cut)));
    auto log = ReplyLog::open(folder_.path(), "replies.jsonl").value();
    EXPECT_EQ(log->size(), 1u);
    log->keep("k", 1);
    log = ReplyLog::open(folder_.path(), "replies.jsonl").value();
    EXPECT_EQ(log->size(), 2u) << cut;
  }
  ASSERT_TRUE(sys::write_file_atomic(path, "nonsense\n{\"k\":5}\n" + whole));
  EXPECT_EQ(ReplyLog::open(folder_.path(), "replies.jsonl").value()->size(), 2u);
}

TEST_F(Remembering, ManyThreadsOneLog) {
  auto log = ReplyLog::open(folder_.path(), "x").value();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string key = std::to_string(t) + "-" + std::to_string(i);
        log->keep(key, i);
        EXPECT_EQ(log->find(key), boost::json::value(i));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  log.reset();
  EXPECT_EQ(ReplyLog::open(folder_.path(), "x").value()->size(), 400u);
}

}  // namespace
}  // namespace cvp::engine
