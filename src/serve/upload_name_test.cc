#include "serve/upload_name.h"

#include <gtest/gtest.h>

#include "base/unicode.h"

namespace cvp::serve {
namespace {

std::string clean(std::string_view name) { return clean_upload_name(name).value_or("(refused)"); }

TEST(UploadName, FoldersStay) {
  EXPECT_EQ(clean("report.pdf"), "report.pdf");
  EXPECT_EQ(clean("合同/2024 年/租赁 合同.docx"), "合同/2024 年/租赁 合同.docx");
  EXPECT_EQ(clean("a\\b\\c.txt"), "a/b/c.txt");
}

TEST(UploadName, NothingClimbsOrBeginsAtARoot) {
  EXPECT_EQ(clean("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(clean("../../a.txt"), "a.txt");
  EXPECT_EQ(clean("a/../../b.txt"), "a/b.txt");
  EXPECT_EQ(clean("..\\..\\b.txt"), "b.txt");
  EXPECT_EQ(clean("./a//b/./c.txt/"), "a/b/c.txt");
  EXPECT_EQ(clean("C:\\Users\\me\\a.txt"), "C:/Users/me/a.txt");
  EXPECT_EQ(clean("a/ .. /b"), "a/b");
}

TEST(UploadName, NothingUnseenStays) {
  EXPECT_EQ(clean("a\nb\tc\x7f.txt"), "abc.txt");
  EXPECT_EQ(clean("invoice\u202Efdp.exe"), "invoicefdp.exe");
  EXPECT_EQ(clean("\uFEFFa\u200B.txt"), "a.txt");
  EXPECT_EQ(clean(".\u200E./a"), "a") << "what is left must not climb either";
  EXPECT_EQ(clean("  a.txt  "), "a.txt");
  EXPECT_TRUE(valid_utf8(clean("a\xff\xfe.txt")));
}

TEST(UploadName, WhatIsNoNameIsRefused) {
  for (const std::string_view name : {"", "/", "..", " ", "\n", "../..", "\u202E"}) {
    const auto refused = clean_upload_name(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Errc::usage);
  }
  EXPECT_FALSE(clean_upload_name(std::string(kUploadNameBytes + 1, 'a')));
  EXPECT_TRUE(clean_upload_name(std::string(kUploadNameBytes, 'a')));
}

}  // namespace
}  // namespace cvp::serve
