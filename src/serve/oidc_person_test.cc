#include "serve/oidc_person.h"

#include <gmock/gmock.h>

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

const OidcOptions kOptions{.issuer = "https://id.example.org"};
const OidcOptions kWithGroups{.issuer = "https://id.example.org", .groups_claim = "groups"};

std::string name_for(const boost::json::object& claims) { return person_of(claims, kOptions).name; }

TEST(OidcPerson, IsCalledAsTheProviderSaysWithinWhatANameMayBe) {
  EXPECT_EQ(name_for({{"preferred_username", "ann"}, {"email", "a@example.org"}}), "ann");
  EXPECT_EQ(name_for({{"preferred_username", ""}, {"email", "a.b+c@example.org"}}), "a.b+c@example.org");
  EXPECT_EQ(name_for({{"preferred_username", "\\\\/"}, {"name", "  林 悦 <admin> "}}), "林 悦 admin");
  EXPECT_EQ(name_for({{"name", "ＡＢＣ"}}), "ABC");
  EXPECT_EQ(name_for({{"preferred_username", "a\u202Eb\u200Bc"}}), "abc");
  EXPECT_EQ(name_for({{"preferred_username", 7}, {"email", nullptr}}), "user");
  EXPECT_EQ(name_for({}), "user");
  const std::string wide(300, 'x');
  EXPECT_EQ(name_for({{"name", wide}}), std::string(64, 'x'));
}

TEST(OidcPerson, ANumberKeepsANameWithinItsLength) {
  EXPECT_EQ(numbered_name("ann", 1), "ann");
  EXPECT_EQ(numbered_name("ann", 2), "ann-2");
  EXPECT_EQ(numbered_name(std::string(64, 'x'), 1000), std::string(59, 'x') + "-1000");
}

TEST(OidcPerson, HasTheSubjectOfItsProvider) {
  EXPECT_EQ(person_of({{"sub", "42"}}, kOptions).subject, "https://id.example.org#42");
}

TEST(OidcPerson, GroupsWhereTheProviderDecidesThem) {
  const boost::json::object claims{{"groups", {"staff", "/lab", 7, ""}}};
  EXPECT_FALSE(person_of(claims, kOptions).groups);
  EXPECT_THAT(person_of(claims, kWithGroups).groups, Optional(ElementsAre("staff", "lab", "")));
  EXPECT_THAT(person_of({{"groups", "staff"}}, kWithGroups).groups, Optional(ElementsAre("staff")));
  EXPECT_THAT(person_of({}, kWithGroups).groups, Optional(IsEmpty()));
  EXPECT_THAT(person_of({{"groups", 1}}, kWithGroups).groups, Optional(IsEmpty()));
}

TEST(OidcPerson, AsksForMoreOnlyWhereSomethingIsMissing) {
  EXPECT_TRUE(tells_enough({{"email", "a@example.org"}}, kOptions));
  EXPECT_FALSE(tells_enough({{"sub", "42"}}, kOptions));
  EXPECT_FALSE(tells_enough({{"email", "a@example.org"}}, kWithGroups));
  EXPECT_TRUE(tells_enough({{"email", "a@example.org"}, {"groups", boost::json::array{}}}, kWithGroups));
}

}  // namespace
}  // namespace cvp::serve
