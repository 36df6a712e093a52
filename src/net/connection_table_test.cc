#include "net/connection_table.h"

#include <gmock/gmock.h>

namespace cvp::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConnectionTableTest : public testing::Test {
 protected:
  ConnectionTable::Handle add(ConnectionTable& table, const std::string& client, const std::string& name) {
    now_ += std::chrono::seconds(1);
    return table.add(
        client, [this, name] { closed_.push_back(name); }, now_);
  }
  ConnectionTable::Time now_;
  std::vector<std::string> closed_;
};

TEST_F(ConnectionTableTest, TheLongestWaitingMakesRoom) {
  ConnectionTable table(3, 10);
  const auto first = add(table, "a", "first");
  add(table, "b", "second");
  add(table, "c", "third");
  table.set_waiting(first, false, now_);
  EXPECT_THAT(closed_, IsEmpty());
  add(table, "d", "fourth");
  EXPECT_THAT(closed_, ElementsAre("second"));
}

TEST_F(ConnectionTableTest, AClientsSurplusIsItsOwnLoss) {
  ConnectionTable table(10, 2);
  add(table, "other", "other");
  add(table, "busy", "one");
  add(table, "busy", "two");
  add(table, "busy", "three");
  EXPECT_THAT(closed_, ElementsAre("one"));
}

TEST_F(ConnectionTableTest, WhereAllAreAtWorkTheNewOneGoes) {
  ConnectionTable table(2, 10);
  table.set_waiting(add(table, "a", "one"), false, now_);
  table.set_waiting(add(table, "b", "two"), false, now_);
  add(table, "c", "three");
  EXPECT_THAT(closed_, ElementsAre("three"));
}

TEST_F(ConnectionTableTest, RemovedOnesMakeRoomAgain) {
  ConnectionTable table(10, 1);
  table.remove(add(table, "a", "one"));
  add(table, "a", "two");
  EXPECT_THAT(closed_, IsEmpty());
  EXPECT_EQ(table.size(), 1u);
}

}  // namespace
}  // namespace cvp::net
