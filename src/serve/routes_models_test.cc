#include <atomic>

#include "model/catalogue.h"
#include "model/installed.h"
#include "serve/model_folder.h"
#include "serve/serve_fixture.h"
#include "sys/home_lock.h"
#include "testing/http_stub.h"

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kChat = "qwen2.5-coder-0.5b-instruct";
constexpr const char* kSmall = "smollm2-135m-instruct";
constexpr const char* kEmbed = "multilingual-e5-small";

class ModelRoutes : public ServeTest {
 protected:
  ModelRoutes() {
    for (const char* key : {"chat.model", "embedding.model"}) host_.settings_.push_back({.key = key});
  }

  static model::CatalogueEntry entry(const std::string& id) {
    const model::Catalogue catalogue = *model::Catalogue::load();
    return **catalogue.find(id);
  }
  void install(const model::CatalogueEntry& entry) {
    const sys::Path file = folder_.path() / "fetched";
    ASSERT_TRUE(sys::write_file_atomic(file, "weights"));
    ASSERT_TRUE(model::record_installed(folder_.path(), entry, file, std::string(64, '0'), "a test"));
  }
  void open_chat(const std::string& name) {
    host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
    host_.generator_->identity_.name = name;
  }

  boost::json::object item(const std::string& name) {
    const auto list = get(reader_, "/api/models").object();
    for (const auto& one : list.at("items").as_array())
      if (one.at("name").as_string() == name) return one.as_object();
    return {};
  }
  std::string setting(const std::string& key) {
    return std::ranges::find(host_.settings_, key, &Setting::key)->value;
  }
  bool is_here(const std::string& id) { return sys::exists(folder_.path() / "models" / id / "model.toml"); }

  /// Of the newest job, once it ended; at most ten seconds.
  boost::json::object ended_job() {
    for (int i = 0; i < 10'000; ++i) {
      const auto list = get(admin_, "/api/jobs").object();
      const auto& jobs = list.at("items").as_array();
      if (!jobs.empty() && jobs[0].at("state") != "running") return jobs[0].as_object();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "the job did not end";
    return {};
  }

  Browser reader_ = sign_in("reader"), admin_ = sign_in("admin", store::Role::admin);
};

TEST_F(ModelRoutes, ListsWhatIsHereAndWhatCanBe) {
  install(entry(kChat));
  model::CatalogueEntry own = entry(kSmall);
  own.id = "our-own";
  own.role = model::ModelRole::base;
  install(own);
  open_chat(kChat);
  const auto chat = item(kChat);
  EXPECT_EQ(chat.at("role"), "chat");
  EXPECT_EQ(chat.at("installed"), true);
  EXPECT_EQ(chat.at("in_use"), true);
  EXPECT_EQ(chat.at("bytes").to_number<int64_t>(), 7);
  EXPECT_EQ(chat.at("licence"), "Apache-2.0");
  EXPECT_EQ(chat.at("must_accept"), false);
  EXPECT_GT(chat.at("memory_bytes").to_number<int64_t>(), 100'000'000);
  const auto small = item(kSmall);
  EXPECT_EQ(small.at("installed"), false);
  EXPECT_EQ(small.at("in_use"), false);
  EXPECT_EQ(small.at("bytes").to_number<uint64_t>(), entry(kSmall).bytes);
  EXPECT_EQ(item(kEmbed).at("role"), "embed");
  EXPECT_EQ(item("our-own").at("role"), "base");
  EXPECT_EQ(get({}, "/api/models").status, 401);
}

TEST_F(ModelRoutes, OnlyAdminsChangeModels) {
  const Browser editor = sign_in("editor", store::Role::editor);
  install(entry(kSmall));
  EXPECT_EQ(post(editor, std::string("/api/models/") + kSmall + "/pull").status, 403);
  EXPECT_EQ(remove(editor, std::string("/api/models/") + kSmall).status, 403);
  EXPECT_EQ(send(editor, "PUT", "/api/models/in_use", R"({"chat": "smollm2-135m-instruct"})").status, 403);
  EXPECT_TRUE(is_here(kSmall));
}

TEST_F(ModelRoutes, APullIsAJobAtWhoseEndModelsAreOpenedAnew) {
  install(entry(kSmall));  // what is here and intact is not fetched again
  const Got got = post(admin_, std::string("/api/models/") + kSmall + "/pull", {{"accept_licence", false}});
  ASSERT_EQ(got.status, 202) << got.body;
  EXPECT_EQ(got.object().at("kind"), "pull");
  EXPECT_EQ(got.object().at("subject"), kSmall);
  EXPECT_EQ(got.object().at("unit"), "bytes");
  EXPECT_EQ(ended_job().at("state"), "done");
  EXPECT_EQ(host_.reloads_, 1);
  const auto log = *store_->accounts().audit_log(0, 1);
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].action, "model.pull");
  EXPECT_EQ(log[0].subject, kSmall);
}

