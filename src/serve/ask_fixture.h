// A small library with questions whose answers are known, and a chat model that can be held in the middle of
// one.
#pragma once
#include <condition_variable>
#include <mutex>

#include "serve/serve_fixture.h"

namespace cvp::serve {

class AskTest : public ServeTest {
 protected:
  static constexpr const char* kQuestion = "7B 模型用 fp16 推理需要多少显存？";
  static constexpr const char* kReply = "7B 模型用 fp16 精度需要 14 GB 显存。";
  static constexpr const char* kQuote = "7B 模型用 fp16 精度推理需要 14 GB 显存。";
  static constexpr const char* kPrinterQuestion = "When was the office printer bought?";

  AskTest() {
    host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
    host_.generator_->reply = [this](const std::string& prompt) { return reply_to_prompt(prompt); };
    docs_ = add_collection("docs", {to_user(ann_.user, store::Right::read)});
    gpu_ = add_text(docs_, "/srv/docs/gpu.md",
                    "显存需求\n\n7B 模型用 fp16 精度推理需要 14 GB 显存。用 int4 量化后只需 3.5 GB 显存。");
    add_text(docs_, "/srv/docs/train.md",
             "训练要点\n\nLoRA 只训练低秩矩阵，显存占用比全量微调小得多。全量微调 7B 模型约需 112 GB 显存。");
    add_text(
        docs_, "/srv/docs/printer.md",
        "The office printer supports Wi-Fi. It does not support duplex printing. It was bought in 2021.");
  }
  void TearDown() override {
    release();
    service_.reset();
  }

  /// From now on the model waits in the middle of its reply.
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
    waiting_ = 0;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return waiting_ > 0; })) << "no question came";
  }

  /// Asked, not answered yet.
  net::Reply ask_later(const Browser& who, boost::json::object body) {
    if (!body.contains("question")) body["question"] = kQuestion;
    return reply_to(who, "POST", "/api/ask", boost::json::serialize(body), {});
  }
  Got ask(const Browser& who, const boost::json::object& body = {}) { return read(ask_later(who, body)); }

  static boost::json::object last_event(const Got& got, const std::string& name) {
    const auto events = events_named(got.body, name);
    EXPECT_EQ(events.size(), 1u) << name << " in " << got.body;
    if (events.empty()) return {};
    return events.front().as_object();
  }
  static boost::json::object answer_of(const Got& got) { return last_event(got, "answer"); }
  static std::string error_of(const Got& got) {
    const boost::json::object error = last_event(got, "error");
    return error.contains("code") ? std::string(error.at("code").as_string()) : "no error";
  }
  static store::ChatId chat_of(const Got& got) {
    const boost::json::object answer = answer_of(got);
    return answer.contains("chat") ? answer.at("chat").as_int64() : 0;
  }
  size_t chats_of(const Browser& who) { return store_->chats(100, who.user)->size(); }

  const Browser ann_ = sign_in("ann"), bob_ = sign_in("bob"), eve_ = sign_in("eve");
  store::CollectionId docs_ = 0;
  store::DocumentId gpu_ = 0;
  /// By the last words of a prompt; else kReply.
  std::function<std::string(const std::string& prompt)> says_ = [](const std::string&) { return kReply; };

 private:
  static constexpr auto kPatience = std::chrono::seconds(10);

  Result<std::string> reply_to_prompt(const std::string& prompt) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait_for(lock, kPatience, [this] { return !held_; });
    return says_(prompt);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int waiting_ = 0;
};

}  // namespace cvp::serve
