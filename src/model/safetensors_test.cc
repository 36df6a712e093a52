#include "model/safetensors.h"

#include <gmock/gmock.h>

namespace cvp::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string file(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + data;
}

void expect_error(const std::string& header, Errc code, const std::string& reason) {
  const auto tensors = read_safetensors(file(header, std::string(16, 'd')), "m.safetensors");
  ASSERT_FALSE(tensors) << header;
  EXPECT_EQ(tensors.error().code, code) << tensors.error().message.en;
  EXPECT_THAT(tensors.error().message.en, HasSubstr(reason));
  EXPECT_THAT(tensors.error().message.en, HasSubstr("m.safetensors"));
}

TEST(SafetensorsTest, ReadsTensors) {
  const std::string bytes = file(
      R"({"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},"e":{"dtype":"I8","shape":[0],"data_offsets":[4,4]}})",
      "0123abcdefgh");
  const auto tensors = read_safetensors(bytes, "m");
  ASSERT_TRUE(tensors) << tensors.error().message.en;
  ASSERT_EQ(tensors->size(), 2u);
  EXPECT_EQ(tensors->at("x").bytes, "abcdefgh");
  EXPECT_EQ(tensors->at("x").type, "F32");
  EXPECT_THAT(tensors->at("x").shape, ElementsAre(2u, 1u));
}

TEST(SafetensorsTest, ReadsAHeaderWithoutItsData) {
  const std::string bytes = file(R"({"x":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}})", "");
  const auto tensors = read_safetensors_header(bytes, bytes.size() + 12, "m");
  ASSERT_TRUE(tensors) << tensors.error().message.en;
  EXPECT_EQ(tensors->at("x").elements(), 6u);
  EXPECT_EQ(tensors->at("x").bytes, 12u);
  EXPECT_EQ(read_safetensors_header(bytes.substr(0, 20), bytes.size() + 12, "m").error().code,
            Errc::unavailable);
  EXPECT_EQ(read_safetensors_header(bytes, bytes.size() + 11, "m").error().code, Errc::corrupt);
}

TEST(SafetensorsTest, BrokenHeadersAreNamed) {
  expect_error("{", Errc::corrupt, "JSON");
  expect_error("[]", Errc::corrupt, "not a list of tensors");
  expect_error(std::string(100, '['), Errc::corrupt, "JSON");
  expect_error(R"({"x":1})", Errc::corrupt, "incomplete");
  expect_error(R"({"x":{"dtype":"F32","shape":[1]}})", Errc::corrupt, "incomplete");
  expect_error(R"({"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", Errc::corrupt, "incomplete");
  expect_error(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", Errc::corrupt, "incomplete");
  expect_error(R"({"x":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", Errc::corrupt,
               "incomplete");
  expect_error(R"({"x":{"dtype":"Q9","shape":[1],"data_offsets":[0,4]}})", Errc::refused, "Q9");
}

TEST(SafetensorsTest, RangesAreCheckedAgainstShapesFileAndEachOther) {
  expect_error(R"({"x":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}})", Errc::corrupt, "beyond its end");
  expect_error(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", Errc::corrupt, "beyond its end");
  expect_error(
      R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,18446744073709551615]}})",
      Errc::corrupt, "beyond its end");
  expect_error(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", Errc::corrupt,
               "does not fit its shape");
  expect_error(R"({"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", Errc::corrupt,
               "does not fit its shape");
  expect_error(
      R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      Errc::corrupt, "overlap");
}

TEST(SafetensorsTest, ImpossibleHeaderLengths) {
  for (const uint64_t length : {uint64_t{9}, uint64_t{1} << 40, UINT64_MAX}) {
    const std::string bytes = std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + "{}";
    EXPECT_EQ(read_safetensors(bytes, "m").error().code, Errc::corrupt) << length;
  }
  EXPECT_EQ(read_safetensors("1234567", "m").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace cvp::model