TEST_F(ModelRoutes, TermsMustBeAccepted) {
  const model::Catalogue catalogue = *model::Catalogue::load();
  const auto entry =
      std::ranges::find(catalogue.entries(), true, &model::CatalogueEntry::licence_must_accept);
  ASSERT_NE(entry, catalogue.entries().end());
  install(*entry);
  const std::string path = "/api/models/" + entry->id + "/pull";
  for (const boost::json::object& body : {boost::json::object{}, {{"accept_licence", false}}}) {
    const Got got = post(admin_, path, body);
    EXPECT_EQ(got.status, 400);
    EXPECT_THAT(got.body, HasSubstr(entry->id));
  }
  EXPECT_EQ(post(admin_, path, {{"accept_licence", true}}).status, 202);
  EXPECT_EQ(ended_job().at("state"), "done");
}

TEST_F(ModelRoutes, OneAtAModelAtATime) {
  cvp::testing::HttpStub stub;
  std::atomic<bool> let_go = false;
  stub.route("/", [&](const cvp::testing::StubRequest&) {
    while (!let_go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return cvp::testing::StubReply{.status = 404};
  });
  host_.pull_ = {.only_sources = {"huggingface"}, .hugging_face_base = stub.url()};
  const std::string model = std::string("/api/models/") + kSmall;
  EXPECT_EQ(post(admin_, model + "/pull").status, 202);
  EXPECT_EQ(post(admin_, model + "/pull").status, 409);
  EXPECT_EQ(remove(admin_, model).status, 409);
  let_go = true;
  const auto job = ended_job();
  EXPECT_EQ(job.at("state"), "failed");
  EXPECT_FALSE(job.at("message").as_string().empty());
  EXPECT_EQ(host_.reloads_, 0);
  EXPECT_EQ(post(admin_, model + "/pull").status, 202);
  EXPECT_EQ(ended_job().at("state"), "failed");
}

TEST_F(ModelRoutes, WrongPulls) {
  EXPECT_EQ(post(admin_, "/api/models/not-there/pull").status, 404);
  EXPECT_EQ(post(admin_, "/api/models/smollm2/pull").status, 404) << "ids are not guessed";
  EXPECT_EQ(post(admin_, "/api/models/Hf:x/pull").status, 404);
  const std::string pull = std::string("/api/models/") + kSmall + "/pull";
  EXPECT_EQ(post(admin_, pull, {{"accept_licence", "yes"}}).status, 400);
  EXPECT_EQ(post(admin_, pull, {{"from", "url"}}).status, 400);
  const auto jobs = get(admin_, "/api/jobs").object();
  EXPECT_TRUE(jobs.at("items").as_array().empty());
}

TEST_F(ModelRoutes, RemovesWhatIsNotInUse) {
  install(entry(kSmall));
  install(entry(kChat));
  open_chat(kChat);
  EXPECT_EQ(remove(admin_, std::string("/api/models/") + kChat).status, 409);
  EXPECT_TRUE(is_here(kChat));
  EXPECT_EQ(remove(admin_, std::string("/api/models/") + kSmall).status, 204);
  EXPECT_FALSE(is_here(kSmall));
  EXPECT_EQ(remove(admin_, std::string("/api/models/") + kSmall).status, 404);
  EXPECT_EQ(remove(admin_, "/api/models/qwen2.5").status, 404) << "ids are not guessed";
  const auto log = *store_->accounts().audit_log(0, 1);
  EXPECT_EQ(log.at(0).action, "model.remove");
}

TEST_F(ModelRoutes, WhatTheSettingsNameIsInUse) {
  install(entry(kSmall));
  ASSERT_TRUE(host_.change_settings({{"chat.model", kSmall}}));
  EXPECT_EQ(remove(admin_, std::string("/api/models/") + kSmall).status, 409);
}

TEST_F(ModelRoutes, WhatIsDamagedCanBeRemoved) {
  install(entry(kSmall));
  ASSERT_TRUE(sys::write_file_atomic(folder_.path() / "models" / kSmall / "model.gguf", "cut"));
  EXPECT_EQ(item(kSmall).at("installed"), false);
  EXPECT_EQ(remove(admin_, std::string("/api/models/") + kSmall).status, 204);
  EXPECT_FALSE(is_here(kSmall));
}

TEST_F(ModelRoutes, AnotherProcessThatHasTheFolderIsNamed) {
  install(entry(kSmall));
  const auto lock = sys::HomeLock::acquire(folder_.path() / "models", "models pull",
                                           std::chrono::milliseconds(0), clock_, {});
  ASSERT_TRUE(lock);
  const Got got = remove(admin_, std::string("/api/models/") + kSmall);
  EXPECT_EQ(got.status, 409);
  EXPECT_THAT(got.body, HasSubstr("models pull"));
  EXPECT_TRUE(is_here(kSmall));
}

TEST_F(ModelRoutes, ChoosesModels) {
  install(entry(kSmall));
  install(entry(kEmbed));
  const auto choose = [&](const std::string& body) {
    return send(admin_, "PUT", "/api/models/in_use", body).status;
  };
  EXPECT_EQ(choose(R"({"chat": "smollm2-135m-instruct", "embed": "multilingual-e5-small"})"), 204);
  EXPECT_EQ(setting("chat.model"), kSmall);
  EXPECT_EQ(setting("embedding.model"), kEmbed);
  EXPECT_EQ(host_.reloads_, 1);
  EXPECT_EQ(choose(R"({"chat": "multilingual-e5-small"})"), 400) << "not of that role";
  EXPECT_EQ(choose(R"({"chat": "qwen2.5-coder-0.5b-instruct"})"), 404) << "not installed";
  EXPECT_EQ(choose(R"({"embed": "multilingual"})"), 404) << "ids are not guessed";
  EXPECT_EQ(choose(R"({"chat": "../x"})"), 404);
  EXPECT_EQ(choose("{}"), 400);
  EXPECT_EQ(choose(R"({"rerank": "x"})"), 400);
  EXPECT_EQ(setting("chat.model"), kSmall);
  EXPECT_EQ(host_.reloads_, 1);
}

TEST_F(ModelRoutes, AChoiceWithoutEffectIsTakenBack) {
  install(entry(kSmall));
  ASSERT_TRUE(host_.change_settings({{"chat.model", "before"}}));
  open_chat("a-model-elsewhere");
  const Got got = send(admin_, "PUT", "/api/models/in_use", R"({"chat": "smollm2-135m-instruct"})");
  EXPECT_EQ(got.status, 409);
  EXPECT_THAT(got.body, HasSubstr("a-model-elsewhere"));
  EXPECT_EQ(setting("chat.model"), "before");
}

TEST(ModelFolder, AClaimEnds) {
  const sys::TempFolder home = *sys::TempFolder::create();
  cvp::testing::FakeClock clock;
  ModelFolder folder(home.path(), clock);
  auto first = *folder.claim("a");
  EXPECT_EQ(folder.claim("a").error().code, Errc::busy);
  EXPECT_TRUE(folder.claim("b")) << "another model";
  first->end();
  EXPECT_TRUE(folder.claim("a")) << "and gone with the object";
  EXPECT_TRUE(folder.claim("a"));
}

TEST(ModelFolder, SharesItsLockAndKeepsOthersOut) {
  const sys::TempFolder home = *sys::TempFolder::create();
  cvp::testing::FakeClock clock;
  ModelFolder folder(home.path(), clock), other(home.path(), clock);
  constexpr std::chrono::milliseconds kPatience{100};
  auto first = *folder.lock(kPatience, {});
  auto second = folder.lock(kPatience, {});
  ASSERT_TRUE(second);
  first = nullptr;
  EXPECT_EQ(other.lock(kPatience, {}).error().code, Errc::busy);
  *second = nullptr;
  EXPECT_TRUE(other.lock(kPatience, {}));
}

}  // namespace
}  // namespace cvp::serve
