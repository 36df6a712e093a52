#include "serve/oidc_tickets.h"

#include <gtest/gtest.h>

#include <set>

namespace cvp::serve {
namespace {

constexpr int64_t kNow = 1'700'000'000;

TEST(OidcTickets, ComesBackToTheBrowserThatTookIt) {
  OidcTickets tickets;
  const auto ticket = tickets.make(kNow);
  const auto back = tickets.read(ticket.cookie, ticket.state, kNow + 1);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->nonce, ticket.nonce);
  EXPECT_EQ(back->verifier, ticket.verifier);
  EXPECT_EQ(std::set({ticket.state, ticket.nonce, ticket.verifier}).size(), 3u);
  EXPECT_EQ(ticket.verifier.size(), 43u);  // the least that PKCE allows
  EXPECT_EQ(ticket.cookie.find(ticket.verifier), std::string::npos);
  EXPECT_EQ(ticket.cookie.find(ticket.state), std::string::npos);
}

TEST(OidcTickets, NoOtherCookieAndNoOtherState) {
  OidcTickets tickets, other_server;
  const auto mine = tickets.make(kNow), other = tickets.make(kNow);
  EXPECT_NE(mine.state, other.state);
  EXPECT_FALSE(tickets.read(mine.cookie, other.state, kNow));
  EXPECT_FALSE(tickets.read(other.cookie, mine.state, kNow));
  EXPECT_FALSE(tickets.read("", mine.state, kNow));
  EXPECT_FALSE(tickets.read(mine.cookie, "", kNow));
  EXPECT_FALSE(other_server.read(mine.cookie, mine.state, kNow));
  for (const char* wrong : {".", "..", "x.y.z", "17.", "99999999999999999999999.a.b"})
    EXPECT_FALSE(tickets.read(wrong, "", kNow)) << wrong;
  EXPECT_FALSE(tickets.read(std::string(10'000, '1'), "", kNow));
}

TEST(OidcTickets, IsGoodForTenMinutesAndNoLongerWhateverTheCookieSays) {
  OidcTickets tickets;
  const auto ticket = tickets.make(kNow);
  EXPECT_TRUE(tickets.read(ticket.cookie, ticket.state, kNow + OidcTickets::kSeconds - 1));
  EXPECT_FALSE(tickets.read(ticket.cookie, ticket.state, kNow + OidcTickets::kSeconds));
  std::string later = ticket.cookie;
  later[0] = '9';
  EXPECT_FALSE(tickets.read(later, ticket.state, kNow + 1));
}

TEST(OidcTickets, IsUsedOnce) {
  OidcTickets tickets;
  const auto ticket = tickets.make(kNow), other = tickets.make(kNow);
  EXPECT_TRUE(tickets.use(ticket, kNow + 1));
  EXPECT_FALSE(tickets.use(ticket, kNow + 2));
  EXPECT_TRUE(tickets.use(other, kNow + 2));
}

TEST(OidcTickets, RemembersOnlySoMany) {
  OidcTickets tickets;
  const auto first = tickets.make(kNow);
  EXPECT_TRUE(tickets.use(first, kNow));
  for (size_t i = 0; i < OidcTickets::kRemembered; ++i)
    EXPECT_TRUE(tickets.use(tickets.make(kNow + 1), kNow + 1));
  EXPECT_TRUE(tickets.use(first, kNow + 1));  // forgotten, the oldest of all
}

}  // namespace
}  // namespace cvp::serve
