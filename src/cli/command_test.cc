#include "cli/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/locale.h"
#include "cli/screen_text.h"
#include "cli/verb.h"

namespace cvp::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct Sample {
  Sample() : command("sample") {
    command.flag("-l,--long", long_form, text("long", "长"));
    command.number("-k", k, 1, 10, text("how many", "数量"));
    command.fraction("--share", share, 0, 1, text("share", "比例"));
    command.choice("--mode", mode, {"auto", "single"}, text("mode", "方式"));
    command.option("-c,--collection", collections, text("NAME", "名称"), text("collections", "文档集"));
    command.optional_number("--continue", again, id, verbatim("ID"), text("go on", "继续"));
    command.arguments(text("WORD", "词"), words, text("words", "词语"));
    add_common_options(command, common);
  }
  Command command;
  bool long_form = false, again = false;
  int64_t k = 5, id = 0;
  double share = 0;
  std::string mode;
  std::vector<std::string> collections, words;
  CommonOptions common;
};

TEST(Command, TakesOptionsInAnyOrder) {
  Sample s;
  const auto parsed = s.command.parse(
      {"a", "-k", "3", "--share=0.5", "b", "-c", "x", "--collection", "y", "c", "-l", "--json"});
  ASSERT_TRUE(parsed) << parsed.error().message.en;
  EXPECT_THAT(s.words, ElementsAre("a", "b", "c"));
  EXPECT_THAT(s.collections, ElementsAre("x", "y"));
  EXPECT_EQ(s.k, 3);
  EXPECT_EQ(s.share, 0.5);
  EXPECT_TRUE(s.long_form && s.common.json);
}

TEST(Command, AnEmptyValueIsNoValue) {
  for (const std::vector<std::string>& typed : {std::vector<std::string>{"a", "-c", ""},
                                                {"a", "-c", "x", "--collection", ""},
                                                {"a", "--config="},
                                                {"a", "--config", ""}}) {
    Sample s;
    const auto parsed = s.command.parse(typed);
    ASSERT_FALSE(parsed) << typed.back();
    EXPECT_EQ(parsed.error().code, Errc::usage);
    EXPECT_THAT(parsed.error().message.en, HasSubstr("needs a value"));
  }
  Sample s;
  ASSERT_TRUE(s.command.parse({"", "--", "--config="})) << "arguments may be empty";
  EXPECT_THAT(s.words, ElementsAre("", "--config="));
}

TEST(Command, WordsAreTextsWhateverTheyLookLike) {
  Sample s;
  ASSERT_TRUE(s.command.parse({"[1,2]", "{}", "why", "--", "-k", "--long"}));
  EXPECT_THAT(s.words, ElementsAre("[1,2]", "{}", "why", "-k", "--long"));
  EXPECT_FALSE(s.long_form);
}

TEST(Command, OptionalNumber) {
  Sample alone, numbered, wrong;
  ASSERT_TRUE(alone.command.parse({"a", "--continue"}));
  EXPECT_TRUE(alone.again);
  EXPECT_EQ(alone.id, 0);
  ASSERT_TRUE(numbered.command.parse({"a", "--continue", "42"}));
  EXPECT_EQ(numbered.id, 42);
  EXPECT_FALSE(wrong.command.parse({"a", "--continue", "x"}));
}

Error complaint(const std::vector<std::string>& arguments) {
  Sample s;
  const auto parsed = s.command.parse(arguments);
  EXPECT_FALSE(parsed);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, Errc::usage);
  return parsed.error();
}

