// A whole service in this process, without sockets: tests send requests and read replies.
#pragma once
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "serve/service.h"
#include "sys/host.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::serve {

/// A model that a test hands over, or takes away, while background work may be asking for it.
template <class Model>
class Handed {
 public:
  Handed& operator=(std::shared_ptr<Model> model) {
    const std::lock_guard lock(mutex_);
    model_ = std::move(model);
    return *this;
  }
  std::shared_ptr<Model> get() const {
    const std::lock_guard lock(mutex_);
    return model_;
  }
  Model& operator*() const { return *get(); }
  Model* operator->() const { return get().get(); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<Model> model_;
};

/// Models that were given, settings in memory, verbs from a function.
class FakeHost : public Host {
 public:
  std::shared_ptr<model::Generator> generator() override { return generator_.get(); }
  std::shared_ptr<model::Embedder> embedder() override { return embedder_.get(); }
  Text why_no_generator() override { return text("no chat model is installed", "没有安装对话模型"); }
  Text why_no_embedder() override { return text("no embedding model is installed", "没有安装向量模型"); }
  Result<void> engine_answers() override { return engine_answers_; }
  Result<void> reload_models() override {
    ++reloads_;
    return {};
  }
  Result<chat::Calibration> calibration(const std::string& model) override {
    return chat::shipped_calibration(model);
  }
  chat::AskOptions ask_options(const std::string& mode) override {
    chat::AskOptions out;
    if (mode == "extract") out.mode = chat::ReadMode::extract;
    if (mode == "single") out.mode = chat::ReadMode::single;
    if (mode == "joint") out.mode = chat::ReadMode::joint;
    return out;
  }
  vector::SearchOptions search_options() override { return {}; }
  Result<ingest::AddOptions> add_options(store::CollectionId collection) override {
    return ingest::AddOptions{.collection = collection, .workers = 1};
  }
  Result<std::shared_ptr<const model::Tokenizer>> tokenizer() override {
    return std::shared_ptr<const model::Tokenizer>(model::estimating_tokenizer());
  }
  hub::PullOptions pull_options() override { return pull_; }
  std::vector<Setting> settings() override { return settings_; }
  Result<void> change_settings(const std::map<std::string, std::string>& values) override {
    for (const auto& [key, value] : values) {
      const auto found = std::ranges::find(settings_, key, &Setting::key);
      if (found == settings_.end()) return fail(Errc::usage, text("no setting {}", "没有设置 {}", key));
      found->value = value;
    }
    return {};
  }
  Result<boost::json::value> verb(const std::vector<std::string>& arguments, Lang lang,
                                  const CancelToken&) override {
    verbs_.push_back(arguments);
    return answer_verb_(arguments, lang);
  }

  Handed<cvp::testing::FakeGenerator> generator_;
  Handed<cvp::testing::FakeEmbedder> embedder_;
  hub::PullOptions pull_;
  std::vector<Setting> settings_;
  Result<void> engine_answers_;
  int reloads_ = 0;
  std::vector<std::vector<std::string>> verbs_;
  std::function<Result<boost::json::value>(const std::vector<std::string>&, Lang)> answer_verb_ =
      [](const auto&, Lang) { return boost::json::value(boost::json::object{}); };
};

class ServeTest : public ::testing::Test {
 protected:
  /// Of a browser that signed in, or of nobody.
  struct Browser {
    std::string token, csrf;
    store::UserId user = 0;
  };
  struct Got {
    int status = 0;
    std::map<std::string, std::string> headers;  // lower-case names
    std::string body;                            // of a stream: all events, once it ended
    boost::json::value json() const { return boost::json::parse(body); }
    boost::json::object object() const { return json().as_object(); }
    std::string error() const { return std::string(object().at("error").at("code").as_string()); }
  };

  ServeTest() { start(); }

  void start() {
    service_.reset();
    service_ = *Service::create({.home = folder_.path(),
                                 .options = options_,
                                 .clock = clock_,
                                 .store = *store_,
                                 .index = *index_,
                                 .prompts = prompts_,
                                 .host = host_,
                                 .page = page_});
  }

  store::UserId add_user(const std::string& name, store::Role role = store::Role::reader) {
    return *store_->accounts().create_user({.name = name, .password_hash = "x", .role = role});
  }
  Browser browser(store::UserId user) {
    Browser out{.token = *service_->backend().gate.open_session(user), .user = user};
    out.csrf = (*store_->accounts().session(Gate::hash_of(out.token)))->session.csrf;
    return out;
  }
  Browser sign_in(const std::string& name, store::Role role = store::Role::reader) {
    return browser(add_user(name, role));
  }
  store::CollectionId add_collection(const std::string& name, const std::vector<store::Grant>& grants = {}) {
    const store::CollectionId id = *store_->ensure_collection(name);
    EXPECT_TRUE(store_->accounts().set_grants(id, grants));
    return id;
  }
  static store::Grant to_user(store::UserId user, store::Right right) {
    return {.to = store::Grant::To::user, .id = user, .right = right};
  }
  store::DocumentId add_text(store::CollectionId collection, const std::string& uri, std::string_view words) {
    const auto put = store_->put(cvp::testing::plain_revision(collection, uri, words), words);
    EXPECT_TRUE(put);
    EXPECT_TRUE(index_->catch_up_text({}, {}));
    return put->document;
  }

