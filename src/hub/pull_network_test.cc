// Really downloads two small models: only where CVP_NETWORK_TESTS=1 asks for it.
#include <gtest/gtest.h>
#include <stdlib.h>

#include "hub/puller.h"
#include "sys/sha256.h"

namespace cvp::hub {
namespace {

class PullNetwork : public ::testing::TestWithParam<const char*> {};

TEST_P(PullNetwork, FromItsFirstSource) {
  if (::getenv("CVP_NETWORK_TESTS") == nullptr)
    GTEST_SKIP() << "set CVP_NETWORK_TESTS=1 to download " << GetParam();
  const auto home = sys::TempFolder::create();
  ASSERT_TRUE(home);
  const auto catalogue = model::Catalogue::load();
  ASSERT_TRUE(catalogue) << catalogue.error().message.en;
  const auto entry = catalogue->find(GetParam());
  ASSERT_TRUE(entry) << entry.error().message.en;
  uint64_t most = 0;
  const auto pulled =
      pull(home->path(), **entry, {}, [&](const Progress& p) { most = std::max(most, p.done); }, {});
  ASSERT_TRUE(pulled) << pulled.error().message.en;
  EXPECT_EQ(pulled->gguf_sha256, sys::sha256_file(pulled->gguf).value());
  EXPECT_GE(most, (*entry)->bytes);
  EXPECT_EQ(sys::list_files(home->path(), 100).value().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Models, PullNetwork,
                         ::testing::Values("smollm2-135m-instruct", "multilingual-e5-small"));

}  // namespace
}  // namespace cvp::hub
