#include "serve/evaluations.h"
#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kPath = "/api/evaluations";

class EvaluationRoutes : public ServeTest {
 protected:
  EvaluationRoutes() {
    handbook_ = add_collection("handbook", {to_user(reader_.user, store::Right::read)});
    add_text(handbook_, "/docs/gpu.md",
             "显存需求\n\n7B 模型用 fp16 精度推理需要 14 GB 显存。用 int4 量化后只需 3.5 GB 显存。");
    add_text(handbook_, "/docs/train.md",
             "训练要点\n\nLoRA 只训练低秩矩阵，显存占用比全量微调小得多。全量微调 7B 模型约需 112 GB 显存。");
    secret_ = add_collection("secret");
    add_text(secret_, "/docs/secret.md", "The safe opens with 4711.");
  }

  static boost::json::object question(const char* words, boost::json::array answers,
                                      const char* document = nullptr) {
    boost::json::object out{{"question", words}, {"answers", std::move(answers)}};
    if (document != nullptr) out["document"] = document;
    return out;
  }
  static boost::json::object set(const char* kind, boost::json::array questions) {
    return {{"name", "first try"}, {"kind", kind}, {"questions", std::move(questions)}};
  }
  static boost::json::object one_question() {
    return set("retrieval", {question("7B 模型需要多少显存？", {"14 GB"})});
  }
  /// Its id; 0 where it did not begin.
  int64_t begin(const Browser& who, const boost::json::object& body) {
    const Got got = post(who, kPath, body);
    EXPECT_EQ(got.status, 202) << got.body;
    return got.status == 202 ? got.object().at("id").as_int64() : 0;
  }
  /// Once it ended; at most ten seconds.
  boost::json::object ended(const Browser& who, int64_t id) {
    for (int i = 0; i < 10'000; ++i) {
      const Got got = get(who, fmt::format("{}/{}", kPath, id));
      EXPECT_EQ(got.status, 200) << got.body;
      if (got.status != 200 || got.object().at("state") != "running") return got.object();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "the evaluation did not end";
    return {};
  }
  static boost::json::object measure(const boost::json::object& run, std::string_view name) {
    for (const auto& one : run.at("measures").as_array())
      if (one.at("name").as_string() == name) return one.as_object();
    ADD_FAILURE() << "no measure " << name;
    return {{"value", -1.0}, {"n", -1}};
  }
  static double value(const boost::json::object& run, std::string_view name) {
    return measure(run, name).at("value").to_number<double>();
  }
  static int64_t count(const boost::json::object& run, std::string_view name) {
    return measure(run, name).at("n").to_number<int64_t>();
  }
  std::string refusal(const boost::json::object& body) {
    const Got got = post(reader_, kPath, body);
    EXPECT_EQ(got.status, 400) << got.body;
    return got.body;
  }

  Browser reader_ = sign_in("reader");
  store::CollectionId handbook_ = 0, secret_ = 0;
};

TEST_F(EvaluationRoutes, MeasuresRetrieval) {
  const int64_t id = begin(
      reader_,
      set("retrieval", {question("7B 模型用 fp16 推理需要多少显存？", {"14 GB"}),
                        question("LoRA 训练什么？", {}, "train.md"), question("火星上的土豆怎么卖？", {})}));
  const auto run = ended(reader_, id);
  EXPECT_EQ(run.at("state"), "done");
  EXPECT_EQ(run.at("name"), "first try");
  EXPECT_EQ(run.at("kind"), "retrieval");
  EXPECT_EQ(run.at("questions"), 3);
  std::vector<std::string> names;
  for (const auto& one : run.at("measures").as_array()) names.emplace_back(one.at("name").as_string());
  EXPECT_THAT(names, ElementsAre("hit@1", "hit@3", "hit@10", "mrr@10", "ndcg@10", "recall@10"));
  EXPECT_EQ(count(run, "hit@10"), 2) << "the third has nothing to be found";
  EXPECT_EQ(value(run, "hit@10"), 1);
  EXPECT_LT(measure(run, "hit@10").at("low").to_number<double>(), 1);
  EXPECT_THAT(std::string(run.at("message").as_string()), HasSubstr("by words alone"));
  const auto& items = run.at("items").as_array();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].at("ok"), true);
  EXPECT_EQ(items[0].at("outcome"), "found");
  EXPECT_THAT(std::string(items[0].at("got").as_string()), HasSubstr("14 GB"));
  EXPECT_EQ(items[1].at("expected").at(0), "/docs/train.md");
  EXPECT_EQ(items[2].at("outcome"), "skipped");
}

