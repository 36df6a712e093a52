#include "serve/library_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using boost::json::object;

class DocumentTextTest : public LibraryTest {
 protected:
  /// "begin-end text" of a part of the text.
  std::string piece(store::DocumentId id, const std::string& query) {
    const Got got = get(ann_, document(id, "/text") + query);
    EXPECT_EQ(got.status, 200) << got.body;
    if (got.status != 200) return {};
    const object seen = got.object();
    return fmt::format("{}-{} {}", seen.at("begin").to_number<int64_t>(), seen.at("end").to_number<int64_t>(),
                       std::string_view(seen.at("text").as_string()));
  }
  Got original(store::DocumentId id, const std::string& range) {
    return send(ann_, "GET", document(id, "/original"), "", {{"range", range}});
  }
  store::DocumentId put(store::NewRevision in, std::string_view bytes) {
    return store_->put(in, bytes)->document;
  }

  const store::CollectionId library_ = add_collection("library", {to_user(ann_.user, store::Right::read)});
};

TEST_F(DocumentTextTest, APieceIsWidenedToWholeCharacters) {
  const auto id = add_text(library_, "a.txt", "ab中文cd");  // 中 is 2-5, 文 is 5-8
  EXPECT_EQ(piece(id, ""), "0-10 ab中文cd");
  EXPECT_EQ(piece(id, "?begin=2&end=5"), "2-5 中");
  EXPECT_EQ(piece(id, "?begin=3&end=4"), "2-5 中");
  EXPECT_EQ(piece(id, "?begin=4&end=6"), "2-8 中文");
  EXPECT_EQ(piece(id, "?begin=1&end=1"), "1-1 ");
  EXPECT_EQ(piece(id, "?begin=9&end=500"), "9-10 d");
  EXPECT_EQ(piece(id, "?begin=500"), "10-10 ");
  EXPECT_EQ(piece(id, "?begin=8&end=2"), "8-8 ");
  const object seen = get(ann_, document(id, "/text")).object();
  EXPECT_EQ(seen.at("size").to_number<int>(), 10);
  for (const std::string_view wrong : {"?begin=-1", "?end=x", "?begin=4294967296", "?revision=0", "?page=1"})
    EXPECT_EQ(get(ann_, document(id, "/text") + std::string(wrong)).status, 400) << wrong;
}

TEST_F(DocumentTextTest, APieceIsNeverLongerThanItsLimit) {
  std::string words;
  while (words.size() < 600'000) words += "中文a";
  const auto id = add_text(library_, "long.txt", words);
  size_t at = 0;
  std::string read;
  for (int i = 0; i < 10 && at < words.size(); ++i) {
    const object seen =
        get(ann_, document(id, "/text") + fmt::format("?begin={}&end=4294967295", at)).object();
    const std::string_view text(seen.at("text").as_string());
    EXPECT_LE(text.size(), 256u << 10);
    EXPECT_EQ(seen.at("begin").to_number<size_t>(), at);
    at = seen.at("end").to_number<size_t>();
    read += text;
  }
  EXPECT_EQ(read, words);
}

TEST_F(DocumentTextTest, OldRevisionsCanBeRead) {
  const auto id = add_text(library_, "a.txt", "first words");
  const auto first = store_->document(id)->revision;
  add_text(library_, "a.txt", "second");
  const auto other = store_->document(add_text(library_, "b.txt", "of another document"))->revision;
  EXPECT_EQ(piece(id, ""), "0-6 second");
  EXPECT_EQ(piece(id, fmt::format("?revision={}", first)), "0-11 first words");
  EXPECT_EQ(get(ann_, document(id, fmt::format("/original?revision={}", first))).body, "first words");
  for (const std::string_view part : {"/text", "/original", "/boxes", "/chunks"}) {
    expect_unknown(get(ann_, document(id, fmt::format("{}?revision={}", part, other))));
    expect_unknown(get(ann_, document(id, fmt::format("{}?revision=999", part))));
  }
}

TEST_F(DocumentTextTest, NothingIsOfThoseWhoMayNotRead) {
  const auto id = add_text(library_, "a.txt", "secret words");
  const auto bobs = add_collection("bobs", {to_user(bob_.user, store::Right::manage)});
  const auto his = add_text(bobs, "his.txt", "other words");
  const auto revision = store_->document(id)->revision;
  for (const std::string_view part : {"/text", "/original", "/boxes", "/chunks"}) {
    expect_unknown(get(bob_, document(id, part)));
    expect_unknown(get(bob_, document(999, part)));
    EXPECT_EQ(get({}, document(id, part)).status, 401);
    // Nor through a document of one's own.
    expect_unknown(get(bob_, document(his, fmt::format("{}?revision={}", part, revision))));
  }
}

TEST_F(DocumentTextTest, TheOriginalIsAnAttachment) {
  const std::string bytes = "<script>alert(1)</script>";
  store::NewRevision in = cvp::testing::plain_revision(library_, "网页/a \"b\".html", bytes);
  in.parsed.media_type = "text/html";
  const auto id = put(std::move(in), bytes);
  const Got got = get(ann_, document(id, "/original"));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, bytes);
  EXPECT_EQ(got.headers.at("content-type"), "application/octet-stream");
  EXPECT_EQ(got.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(got.headers.at("content-disposition"),
            "attachment; filename=\"a__b_.html\"; filename*=UTF-8''a%20%22b%22.html");
  EXPECT_THAT(got.headers.at("content-security-policy"), HasSubstr("sandbox"));
  EXPECT_EQ(got.headers.at("accept-ranges"), "bytes");
}

TEST_F(DocumentTextTest, APdfHasItsType) {
  store::NewRevision in = cvp::testing::plain_revision(library_, "a.pdf", "%PDF-1.7");
  in.parsed.media_type = "application/pdf";
  const auto id = put(std::move(in), "%PDF-1.7");
  const auto pdf = store_->document(id)->revision;
  EXPECT_EQ(get(ann_, document(id, "/original")).headers.at("content-type"), "application/pdf");
  // A later revision of another kind does not change what the first one is, nor takes over its type.
  add_text(library_, "a.pdf", "text now");
  EXPECT_EQ(get(ann_, document(id, "/original")).headers.at("content-type"), "application/octet-stream");
  EXPECT_EQ(get(ann_, document(id, fmt::format("/original?revision={}", pdf))).headers.at("content-type"),
            "application/pdf");
}

TEST_F(DocumentTextTest, PartsOfTheOriginal) {
  const auto id = add_text(library_, "a.txt", "0123456789");
  const Got part = original(id, "bytes=2-4");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.headers.at("content-range"), "bytes 2-4/10");
  EXPECT_EQ(original(id, "bytes=-3").body, "789");
  EXPECT_EQ(original(id, "bytes=8-").body, "89");
  const Got outside = original(id, "bytes=10-");
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.headers.at("content-range"), "bytes */10");
  const Got several = original(id, "bytes=0-1,3-4");
  EXPECT_EQ(several.status, 200);
  EXPECT_EQ(several.body, "0123456789");
  const Got conditional = send(ann_, "GET", document(id, "/original"), "",
                               {{"range", "bytes=2-4"}, {"if-range", "\"an old version\""}});
  EXPECT_EQ(conditional.status, 200);
  EXPECT_EQ(conditional.body, "0123456789");
}

