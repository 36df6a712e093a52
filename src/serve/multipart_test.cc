#include "serve/multipart.h"

#include <gmock/gmock.h>

#include <random>

#include "base/unicode.h"

namespace cvp::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string part(const std::string& head, const std::string& content) {
  return "--b\r\n" + head + "\r\n\r\n" + content + "\r\n";
}
std::string named(const std::string& parameters) { return "Content-Disposition: form-data; " + parameters; }

std::string boundary_of(const std::string& type) {
  const auto found = form_boundary(type);
  return found ? *found : "none: " + found.error().message.en;
}

TEST(Multipart, FindsTheBoundary) {
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(boundary_of("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b'c\""), "a b'c");
  for (const char* wrong : {"", "multipart/form-data", "multipart/mixed; boundary=a", "application/json",
                            "multipart/form-data; boundary=", "multipart/form-data; boundary=a\"b",
                            "multipart/form-data; boundary=\"a", "multipart/form-data; boundary=\"a \"",
                            "multipart/form-data; boundary=a; boundary=b"})
    EXPECT_THAT(boundary_of(wrong), HasSubstr("none: ")) << wrong;
  EXPECT_THAT(boundary_of("multipart/form-data; boundary=" + std::string(71, 'x')), HasSubstr("none: "));
}

TEST(Multipart, ReadsFieldsAndFiles) {
  const std::string body =
      part(named("name=\"purpose\""), "user_data") +
      part("content-type: text/plain\r\n" + named("name=file; filename=\"a \\\"b\\\" 中.txt\""),
           "one\r\n--\r\n--c\r\ntwo") +
      part(named("name=\"empty\"; filename=\"\""), "") + "--b--\r\n";
  const auto parts = read_form(body, "b");
  ASSERT_TRUE(parts) << parts.error().message.en;
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ((*parts)[0].name, "purpose");
  EXPECT_FALSE((*parts)[0].file_name);
  EXPECT_EQ((*parts)[0].content, "user_data");
  EXPECT_EQ((*parts)[1].name, "file");
  EXPECT_EQ((*parts)[1].file_name, "a \"b\" 中.txt");
  EXPECT_EQ((*parts)[1].content, "one\r\n--\r\n--c\r\ntwo");
  EXPECT_EQ((*parts)[2].file_name, "");
  EXPECT_EQ((*parts)[2].content, "");
}

TEST(Multipart, KeepsTheStrokesOfWindows) {
  const std::string body = part(named("name=\"file\"; filename=\"C:\\docs\\a.txt\""), "x") + "--b--";
  const auto parts = read_form(body, "b");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->front().file_name, "C:\\docs\\a.txt");
}

TEST(Multipart, KnowsTheMarksOfBrowsers) {
  const std::string body = part(named("name=\"file\"; filename=\"a %22b%22 100%.txt\""), "x") + "--b--";
  const auto parts = read_form(body, "b");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->front().file_name, "a \"b\" 100%.txt");
}

TEST(Multipart, KnowsTheEmptyForm) {
  const auto parts = read_form("--b--\r\n", "b");
  ASSERT_TRUE(parts);
  EXPECT_TRUE(parts->empty());
}

class BrokenForm : public testing::TestWithParam<std::string> {};

TEST_P(BrokenForm, IsRefused) {
  const auto parts = read_form(GetParam(), "b");
  ASSERT_FALSE(parts) << GetParam();
  EXPECT_EQ(parts.error().code, Errc::usage);
  EXPECT_FALSE(parts.error().message.zh.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenForm,
    testing::Values("", "x", "--b", "--b\r\n", "--b--x", "--b--\r\n\r\n", "--b\n\n\n--b--",
                    "before\r\n--b\r\n" + named("name=a") + "\r\n\r\nx\r\n--b--", part(named("name=a"), "x"),
                    "--b\r\n" + named("name=a") + "\r\n\r\nx", part(named("name=a"), "x") + "--b--\r\nbehind",
                    part("", "x") + "--b--", part("Content-Type: text/plain", "x") + "--b--",
                    part(named("filename=a"), "x") + "--b--", part(named("name=\"\""), "x") + "--b--",
                    part("Content-Disposition: attachment; name=a", "x") + "--b--",
                    part(named("name=a") + "\r\n" + named("name=b"), "x") + "--b--",
                    part(named("name=a; name=b"), "x") + "--b--", part(named("name=\"a"), "x") + "--b--",
                    part(named("name=\"a\"b"), "x") + "--b--", part(named("name"), "x") + "--b--",
                    part(named("name=\"a\tb\""), "x") + "--b--", part(named("name=\"\xff\""), "x") + "--b--",
                    part(named("name=a; filename=\"\xc3\x28\""), "x") + "--b--",
                    part(named("name=a") + "\r\n folded: x", "x") + "--b--", part("no colon", "x") + "--b--",
                    part(named("name=a") + "\r\nContent-Transfer-Encoding: base64", "eA==") + "--b--",
                    part(named("name=a") + "\r\nX: " + std::string(kPartHeadBytes, 'x'), "x") + "--b--"));

TEST(Multipart, HasALimitOfParts) {
  std::string body;
  for (size_t i = 0; i < kFormParts; ++i) body += part(named("name=a"), "x");
  EXPECT_TRUE(read_form(body + "--b--", "b"));
  EXPECT_FALSE(read_form(body + part(named("name=a"), "x") + "--b--", "b"));
}

TEST(Multipart, GivesBackWhatWasWritten) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> contents(1 + random() % 5);
    std::string body;
    for (std::string& content : contents) {
      // From what borders are made of, so that near misses are frequent.
      for (size_t n = random() % 40; n > 0; --n) content += "\r\n-ab"[random() % 5];
      while (content.find("\r\n--b") != std::string::npos) content.pop_back();
      body += part(named("name=a; filename=f"), content);
    }
    const auto parts = read_form(body + "--b--", "b");
    ASSERT_TRUE(parts) << body;
    ASSERT_EQ(parts->size(), contents.size()) << body;
    for (size_t i = 0; i < contents.size(); ++i) EXPECT_EQ((*parts)[i].content, contents[i]) << body;
  }
}

TEST(Multipart, SurvivesEveryDamage) {
  const std::string good =
      part(named("name=\"purpose\""), "user_data") +
      part("Content-Type: text/plain\r\n" + named("name=file; filename=\"a.txt\""), "words\r\nand words") +
      "--b--\r\n";
  ASSERT_TRUE(read_form(good, "b"));
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bad = good;
    for (size_t n = 1 + random() % 4; n > 0 && !bad.empty(); --n) {
      const size_t at = random() % bad.size();
      switch (random() % 4) {
        case 0:
          bad[at] = static_cast<char>(random());
          break;
        case 1:
          bad.erase(at, 1 + random() % 20);
          break;
        case 2:
          bad.insert(at, bad.substr(random() % bad.size(), random() % 20));
          break;
        default:
          bad.insert(at, 1, "\r\n-\";=:"[random() % 7]);
      }
    }
    const auto parts = read_form(bad, "b");
    if (!parts) continue;
    for (const FormPart& one : *parts) {
      EXPECT_FALSE(one.name.empty());
      EXPECT_TRUE(valid_utf8(one.name + one.file_name.value_or("")));
      EXPECT_GE(one.content.data(), bad.data());
      EXPECT_LE(one.content.data() + one.content.size(), bad.data() + bad.size());
    }
  }
}

}  // namespace
}  // namespace cvp::serve
