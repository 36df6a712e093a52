#include <gtest/gtest.h>

#include <random>

#include "base/unicode.h"
#include "ingest/adder.h"
#include "ingest/outline.h"
#include "ingest/test_support.h"

namespace cvp::ingest {
namespace {

store::ParsedText markdown(std::string text) {
  store::ParsedText parsed;
  parsed.text = std::move(text);
  parsed.media_type = "text/markdown";
  return parsed;
}

std::string own(const store::ParsedText& parsed, const store::ChunkSpan& chunk) {
  return parsed.text.substr(chunk.span.begin, chunk.span.size());
}

std::vector<store::ChunkSpan> cut(const store::ParsedText& parsed, const ChunkOptions& options = {}) {
  return chunk(parsed, *model::estimating_tokenizer(), options);
}

/// Every property that the header promises.
void check(const store::ParsedText& parsed, const model::Tokenizer& tokenizer, const ChunkOptions& options) {
  const auto chunks = chunk(parsed, tokenizer, options);
  const auto border = [&](uint32_t at) {
    return at == parsed.text.size() || (static_cast<unsigned char>(parsed.text[at]) & 0xc0) != 0x80;
  };
  const auto only_space = [&](size_t from, size_t to) {
    for (size_t pos = from; pos < to;)
      if (!is_space(decode_utf8(parsed.text, pos))) return false;
    return true;
  };
  uint32_t end = 0;
  for (const auto& c : chunks) {
    ASSERT_LT(c.span.begin, c.span.end);
    ASSERT_LE(end, c.span.begin);
    ASSERT_TRUE(only_space(end, c.span.begin)) << "lost bytes before " << c.span.begin;
    ASSERT_LE(c.context_begin, c.span.begin);
    ASSERT_TRUE(border(c.span.begin) && border(c.span.end) && border(c.context_begin));
    const std::string indexed = parsed.text.substr(c.context_begin, c.span.end - c.context_begin);
    ASSERT_EQ(c.tokens, tokenizer.count(c.heading) + tokenizer.count(indexed));
    ASSERT_LE(c.tokens, options.max_tokens);
    ASSERT_LE(c.page_first, c.page_last);
    end = c.span.end;
  }
  ASSERT_TRUE(only_space(end, parsed.text.size())) << "lost bytes at the end";
  const auto again = chunk(parsed, tokenizer, options);
  ASSERT_EQ(again.size(), chunks.size());
  for (size_t i = 0; i < chunks.size(); ++i)
    ASSERT_TRUE(again[i].span == chunks[i].span && again[i].heading == chunks[i].heading);
}

std::string random_document(std::mt19937& random) {
  const std::vector<std::string> words = {
      "模型",      "显存", "需要", "the ", "memory ", "of ",      "a ",
      "server ",   "。",   "，",   ". ",   "! ",      "\n",       "\n\n",
      "PPR-9087 ", "é",    "😀",   "\t",   "　",      "「引文」", "http://example.org/a/long/path ",
      "1.5 "};
  std::string text;
  const size_t lines = random() % 40;
  for (size_t i = 0; i < lines; ++i) {
    switch (random() % 10) {
      case 0:
        text += std::string(1 + random() % 3, '#') + " Heading " + std::to_string(random() % 9) + "\n";
        break;
      case 1:
        text += "| a | b |\n";
        break;
      case 2:
        text += "- ";
        break;
      case 3:
        text += "第" + std::to_string(random() % 20) + "条 ";
        break;
      case 4:
        text += "```\n";
        break;
      case 5:
        text += std::string(random() % 400, 'x');
        break;
      default:
        break;
    }
    for (size_t n = random() % 60; n > 0; --n) text += words[random() % words.size()];
    if (random() % 3 == 0) text += "\n\n";
  }
  return text;
}

TEST(Chunker, PropertiesHoldForRandomDocuments) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto tokenizer = model::estimating_tokenizer();
  for (int round = 0; round < 400; ++round) {
    store::ParsedText parsed = markdown(random_document(random));
    parsed.media_type =
        std::vector<std::string>{"text/markdown", "text/plain", "application/pdf"}[random() % 3];
    if (parsed.media_type == "application/pdf") {
      parsed.page_starts = {0};
      while (parsed.page_starts.size() < 5)
        parsed.page_starts.push_back(parsed.page_starts.back() + static_cast<uint32_t>(random() % 300));
    }
    const auto max = static_cast<uint32_t>(16 + random() % 200);
    const ChunkOptions options{.target_tokens = static_cast<uint32_t>(1 + random() % 200),
                               .max_tokens = max,
                               .overlap_tokens = static_cast<uint32_t>(random() % 60)};
    check(parsed, *tokenizer, options);
    if (HasFatalFailure()) {
      std::printf("seed %u round %d\n", seed, round);
      return;
    }
  }
}

/// One byte is one token: sums of counts and counts of sums agree, and every code point costs.
class ByteTokenizer : public model::Tokenizer {
 public:
  const std::string& id() const override { return id_; }
  size_t count(std::string_view utf8) const override { return utf8.size(); }

 private:
  std::string id_ = "bytes";
};

TEST(Chunker, PropertiesHoldWhereSpacesCostToo) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round)
    check(markdown(random_document(random)), ByteTokenizer(),
          {.target_tokens = 100,
           .max_tokens = static_cast<uint32_t>(16 + random() % 300),
           .overlap_tokens = 30});
}