  /// target: "/api/x?k=v"; headers are added to those of the browser.
  Got send(const Browser& who, const std::string& method, const std::string& target,
           const std::string& body = "", std::map<std::string, std::string> headers = {}) {
    return read(reply_to(who, method, target, body, std::move(headers)));
  }
  net::Reply reply_to(const Browser& who, const std::string& method, const std::string& target,
                      const std::string& body, std::map<std::string, std::string> headers) {
    net::Incoming incoming;
    incoming.id = "test";
    incoming.method = method;
    incoming.client = "127.0.0.1";
    split_target(target, incoming);
    incoming.headers = {{"host", "127.0.0.1:8080"}};
    if (!who.token.empty()) {
      incoming.headers["cookie"] = "cvp_session=" + who.token;
      incoming.headers["x-cvp-csrf"] = who.csrf;
    }
    if (!body.empty()) incoming.headers["content-type"] = "application/json";
    for (auto& [name, value] : headers) incoming.headers[name] = value;
    incoming.content_length = body.size();
    incoming.gone = gone_ = std::exchange(next_gone_, CancelToken());
    auto admitted = service_->admit(incoming);
    if (auto* reply = std::get_if<net::Reply>(&admitted)) return std::move(*reply);
    const net::Admission& admission = std::get<net::Admission>(admitted);
    if (body.size() > admission.body_limit) return service_->refuse(413, incoming);
    if (admission.spool_folder.empty()) {
      incoming.body = body;
    } else {
      incoming.body_file = admission.spool_folder / "request";
      EXPECT_TRUE(sys::write_file_atomic(incoming.body_file, body));
    }
    return admission.handle(std::move(incoming));
  }
  /// Waits for late replies and the end of streams, at most ten seconds.
  static Got read(net::Reply reply) {
    constexpr auto kPatience = std::chrono::seconds(10);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    const auto nap = [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return std::chrono::steady_clock::now() < until;
    };
    if (auto* late = std::get_if<std::shared_ptr<net::LateReply>>(&reply.body)) {
      const auto waiting = *late;
      while (!waiting->take(reply)) {
        if (!nap()) return {.status = -1, .body = "no reply came"};
      }
    }
    Got out{.status = reply.status};
    for (const auto& [name, value] : reply.headers) {
      std::string lower = name;
      std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
      out.headers[lower] = value;
    }
    if (auto* text = std::get_if<std::string>(&reply.body)) out.body = *text;
    if (auto* view = std::get_if<std::string_view>(&reply.body)) out.body = *view;
    if (auto* slice = std::get_if<net::FileSlice>(&reply.body))
      out.body = sys::read_file(slice->path, 1 << 30)->substr(slice->begin, slice->end - slice->begin);
    if (auto* stream = std::get_if<std::shared_ptr<net::EventStream>>(&reply.body)) {
      for (bool ended = false; !ended;) {
        out.body += (*stream)->take(ended);
        if (!ended && !nap()) return {.status = -1, .body = out.body};
      }
      bool ended = false;
      out.body += (*stream)->take(ended);
    }
    return out;
  }
  Got get(const Browser& who, const std::string& target) { return send(who, "GET", target); }
  Got post(const Browser& who, const std::string& target, const boost::json::object& body = {}) {
    return send(who, "POST", target, boost::json::serialize(body));
  }
  Got patch(const Browser& who, const std::string& target, const boost::json::object& body) {
    return send(who, "PATCH", target, boost::json::serialize(body));
  }
  Got remove(const Browser& who, const std::string& target) { return send(who, "DELETE", target); }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  cvp::testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = std::move(*store::Store::open(folder_.path(), clock_));
  std::unique_ptr<vector::Index> index_ = std::move(*vector::Index::open(folder_.path() / "index", *store_));
  prompt::Library prompts_ = *prompt::Library::load();
  FakeHost host_;
  ServeOptions options_{.version = "test"};
  std::vector<data::Embedded> page_ = {{"index.html", "<!doctype html><title>cvp</title>__CVP_NONCE__"}};
  CancelToken gone_;       // of the last request: cancelled, its client has left
  CancelToken next_gone_;  // of the next one
  std::unique_ptr<Service> service_;

 private:
  static void split_target(const std::string& target, net::RequestHead& head) {
    const size_t question = std::min(target.find('?'), target.size());
    head.path = target.substr(0, question);
    std::string_view rest = std::string_view(target).substr(question);
    while (!rest.empty()) {
      rest.remove_prefix(1);
      const std::string_view one = rest.substr(0, std::min(rest.find('&'), rest.size()));
      rest.remove_prefix(one.size());
      const size_t equals = std::min(one.find('='), one.size() - 1);
      head.query[std::string(one.substr(0, equals))] = one.substr(equals + 1);
    }
  }
};

/// The data of every event of this name in a stream's body.
inline std::vector<boost::json::value> events_named(std::string_view body, const std::string& name) {
  std::vector<boost::json::value> out;
  const std::string start = "event: " + name + "\ndata: ";
  for (size_t at = body.find(start); at != std::string_view::npos; at = body.find(start, at + 1)) {
    const std::string_view rest = body.substr(at + start.size());
    out.push_back(boost::json::parse(rest.substr(0, rest.find('\n'))));
  }
  return out;
}

}  // namespace cvp::serve
