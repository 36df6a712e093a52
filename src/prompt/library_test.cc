#include "prompt/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::prompt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PromptLibrary, EveryTemplateExistsInBothLanguages) {
  const Result<Library> library = Library::load();
  ASSERT_TRUE(library) << library.error().message.en;
  ASSERT_GE(library->all().size(), 10u);
  for (const Template& one : library->all()) {
    const Lang other = one.lang == Lang::zh ? Lang::en : Lang::zh;
    const Result<const Template*> twin = library->find(one.name, other);
    ASSERT_TRUE(twin) << one.name;
    EXPECT_EQ((*twin)->version, one.version) << one.name;
    EXPECT_EQ((*twin)->messages.size(), one.messages.size()) << one.name;
    EXPECT_EQ((*twin)->options.size(), one.options.size()) << one.name;
  }
}

TEST(PromptLibrary, GoldenReadPassage) {
  const Library library = Library::load().value();
  const auto messages =
      render(*library.find("read-passage", Lang::en).value(), {{"passage", "A {brace} stays."}});
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].role, model::Role::system);
  EXPECT_THAT((*messages)[1].parts, ElementsAre("Text:\nA {brace} stays.\n\n"));
}

TEST(PromptLibrary, OwnCopyOverridesAndIsMarked) {
  const auto library = Library::load({{"read-judge.en.toml",
                                       "name='read-judge'\nlang='en'\nversion=9\noptions=['Y','N']\n[["
                                       "message]]\nrole='user'\nparts=['{question}?']"}});
  ASSERT_TRUE(library) << library.error().message.en;
  const Template& own = **library->find("read-judge", Lang::en);
  EXPECT_TRUE(own.overridden);
  EXPECT_EQ(own.version, 9);
  EXPECT_EQ(render(own, {{"question", "x"}}).value()[0].parts[0], "x?");
}

TEST(PromptLibrary, BadFilesAreNamed) {
  for (const char* wrong :
       {"name=", "name='read-judge'\nlang='fr'\nversion=1\n",
        "name='nothing-such'\nlang='en'\nversion=1\n[[message]]\nrole='user'\nparts=['x']",
        "name='read-judge'\nlang='en'\nversion=1\n[[message]]\nrole='robot'\nparts=['x']",
        "name='read-judge'\nlang='en'\nversion=1\n[[message]]\nrole='user'\nparts=[]"}) {
    const auto library = Library::load({{"mine.toml", wrong}});
    ASSERT_FALSE(library) << wrong;
    EXPECT_EQ(library.error().code, Errc::usage);
    EXPECT_THAT(library.error().message.en, HasSubstr("mine.toml"));
  }
}

TEST(PromptRender, MissingAndUnusedValuesAreErrors) {
  Template one{.name = "t", .messages = {{model::Role::user, {"{a} {{literal}}"}}}};
  EXPECT_EQ(render(one, {{"a", "1"}}).value()[0].parts[0], "1 {literal}");
  EXPECT_FALSE(render(one, {}));
  EXPECT_FALSE(render(one, {{"a", "1"}, {"b", "2"}}));
  one.messages[0].parts[0] = "{a";
  EXPECT_FALSE(render(one, {{"a", "1"}}));
}

TEST(PromptRender, ValuesAreNotRenderedAgain) {
  const Template one{.name = "t", .messages = {{model::Role::user, {"{a}{b}"}}}};
  EXPECT_EQ(render(one, {{"a", "{b}"}, {"b", "x"}}).value()[0].parts[0], "{b}x");
}

}  // namespace
}  // namespace cvp::prompt
