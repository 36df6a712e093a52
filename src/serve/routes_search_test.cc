#include <future>

#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using ::testing::HasSubstr;
using ::testing::Not;

class SearchRoutesTest : public ServeTest {
 protected:
  SearchRoutesTest() {
    ann_ = sign_in("ann");
    bob_ = sign_in("bob");
    anns_ = add_collection("ann", {to_user(ann_.user, store::Right::read)});
    bobs_ = add_collection("bob", {to_user(bob_.user, store::Right::read)});
    gate_ = add_text(anns_, "/srv/docs/gate.md", "The gate opens at nine. The gate closes at five.");
    add_text(anns_, "/srv/docs/soup.md", "Soup is served at noon near the gate.");
    secret_ = add_text(bobs_, "/srv/docs/secret.md", "The gate of the vault has the code PPR-9087.");
  }
  /// Models are there when the service starts.
  void with_models() {
    service_.reset();
    host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>();
    host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
    host_.generator_->reply = [](const std::string&) { return std::string("The gate opens at nine."); };
    ASSERT_TRUE(index_->catch_up_vectors(*host_.embedder_, {}, {}));
    start();
  }
  object search(const Browser& who, const object& body) {
    const Got got = post(who, "/api/search", body);
    EXPECT_EQ(got.status, 200) << got.body;
    return got.object();
  }
  object why(const Browser& who, const object& body) {
    const Got got = post(who, "/api/why", body);
    EXPECT_EQ(got.status, 200) << got.body;
    return got.object();
  }

  Browser ann_, bob_;
  store::CollectionId anns_ = 0, bobs_ = 0;
  store::DocumentId gate_ = 0, secret_ = 0;
};

TEST_F(SearchRoutesTest, FindsByWords) {
  const object found = search(ann_, {{"query", "when does the gate open?"}});
  EXPECT_EQ(found.at("dense_used"), false);
  const array& hits = found.at("hits").as_array();
  ASSERT_EQ(hits.size(), 2u);
  const object& first = hits[0].as_object();
  EXPECT_EQ(first.at("rank"), 1);
  EXPECT_EQ(first.at("document"), gate_);
  EXPECT_EQ(first.at("name"), "gate.md");
  EXPECT_EQ(first.at("text_rank"), 1);
  EXPECT_EQ(first.at("dense_rank"), 0);
  EXPECT_GT(first.at("score").to_number<double>(), 0);
  EXPECT_EQ(first.at("revision"), store_->document(gate_)->revision);
  EXPECT_TRUE(found.at("timings_ms").as_object().contains("text"));
  EXPECT_EQ(search(ann_, {{"query", "gate"}, {"k", 1}}).at("hits").as_array().size(), 1u);
  EXPECT_TRUE(search(ann_, {{"query", " \n"}}).at("hits").as_array().empty());
}

TEST_F(SearchRoutesTest, TheTextIsTheRevisionsBytes) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "第" + std::to_string(i) + "段说的是别的。";
  add_text(anns_, "/long.md", text + "密封圈每季度检查一次。");
  const object found = search(ann_, {{"query", "密封圈"}});
  const object& hit = found.at("hits").as_array().at(0).as_object();
  const Span span{static_cast<uint32_t>(hit.at("begin").as_int64()),
                  static_cast<uint32_t>(hit.at("end").as_int64())};
  EXPECT_GT(span.begin, 0u);
  EXPECT_EQ(*store_->text(hit.at("revision").as_int64(), span), std::string(hit.at("text").as_string()));
}

TEST_F(SearchRoutesTest, NobodySeesWhatIsNotHis) {
  for (const char* mode : {"text", "hybrid"}) {
    const Got got = post(ann_, "/api/search", {{"query", "gate vault code PPR-9087"}, {"mode", mode}});
    EXPECT_THAT(got.body, Not(HasSubstr("PPR"))) << mode;
  }
  const Got theirs = post(ann_, "/api/search", {{"query", "gate"}, {"collections", {bobs_}}});
  const Got unknown = post(ann_, "/api/search", {{"query", "gate"}, {"collections", {999}}});
  EXPECT_EQ(theirs.status, 404);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(theirs.error(), unknown.error());
  const Browser stranger = sign_in("stranger");
  EXPECT_TRUE(search(stranger, {{"query", "gate"}}).at("hits").as_array().empty());
  EXPECT_EQ(post({}, "/api/search", {{"query", "gate"}}).status, 401);
}

TEST_F(SearchRoutesTest, WithVectors) {
  EXPECT_EQ(post(ann_, "/api/search", {{"query", "gate"}, {"mode", "dense"}}).status, 503);
  EXPECT_THAT(post(ann_, "/api/search", {{"query", "gate"}, {"mode", "dense"}}).body,
              HasSubstr("no embedding model is installed"));
  with_models();
  for (const char* mode : {"hybrid", "dense"}) {
    const object found = search(ann_, {{"query", "the gate opens"}, {"mode", mode}});
    EXPECT_EQ(found.at("dense_used"), true) << mode;
    const array& hits = found.at("hits").as_array();
    ASSERT_EQ(hits.size(), 2u) << mode;
    EXPECT_EQ(hits[0].at("document"), gate_);
    EXPECT_EQ(hits[0].at("dense_rank"), 1);
  }
  EXPECT_EQ(search(ann_, {{"query", "gate"}, {"mode", "text"}}).at("dense_used"), false);
  const Got theirs =
      post(ann_, "/api/search", {{"query", "gate"}, {"mode", "dense"}, {"collections", {bobs_}}});
  EXPECT_EQ(theirs.status, 404);
}