TEST(Command, WrongUseIsExplainedInBothLanguages) {
  EXPECT_THAT(complaint({"a", "--colection", "x"}).hint.en, HasSubstr("--collection"));
  EXPECT_THAT(complaint({"a", "--colection", "x"}).message.zh, HasSubstr("没有选项 --colection"));
  EXPECT_THAT(complaint({"a", "-k"}).message.zh, HasSubstr("-k 后面需要一个值"));
  EXPECT_THAT(complaint({"a", "-k", "many"}).message.en, HasSubstr("from 1 to 10"));
  EXPECT_THAT(complaint({"a", "-k", "0"}).message.zh, HasSubstr("1 到 10"));
  EXPECT_THAT(complaint({"a", "--share", "nan"}).message.en, HasSubstr("--share"));
  EXPECT_THAT(complaint({"a", "--mode", "singel"}).hint.zh, HasSubstr("single"));
  EXPECT_THAT(complaint({}).message.zh, HasSubstr("还缺少参数：词"));
  EXPECT_THAT(complaint({"a", "-z"}).message.en, HasSubstr("no option -z"));
}

TEST(Command, OneArgumentTooMany) {
  Command command("one");
  std::string name;
  command.argument(text("NAME", "名称"), name, text("a name", "名称"));
  const auto parsed = command.parse({"a", "b"});
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message.en, HasSubstr("“b”"));
}

TEST(Command, LongOptionsStandOnALineOfTheirOwn) {
  Command command("reading");
  bool quick = false;
  std::string mode;
  command.flag("--quick", quick, text("without hashes", "不核对哈希"));
  command.choice("--mode", mode, {"auto", "single", "joint", "extract"}, text("how", "方式"));
  EXPECT_THAT(command.help(Lang::en, 80), HasSubstr("      --quick  without hashes\n"
                                                    "      --mode auto|single|joint|extract\n"
                                                    "               how\n"));
}

TEST(Command, HelpComesBeforeComplaints) {
  Sample s;
  ASSERT_TRUE(s.command.parse({"--help"}));
  EXPECT_TRUE(s.command.help_wanted());
}

/// Every verb's own help: complete in both languages, narrow enough, with an example that begins with the
/// program.
TEST(Verbs, HelpOfEveryVerb) {
  for (const Verb& verb : all_verbs()) {
    SCOPED_TRACE(verb.name);
    Command command(verb.name);
    CommonOptions common;
    verb.declare(command);
    add_common_options(command, common);
    EXPECT_FALSE(verb.summary.en.empty());
    EXPECT_FALSE(verb.summary.zh.empty());
    const std::string english = command.help(Lang::en, 80), chinese = command.help(Lang::zh, 80);
    EXPECT_THAT(english, HasSubstr("Usage: cvp " + verb.name));
    EXPECT_THAT(chinese, HasSubstr("用法：cvp " + verb.name));
    EXPECT_THAT(english, HasSubstr("Examples:\n  "));
    EXPECT_THAT(chinese, HasSubstr("示例："));
    EXPECT_THAT(chinese, HasSubstr("退出码"));
    for (const std::string& help : {english, chinese}) {
      for (size_t begin = 0; begin < help.size();) {
        const size_t end = help.find('\n', begin);
        EXPECT_LE(columns(help.substr(begin, end - begin)), 100u);
        begin = end + 1;
      }
    }
    // No English sentence in the Chinese help beyond commands and placeholders.
    EXPECT_EQ(chinese.find(" the "), std::string::npos);
  }
}

TEST(Locale, FirstVariableThatIsSetDecides) {
  const auto lang = [](std::map<std::string, std::string> variables) {
    return locale_lang([&](const char* name) {
      const auto at = variables.find(name);
      return at == variables.end() ? std::nullopt : std::optional(at->second);
    });
  };
  EXPECT_EQ(lang({}), Lang::en);
  EXPECT_EQ(lang({{"LANG", "zh_CN.UTF-8"}}), Lang::zh);
  EXPECT_EQ(lang({{"LANG", "zh_CN.UTF-8"}, {"LC_ALL", "C.UTF-8"}}), Lang::en);
  EXPECT_EQ(lang({{"LANG", "en_US.UTF-8"}, {"LC_MESSAGES", "zh_TW"}}), Lang::zh);
  EXPECT_EQ(lang({{"LANG", "fr_FR"}}), Lang::en);
  EXPECT_EQ(parse_lang("fr"), std::nullopt);
  EXPECT_EQ(parse_lang("zh"), Lang::zh);
}

}  // namespace
}  // namespace cvp::cli
