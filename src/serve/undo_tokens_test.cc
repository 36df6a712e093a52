#include "serve/undo_tokens.h"

#include <gtest/gtest.h>

namespace cvp::serve {
namespace {

TEST(UndoTokens, AreOfOneDocumentsDeletion) {
  const UndoTokens tokens;
  const std::string token = tokens.token({.document = 7, .collection = 3, .until_unix = 1'700'000'600});
  EXPECT_LE(token.size(), UndoTokens::kMostBytes);
  const auto read = tokens.read(token, 7);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->document, 7);
  EXPECT_EQ(read->collection, 3);
  EXPECT_EQ(read->until_unix, 1'700'000'600);
  EXPECT_FALSE(tokens.read(token, 8));
  EXPECT_FALSE(UndoTokens().read(token, 7)) << "another process has another secret";
}

TEST(UndoTokens, NothingInThemCanBeChanged) {
  const UndoTokens tokens;
  const std::string token = tokens.token({.document = 7, .collection = 3, .until_unix = 1'700'000'600});
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(tokens.read(changed, 7)) << i;
  }
  for (const std::string& wrong : {std::string(), std::string("."), std::string(".."), token + "0",
                                   "9" + token, token.substr(0, token.size() - 1), std::string(1000, 'a')})
    EXPECT_FALSE(tokens.read(wrong, 7)) << wrong;
}

}  // namespace
}  // namespace cvp::serve