TEST_F(DocumentTextTest, AMissingOriginalIsSaidWithoutItsPlace) {
  const auto id = add_text(library_, "a.txt", "words");
  ASSERT_TRUE(sys::remove_file(*store_->original_path(store_->document(id)->revision)));
  const Got got = get(ann_, document(id, "/original"));
  EXPECT_EQ(got.status, 404);
  EXPECT_THAT(got.body, HasSubstr("a.txt"));
  EXPECT_EQ(got.body.find(folder_.path().string()), std::string::npos);
}

TEST_F(DocumentTextTest, BoxesAreCutToTheSpan) {
  constexpr std::string_view kWords = "first line\nsecond-one";
  store::NewRevision in = cvp::testing::plain_revision(library_, "a.pdf", kWords);
  in.parsed.layout = {{{0, 10}, 1, {72, 100.004F, 172, 110}}, {{11, 21}, 2, {72, 10, 172, 20}}};
  const auto id = put(std::move(in), kWords);
  const auto boxes = [&](const std::string& query) {
    const object seen = get(ann_, document(id, "/boxes") + query).object();
    return boost::json::serialize(seen.at("items").as_array().empty() ? boost::json::value("none")
                                                                      : seen.at("items").as_array()[0]);
  };
  const object first = get(ann_, document(id, "/boxes?begin=6&end=10")).object();
  ASSERT_EQ(first.at("items").as_array().size(), 1u);
  const object& box = first.at("items").as_array()[0].as_object();
  EXPECT_EQ(box.at("page").to_number<int>(), 1);
  EXPECT_DOUBLE_EQ(box.at("x0").to_number<double>(), 132);
  EXPECT_DOUBLE_EQ(box.at("y0").to_number<double>(), 100);
  EXPECT_DOUBLE_EQ(box.at("x1").to_number<double>(), 172);
  EXPECT_EQ(boxes("?begin=10&end=11"), "\"none\"");
  EXPECT_EQ(boxes("?begin=500&end=600"), "\"none\"");
  EXPECT_THAT(listed(ann_, document(id, "/boxes"), "page"), ElementsAre("1", "2"));
}

TEST_F(DocumentTextTest, ChunksInSteps) {
  const std::string words = "one two three four ";
  const auto id = put(cvp::testing::plain_revision(library_, "a.txt", words, 4), words);
  EXPECT_THAT(listed(ann_, document(id, "/chunks"), "begin"), ElementsAre("0", "4", "8", "12", "16"));
  EXPECT_THAT(listed(ann_, document(id, "/chunks"), "end"), ElementsAre("4", "8", "12", "16", "19"));
  const object some = get(ann_, document(id, "/chunks?limit=2")).object();
  EXPECT_EQ(some.at("next").as_string(), "1");
  EXPECT_EQ(some.at("items").as_array()[0].at("context_begin").to_number<int>(), 0);
  EXPECT_THAT(listed(ann_, document(id, "/chunks?limit=2&after=1"), "ordinal"), ElementsAre("2", "3"));
  const object last = get(ann_, document(id, "/chunks?limit=2&after=3")).object();
  EXPECT_TRUE(last.at("next").is_null());
  EXPECT_EQ(last.at("items").as_array().size(), 1u);
  EXPECT_EQ(get(ann_, document(id, "/chunks?limit=5001")).status, 400);
}

}  // namespace
}  // namespace cvp::serve
