#include "serve/account_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Models that cannot be opened any more.
class BrokenHost : public FakeHost {
 public:
  Result<void> reload_models() override {
    return fail(Errc::not_found, text("no model {}", "没有模型 {}", "x"));
  }
};

class SettingsTest : public AccountTest {
 protected:
  SettingsTest() {
    host_.settings_ = {{"chat.model", "", "", text("chat model", "对话模型"), "text", {}},
                       {"search.k", "10", "10", text("hits", "结果数"), "number", {}},
                       {"search.dense_weight", "0.6", "0.6", text("share", "比重"), "number", {}},
                       {"answer.mode", "auto", "auto", text("how", "方式"), "choice", {"auto", "extract"}},
                       {"chat.api_key", "s3cret", "", text("key", "密钥"), "secret", {}},
                       {"embedding.api_key", "", "", text("key", "密钥"), "secret", {}}};
  }
  boost::json::object item(const Got& got, std::string_view key) {
    const boost::json::object all = got.object();
    for (const boost::json::value& one : all.at("items").as_array())
      if (one.at("key") == boost::json::value(key)) return one.as_object();
    return {};
  }
  std::string value(const std::string& key) {
    return std::ranges::find(host_.settings_, key, &Setting::key)->value;
  }

  Browser root_ = sign_in("root", store::Role::admin);
};

TEST_F(SettingsTest, AreShownTypedAndWithoutSecrets) {
  const Got got = get(root_, "/api/settings");
  EXPECT_EQ(item(got, "search.k").at("value"), 10);
  EXPECT_EQ(item(got, "search.dense_weight").at("default"), 0.6);
  EXPECT_EQ(item(got, "chat.model").at("value"), "");
  EXPECT_EQ(item(got, "answer.mode").at("choices"), (boost::json::array{"auto", "extract"}));
  EXPECT_FALSE(item(got, "search.k").contains("choices"));
  EXPECT_EQ(item(got, "chat.api_key").at("value"), "********");
  EXPECT_EQ(item(got, "embedding.api_key").at("value"), "");
  EXPECT_THAT(got.body, Not(HasSubstr("s3cret")));
  EXPECT_EQ(item(got, "search.k").at("text"), "hits");
  EXPECT_EQ(
      item(send(root_, "GET", "/api/settings", "", {{"accept-language", "zh-CN"}}), "search.k").at("text"),
      "结果数");
}

TEST_F(SettingsTest, AChangeIsSavedAndOpensTheModels) {
  const Got got = patch(root_, "/api/settings",
                        {{"search.k", 25}, {"search.dense_weight", 0.25}, {"answer.mode", "extract"}});
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(value("search.k"), "25");
  EXPECT_EQ(value("search.dense_weight"), "0.25");
  EXPECT_EQ(value("answer.mode"), "extract");
  EXPECT_EQ(item(got, "search.k").at("value"), 25);
  EXPECT_EQ(host_.reloads_, 1);
  EXPECT_THAT(audited(), Contains("root settings.change answer.mode, search.dense_weight, search.k"));
}

TEST_F(SettingsTest, ASecretStaysOrIsReplacedAndIsNeverAudited) {
  EXPECT_EQ(patch(root_, "/api/settings", {{"chat.api_key", "********"}}).status, 200);
  EXPECT_EQ(value("chat.api_key"), "s3cret");
  EXPECT_EQ(host_.reloads_, 0);
  EXPECT_THAT(audited(), IsEmpty());
  EXPECT_EQ(patch(root_, "/api/settings", {{"chat.api_key", "n3w"}}).status, 200);
  EXPECT_EQ(value("chat.api_key"), "n3w");
  EXPECT_THAT(audited(), Contains("root settings.change chat.api_key"));
  EXPECT_EQ(patch(root_, "/api/settings", {{"chat.api_key", ""}}).status, 200);
  EXPECT_EQ(value("chat.api_key"), "");
}

TEST_F(SettingsTest, ReadsStrictlyAndChangesAllOrNothing) {
  for (const boost::json::object& wrong :
       {boost::json::object{{"no.such", "x"}}, boost::json::object{{"search.k", "25"}},
        boost::json::object{{"search.k", nullptr}}, boost::json::object{{"search.k", true}},
        boost::json::object{{"chat.model", 5}}, boost::json::object{{"chat.model", std::string(4001, 'a')}},
        boost::json::object{{"chat.model", std::string("a\0b", 3)}}}) {
    boost::json::object body = wrong;
    body["answer.mode"] = "extract";
    EXPECT_EQ(patch(root_, "/api/settings", body).error(), "usage") << boost::json::serialize(wrong);
  }
  EXPECT_EQ(value("answer.mode"), "auto");
  EXPECT_EQ(host_.reloads_, 0);
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(SettingsTest, BelongToAdministrators) {
  const Browser editor = sign_in("editor", store::Role::editor);
  for (const Browser& who : {editor, Browser{}}) {
    const int status = who.token.empty() ? 401 : 403;
    EXPECT_EQ(get(who, "/api/settings").status, status);
    EXPECT_EQ(patch(who, "/api/settings", {{"search.k", 25}}).status, status);
  }
  EXPECT_EQ(value("search.k"), "10");
}

TEST_F(SettingsTest, SaysWhenTheModelsDidNotOpen) {
  BrokenHost broken;
  broken.settings_ = host_.settings_;
  service_.reset();
  service_ = *Service::create({.home = folder_.path(),
                               .options = options_,
                               .clock = clock_,
                               .store = *store_,
                               .index = *index_,
                               .prompts = prompts_,
                               .host = broken,
                               .page = page_});
  const Got got = patch(root_, "/api/settings", {{"chat.model", "x"}});
  EXPECT_EQ(got.status, 503);
  EXPECT_THAT(got.body, HasSubstr("the settings are saved"));
  EXPECT_THAT(got.body, HasSubstr("no model x"));
  EXPECT_EQ(broken.settings_[0].value, "x");
  EXPECT_THAT(audited(), Contains("root settings.change chat.model"));
  service_.reset();
}

}  // namespace
}  // namespace cvp::serve
