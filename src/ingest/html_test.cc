#include "ingest/html.h"

#include <gtest/gtest.h>

#include "base/unicode.h"
#include "ingest/html_tree.h"
#include "ingest/parse.h"

namespace cvp::ingest {
namespace {

std::string text_of(std::string_view html) {
  auto parsed = parse_html(html, 1 << 20);
  EXPECT_TRUE(parsed.has_value());
  return parsed ? parsed->text : std::string();
}

TEST(Html, StructureBecomesMarkdown) {
  EXPECT_EQ(text_of("<title>T</title><h1>One</h1><p>a <b>b</b>\n c<br>d</p><h2>Two</h2>"
                    "<ul><li>x<ul><li>y</ul><li>z</ul><ol start=3><li>p<li>q</ol><p>end"),
            "# One\n\na b c\nd\n\n## Two\n\n- x\n  - y\n- z\n\n3. p\n4. q\n\nend\n");
  EXPECT_EQ(text_of("<pre>  a\n    b\n</pre>"), "```\n  a\n    b\n```\n");
  EXPECT_EQ(text_of("<p>中文\n换行</p>"), "中文换行\n");
  EXPECT_EQ(text_of("<p>5 &lt; 7 &eacute; &#x4e2d;</p>"), "5 < 7 é 中\n");
  EXPECT_EQ(text_of("<p>10<sup>6</sup> H<sub>2</sub>O</p>"), "10^6 H2O\n");
}

TEST(Html, TablesBecomeRows) {
  EXPECT_EQ(text_of("<table><caption>C</caption><tr><th>a<th>b<tr><td rowspan=2>1<td>2<tr><td>3</table>"),
            "C\n\n| a | b |\n| 1 | 2 |\n| 1 | 3 |\n");
  EXPECT_EQ(text_of("<table><tr><td colspan=2>w<td>x<tr><td>1<td>2<td>3</table>"),
            "| w | | x |\n| 1 | 2 | 3 |\n");
  // A table that lays out the page is none.
  EXPECT_EQ(text_of("<table><tr><td><h2>Menu</h2><td><table><tr><td>1<td>2</table></table>"),
            "## Menu\n\n| 1 | 2 |\n");
  EXPECT_EQ(text_of("<table><tr><td>one<tr><td>two</table>"), "one\n\ntwo\n");
}

TEST(Html, WhatTheReaderDoesNotSeeIsLeftOut) {
  EXPECT_EQ(
      text_of(
          "<script>bad()</script><style>p{}</style><nav>home</nav><p hidden>h</p><p style='display: "
          "none'>n</p>"
          "<p aria-hidden=true>i</p><noscript>js</noscript><select><option>o</select><!-- c --><p>seen</p>"),
      "seen\n");
}

TEST(Html, TitleAndCharset) {
  EXPECT_EQ(parse_html("<title> A\n B </title><p>x", 1000)->title, "A B");
  EXPECT_EQ(parse_html("<h1>Head</h1><p>x", 1000)->title, "Head");
  EXPECT_EQ(declared_charset("<html><meta charset=\"GBK\">"), "gbk");
  EXPECT_EQ(declared_charset("<meta http-equiv=content-type content='text/html; charset=big5'>"), "big5");
  EXPECT_EQ(declared_charset("<?xml version='1.0' encoding='Shift_JIS'?>"), "shift_jis");
  EXPECT_EQ(declared_charset("<p>charset=x"), "");
  const auto gbk = parse_bytes("<html><meta charset=gb2312><p>\xbc\xdb\xb8\xf1", "a.html");
  ASSERT_TRUE(gbk.has_value());
  EXPECT_EQ(gbk->text, "价格\n");
}

TEST(Html, DepthAndMemoryAreLimited) {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<div>";
  deep += "the words stay";
  const auto parsed = parse_html(deep, 1 << 20);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_NE(parsed->text.find("the words stay"), std::string::npos);
  ASSERT_EQ(parsed->notes.size(), 1U);
  EXPECT_FALSE(HtmlTree::parse("<p>x", 100).has_value());
  EXPECT_TRUE(HtmlTree::parse("<p>x", 1 << 20).has_value());
  EXPECT_FALSE(nests_deeper_than("<p><p><p><p><li><li><br><br>", 2));
  EXPECT_TRUE(nests_deeper_than("<b><i><u>", 2));
  EXPECT_FALSE(nests_deeper_than("<script><b><i><u></script><!-- <b><b><b> -->", 2));
}

TEST(Html, TextOverTheLimitIsRefused) {
  const auto parsed = parse_html("<p>" + std::string(2000, 'x'), 1000);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, Errc::refused);
}

TEST(Html, StrippedTagsKeepTheWords) {
  EXPECT_EQ(strip_tags("<!doctype html><p>a &amp; b<script>x</script><b>c</b> &#20013; &unknown; 1 < 2"),
            "\na & bc 中 &unknown; 1 < 2");
}

}  // namespace
}  // namespace cvp::ingest
