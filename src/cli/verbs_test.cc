// Verbs that need models, with fakes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/adding.h"
#include "cli/chat_session.h"
#include "cli/verb_fixture_test.h"
#include "ingest/adder.h"
#include "store/sqlite.h"
#include "sys/sha256.h"

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;

class VerbsTest : public VerbFixture {
 protected:
  void SetUp() override {
    auto generator = std::make_unique<testing::FakeGenerator>();
    generator->reply = [](const std::string&) -> Result<std::string> { return "The gate opens at nine."; };
    app_->models().inject(std::make_unique<testing::FakeEmbedder>(), std::move(generator));
    add("gate.md", "# Gate\n\nThe gate opens at nine. Visitors ring the bell.\n");
    add("canteen.md", "# Canteen\n\nThe canteen serves soup on Monday.\n");
  }

  void add(const std::string& name, const std::string& text) {
    store::Store* store = app_->store().value();
    const ingest::AddOptions how{.collection = store->ensure_collection("default").value()};
    // Bytes are parsed in this process, so that no child of the test program is needed.
    store::ParsedText parsed{.text = text, .title = name, .media_type = "text/markdown"};
    const auto tokenizer = model::estimating_tokenizer();
    store::NewRevision revision{.collection = how.collection,
                                .uri = "stdin:" + name,
                                .content_sha256 = sys::sha256_hex(text),
                                .bytes = text.size(),
                                .chunks = ingest::chunk(parsed, *tokenizer, how.chunks),
                                .made_with = "test"};
    revision.parsed = std::move(parsed);
    ASSERT_TRUE(store->put(revision, text));
  }

  /// Rows of a table of the index's own file.
  int64_t index_rows(const std::string& table) {
    const auto file = store::Database::open(app_->home() / "index" / "index.db", {});
    if (!file) return -1;
    return (*file)->integer("SELECT count(*) FROM " + table).value().value_or(-1);
  }
};

TEST_F(VerbsTest, AskCitesTheExactBytes) {
  ASSERT_EQ(run("ask", {"--json", "When does the gate open?"}), 0) << err_.str();
  const auto answer = json();
  EXPECT_EQ(answer.at("outcome"), "answered");
  EXPECT_EQ(answer.at("model"), "fake-generator");
  const auto& citation = answer.at("citations").at(0);
  EXPECT_EQ(citation.at("number"), 1);
  const auto& span = citation.at("span").as_array();
  const Span bytes{static_cast<uint32_t>(span[0].as_int64()), static_cast<uint32_t>(span[1].as_int64())};
  EXPECT_EQ(app_->store().value()->text(citation.at("revision").as_int64(), bytes).value(),
            std::string_view(citation.at("quote").as_string()));
}

