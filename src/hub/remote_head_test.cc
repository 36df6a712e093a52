#include "hub/remote_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/gguf_writer.h"
#include "sys/files.h"
#include "testing/http_stub.h"

namespace cvp::hub {
namespace {

using cvp::testing::HttpStub;
using cvp::testing::StubReply;
using ::testing::HasSubstr;

/// A GGUF file whose header takes `key_bytes` and whose data a good deal more.
std::string gguf_file(size_t key_bytes) {
  const auto folder = sys::TempFolder::create();
  const sys::Path path = folder->path() / "m.gguf";
  auto writer = model::GgufWriter::create(path);
  writer->set("general.architecture", "llama");
  writer->set("tokenizer.text", std::string(key_bytes, 't'));
  writer->declare("w", std::vector<uint64_t>{1024, 1024}, model::TensorType::f32);
  EXPECT_TRUE(writer->write_header());
  EXPECT_TRUE(writer->write(std::string(4 << 20, 'w')));
  EXPECT_TRUE(writer->finish());
  return sys::read_file(path, 64 << 20).value();
}

std::string safetensors_file() {
  const std::string header = R"({"x":{"dtype":"F16","shape":[3,4],"data_offsets":[0,24]}})";
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + std::string(24, 'd');
}

class RemoteHead : public ::testing::Test {
 protected:
  std::string serve(StubReply reply) {
    stub_.route("/m", reply);
    return stub_.url("/m");
  }
  uint64_t asked_to() const {  // the last byte that was asked for
    uint64_t last = 0;
    for (const auto& request : stub_.requests()) {
      const std::string& range = request.headers.at("range");
      last = std::max<uint64_t>(last, std::stoull(range.substr(range.find('-') + 1)));
    }
    return last;
  }
  HttpStub stub_;
  CancelToken cancel_;
};

TEST_F(RemoteHead, FetchesTheHeaderAndLittleMore) {
  const std::string file = gguf_file(100);
  const auto remote = fetch_gguf_header(serve({.body = file}), cancel_);
  ASSERT_TRUE(remote) << remote.error().message.en;
  EXPECT_EQ(remote->file_bytes, file.size());
  EXPECT_EQ(remote->header.tensors().size(), 1u);
  EXPECT_EQ(remote->header.string("general.architecture"), "llama");
  EXPECT_EQ(asked_to(), (1u << 20) - 1);
}

TEST_F(RemoteHead, ALongHeaderIsFetchedInSteps) {
  const std::string file = gguf_file(3 << 20);
  const auto remote = fetch_gguf_header(serve({.body = file}), cancel_);
  ASSERT_TRUE(remote) << remote.error().message.en;
  EXPECT_EQ(remote->header.string("tokenizer.text")->size(), 3u << 20);
  ASSERT_EQ(stub_.requests().size(), 2u);
  EXPECT_THAT(stub_.requests()[1].headers.at("range"), ::testing::EndsWith("-4194303"));
}

TEST_F(RemoteHead, AServerWithoutRangesIsCutOff) {
  const std::string file = gguf_file(3 << 20);
  const auto remote = fetch_gguf_header(serve({.body = file, .supports_range = false}), cancel_);
  ASSERT_TRUE(remote) << remote.error().message.en;
  EXPECT_EQ(remote->file_bytes, file.size());
  EXPECT_LT(remote->head.size(), file.size());
}

TEST_F(RemoteHead, ASafetensorsHeaderNamesItsTensors) {
  const auto remote = fetch_safetensors_header(serve({.body = safetensors_file()}), cancel_);
  ASSERT_TRUE(remote) << remote.error().message.en;
  EXPECT_EQ(remote->tensors.at("x").elements(), 12u);
  EXPECT_EQ(remote->tensors.at("x").type, "F16");
}

TEST_F(RemoteHead, WhatIsNoModelIsSaid) {
  const auto remote = fetch_gguf_header(serve({.body = "<html>Not here</html>"}), cancel_);
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Errc::corrupt);
}

TEST_F(RemoteHead, AnEmptyOrCutFileIsAnError) {
  EXPECT_FALSE(fetch_gguf_header(serve({.body = ""}), cancel_));
  const auto empty = fetch_gguf_header(serve({.status = 416}), cancel_);
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Errc::corrupt);
  EXPECT_NE(empty.error().message.en.find("is empty"), std::string::npos) << empty.error().message.en;
  const std::string file = gguf_file(100);
  const auto cut = fetch_gguf_header(serve({.body = file.substr(0, 60)}), cancel_);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::corrupt);
  EXPECT_FALSE(fetch_gguf_header(serve({.body = file, .drop_after = 1000}), cancel_));
}

TEST_F(RemoteHead, AnEndlessHeaderIsRefused) {
  std::string file = gguf_file(100);
  const uint64_t claimed = 15 << 20;  // the text would end far beyond what the file has
  const size_t at = file.find("tokenizer.text") + 14 + 4;
  std::memcpy(file.data() + at, &claimed, sizeof(claimed));
  const auto remote = fetch_gguf_header(serve({.body = file}), cancel_);
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Errc::corrupt);
}

TEST_F(RemoteHead, StatusesMeanWhatTheySay) {
  EXPECT_EQ(fetch_gguf_header(serve({.status = 404}), cancel_).error().code, Errc::not_found);
  EXPECT_EQ(fetch_gguf_header(serve({.status = 401}), cancel_).error().code, Errc::refused);
  EXPECT_EQ(fetch_text(serve({.status = 503}), 100, cancel_).error().code, Errc::unavailable);
  EXPECT_EQ(fetch_text(serve({.body = "{}"}), 100, cancel_).value(), "{}");
  EXPECT_FALSE(fetch_text(serve({.body = std::string(1000, 'x')}), 100, cancel_));
}

TEST(RemoteUrl, RepositoriesBecomeAddresses) {
  const RemoteBases bases{"https://hf.example", "https://ms.example"};
  EXPECT_EQ(remote_url("hf:Org/Repo/a b.gguf", "", bases).value(),
            "https://hf.example/Org/Repo/resolve/main/a%20b.gguf");
  EXPECT_EQ(remote_url("hf:Org/Repo", "config.json", bases).value(),
            "https://hf.example/Org/Repo/resolve/main/config.json");
  EXPECT_EQ(remote_url("ms:Org/Repo/x.gguf", "", bases).value(),
            "https://ms.example/models/Org/Repo/resolve/master/x.gguf");
  EXPECT_EQ(remote_url("https://example.org/x.gguf", "", bases).value(), "https://example.org/x.gguf");
  for (const char* wrong : {"hf:", "hf:Org", "hf:/Repo", "hf:Org/", "x.gguf", ""})
    EXPECT_EQ(remote_url(wrong, "config.json", bases).error().code, Errc::usage) << wrong;
  EXPECT_EQ(remote_url("hf:Org/Repo", "", bases).error().code, Errc::usage);
}

}  // namespace
}  // namespace cvp::hub
