#include "model/onnx.h"

#include <gmock/gmock.h>

#include "model/import_fixture.h"

namespace cvp::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A graph keeps views: it lives with its bytes.
class OnnxTest : public ::testing::Test {
 protected:
  Result<OnnxGraph> parse(const std::string& graph) {
    bytes_ = field(7, graph);
    return OnnxGraph::parse(bytes_, "m.onnx");
  }
  std::string bytes_;
};

void expect_corrupt(const std::string& bytes, const std::string& reason) {
  const auto graph = OnnxGraph::parse(bytes, "m.onnx");
  ASSERT_FALSE(graph) << reason;
  EXPECT_EQ(graph.error().code, Errc::corrupt);
  EXPECT_THAT(graph.error().message.en, HasSubstr(reason));
}

TEST_F(OnnxTest, ReadsTensorsConstantsAndNodes) {
  std::string eight;
  put(eight, uint64_t{8});
  const auto graph = parse(field(5, onnx_tensor("w", {2, 300}, 1, std::string(2400, 'w'))) +
                           field(1, onnx_constant("c", onnx_tensor("", {1}, 7, eight))) +
                           field(1, onnx_node("/n", "MatMul", {"x", "w"}, "y")));
  ASSERT_TRUE(graph) << graph.error().message.en;
  EXPECT_THAT(graph->tensors.at("w").dims, ElementsAre(2u, 300u));
  EXPECT_EQ(graph->tensors.at("w").bytes.size(), 2400u);
  EXPECT_EQ(graph->value_of("c")->single_integer(), 8u);
  EXPECT_FALSE(graph->value_of("c")->single_float());
  EXPECT_EQ(graph->value_of("absent"), nullptr);
  ASSERT_EQ(graph->nodes.size(), 2u);
  EXPECT_EQ(graph->nodes[1].operation, "MatMul");
  EXPECT_THAT(graph->nodes[1].inputs, ElementsAre("x", "w"));
}

TEST_F(OnnxTest, IntegersMayStandAsAList) {
  const auto graph =
      parse(field(1, onnx_constant("c", field(1, varint(1)) + field(2, uint64_t{7}) + field(7, varint(12)))));
  ASSERT_TRUE(graph) << graph.error().message.en;
  EXPECT_EQ(graph->value_of("c")->single_integer(), 12u);
}

TEST_F(OnnxTest, WeightsInOtherFilesAreRefused) {
  const auto graph = parse(field(5, onnx_tensor("w", {1}, 1, "") + field(14, uint64_t{1})));
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().code, Errc::refused);
  EXPECT_THAT(graph.error().message.en, HasSubstr("another file"));
}

TEST_F(OnnxTest, BrokenMessagesAreNamed) {
  expect_corrupt("", "no graph");
  expect_corrupt(
      "\x3a\x05"
      "ab",
      "ends inside a field");
  expect_corrupt(std::string(11, '\xff'), "a number in it is broken");
  expect_corrupt(std::string("\x3a") + std::string(9, '\xff') + "\x7f", "a number in it is broken");
  expect_corrupt("\x3b", "unknown kind");
  expect_corrupt(std::string(1, '\0'), "impossible number");
  expect_corrupt(field(7, std::string()) + field(7, std::string()), "two graphs");
  const std::string tensor = field(5, onnx_tensor("w", {1}, 1, "abcd"));
  expect_corrupt(field(7, tensor + tensor), "w stands there twice");
  expect_corrupt(field(7, field(5, field(1, std::string(9, '\1')))), "too long");
  expect_corrupt(field(7, field(1, field(3, std::string(5000, 'n')))), "a name in it is broken");
  std::string many;
  for (int i = 0; i < 5000; ++i) many += field(1, std::string("x"));
  expect_corrupt(field(7, field(1, many)), "too many inputs");
}

}  // namespace
}  // namespace cvp::model
