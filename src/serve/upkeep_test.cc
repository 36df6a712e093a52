#include "serve/upkeep.h"

#include <future>

#include "serve/serve_fixture.h"
#include "serve/yielding_embedder.h"

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UpkeepTest : public ::testing::Test {
 protected:
  UpkeepTest() { host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>(); }

  void start() {
    upkeep_ = std::make_unique<Upkeep>(Upkeep::Parts{.store = *store_,
                                                     .index = *index_,
                                                     .host = host_,
                                                     .clock = clock_,
                                                     .events = events_,
                                                     .generation = generation_,
                                                     .retrieval = retrieval_,
                                                     .undo_seconds = 600});
  }
  store::DocumentId add(const std::string& uri, std::string_view words, size_t chunk_bytes = 1000) {
    return store_->put(cvp::testing::plain_revision(collection_, uri, words, chunk_bytes), words)->document;
  }
  vector::Status status() { return *index_->status(&host_.embedder_->identity()); }
  template <class Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }
  bool embedded(uint64_t chunks) {
    return soon([&] { return status().with_vector == chunks; });
  }
  /// What lies in the trash still has its rows; what was taken out of it has none.
  bool is_erased(store::RevisionId revision) {
    return soon([&] { return !store_->original_path(revision).has_value(); });
  }
  /// Takes a place in a queue until the promise is kept.
  void hold(WorkQueue& queue) {
    const auto released = std::make_shared<std::future<void>>(release_.get_future());
    const CancelToken cancel;
    const auto wait = [released, cancel] {
      while (!cancel.cancelled() && released->wait_for(5ms) != std::future_status::ready) {
      }
    };
    ASSERT_TRUE(queue.push({.user = 1, .cancel = cancel, .run = wait, .dropped = [] {}}));
    ASSERT_TRUE(soon([&] { return queue.running() == 1; }));
  }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  cvp::testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = std::move(*store::Store::open(folder_.path(), clock_));
  std::unique_ptr<vector::Index> index_ = std::move(*vector::Index::open(folder_.path() / "index", *store_));
  store::CollectionId collection_ = *store_->ensure_collection("c");
  FakeHost host_;
  LiveCalls live_;
  EventHub events_;
  std::promise<void> release_;
  WorkQueue generation_{WorkQueue::Options{}}, retrieval_{WorkQueue::Options{}};
  std::unique_ptr<Upkeep> upkeep_;
};

TEST_F(UpkeepTest, IndexesAndEmbedsWhatCame) {
  add("a.txt", "A valve in the cellar.");
  start();
  EXPECT_TRUE(embedded(1));
  const auto stream =
      *events_.open({.user = {.id = 1}}, Lang::en, live_,
                    [](const Caller& asked) -> Result<std::optional<Caller>> { return asked; });
  add("b.txt", "A pump on the roof.");
  upkeep_->wake();
  EXPECT_TRUE(embedded(2));
  EXPECT_EQ(status().with_text, 2u);
  EXPECT_FALSE(upkeep_->trouble());
  std::string got;
  EXPECT_TRUE(soon([&] {
    bool ended = false;
    return !(got += stream->take(ended)).empty();
  }));
  EXPECT_THAT(got, HasSubstr("event: collections"));
}

TEST_F(UpkeepTest, WorksWithoutAnEmbedder) {
  host_.embedder_ = nullptr;
  add("a.txt", "A valve in the cellar.");
  start();
  EXPECT_TRUE(soon([&] { return index_->status(nullptr)->with_text == 1; }));
  EXPECT_FALSE(upkeep_->trouble());
}

TEST_F(UpkeepTest, WaitsWhileSomebodyWaitsForAModel) {
  for (WorkQueue* queue : {&generation_, &retrieval_}) {
    release_ = {};
    const uint64_t before = host_.embedder_->calls;
    hold(*queue);
    const std::string uri = queue == &generation_ ? "a.txt" : "b.txt";
    add(uri, "The words of " + uri);
    if (upkeep_ == nullptr) start();
    upkeep_->wake();
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(host_.embedder_->calls, before);
    release_.set_value();
    EXPECT_TRUE(soon([&] { return host_.embedder_->calls > before; }));
    EXPECT_TRUE(embedded(status().chunks));
  }
}

