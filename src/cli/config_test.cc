#include "cli/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  Result<Config> load(std::string_view toml, std::map<std::string, std::string> environment = {},
                      std::vector<std::string> settings = {}) {
    const sys::Path file = folder_.path() / "config.toml";
    if (!sys::write_file_atomic(file, toml)) ADD_FAILURE();
    return Config::load(
        {.file = file, .environment = std::move(environment), .settings = std::move(settings)});
  }
  sys::TempFolder folder_ = *sys::TempFolder::create("cvp-test");
};

TEST_F(ConfigTest, LaterSourcesWin) {
  const auto config = load("lang = \"zh\"\n[search]\nk = 3\ndense_weight = 0.25\n",
                           {{"CVP_SEARCH_K", "4"}, {"CVP_DATA", "/x"}}, {"search.k=5"});
  ASSERT_TRUE(config) << config.error().message.en;
  EXPECT_EQ(config->integer("search.k"), 5);
  EXPECT_EQ(config->at("search.k").origin, Config::Value::Origin::command_line);
  EXPECT_EQ(config->real("search.dense_weight"), 0.25);
  EXPECT_EQ(config->at("search.dense_weight").origin, Config::Value::Origin::file);
  EXPECT_EQ(config->string("lang"), "zh");
  EXPECT_EQ(load("[search]\nk = 3\n", {{"CVP_SEARCH_K", "4"}})->at("search.k").origin,
            Config::Value::Origin::environment);
  EXPECT_EQ(load("")->integer("answer.read_limit"), 4);
}

TEST_F(ConfigTest, UnknownKeysNameTheNearest) {
  for (const auto& failed :
       {load("[search]\nkk = 3\n"), load("", {{"CVP_SEARCH_KK", "3"}}), load("", {}, {"search.kk=3"})}) {
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::usage);
    EXPECT_THAT(failed.error().message.en, HasSubstr("search.kk"));
    EXPECT_THAT(failed.error().hint.en, HasSubstr("search.k?"));
    EXPECT_THAT(failed.error().hint.zh, HasSubstr("search.k"));
  }
  EXPECT_THAT(load("[search]\nkk = 3\n").error().message.en, HasSubstr("line 2"));
  EXPECT_THAT(load("", {}, {"model.endpoint=x"}).error().hint.en, HasSubstr(".endpoint"));
  EXPECT_FALSE(load("serch = 1\n"));
}

TEST_F(ConfigTest, WrongValuesSayWhatIsAllowed) {
  EXPECT_THAT(load("[search]\nk = 0\n").error().message.en, HasSubstr("from 1 to 1000"));
  EXPECT_FALSE(load("[search]\nk = \"many\"\n"));
  EXPECT_FALSE(load("[search]\nk = [1]\n"));
  EXPECT_FALSE(load("[search]\nk = 3.5\n"));
  EXPECT_THAT(load("", {}, {"chat.endpoint=localhost"}).error().message.en, HasSubstr("http://"));
  EXPECT_TRUE(load("", {}, {"chat.endpoint="}));
  EXPECT_THAT(load("lang = \"fr\"\n").error().message.zh, HasSubstr("auto, en, zh"));
  EXPECT_FALSE(load("", {}, {"search.dense_weight=nan"}));
  EXPECT_THAT(load("[search\n").error().message.en, HasSubstr("TOML"));
  EXPECT_THAT(load("", {}, {"search.k"}).error().message.en, HasSubstr("key=value"));
}

TEST_F(ConfigTest, AFileThatWasNamedMustBeThere) {
  EXPECT_TRUE(Config::load({.file = "/not/there"}));
  EXPECT_EQ(Config::load({.file = "/not/there", .file_was_named = true}).error().code, Errc::not_found);
}

TEST_F(ConfigTest, EveryKeyHasAValidDefaultAndOneName) {
  std::set<std::string> names, variables;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.name).second);
    EXPECT_TRUE(variables.insert(key.environment_name()).second);
    EXPECT_TRUE(check_config_value(key, key.fallback)) << key.name;
    EXPECT_FALSE(key.help.en.empty());
    EXPECT_FALSE(key.help.zh.empty());
  }
}

std::string edited(std::string_view toml, std::string_view key, std::string_view value) {
  const auto out = set_in_toml(toml, *find_config_key(key), value);
  return out ? *out : "refused";
}

TEST(ConfigEdit, KeepsCommentsAndOrder) {
  EXPECT_EQ(edited("# mine\n[search] # here\nk = 3 # few\n\n[chat]\nmodel = \"a\"\n", "search.k", "7"),
            "# mine\n[search] # here\nk = 7\n\n[chat]\nmodel = \"a\"\n");
  EXPECT_EQ(edited("[chat]\nmodel = \"a\"\n", "chat.endpoint", "http://x"),
            "[chat]\nendpoint = \"http://x\"\nmodel = \"a\"\n");
  EXPECT_EQ(edited("[chat]\nmodel = \"a\"\n", "search.k", "7"), "[chat]\nmodel = \"a\"\n\n[search]\nk = 7\n");
  EXPECT_EQ(edited("", "lang", "zh"), "lang = \"zh\"\n");
  EXPECT_EQ(edited("[search]\nk = 1\n", "lang", "zh"), "lang = \"zh\"\n[search]\nk = 1\n");
}

TEST(ConfigEdit, UnsetTakesTheLineOut) {
  const auto without = [](std::string_view toml) {
    const auto out = unset_in_toml(toml, *find_config_key("search.k"));
    return out ? *out : "refused";
  };
  EXPECT_EQ(without("# mine\n[search] # here\nk = 3 # few\n\n[chat]\nmodel = \"a\"\n"),
            "# mine\n[search] # here\n\n[chat]\nmodel = \"a\"\n");
  EXPECT_EQ(without("[chat]\nmodel = \"a\"\n"), "[chat]\nmodel = \"a\"\n");
  EXPECT_EQ(without(""), "");
  EXPECT_EQ(without("search.k = 3\n"), "refused");
}

TEST(ConfigEdit, QuotesAndRefusesWhatItCannotChange) {
  EXPECT_EQ(edited("", "chat.api_key", "a\"b\\c\n"), "[chat]\napi_key = \"a\\\"b\\\\c\\u000A\"\n");
  EXPECT_EQ(edited("search = {k = 3}\n", "search.k", "7"), "refused");
  EXPECT_EQ(edited("search.k = 3\n", "search.k", "7"), "refused");
  EXPECT_EQ(edited("not toml", "search.k", "7"), "refused");
}

}  // namespace
}  // namespace cvp::cli
