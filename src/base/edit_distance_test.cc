#include "base/edit_distance.h"

#include <gtest/gtest.h>

namespace cvp {
namespace {

TEST(EditDistance, CountsChangesAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("aks", "ask"), 1u) << "a swap";
  EXPECT_EQ(edit_distance("ca", "abc"), 3u) << "what was swapped is not changed again";
  EXPECT_EQ(edit_distance("abc", "ca"), 3u);
}

}  // namespace
}  // namespace cvp
