#include "serve/document_json.h"

#include <gtest/gtest.h>

namespace cvp::serve {
namespace {

TEST(DocumentName, IsWhatPeopleCallIt) {
  EXPECT_EQ(document_name("/srv/docs/a b.pdf"), "a b.pdf");
  EXPECT_EQ(document_name("https://example.org/x/"), "x");
  EXPECT_EQ(document_name("stdin:notes.md"), "notes.md");
  EXPECT_EQ(document_name("合同/租赁.docx"), "合同/租赁.docx") << "an upload keeps its folders";
  EXPECT_EQ(document_name("notes.md"), "notes.md");
}

TEST(DocumentName, StrangeOnesAreShownAsTheyAre) {
  EXPECT_EQ(document_name(""), "");
  EXPECT_EQ(document_name("///"), "///");
  EXPECT_EQ(document_name("stdin:"), "stdin:");
}

TEST(DocumentName, OfANameIsTheName) {
  for (const std::string_view uri :
       {"/srv/docs/a b.pdf", "https://example.org/x/", "stdin:x/y.md", "a/b.pdf", "///", ""}) {
    const std::string name = document_name(uri);
    EXPECT_EQ(document_name(name), name);
  }
}

TEST(DocumentJson, SaysNoMoreVectorsThanChunks) {
  const store::DocumentInfo document{.id = 3,
                                     .collection = 2,
                                     .collection_name = "hr",
                                     .uri = "/srv/hr/leave.pdf",
                                     .title = "Leave",
                                     .media_type = "application/pdf",
                                     .revision = 5,
                                     .revision_number = 2,
                                     .content_sha256 = "secret of the store",
                                     .bytes = 10,
                                     .pages = 1,
                                     .chunks = 4,
                                     .added_unix = 1'700'000'000,
                                     .made_with = "parser 1",
                                     .notes = {text("read as GB18030", "按 GB18030 读取")}};
  const boost::json::object zh = document_json(document, 9, Lang::zh);
  EXPECT_EQ(zh.at("vectors_done").to_number<int>(), 4);
  EXPECT_EQ(zh.at("name").as_string(), "leave.pdf");
  EXPECT_EQ(zh.at("notes").as_array().at(0).as_string(), "按 GB18030 读取");
  EXPECT_EQ(document_json(document, 1, Lang::en).at("vectors_done").to_number<int>(), 1);
  EXPECT_FALSE(zh.contains("content_sha256"));
  EXPECT_FALSE(zh.contains("made_with"));
}

}  // namespace
}  // namespace cvp::serve