TEST_F(EvaluationRoutes, MeasuresAnswers) {
  host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
  host_.generator_->margin = [](const std::string& prompt) {
    return prompt.find("火星") != std::string::npos ? -5.0 : 2.0;
  };
  host_.generator_->reply = [](const std::string&) { return "7B 模型用 fp16 精度需要 14 GB 显存。"; };
  const int64_t id = begin(reader_, set("answers", {question("7B 模型用 fp16 推理需要多少显存？", {"14 GB"}),
                                                    question("火星上的显存怎么卖？", {})}));
  const auto run = ended(reader_, id);
  ASSERT_EQ(run.at("state"), "done") << boost::json::serialize(run);
  EXPECT_EQ(value(run, "contains_gold"), 1);
  EXPECT_EQ(count(run, "contains_gold"), 1);
  EXPECT_EQ(value(run, "answered"), 0.5);
  EXPECT_EQ(value(run, "false_refusals"), 0);
  EXPECT_EQ(value(run, "false_answers"), 0);
  EXPECT_EQ(value(run, "citation_precision"), 1);
  EXPECT_EQ(value(run, "citations_verbatim"), 1);
  const auto& items = run.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].at("outcome"), "answered");
  EXPECT_EQ(items[0].at("ok"), true);
  EXPECT_EQ(items[1].at("outcome"), "refused");
  EXPECT_EQ(items[1].at("ok"), true);
  EXPECT_EQ(items[1].at("got"), "");
}

TEST_F(EvaluationRoutes, AsksOnlyOfWhatTheStarterMayRead) {
  const auto body = [&](const char* document) {
    return set("retrieval", {question("What opens the safe?", {"4711"}, document)});
  };
  EXPECT_THAT(refusal(body("secret.md")), HasSubstr("question 1"));
  EXPECT_EQ(refusal(body("secret.md")).size(), refusal(body("nothing.md")).size() - 1)
      << "as one that is not there";
  boost::json::object other = one_question();
  other["collections"] = boost::json::array{secret_};
  EXPECT_EQ(post(reader_, kPath, other).status, 404);
  const auto run = ended(reader_, begin(reader_, set("retrieval", {question("safe opens", {"4711"})})));
  EXPECT_EQ(value(run, "hit@10"), 0);
  EXPECT_THAT(boost::json::serialize(run.at("items").at(0).at("got")), Not(HasSubstr("safe")));
}

TEST_F(EvaluationRoutes, IsSeenByItsStarterAndAdmins) {
  const int64_t id = begin(reader_, one_question());
  ended(reader_, id);
  const Browser other = sign_in("other"), admin = sign_in("admin", store::Role::admin);
  const auto listed = [&](const Browser& who) {
    const auto list = get(who, kPath).object();
    return list.at("items").as_array().size();
  };
  EXPECT_EQ(listed(reader_), 1u);
  EXPECT_EQ(listed(admin), 1u);
  EXPECT_EQ(listed(other), 0u);
  EXPECT_EQ(get(admin, fmt::format("{}/{}", kPath, id)).status, 200);
  const Got foreign = get(other, fmt::format("{}/{}", kPath, id));
  const Got unknown = get(other, fmt::format("{}/{}", kPath, id + 1));
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(get({}, kPath).status, 401);
  const auto list = get(reader_, kPath).object();
  EXPECT_FALSE(list.at("items").at(0).as_object().contains("items")) << "the list has no quotes";
}

TEST_F(EvaluationRoutes, NamesTheQuestionThatIsWrong) {
  const auto second = [&](boost::json::value wrong) {
    return refusal(set("retrieval", {question("a", {"b"}), std::move(wrong)}));
  };
  EXPECT_THAT(second("only words"), HasSubstr("question 2"));
  EXPECT_THAT(second(question("", {"b"})), HasSubstr("question 2"));
  EXPECT_THAT(second(question("  ", {"b"})), HasSubstr("question 2"));
  EXPECT_THAT(second({{"question", "a"}, {"answers", "b"}}), HasSubstr("question 2"));
  EXPECT_THAT(second({{"question", "a"}, {"passage", "b"}}), HasSubstr("question 2"));
  EXPECT_THAT(second(question("a", {"b"}, "not-there.pdf")), HasSubstr("not-there.pdf"));
  EXPECT_THAT(second(question(std::string(2001, 'a').c_str(), {"b"})), HasSubstr("question 2"));
  const Got zh = send(reader_, "POST", kPath,
                      boost::json::serialize(set("retrieval", {question("a", {"b"}), question("", {})})),
                      {{"accept-language", "zh"}});
  EXPECT_THAT(zh.body, HasSubstr("第 2 个问题"));
}

