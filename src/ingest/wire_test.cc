#include "ingest/wire.h"

#include <gtest/gtest.h>

#include <random>

namespace cvp::ingest {
namespace {

ParseReply sample() {
  ParseReply reply;
  reply.content_sha256 = std::string(64, 'a');
  reply.parsed.text = "一页\n\nsecond page\n";
  reply.parsed.title = "标题";
  reply.parsed.media_type = "application/pdf";
  reply.parsed.page_starts = {0, 8};
  reply.parsed.layout = {{{0, 6}, 1, {1, 2, 3, 4}}, {{8, 19}, 2, {1, 2, 3, 4}}};
  reply.parsed.notes = {text("a note", "说明")};
  return reply;
}

TEST(Wire, RoundTrips) {
  const auto reply = decode_reply(encode_reply(sample()));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->parsed.text, sample().parsed.text);
  EXPECT_EQ(reply->parsed.page_starts, sample().parsed.page_starts);
  ASSERT_EQ(reply->parsed.layout.size(), 2U);
  EXPECT_EQ(reply->parsed.layout[1].span, (Span{8, 19}));
  EXPECT_EQ(reply->parsed.notes[0].zh, "说明");

  const auto error = decode_reply(encode_reply(fail(Errc::refused, text("no", "不"), text("do", "做"))));
  ASSERT_FALSE(error.has_value());
  EXPECT_EQ(error.error().code, Errc::refused);
  EXPECT_EQ(error.error().hint.zh, "做");

  const auto request = decode_request(encode_request({"名.pdf", "/tmp/\xff.pdf", 5, 6}));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->path, "/tmp/\xff.pdf");
  EXPECT_FALSE(decode_request("not a request").has_value());
}

void refused(const std::function<void(ParseReply&)>& spoil) {
  ParseReply reply = sample();
  spoil(reply);
  const auto decoded = decode_reply(encode_reply(reply));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, Errc::corrupt);
}

TEST(Wire, AHostileReplyIsRefused) {
  refused([](ParseReply& r) { r.parsed.text = "\xff"; });
  refused([](ParseReply& r) { r.parsed.text[1] = '\0'; });
  refused([](ParseReply& r) { r.content_sha256 = "short"; });
  refused([](ParseReply& r) { r.parsed.page_starts = {8, 0}; });
  refused([](ParseReply& r) { r.parsed.page_starts = {1, 8}; });
  refused([](ParseReply& r) { r.parsed.page_starts = {0, 900}; });
  refused([](ParseReply& r) { r.parsed.page_starts = {0, 4}; });  // inside a code point
  refused([](ParseReply& r) { std::swap(r.parsed.layout[0], r.parsed.layout[1]); });
  refused([](ParseReply& r) { r.parsed.layout[1].span.end = 900; });
  refused([](ParseReply& r) { r.parsed.layout[1].page = 3; });
  refused([](ParseReply& r) { r.parsed.layout[0].box.x0 = std::numeric_limits<float>::infinity(); });
  refused([](ParseReply& r) { r.parsed.notes.resize(200); });
  EXPECT_EQ(decode_reply(encode_reply(fail_cancelled())).error().code, Errc::corrupt);
}

TEST(Wire, RandomDamageNeverCrashes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string good = encode_reply(sample());
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good.substr(0, random() % 4 == 0 ? random() % good.size() : good.size());
    for (size_t n = random() % 4; n > 0 && !bytes.empty(); --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto reply = decode_reply(bytes);
    if (!reply) continue;
    EXPECT_TRUE(valid_utf8(reply->parsed.text));
    for (const auto& line : reply->parsed.layout) EXPECT_LE(line.span.end, reply->parsed.text.size());
  }
}

}  // namespace
}  // namespace cvp::ingest
