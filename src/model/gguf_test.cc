#include "model/gguf.h"

#include <gmock/gmock.h>

#include <cstring>

#include "model/gguf_writer.h"
#include "model/test_files.h"

namespace cvp::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Builds GGUF bytes by hand, so that every field can be wrong.
struct Bytes {
  std::string s;
  template <class T>
  Bytes& num(T value) {
    s.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  Bytes& str(std::string_view value) {
    num(uint64_t{value.size()});
    s.append(value);
    return *this;
  }
  Bytes& start(uint64_t tensors, uint64_t keys, uint32_t version = 3) {
    s += "GGUF";
    return num(version).num(tensors).num(keys);
  }
  Bytes& key_u32(std::string_view key, uint32_t value) { return str(key).num(uint32_t{4}).num(value); }
  Bytes& tensor(std::string_view name, std::vector<uint64_t> dims, uint32_t type, uint64_t offset) {
    str(name).num(static_cast<uint32_t>(dims.size()));
    for (uint64_t dim : dims) num(dim);
    return num(type).num(offset);
  }
  Bytes& data(size_t bytes, size_t alignment = 32) {
    s.append((alignment - s.size() % alignment) % alignment, '\0');
    s.append(bytes, 'd');
    return *this;
  }
};

Result<GgufHeader> parse(const std::string& bytes) {
  return GgufHeader::parse(bytes, bytes.size(), "m.gguf");
}

void expect_corrupt(const Bytes& bytes, std::string_view reason) {
  const auto header = parse(bytes.s);
  ASSERT_FALSE(header) << "accepted, expected: " << reason;
  EXPECT_EQ(header.error().code, Errc::corrupt);
  EXPECT_THAT(header.error().message.en, HasSubstr(std::string(reason)));
  EXPECT_THAT(header.error().message.en, HasSubstr("m.gguf"));
  EXPECT_THAT(header.error().message.zh, HasSubstr("m.gguf"));
}

Bytes small_file() {
  Bytes b;
  b.start(2, 5)
      .str("general.architecture")
      .num(uint32_t{8})
      .str("bert")
      .key_u32("bert.block_count", 12)
      .str("temperature")
      .num(uint32_t{6})
      .num(0.5f)
      .str("tokens")
      .num(uint32_t{9})
      .num(uint32_t{8})
      .num(uint64_t{2})
      .str("a")
      .str("▁b")
      .str("scores")
      .num(uint32_t{9})
      .num(uint32_t{6})
      .num(uint64_t{2})
      .num(-1.0f)
      .num(-2.5f);
  b.tensor("w", {32, 3}, 2, 0).tensor("bias", {5}, 0, 64);
  return b.data(54).data(20);
}

TEST(GgufTest, ReadsKeysArraysAndTensors) {
  const std::string bytes = small_file().s;
  const auto header = parse(bytes);
  ASSERT_TRUE(header) << header.error().message.en;
  EXPECT_EQ(header->string("general.architecture"), "bert");
  EXPECT_EQ(header->number("bert.block_count"), 12u);
  EXPECT_EQ(header->real("temperature"), 0.5);
  EXPECT_FALSE(header->number("temperature"));
  EXPECT_FALSE(header->number("absent"));
  EXPECT_THAT(header->strings("tokens"), ElementsAre("a", "▁b"));
  EXPECT_THAT(header->numbers<float>("scores"), ElementsAre(-1.0f, -2.5f));
  EXPECT_TRUE(header->numbers<int32_t>("scores").empty());
  const GgufTensor* bias = header->tensor("bias");
  ASSERT_TRUE(bias);
  EXPECT_EQ(bias->bytes, 20u);
  EXPECT_EQ(header->tensor("w")->bytes, 54u);
  EXPECT_EQ(bias->offset, header->data_offset() + 64);
  EXPECT_EQ(bias->offset + bias->bytes, bytes.size());
}

TEST(GgufTest, TruncatedAtEveryLengthIsAnError) {
  const std::string bytes = small_file().s;
  for (size_t length = 0; length < bytes.size(); ++length) {
    const auto header = parse(bytes.substr(0, length));
    ASSERT_FALSE(header) << length;
    EXPECT_EQ(header.error().code, Errc::corrupt) << length;
  }
}

TEST(GgufTest, AHeadThatIsTooShortAsksForMore) {
  const std::string bytes = small_file().s;
  const size_t header_bytes = parse(bytes)->data_offset();
  for (size_t length = 4; length + 32 < header_bytes; ++length) {
    const auto header = GgufHeader::parse(std::string_view(bytes).substr(0, length), bytes.size(), "m");
    ASSERT_FALSE(header) << length;
    EXPECT_EQ(header.error().code, Errc::unavailable) << length;
  }
  EXPECT_TRUE(GgufHeader::parse(std::string_view(bytes).substr(0, header_bytes), bytes.size(), "m"));
}

TEST(GgufTest, EveryFlippedByteIsReadOrRefusedButNeverOverrun) {
  // The bytes live in an exact heap block, so that a sanitizer sees any read past them.
  const std::string bytes = small_file().s;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned char flip : {0x01, 0x80, 0xff}) {
      const auto copy = std::make_unique<char[]>(bytes.size());
      std::memcpy(copy.get(), bytes.data(), bytes.size());
      copy[at] = static_cast<char>(copy[at] ^ flip);
      const auto header = GgufHeader::parse({copy.get(), bytes.size()}, bytes.size(), "m");
      if (!header) continue;
      for (const auto& tensor : header->tensors()) EXPECT_LE(tensor.offset + tensor.bytes, bytes.size());
      header->strings("tokens");
    }
  }
}