TEST_F(UpkeepTest, EndsAlsoWhileItWaitsForOthers) {
  hold(generation_);
  add("a.txt", "A valve in the cellar.");
  start();
  std::this_thread::sleep_for(50ms);
  const auto begun = std::chrono::steady_clock::now();
  upkeep_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(host_.embedder_->calls, 0u);
  release_.set_value();
}

TEST_F(UpkeepTest, EmptiesTheTrashWhenNobodyCanHaveItBack) {
  const store::DocumentId document = add("a.txt", "A valve in the cellar.");
  const store::RevisionId revision = store_->document(document)->revision;
  start();
  ASSERT_TRUE(store_->trash_document(document));
  clock_.advance(599'000);
  upkeep_->wake();
  std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(store_->restore_document(document));
  ASSERT_TRUE(store_->trash_document(document));
  clock_.advance(601'000);
  upkeep_->wake();
  EXPECT_TRUE(is_erased(revision));
  EXPECT_EQ(store_->restore_document(document).error().code, Errc::not_found);
}

TEST_F(UpkeepTest, TroubleIsKnownUntilItIsOverAndStopsNothingElse) {
  host_.embedder_->fail = true;
  add("a.txt", "A valve in the cellar.");
  start();
  ASSERT_TRUE(soon([&] { return upkeep_->trouble().has_value(); }));
  EXPECT_THAT(upkeep_->trouble()->message.zh, HasSubstr("引擎已退出"));
  EXPECT_EQ(status().with_text, 1u);
  host_.embedder_->fail = false;
  EXPECT_TRUE(soon([&] { return !upkeep_->trouble().has_value(); })) << "it tries again by itself";
  EXPECT_TRUE(embedded(1));
}

TEST_F(UpkeepTest, ANewModelMakesItsOwnVectors) {
  add("a.txt", "A valve in the cellar.");
  start();
  ASSERT_TRUE(embedded(1));
  host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>("another", 32);
  upkeep_->wake();
  EXPECT_TRUE(embedded(1));
}

/// Stops in its second batch until it is let go.
class HeldEmbedder : public cvp::testing::FakeEmbedder {
 public:
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override {
    for (int i = 0; i < 10'000 && held && calls > 2 && !cancel.cancelled(); ++i)
      std::this_thread::sleep_for(1ms);
    return FakeEmbedder::embed(texts, role, cancel);
  }
  std::atomic<bool> held = true;
};

TEST_F(UpkeepTest, LongEmbeddingDoesNotHoldUpTheRest) {
  const auto held = std::make_shared<HeldEmbedder>();
  host_.embedder_ = held;
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "word ";
  add("long.txt", words, 20);
  const uint64_t chunks = store_->live_chunks()->size();
  ASSERT_GT(chunks, 200u);
  const store::DocumentId other = add("other.txt", "A valve in the cellar.");
  const store::RevisionId revision = store_->document(other)->revision;
  start();
  ASSERT_TRUE(soon([&] { return held->calls > 2; }));
  ASSERT_TRUE(store_->trash_document(other));
  clock_.advance(601'000);
  upkeep_->wake();
  held->held = false;
  EXPECT_TRUE(is_erased(revision));
  EXPECT_TRUE(embedded(chunks));
}

TEST(YieldingEmbedder, MakesTheSameVectorsInSmallGroups) {
  cvp::testing::FakeEmbedder plain;
  std::vector<std::string> texts;
  for (int i = 0; i < 20; ++i) texts.push_back("text number " + std::to_string(i));
  std::vector<size_t> turns;
  YieldingEmbedder yielding(plain, [&](size_t first) -> Result<void> {
    turns.push_back(first);
    return {};
  });
  const auto made = yielding.embed(texts, model::TextRole::passage, {});
  ASSERT_TRUE(made);
  EXPECT_THAT(turns, ElementsAre(0, 8, 16));
  EXPECT_EQ(*made, *plain.embed(texts, model::TextRole::passage, {}));
  EXPECT_EQ(yielding.identity().stamp(), plain.identity().stamp());
}

TEST(YieldingEmbedder, EndsWhenItsTurnDoesNotCome) {
  cvp::testing::FakeEmbedder plain;
  YieldingEmbedder yielding(plain, [](size_t) -> Result<void> { return fail_cancelled(); });
  EXPECT_EQ(yielding.embed(std::vector<std::string>{"a"}, model::TextRole::passage, {}).error().code,
            Errc::cancelled);
  EXPECT_EQ(plain.calls, 0u);
}

}  // namespace
}  // namespace cvp::serve