TEST_F(SearchRoutesTest, RefusesWrongBodies) {
  const std::string long_query(5000, 'x');
  std::string wide;
  for (int i = 0; i < 4096; ++i) wide += "😀";
  const std::vector<object> wrong = {
      {},
      {{"query", ""}},
      {{"query", nullptr}},
      {{"query", 1}},
      {{"query", long_query}},
      {{"query", "a"}, {"k", 0}},
      {{"query", "a"}, {"k", 101}},
      {{"query", "a"}, {"mode", "magic"}},
      {{"query", "a"}, {"collections", "all"}},
      {{"query", "a"}, {"collections", {"x"}}},
      {{"query", "a"}, {"collections", {-1}}},
      {{"query", "a"}, {"user", 1}},
      {{"query", std::string("a\0b", 3)}},
  };
  for (const object& body : wrong)
    EXPECT_EQ(post(ann_, "/api/search", body).status, 400) << boost::json::serialize(body);
  EXPECT_EQ(post(ann_, "/api/search", {{"query", wide}}).status, 200) << "characters count, not bytes";
  for (const object& body : std::vector<object>{{{"question", "a"}},
                                                {{"question", " "}, {"passage", "b"}},
                                                {{"question", "a"}, {"passage", "\n"}},
                                                {{"question", "a"}, {"passage", "b"}, {"mode", "text"}}})
    EXPECT_EQ(post(ann_, "/api/why", body).status, 400) << boost::json::serialize(body);
}

TEST_F(SearchRoutesTest, WhyFollowsAPassage) {
  const object body{{"question", "When does the gate open?"}, {"passage", "the gate opens AT nine"}};
  const object without = why(ann_, body);
  EXPECT_EQ(without.at("found"), true);
  const object& read = without.at("stages").as_array().back().as_object();
  EXPECT_EQ(read.at("stage"), "read");
  EXPECT_EQ(read.at("state"), "skipped");
  EXPECT_EQ(read.at("text"), "no chat model is installed");
  with_models();
  const object found = why(ann_, body);
  const array& stages = found.at("stages").as_array();
  EXPECT_EQ(stages[0].at("stage"), "parsed");
  EXPECT_EQ(stages[0].at("state"), "passed");
  EXPECT_EQ(stages[0].at("title"), "in a document");
  EXPECT_FALSE(host_.generator_->prompts.empty());
}

TEST_F(SearchRoutesTest, WhySpeaksTheCallersLanguage) {
  const Got got = send(ann_, "POST", "/api/why", R"({"question":"x","passage":"zebra crossing"})",
                       {{"accept-language", "zh-CN"}});
  EXPECT_THAT(got.body, HasSubstr("没有文档包含这段文字"));
  EXPECT_EQ(got.object().at("found"), false);
}

TEST_F(SearchRoutesTest, WhyDoesNotTellOfWhatIsNotOnesOwn) {
  const object body{{"question", "What is the code?"}, {"passage", "has the code PPR-9087"}};
  const Got with = post(ann_, "/api/why", body);
  EXPECT_THAT(with.body, Not(HasSubstr("secret.md")));
  EXPECT_THAT(with.body, Not(HasSubstr("bob")));
  object named = body;
  named["collections"] = array{anns_};
  EXPECT_THAT(post(ann_, "/api/why", named).body, Not(HasSubstr("secret.md")));
  named["collections"] = array{bobs_};
  EXPECT_EQ(post(ann_, "/api/why", named).status, 404);
  const Browser stranger = sign_in("stranger");
  EXPECT_THAT(post(stranger, "/api/why", body).body, Not(HasSubstr("secret.md")));
  ASSERT_TRUE(store_->remove_document(secret_));
  EXPECT_EQ(post(ann_, "/api/why", body).body, with.body);
  // What one may read, but did not ask, is named.
  ASSERT_TRUE(store_->accounts().set_grants(
      anns_, {to_user(ann_.user, store::Right::read), to_user(bob_.user, store::Right::read)}));
  EXPECT_THAT(
      post(bob_, "/api/why", {{"question", "When?"}, {"passage", "the gate opens"}, {"collections", {bobs_}}})
          .body,
      HasSubstr("in the collection “ann”, which was not asked"));
}

TEST_F(SearchRoutesTest, RightsCountWhenItsTurnComes) {
  std::promise<void> go;
  WorkQueue& queue = service_->backend().generation;
  ASSERT_TRUE(
      queue.push({.user = 0, .run = [wait = go.get_future().share()] { wait.wait(); }, .dropped = [] {}}));
  auto got = std::async(std::launch::async, [&] {
    return post(ann_, "/api/why", {{"question", "When?"}, {"passage", "the gate opens at nine"}});
  });
  while (queue.waiting() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_TRUE(store_->accounts().set_grants(anns_, {}));
  go.set_value();
  const Got reply = got.get();
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, Not(HasSubstr("gate.md")));
}

}  // namespace
}  // namespace cvp::serve