TEST(GgufTest, WrongStartsAreNamed) {
  expect_corrupt(Bytes{"GGML____________________"}, "is not a GGUF file");
  expect_corrupt(Bytes{""}, "is not a GGUF file");
  EXPECT_EQ(parse(Bytes{}.start(0, 0, 1).s).error().code, Errc::refused);
  EXPECT_EQ(parse(Bytes{}.start(0, 0, 4).s).error().code, Errc::refused);
  EXPECT_THAT(parse(Bytes{}.start(0, 0, 0x03000000).s).error().message.en, HasSubstr("big-endian"));
  EXPECT_TRUE(parse(Bytes{}.start(0, 0, 2).s));
}

TEST(GgufTest, ImpossibleCountsAreRefusedBeforeAnythingIsReserved) {
  expect_corrupt(Bytes{}.start(UINT64_MAX, 0).data(64), "claims to have 18446744073709551615 tensors");
  expect_corrupt(Bytes{}.start(1000, 0).data(64), "ends within its header");
  expect_corrupt(Bytes{}.start(0, UINT64_MAX).data(64), "metadata keys");
  expect_corrupt(Bytes{}.start(0, 100).data(64), "ends within its header");
  expect_corrupt(Bytes{}.start(0, 1).str("k").num(uint32_t{9}).num(uint32_t{4}).num(uint64_t{1000}).data(64),
                 "ends within its header");
  expect_corrupt(Bytes{}.start(0, 1).str("k").num(uint32_t{9}).num(uint32_t{4}).num(UINT64_MAX / 2).data(64),
                 "elements");
  expect_corrupt(
      Bytes{}.start(0, 1).str("k").num(uint32_t{9}).num(uint32_t{8}).num(uint64_t{1} << 40).data(64),
      "elements");
  expect_corrupt(Bytes{}.start(0, 1).num(UINT64_MAX).data(64), "claims to have 18446744073709551615 bytes");
  expect_corrupt(Bytes{}.start(0, 1).num(uint64_t{1000}).data(64), "ends within its header");
}

TEST(GgufTest, WrongKeysAreNamed) {
  expect_corrupt(Bytes{}.start(0, 2).key_u32("a.b", 1).key_u32("a.b", 2), "“a.b” stands there twice");
  expect_corrupt(Bytes{}.start(0, 1).key_u32("", 1).data(32), "wrong name");
  expect_corrupt(Bytes{}.start(0, 1).key_u32("a\x1b[2J", 1).data(32), "wrong name");
  EXPECT_EQ(parse(Bytes{}.start(0, 1).key_u32("a\x1b[2J", 1).data(32).s).error().message.en.find('\x1b'),
            std::string::npos);
  expect_corrupt(Bytes{}.start(0, 1).str("k").num(uint32_t{13}).data(32), "unknown type 13");
  expect_corrupt(Bytes{}.start(0, 1).str("k").num(uint32_t{9}).num(uint32_t{9}).num(uint64_t{1}).data(32),
                 "unknown type 9");
  for (uint32_t alignment : {0u, 1u, 4u, 24u, 1u << 30})
    expect_corrupt(Bytes{}.start(0, 1).key_u32("general.alignment", alignment), "alignment");
  expect_corrupt(Bytes{}.start(0, 1).str("general.alignment").num(uint32_t{8}).str("32"), "alignment");
}

TEST(GgufTest, AnotherAlignmentIsKept) {
  const auto header = parse(Bytes{}
                                .start(2, 1)
                                .key_u32("general.alignment", 64)
                                .tensor("a", {1}, 0, 0)
                                .tensor("b", {1}, 0, 64)
                                .data(68, 64)
                                .s);
  ASSERT_TRUE(header) << header.error().message.en;
  EXPECT_EQ(header->data_offset() % 64, 0u);
}