TEST(Chunker, ASmallDocumentIsOneChunk) {
  const auto parsed = markdown("# Title\n\nOne.\n\n## A\n\nTwo.\n\n## B\n\nThree.\n");
  const auto chunks = cut(parsed);
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].heading, "Title");
  EXPECT_EQ(own(parsed, chunks[0]), "# Title\n\nOne.\n\n## A\n\nTwo.\n\n## B\n\nThree.");
  EXPECT_TRUE(cut(markdown(" \n\n　")).empty());
}

TEST(Chunker, HeadingsStartChunksAndGiveThePath) {
  std::string text = "# 手册\n\n";
  for (const char* name : {"安装", "使用"}) {
    text += std::string("## ") + name + "\n\n";
    for (int i = 0; i < 12; ++i)
      text += "这一段说明第" + std::to_string(i) + "步应该怎样做，以及做错了会有什么后果，请认真阅读。\n\n";
  }
  const auto parsed = markdown(text);
  const auto chunks = cut(parsed, {.target_tokens = 150, .max_tokens = 250, .overlap_tokens = 40});
  ASSERT_GT(chunks.size(), 3U);
  EXPECT_EQ(chunks.front().heading, "手册 › 安装");
  EXPECT_EQ(chunks.back().heading, "手册 › 使用");
  for (const auto& c : chunks) {
    EXPECT_TRUE(own(parsed, c).ends_with("。"));
    // Overlap is whole sentences and never reaches over a heading.
    const std::string context = parsed.text.substr(c.context_begin, c.span.begin - c.context_begin);
    EXPECT_EQ(context.find('#'), std::string::npos);
    EXPECT_TRUE(context.empty() || context.starts_with("这一段"));
  }
  EXPECT_TRUE(std::any_of(chunks.begin(), chunks.end(),
                          [](const auto& c) { return c.context_begin < c.span.begin; }));
}

TEST(Chunker, RowsStayWholeAndKnowTheirColumns) {
  std::string text = "# Prices\n\n| 型号 | 显存 | 价格 |\n";
  for (int i = 0; i < 60; ++i) text += fmt::format("| RTX {} | {} GB | {} |\n", 3000 + i, i, i * 100);
  const auto parsed = markdown(text);
  const auto chunks = cut(parsed, {.target_tokens = 120, .max_tokens = 160, .overlap_tokens = 40});
  ASSERT_GT(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].heading, "Prices");
  for (size_t i = 1; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i].heading, "Prices › 型号 | 显存 | 价格");
    EXPECT_TRUE(own(parsed, chunks[i]).starts_with("| RTX"));
    EXPECT_TRUE(own(parsed, chunks[i]).ends_with("|"));
    EXPECT_EQ(chunks[i].context_begin, chunks[i].span.begin);
  }
}

TEST(Chunker, LongTextsAreFilledEvenly) {
  std::string text;
  for (int i = 0; i < 21; ++i) text += "One sentence of about ten ordinary words stands here again. ";
  const auto chunks = cut(markdown(text), {.target_tokens = 100, .max_tokens = 140, .overlap_tokens = 0});
  for (const auto& c : chunks) EXPECT_GE(c.tokens, 60U);
}

TEST(Chunker, TextWithoutSentencesIsCutAnywhere) {
  const auto tokenizer = model::estimating_tokenizer();
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "汉";
  check(markdown(text), *tokenizer, {});
  check(markdown(std::string(100'000, 'x')), *tokenizer, {});
}

TEST(Chunker, TinySectionsAreMergedUnderTheirParent) {
  std::string text = "# FAQ\n\n";
  for (int i = 0; i < 60; ++i) text += fmt::format("## Q{}\n\nYes, number {}.\n\n", i, i);
  const auto parsed = markdown(text);
  const auto chunks = cut(parsed, {.target_tokens = 120, .max_tokens = 160, .overlap_tokens = 0});
  EXPECT_LT(chunks.size(), 40U);
  EXPECT_EQ(chunks[3].heading, "FAQ");
}

TEST(Chunker, PagesAreThoseOfTheSpan) {
  store::ParsedText parsed = markdown(std::string(3, 'a') + "\n\n" + "b c");
  parsed.media_type = "application/pdf";
  parsed.page_starts = {0, 0, 5, 8};
  const auto chunks = cut(parsed);
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].page_first, 2U);
  EXPECT_EQ(chunks[0].page_last, 3U);
}

TEST(Outline, KindsOfBlocks) {
  const auto kinds = [](const std::string& text, const char* type) {
    store::ParsedText parsed = markdown(text);
    parsed.media_type = type;
    std::string out;
    for (const Block& block : outline(parsed)) out += "phirc"[static_cast<int>(block.kind)];
    return out;
  };
  EXPECT_EQ(kinds("# a\ntext\ntext\n- i\n  more\n- j\n| r | s |\n```\n# code\n\nx\n```\nTitle\n---\n",
                  "text/markdown"),
            "hpiirch");
  EXPECT_EQ(kinds("# comment\ncode\n", "text/plain"), "p");
  EXPECT_EQ(kinds("第一章 总则\n第一条 内容。\n第二条 内容。\n", "text/plain"), "hii");
  EXPECT_EQ(kinds("　　第一段。\n　　第二段。\n", "text/plain"), "pp");
}

TEST(Chunker, SixtyMegabytesOnOneLineTakeSeconds) {
  std::string text;
  while (text.size() < (60 << 20)) text += "一行没有换行的很长的文字，a few words too, 编号 PPR-9087。";
  const auto start = std::chrono::steady_clock::now();
  const auto chunks = cut(markdown(std::move(text)));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("60 MB on one line: %zu chunks in %.1f s\n", chunks.size(), seconds);
  EXPECT_GT(chunks.size(), 10'000U);
}

}  // namespace
}  // namespace cvp::ingest