TEST_F(VerbsTest, AskOnTheScreen) {
  ASSERT_EQ(run("ask", {"When", "does", "the", "gate", "open?"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("The gate opens at nine.[1]\n\n[1] gate.md"));
  EXPECT_THAT(out_.str(), HasSubstr("“The gate opens at nine.”"));
}

TEST_F(VerbsTest, SearchSaysWhichSideFoundIt) {
  ASSERT_EQ(run("search", {"--json", "soup"}), 0);
  const auto result = json();
  EXPECT_EQ(result.at("hits").at(0).at("title"), "canteen.md");
  EXPECT_EQ(result.at("hits").at(0).at("text_rank"), 1);
  EXPECT_EQ(result.at("hits").at(0).at("rank"), 1);
}

TEST_F(VerbsTest, SearchAndListWithVectors) {
  ASSERT_EQ(run("add", {"--json"}), 0);
  EXPECT_EQ(json().at("vectors").at("ready"), json().at("vectors").at("passages"));
  ASSERT_EQ(run("search", {"--json", "--mode", "dense", "soup on Monday"}), 0);
  EXPECT_EQ(json().at("dense_used"), true);
  ASSERT_EQ(run("ls", {}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("2 with vectors of fake-embedder"));
}

TEST_F(VerbsTest, WhyFollowsAPassage) {
  ASSERT_EQ(run("why", {"--json", "When does the gate open?", "the gate OPENS  at nine"}), 0) << out_.str();
  const auto result = json();
  const auto& stages = result.at("stages").as_array();
  EXPECT_EQ(stages[0].at("stage"), "parsed");
  EXPECT_EQ(stages[0].at("state"), "passed");
  EXPECT_EQ(stages.back().at("stage"), "checked");
  EXPECT_EQ(run("why", {"--json", "When does the gate open?", "zebra crossing"}), 3);
  ASSERT_TRUE(app_->store().value()->ensure_collection("other"));
  EXPECT_EQ(run("why", {"-c", "other", "When does the gate open?", "the gate opens at nine"}), 3);
  EXPECT_THAT(out_.str(), HasSubstr("in the collection “default”, which was not asked"));
}

TEST_F(VerbsTest, UnfinishedJobsAreContinuedOrForgotten) {
  store::Store* store = app_->store().value();
  const AddJob job{.collection = "late", .paths = {(folder_.path() / "gone").string()}, .vectors = true};
  ASSERT_TRUE(store->begin_job(kAddJob, job.description()));
  EXPECT_EQ(run("add", {"--no-vectors"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("continuing"));
  EXPECT_THAT(err_.str(), HasSubstr("gone"));
  EXPECT_TRUE(store->unfinished_jobs().value().empty());
  ASSERT_TRUE(store->begin_job(kAddJob, job.description()));
  EXPECT_EQ(run("add", {"--no-vectors", "--forget"}), 0);
  EXPECT_TRUE(store->unfinished_jobs().value().empty());
}

TEST_F(VerbsTest, RemovedIsGone) {
  EXPECT_EQ(run("rm", {"gate.md"}), 0);
  EXPECT_EQ(run("search", {"gate"}), 3);
  EXPECT_EQ(run("rm", {"gate.md"}), 3);
  EXPECT_EQ(run("rm", {"--collection", "default"}), 3);
  EXPECT_EQ(run("rm", {"--collection", "default", "--yes"}), 0);
  EXPECT_EQ(run("search", {"soup"}), 3);
  add("gate.md", "# Gate\n\nThe gate opens at nine.\n");
  EXPECT_EQ(run("rm", {"--all"}), 3);
  EXPECT_EQ(run("rm", {"--all", "gate.md"}), 2);
  EXPECT_EQ(run("rm", {"--all", "--yes"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("1 document removed"));
  EXPECT_EQ(run("search", {"gate"}), 3);
}

TEST_F(VerbsTest, VectorsOfWhatIsRemovedLeaveTheDisk) {
  ASSERT_EQ(run("add", {}), 0) << err_.str();
  ASSERT_EQ(index_rows("dense_vectors"), 2);
  ASSERT_EQ(run("rm", {"gate.md"}), 0) << err_.str();
  EXPECT_EQ(index_rows("dense_vectors"), 1);
  ASSERT_EQ(run("rm", {"--all", "--yes"}), 0);
  EXPECT_EQ(index_rows("dense_vectors"), 0);
}

TEST_F(VerbsTest, ChatIsKeptAndContinued) {
  store::Store* store = app_->store().value();
  ChatSession session(*store, clock_);
  EXPECT_EQ(session.resume(0).error().code, Errc::not_found);
  const chat::Answer answer{.outcome = chat::Outcome::answered, .question = "When does the gate open?"};
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(session.add("and the gate?", answer, "At nine.", "{}"));
  ChatSession later(*store, clock_);
  ASSERT_TRUE(later.resume(0));
  EXPECT_EQ(later.id(), session.id());
  EXPECT_EQ(later.messages().size(), 24u);
  ASSERT_EQ(later.history().size(), 8u);
  EXPECT_EQ(later.history().back().question, "When does the gate open?");
  EXPECT_EQ(later.history().back().answer, "At nine.");
  EXPECT_FALSE(later.resume(session.id() + 1));
  EXPECT_EQ(run("chat", {"--list"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("and the gate?"));
  EXPECT_EQ(run("chat", {"--remove", std::to_string(session.id())}), 0);
  EXPECT_EQ(run("chat", {"--remove", std::to_string(session.id())}), 3);
  EXPECT_EQ(later.resume(0).error().code, Errc::not_found);
}

TEST_F(VerbsTest, ADamagedModelIsNamedAndCanBeRemoved) {
  const auto catalogue = model::Catalogue::load();
  ASSERT_TRUE(catalogue);
  const model::CatalogueEntry& entry = **catalogue->find("bge-small-zh-v1.5");
  const sys::Path file = folder_.path() / "download";
  ASSERT_TRUE(sys::write_file_atomic(file, "a model"));
  ASSERT_TRUE(sys::make_folders(app_->home()));
  ASSERT_TRUE(model::record_installed(app_->home(), entry, file, sys::sha256_hex("a model"), "test"));
  EXPECT_EQ(run("models verify", {}), 0) << out_.str();
  ASSERT_TRUE(sys::write_file_atomic(app_->home() / "models" / entry.id / "model.gguf", "a mod"));
  EXPECT_EQ(run("models verify", {}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("damaged"));
  EXPECT_EQ(run("models list", {}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("damaged"));
  EXPECT_EQ(run("models rm", {entry.id}), 0) << err_.str();
  EXPECT_EQ(run("models rm", {entry.id}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("`cvp models list`"));
  EXPECT_EQ(run("models verify", {}), 0);
}

TEST_F(VerbsTest, AServerThatIsDownDoesNotHideTheDocuments) {
  open({"embedding.model=not-installed"});
  ASSERT_EQ(run("ls", {}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("gate.md"));
  EXPECT_THAT(out_.str(), HasSubstr("not-installed"));
}

TEST_F(VerbsTest, ListHasAHeaderInTheUsersLanguage) {
  ASSERT_EQ(run("ls", {}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("    id  file              title       pages  passages  added"));
  ASSERT_EQ(run("ls", {}, Lang::zh), 0);
  EXPECT_THAT(out_.str(), HasSubstr("  编号  文件              标题         页数      段数  添加时间"));
}

TEST_F(VerbsTest, EvaluationOfOwnQuestions) {
  const std::string file = (folder_.path() / "q.jsonl").string();
  ASSERT_TRUE(sys::write_file_atomic(
      file, R"({"question":"When does the gate open?","answers":["nine"],"documents":["stdin:gate.md"]})"
            "\n"));
  ASSERT_EQ(run("eval retrieval", {"--json", file}), 0) << err_.str();
  EXPECT_EQ(json().at("hit1").at("value").to_number<double>(), 1);
  ASSERT_EQ(run("eval answers", {"--json", "--items", file}), 0) << err_.str();
  EXPECT_EQ(json().at("contains_gold").at("value").to_number<double>(), 1);
  EXPECT_EQ(json().at("items").as_array().size(), 1u);
  EXPECT_EQ(run("eval calibrate", {file}), 3);
  EXPECT_EQ(run("eval calibrate", {}), 2);
  app_->models().inject(nullptr, nullptr);
  EXPECT_EQ(run("eval retrieval", {"--mode", "dense", file}), 1);
  EXPECT_EQ(run("eval answers", {"/not/there"}), 3);
}

TEST_F(VerbsTest, ACalibrationCanBeTakenBack) {
  store::Store* store = app_->store().value();
  const std::string fitted = chat::format_calibration(chat::shipped_calibration("test").value());
  ASSERT_TRUE(store->set_value("calibration/fake-generator", fitted));
  EXPECT_EQ(run("eval calibrate", {"--reset", "questions.jsonl"}), 2);
  ASSERT_EQ(run("eval calibrate", {"--reset", "--json"}), 0) << err_.str();
  EXPECT_EQ(json().at("dropped"), true);
  EXPECT_EQ(store->value("calibration/fake-generator").error().code, Errc::not_found);
  ASSERT_EQ(run("eval calibrate", {"--reset"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("nothing was fitted for fake-generator"));
}

TEST_F(VerbsTest, DocumentsAreAddedWhileTheEmbeddersServerIsDown) {
  const std::vector<std::string> down = {"embedding.endpoint=http://127.0.0.1:1/v1",
                                         "embedding.remote_model=m", "embedding.max_tokens=200"};
  open(down);
  const auto how = add_options(*app_, "default");
  ASSERT_TRUE(how) << how.error().message.en;
  EXPECT_LT(how->chunks.max_tokens, 200u);
  ASSERT_EQ(run("add", {"--no-vectors"}), 0) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("vectors cannot be made for now"));
  ASSERT_EQ(run("add", {"--json"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("can be searched by words"));
  EXPECT_EQ(run("search", {"--mode", "text", "soup"}), 0);
}

TEST_F(VerbsTest, AJobKeepsPathsThatAreNotUtf8) {
  const AddJob job{.collection = "a", .paths = {"/b/\xff\xfe.txt", "/中 \"c\".txt"}, .vectors = false};
  const auto again = AddJob::parse(job.description());
  ASSERT_TRUE(again) << again.error().message.en;
  EXPECT_EQ(again->paths, job.paths);
  for (const char* bad : {R"([0])", R"([256])", R"(["a"])", R"([])", R"("")", "7"}) {
    EXPECT_FALSE(AddJob::parse(std::string(R"({"collection":"a","vectors":true,"paths":[)") + bad + "]}"))
        << bad;
  }
  store::Store* store = app_->store().value();
  ASSERT_TRUE(store->begin_job(kAddJob, "no JSON"));
  EXPECT_EQ(run("add", {"--no-vectors"}), 0);
  EXPECT_THAT(err_.str(), HasSubstr("cannot be continued"));
  EXPECT_EQ(run("add", {"--no-vectors", (folder_.path() / "gone").string()}), 1);
  EXPECT_TRUE(store->unfinished_jobs().value().empty());
}

}  // namespace
}  // namespace cvp::cli