TEST(GgufTest, WrongTensorsAreNamed) {
  const auto one = [](std::vector<uint64_t> dims, uint32_t type, uint64_t offset) {
    return Bytes{}.start(1, 0).tensor("w", std::move(dims), type, offset).data(64);
  };
  EXPECT_TRUE(parse(one({4, 4}, 0, 0).s));
  expect_corrupt(one({4, 4}, 0, 32), "offset 32 instead of 0");
  expect_corrupt(one({4, 4}, 0, UINT64_MAX - 31), "offset");
  expect_corrupt(one({4, 5}, 0, 0), "beyond its end");
  expect_corrupt(one({0}, 0, 0), "is empty");
  expect_corrupt(one({4, 0}, 0, 0), "is empty");
  expect_corrupt(one({1, 1, 1, 1, 1}, 0, 0), "5 dimensions");
  expect_corrupt(one({1ull << 32, 1ull << 32}, 0, 0), "impossibly large");
  expect_corrupt(one({UINT64_MAX}, 0, 0), "impossibly large");
  expect_corrupt(one({(1ull << 62) - 1}, 28, 0), "does not fit its type F64");
  expect_corrupt(one({31}, 2, 0), "does not fit its type Q4_0");
  expect_corrupt(one({16, 2}, 2, 0), "does not fit its type Q4_0");
  EXPECT_EQ(parse(one({32}, 200, 0).s).error().code, Errc::refused);
  EXPECT_EQ(parse(one({32}, 4, 0).s).error().code, Errc::refused);
  expect_corrupt(Bytes{}.start(2, 0).tensor("w", {8}, 0, 0).tensor("w", {8}, 0, 32).data(64),
                 "w stands there twice");
  expect_corrupt(Bytes{}.start(2, 0).tensor("a", {8}, 0, 0).tensor("b", {8}, 0, 0).data(64),
                 "offset 0 instead of 32");
  expect_corrupt(Bytes{}.start(1, 0).tensor(std::string(64, 'n'), {8}, 0, 0).data(64), "wrong name");
  expect_corrupt(Bytes{}.start(1, 0).tensor("", {8}, 0, 0).data(64), "wrong name");
}

TEST(GgufWriterTest, WhatIsWrittenIsReadAgain) {
  const auto folder = sys::TempFolder::create();
  const sys::Path path = folder->path() / "m.gguf";
  auto writer = GgufWriter::create(path);
  ASSERT_TRUE(writer);
  writer->set("general.architecture", "bert");
  writer->set("n", uint32_t{7});
  writer->set("eps", 1e-12f);
  writer->set("yes", true);
  writer->set("tokens", std::vector<std::string>{"<s>", "▁中文"});
  writer->set("types", std::vector<int32_t>{3, -1});
  writer->declare("a", std::vector<uint64_t>{3}, TensorType::f32);
  writer->declare("b", std::vector<uint64_t>{32, 2}, TensorType::q4_0);
  ASSERT_TRUE(writer->write_header());
  ASSERT_TRUE(writer->write("0123"));
  ASSERT_TRUE(writer->write("45678901"));
  ASSERT_TRUE(writer->write(std::string(36, 'q')));
  ASSERT_TRUE(writer->finish());

  const auto file = GgufFile::open(path);
  ASSERT_TRUE(file) << file.error().message.en;
  EXPECT_EQ(file->header().number("n"), 7u);
  EXPECT_EQ(file->header().flag("yes"), true);
  EXPECT_FLOAT_EQ(static_cast<float>(*file->header().real("eps")), 1e-12f);
  EXPECT_THAT(file->header().strings("tokens"), ElementsAre("<s>", "▁中文"));
  EXPECT_THAT(file->header().numbers<int32_t>("types"), ElementsAre(3, -1));
  EXPECT_EQ(file->data(*file->header().tensor("a")), "012345678901");
  EXPECT_EQ(file->data(*file->header().tensor("b")), std::string(36, 'q'));
}

TEST(GgufWriterTest, AnUnfinishedFileLeavesNothing) {
  const auto folder = sys::TempFolder::create();
  {
    auto writer = GgufWriter::create(folder->path() / "m.gguf");
    writer->declare("a", std::vector<uint64_t>{3}, TensorType::f32);
    ASSERT_TRUE(writer->write_header());
  }
  EXPECT_TRUE(sys::list_files(folder->path(), 10)->empty());
}

TEST(GgufFileTest, VocabularyFilesOfLlamaCppAreRead) {
  const sys::Path folder = test_data() / "models/vocab_gguf";
  if (!sys::exists(folder)) GTEST_SKIP() << "no test data at " << folder;
  int read = 0;
  const auto files = sys::list_files(folder, 1000);
  ASSERT_TRUE(files);
  for (const auto& path : *files) {
    if (path.extension() != ".gguf") continue;
    const auto file = GgufFile::open(path);
    ASSERT_TRUE(file) << file.error().message.en;
    EXPECT_TRUE(file->header().string("general.architecture")) << path;
    EXPECT_GT(file->header().strings("tokenizer.ggml.tokens").size(), 10'000u) << path;
    ++read;
  }
  EXPECT_GE(read, 5);
}

}  // namespace
}  // namespace cvp::model
