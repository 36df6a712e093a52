#include "ingest/kind.h"

#include <gtest/gtest.h>

namespace cvp::ingest {
namespace {

using namespace std::string_literals;

Kind kind_of(const std::string& bytes, const std::string& name) {
  const auto kind = detect_kind(bytes, name);
  EXPECT_TRUE(kind.has_value()) << name << ": " << (kind ? "" : kind.error().message.en);
  return kind.value_or(Kind::text);
}

std::string refusal(const std::string& bytes, const std::string& name) {
  const auto kind = detect_kind(bytes, name);
  EXPECT_FALSE(kind.has_value()) << name;
  if (kind) return "";
  EXPECT_FALSE(kind.error().message.zh.empty());
  EXPECT_FALSE(kind.error().hint.en.empty()) << kind.error().message.en;
  return kind.error().message.en;
}

TEST(Kind, ContentDecidesAndTheNameHints) {
  EXPECT_EQ(kind_of("%PDF-1.7\n", "a.txt"), Kind::pdf);
  EXPECT_EQ(kind_of("\n\n%PDF-1.4", "a"), Kind::pdf);
  EXPECT_EQ(kind_of("junk before\n%PDF-1.4", "a.pdf"), Kind::pdf);
  EXPECT_EQ(kind_of("A PDF begins with %PDF-1.4.", "a.txt"), Kind::text);
  EXPECT_EQ(kind_of("<!DOCTYPE html><p>x", "a.pdf"), Kind::html);
  EXPECT_EQ(kind_of("\xef\xbb\xbf<?xml version='1.0'?><!-- c --><html>", "a.txt"), Kind::html);
  EXPECT_EQ(kind_of("<p>a fragment</p>", "a.html"), Kind::html);
  EXPECT_EQ(kind_of("<p>a fragment</p>", "a.txt"), Kind::text);
  EXPECT_EQ(kind_of("<h1 align=center>x</h1>\n\n# y", "README.md"), Kind::markdown);
  EXPECT_EQ(kind_of("# Title\n\nSome **bold** words\n", "notes"), Kind::markdown);
  EXPECT_EQ(kind_of("#!/bin/sh\n# comment\necho **x**\n", "script.txt"), Kind::text);
  EXPECT_EQ(kind_of("BMW makes cars", "a.txt"), Kind::text);
  EXPECT_EQ(kind_of("普通文本", "a.txt"), Kind::text);
  EXPECT_EQ(kind_of("\xff\xfe"
                    "a\0b\0"s,
                    "a.txt"),
            Kind::text);
  EXPECT_EQ(kind_of("PK\x03\x04..word/document.xml.."s, "a.zip"), Kind::docx);
}

TEST(Kind, RefusalsSayWhatItIs) {
  EXPECT_EQ(refusal("", "a.txt"), "the file is empty");
  EXPECT_EQ(refusal("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a.txt"), "looks like binary data (PNG picture)");
  EXPECT_EQ(refusal("\x7f"
                    "ELF\2\1\1\0"s,
                    "a.txt"),
            "looks like binary data (Linux program)");
  EXPECT_NE(refusal("text" + std::string(200, '\1') + "text", "a.txt").find("control bytes"),
            std::string::npos);
  EXPECT_NE(refusal("PK\x03\x04 xl/workbook.xml"s, "a.docx").find("(.xlsx)"), std::string::npos);
  EXPECT_NE(refusal("PK\x03\x04 other"s, "a.docx").find("zip archive"), std::string::npos);
  EXPECT_NE(refusal("this is not a zip", "a.docx").find("not a zip container"), std::string::npos);
  EXPECT_NE(refusal("just words", "a.pdf").find("not a PDF"), std::string::npos);
  const std::string ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
  const auto wide = [](const std::string& s) {
    std::string out;
    for (const char c : s) out += {c, '\0'};
    return out;
  };
  EXPECT_NE(refusal(ole + wide("WordDocument"), "a.doc").find("(.doc)"), std::string::npos);
  EXPECT_NE(refusal(ole + wide("Workbook"), "a.doc").find("(.xls)"), std::string::npos);
  EXPECT_NE(refusal(ole + wide("EncryptedPackage"), "a.docx").find("password"), std::string::npos);
  const auto slides = detect_kind(ole + wide("PowerPoint Document"), "a.ppt");
  ASSERT_FALSE(slides.has_value());
  EXPECT_EQ(slides.error().message.zh, "旧版 PowerPoint 演示文稿（.ppt）暂不支持");
  EXPECT_NE(refusal("{\\rtf1 x}", "a.rtf").find("RTF"), std::string::npos);
}

}  // namespace
}  // namespace cvp::ingest