TEST_F(EvaluationRoutes, WrongSets) {
  EXPECT_THAT(refusal({{"kind", "answers"}, {"questions", {question("a", {"b"})}}}), HasSubstr("name"));
  EXPECT_THAT(refusal(set("cooking", {question("a", {"b"})})), HasSubstr("kind"));
  refusal(set("answers", {}));
  refusal({{"name", "x"}, {"kind", "answers"}});
  EXPECT_THAT(refusal(set("retrieval", {question("a", {})})), HasSubstr("what should be found"));
  boost::json::array many;
  for (int i = 0; i <= 2000; ++i) many.push_back(question("a", {"b"}));
  EXPECT_THAT(refusal(set("answers", std::move(many))), HasSubstr("2000"));
  const auto list = get(reader_, kPath).object();
  EXPECT_TRUE(list.at("items").as_array().empty());
  EXPECT_EQ(post(sign_in("nobody"), kPath, one_question()).status, 400) << "may read nothing";
}

TEST_F(EvaluationRoutes, EndsWithTheRightThatItLivesOf) {
  host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
  host_.generator_->reply = [this](const std::string&) {
    EXPECT_TRUE(store_->accounts().set_grants(handbook_, {}));
    return std::string("7B 模型用 fp16 精度需要 14 GB 显存。");
  };
  const boost::json::object asked = question("7B 模型用 fp16 推理需要多少显存？", {"14 GB"});
  const int64_t id = begin(reader_, set("answers", {asked, asked}));
  const auto run = ended(reader_, id);
  EXPECT_EQ(run.at("state"), "failed");
  EXPECT_FALSE(run.at("message").as_string().empty());
  EXPECT_TRUE(run.at("items").as_array().empty());
}

TEST_F(EvaluationRoutes, ARestartEndsWhatWasRunning) {
  {
    Evaluations before(*store_);
    ASSERT_TRUE(before.begin({.owner = reader_.user, .name = "old", .kind = "answers", .questions = 9}));
  }
  start();
  const auto list = get(reader_, kPath).object();
  const auto& run = list.at("items").at(0);
  EXPECT_EQ(run.at("state"), "failed");
  EXPECT_THAT(std::string(run.at("message").as_string()), HasSubstr("the server was stopped"));
  ended(reader_, begin(reader_, one_question()));
}

TEST(Evaluations, OneRunsForEachUser) {
  const sys::TempFolder home = *sys::TempFolder::create();
  cvp::testing::FakeClock clock;
  const auto store = *store::Store::open(home.path(), clock);
  Evaluations runs(*store);
  const EvalRun first = *runs.begin({.owner = 1, .name = "a"});
  EXPECT_EQ(runs.begin({.owner = 1, .name = "b"}).error().code, Errc::busy);
  for (store::UserId user = 2; user <= 4; ++user) EXPECT_TRUE(runs.begin({.owner = user, .name = "c"}));
  EXPECT_EQ(runs.begin({.owner = 9, .name = "d"}).error().code, Errc::busy) << "four at once";
  EXPECT_TRUE(runs.end(first.id, "done", {}, {}, {}, {}));
  EXPECT_TRUE(runs.begin({.owner = 9, .name = "d"}));
}

TEST(Evaluations, OldOnesMakeRoomAndNobodyPushesOutAnother) {
  const sys::TempFolder home = *sys::TempFolder::create();
  cvp::testing::FakeClock clock;
  const auto store = *store::Store::open(home.path(), clock);
  boost::json::array kept{boost::json::object{{"id", 1}, {"owner", 1}, {"state", "done"}}};
  for (int64_t id = 2; kept.size() < Evaluations::kKept; ++id)
    kept.push_back(boost::json::object{{"id", id}, {"owner", 2}, {"state", "done"}});
  ASSERT_TRUE(store->set_value("evaluations",
                               boost::json::serialize(boost::json::object{{"next", 500}, {"runs", kept}})));
  for (const char* id : {"1", "2"})
    ASSERT_TRUE(store->set_value(std::string("evaluation/") + id, R"([{"question": "a"}])"));
  Evaluations runs(*store);
  EXPECT_EQ(runs.begin({.owner = 3, .name = "x"})->id, 500);
  Caller admin;
  admin.user.role = store::Role::admin;
  EXPECT_THAT(*runs.list(admin), SizeIs(Evaluations::kKept));
  EXPECT_TRUE(runs.run(admin, 1)) << "the only one of its owner";
  EXPECT_EQ(runs.items(1)->size(), 1u);
  EXPECT_EQ(runs.run(admin, 2).error().code, Errc::not_found);
  EXPECT_TRUE(runs.items(2)->empty()) << "with what was kept of it";
}

}  // namespace
}  // namespace cvp::serve
