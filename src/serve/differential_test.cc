// The searches and answers of one user are the same to the byte whether or not another's documents exist: in
// every mode, with and without models. Only numbers of chunks, documents and chats may differ, and times.
#include <random>

#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using boost::json::object;
using boost::json::value;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Ne;
using ::testing::Not;

struct Document {
  std::string uri, text;
};

/// Random texts of few words, so that both users' documents share most of them.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  size_t below(size_t n) { return random_() % n; }

  std::string sentence(Lang lang) {
    static const std::vector<std::string> zh = {"显存", "内存", "模型", "训练", "量化", "推理", "服务器",
                                                "价格", "需要", "可以", "降低", "一半", "说明", "检查"};
    static const std::vector<std::string> en = {"memory", "model", "training",  "server", "price",  "needs",
                                                "gate",   "opens", "quantized", "halves", "manual", "the"};
    static const std::vector<std::string> codes = {"PPR-9087", "H100", "INT4", "v1.2.3", "7B"};
    std::string out;
    for (size_t n = 3 + below(9); n > 0; --n) {
      const std::string& word = below(8) == 0      ? codes[below(codes.size())]
                                : lang == Lang::zh ? zh[below(zh.size())]
                                                   : en[below(en.size())];
      out += (out.empty() || lang == Lang::zh ? "" : " ") + word;
    }
    return out + (lang == Lang::zh ? "。" : ". ");
  }

  static std::string device(size_t number) { return "X" + std::to_string(10 + number % 20); }
  static Lang lang_of(size_t number) { return number % 2 == 0 ? Lang::zh : Lang::en; }
  static std::string fact(size_t number, size_t months) {
    return lang_of(number) == Lang::zh
               ? fmt::format("{} 的保修期为 {} 个月。", device(number), months)
               : fmt::format("The warranty of {} ends after {} months. ", device(number), months);
  }
  static std::string question(size_t number) {
    return lang_of(number) == Lang::zh ? device(number) + " 的保修期是多久？"
                                       : "How long is the warranty of " + device(number) + "?";
  }

  Document document(const std::string& owner, size_t number, size_t months) {
    const Lang lang = lang_of(number);
    std::string text;
    const size_t lines = 4 + below(6), line_of_fact = below(lines);
    for (size_t line = 0; line < lines; ++line) {
      for (size_t n = 1 + below(4); n > 0; --n) text += sentence(lang);
      if (line == line_of_fact) text += fact(number, months);
      text += '\n';
    }
    return {.uri = fmt::format("/{}/{}.md", owner, number), .text = text};
  }

 private:
  std::mt19937 random_;
};

/// A server with its users, and what one of them is answered.
class World : public ServeTest {
 public:
  World() {
    ann_ = sign_in("ann");
    bob_ = sign_in("bob");
  }

  /// Bob's documents stand between and around Ann's, and some of them are removed again.
  void fill(const std::vector<Document>& anns, const std::vector<Document>& bobs, unsigned seed) {
    Writer random(seed);
    size_t next = 0;
    const auto add_some = [&](size_t count) {
      for (; count > 0 && next < bobs.size(); --count) put(bobs_, bobs[next++]);
    };
    if (!bobs.empty()) bobs_ = add_collection("bob", {to_user(bob_.user, store::Right::write)});
    add_some(random.below(6));
    anns_ = add_collection("ann", {to_user(ann_.user, store::Right::read)});
    for (size_t i = 0; i < anns.size(); ++i) {
      if (i % 7 == 0) put(anns_, {.uri = anns[i].uri, .text = "An older revision of 显存. " + anns[i].text});
      add_some(random.below(4));
      put(anns_, anns[i]);
      if (random.below(5) == 0) catch_up();
    }
    add_some(bobs.size());
    if (!bobs.empty()) {
      const auto theirs = *store_->documents(bobs_);
      for (size_t i = 0; i < theirs.size(); i += 6) EXPECT_TRUE(store_->remove_document(theirs[i].id));
    }
    catch_up();
    learn_ids();
  }

  /// From now on, with all vectors made; the generator may be null.
  void use_models(std::shared_ptr<cvp::testing::FakeGenerator> generator) {
    service_.reset();
    const auto embedder = std::make_shared<cvp::testing::FakeEmbedder>();
    EXPECT_TRUE(index_->catch_up_vectors(*embedder, {}, {}));
    host_.embedder_ = embedder;
    host_.generator_ = std::move(generator);
    start();
  }

  /// What Ann gets, without what may differ.
  std::string gets(const std::string& target, const object& body) {
    const Got got = post(ann_, target, body);
    last_ = got.body;
    std::string out = fmt::format("{} {} {}\n", target, boost::json::serialize(body), got.status);
    for (value& part : parts_of(got.body)) {
      normalise(part);
      out += boost::json::serialize(part) + "\n";
    }
    return out;
  }

  void bob_asks(const std::string& question) {
    const Got got = post(bob_, "/api/ask", {{"question", question}});
    EXPECT_EQ(got.status, 200) << got.body;
  }

  void let_ann_read_bobs() {
    EXPECT_TRUE(store_->accounts().set_grants(bobs_, {to_user(ann_.user, store::Right::read)}));
  }

  store::ChatId last_chat() const {
    const auto answers = events_named(last_, "answer");
    return answers.empty() ? 0 : answers.back().at("chat").as_int64();
  }
  store::CollectionId anns() const { return anns_; }

 private:
  void TestBody() override {}

  void put(store::CollectionId collection, const Document& document) {
    constexpr size_t kChunkBytes = 240;
    EXPECT_TRUE(store_->put(
        cvp::testing::plain_revision(collection, document.uri, document.text, kChunkBytes), document.text));
  }
  void catch_up() { EXPECT_TRUE(index_->catch_up_text({}, {})); }

  void learn_ids() {
    auto documents = *store_->documents(anns_);
    std::ranges::sort(documents, {}, &store::DocumentInfo::id);
    for (const store::DocumentInfo& document : documents) {
      learn("document", document.id);
      learn("revision", document.revision);
      const std::vector<store::Chunk> chunks = *store_->document_chunks(document.id);
      for (const store::Chunk& chunk : chunks) learn("chunk", chunk.id);
    }
  }
  size_t learn(const std::string& kind, int64_t id) {
    auto& known = ids_[kind];
    return known.emplace(id, known.size()).first->second;
  }

  /// The place of an id among Ann's own. Chats and messages are made as she goes.
  value ordinal(const std::string& kind, int64_t id) {
    if (kind == "chat" || kind == "message") return learn(kind, id);
    return ids_[kind].contains(id) ? value(ids_[kind].at(id)) : value("not hers");
  }

  void normalise(value& from) {
    static const std::set<std::string> kinds = {"chunk", "document", "revision", "chat", "message"};
    if (boost::json::array* list = from.if_array())
      for (value& one : *list) normalise(one);
    object* fields = from.if_object();
    if (fields == nullptr) return;
    fields->erase("timings_ms");
    for (auto& field : *fields) {
      const std::string key(field.key().data(), field.key().size());
      if (field.value().is_int64() && kinds.contains(key)) {
        field.value() = ordinal(key, field.value().get_int64());
      } else {
        normalise(field.value());
      }
    }
  }

  /// A JSON body, or the events of a stream but its places in the line.
  static std::vector<value> parts_of(std::string_view body) {
    constexpr std::string_view kEvent = "event: ", kData = "\ndata: ";
    if (body.starts_with('{')) return {boost::json::parse(body)};
    std::vector<value> out;
    while (!body.empty()) {
      const size_t end = std::min(body.find("\n\n"), body.size());
      const std::string_view block = body.substr(0, end);
      body.remove_prefix(std::min(end + 2, body.size()));
      const size_t data = block.find(kData);
      if (!block.starts_with(kEvent) || data == std::string_view::npos) continue;
      const std::string_view event = block.substr(kEvent.size(), data - kEvent.size());
      if (event == "queue") continue;
      out.push_back(
          object{{"event", event}, {"data", boost::json::parse(block.substr(data + kData.size()))}});
    }
    return out;
  }

  Browser ann_, bob_;
  store::CollectionId anns_ = 0, bobs_ = 0;
  std::map<std::string, std::map<int64_t, size_t>> ids_;  // kind → id → place
  std::string last_;
};

class DifferentialTest : public ::testing::Test {
 protected:
  static constexpr size_t kAnns = 36, kBobs = 70;

  DifferentialTest() {
    std::vector<Document> anns, bobs;
    for (size_t i = 0; i < kAnns; ++i) anns.push_back(writer_.document("ann", i, 12 + i));
    for (size_t i = 0; i < kBobs; ++i) bobs.push_back(writer_.document("bob", i, 90 + i));
    // Some of Bob's are copies of Ann's.
    for (size_t i = 0; i < kBobs; i += 5) bobs[i].text = anns[i % kAnns].text;
    alone_.fill(anns, {}, seed_ + 1);
    beside_.fill(anns, bobs, seed_ + 2);
    for (size_t i = 0; i < 6; ++i) questions_.push_back(Writer::question(writer_.below(kAnns)));
    for (const Lang lang : {Lang::zh, Lang::en}) questions_.push_back(writer_.sentence(lang));
    std::ranges::move(std::vector<std::string>{"PPR-9087", "显", "比较显存和内存的价格",
                                               "What is the difference between memory and price?"},
                      std::back_inserter(questions_));
  }

  /// Both get this asked, and both the same.
  std::string same(const std::string& target, const object& body) {
    const std::string alone = alone_.gets(target, body), beside = beside_.gets(target, body);
    EXPECT_EQ(alone, beside);
    transcript_ += alone;
    return alone;
  }
  void same_in_her_collection(const std::string& target, object body) {
    body["collections"] = {alone_.anns()};
    std::string alone = alone_.gets(target, body);
    body["collections"] = {beside_.anns()};
    std::string beside = beside_.gets(target, body);
    EXPECT_EQ(alone.substr(alone.find('\n')), beside.substr(beside.find('\n'))) << "without the request";
  }

  void search_everything() {
    for (const std::string& question : questions_) {
      for (const char* mode : {"text", "hybrid", "dense"}) {
        for (const int k : {3, 100}) same("/api/search", {{"query", question}, {"mode", mode}, {"k", k}});
        same_in_her_collection("/api/search", {{"query", question}, {"mode", mode}});
      }
    }
  }
  void ask_why() {
    for (size_t i = 0; i < 4; ++i) {
      const size_t number = writer_.below(kAnns);
      const std::string question = Writer::question(number);
      for (const std::string& passage : {Writer::fact(number, 12 + number), Writer::fact(number, 90 + number),
                                         writer_.sentence(Lang::zh)}) {
        same("/api/why", {{"question", question}, {"passage", passage}});
        same_in_her_collection("/api/why", {{"question", question}, {"passage", passage}});
      }
    }
  }
  void ask(const std::vector<std::string>& modes) {
    for (const std::string& question : questions_) {
      beside_.bob_asks(question);
      for (const std::string& mode : modes) same("/api/ask", {{"question", question}, {"mode", mode}});
    }
    same_in_her_collection("/api/ask", {{"question", questions_.front()}});
  }

  /// Says of a passage what its fact is; sure of most. What it is shown is kept.
  static std::shared_ptr<cvp::testing::FakeGenerator> generator(std::vector<std::string>& shown) {
    auto out = std::make_shared<cvp::testing::FakeGenerator>();
    out->margin = [&shown](const std::string& prompt) {
      shown.push_back(prompt);
      return std::hash<std::string>()(prompt) % 4 == 0 ? -1.0 : 6.0;
    };
    out->reply = [](const std::string& prompt) -> Result<std::string> {
      for (const Span span : split_sentences(prompt)) {
        const std::string sentence = prompt.substr(span.begin, span.size());
        if (sentence.find("保修期为") != std::string::npos ||
            sentence.find("ends after") != std::string::npos)
          return sentence;
      }
      return std::string("The text does not say.");
    };
    return out;
  }

  const unsigned seed_ = std::random_device{}();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, fmt::format("seed {}", seed_)};
  Writer writer_{seed_};
  std::vector<std::string> shown_alone_, shown_beside_;
  World alone_, beside_;
  std::vector<std::string> questions_;
  std::string transcript_;
};

TEST_F(DifferentialTest, WithoutModels) {
  search_everything();
  ask_why();
  ask({"extract", "auto"});
  EXPECT_THAT(transcript_, HasSubstr(R"("outcome":"extracted")"));
  EXPECT_THAT(transcript_, HasSubstr(R"("hits":[{)"));
}

TEST_F(DifferentialTest, WithVectors) {
  alone_.use_models(nullptr);
  beside_.use_models(nullptr);
  search_everything();
  ask_why();
  ask({"extract"});
  EXPECT_THAT(transcript_, HasSubstr(R"("dense_used":true)"));
}

TEST_F(DifferentialTest, WithAModelThatReads) {
  const auto alone = generator(shown_alone_), beside = generator(shown_beside_);
  alone_.use_models(alone);
  beside_.use_models(beside);
  ask_why();
  EXPECT_EQ(shown_alone_, shown_beside_);
  for (const char* mode : {"single", "joint", "auto"}) {
    for (const std::string& question : questions_) same("/api/ask", {{"question", question}, {"mode", mode}});
  }
  EXPECT_EQ(shown_alone_, shown_beside_);
  EXPECT_EQ(alone->prompts, beside->prompts);
  EXPECT_THAT(transcript_, HasSubstr(R"("outcome":"answered")"));
  // A follow-up, rewritten from what was said before.
  same("/api/ask", {{"question", questions_.front()}});
  const store::ChatId chat_alone = alone_.last_chat(), chat_beside = beside_.last_chat();
  const auto more = [](World& world, store::ChatId chat) {
    const std::string got = world.gets("/api/ask", {{"question", "那价格呢？"}, {"chat", chat}});
    return got.substr(got.find('\n'));
  };
  EXPECT_EQ(more(alone_, chat_alone), more(beside_, chat_beside));
  // With others' questions in between.
  ask({"auto"});
}

TEST_F(DifferentialTest, OthersDocumentsWouldShowWhereTheyMayBeRead) {
  const object body{{"query", questions_.front()}, {"k", 100}};
  const std::string before = beside_.gets("/api/search", body);
  EXPECT_EQ(alone_.gets("/api/search", body), before);
  EXPECT_THAT(before, Not(HasSubstr("not hers")));
  beside_.let_ann_read_bobs();
  EXPECT_THAT(beside_.gets("/api/search", body), AllOf(Ne(before), HasSubstr("not hers")));
}

}  // namespace
}  // namespace cvp::serve
