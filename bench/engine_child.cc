#include "bench/engine_child.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>

#include "bench/json_fields.h"
#include "bench/stub_engine.h"
#include "model/catalogue.h"
#include "model/gguf_writer.h"
#include "model/installed.h"
#include "sys/host.h"
#include "sys/sha256.h"
#include "testing/http_stub.h"

namespace cvp::bench {
namespace {

namespace json = boost::json;
using testing::StubReply;
using testing::StubRequest;

constexpr std::chrono::milliseconds kLoad{1500};
constexpr int kWordMs = 60;
constexpr size_t kTokenBytes = 4;
constexpr uint32_t kContextTokens = 4096;
constexpr uint64_t kReplyFileBytes = 64 << 10;
constexpr const char* kReplyFile = "reply";
constexpr const char* kNonsenseFile = "nonsense";

/// Tokens are groups of bytes, named by their hash.
int token_of(std::string_view piece) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : piece) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<int>(hash % 100'000 + 1);
}

json::array tokens_of(std::string_view content) {
  json::array out;
  for (size_t at = 0; at < content.size(); at += kTokenBytes)
    out.push_back(token_of(content.substr(at, kTokenBytes)));
  return out;
}

std::string event(const json::object& data) { return "data: " + json::serialize(data) + "\n\n"; }

StubReply json_reply(const json::object& value) {
  return {.headers = {{"Content-Type", "application/json"}}, .body = json::serialize(value)};
}

StubReply nonsense() {
  return {.headers = {{"Content-Type", "text/event-stream"}}, .body = "data: {\"content\": \n\n"};
}

json::array probabilities() {
  json::array top;
  for (const StubChoice& one : kStubChoices) {
    const std::string_view token(one.token);
    top.push_back(json::object{{"id", token_of(token.substr(0, kTokenBytes))}, {"logprob", one.logprob}});
  }
  return {json::object{{"top_logprobs", std::move(top)}}};
}

class EngineChild {
 public:
  EngineChild(sys::Path folder, std::string reply) : folder_(std::move(folder)), reply_(std::move(reply)) {}

  void serve(testing::HttpStub& http) {
    http.route("/tokenize", checked([](const json::object& request) {
                 return json_reply({{"tokens", tokens_of(text_in(request, "content"))}});
               }));
    http.route("/completion", checked([this](const json::object& request) { return complete(request); }));
    http.route("/metrics", checked([](const json::object&) {
                 return StubReply{.body = "# tokens\nllamacpp:requests_processing 0\n"};
               }));
  }

 private:
  testing::StubHandler checked(std::function<StubReply(const json::object& request)> answer) {
    return [this, answer = std::move(answer)](const StubRequest& request) {
      if (const sys::Path order = folder_ / kNonsenseFile; sys::exists(order) && sys::remove_file(order))
        nonsense_ = true;
      return nonsense_ ? nonsense() : answer(object_of(request.body));
    };
  }

  StubReply complete(const json::object& request) const {
    StubReply out{.headers = {{"Content-Type", "text/event-stream"}}, .piece_delay_ms = kWordMs};
    std::vector<std::string> words = words_of(reply_);
    words.resize(
        std::min(words.size(), static_cast<size_t>(std::max<int64_t>(0, number_in(request, "n_predict")))));
    for (size_t i = 0; i < words.size(); ++i) {
      json::object word{{"content", words[i]}, {"stop", false}};
      if (i == 0 && number_in(request, "n_probs") > 0) word["completion_probabilities"] = probabilities();
      out.pieces.push_back(event(word));
    }
    out.pieces.push_back(event({{"content", ""},
                                {"stop", true},
                                {"stop_type", "eos"},
                                {"tokens_predicted", words.size()},
                                {"timings", {{"cache_n", 0}}}}));
    return out;
  }

  const sys::Path folder_;
  const std::string reply_;
  std::atomic<bool> nonsense_ = false;
};

std::string flag(const std::vector<std::string>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name);
  return found == words.end() || found + 1 == words.end() ? std::string() : *(found + 1);
}

/// As small as a file can be of which the memory is planned.
Result<void> write_model(const sys::Path& path) {
  auto writer = TRY(model::GgufWriter::create(path));
  writer.set("general.architecture", "qwen2");
  writer.set("qwen2.context_length", kContextTokens);
  writer.set("qwen2.embedding_length", uint32_t{4});
  writer.set("qwen2.block_count", uint32_t{2});
  writer.set("qwen2.attention.head_count", uint32_t{1});
  const std::array<uint64_t, 1> dims{4};
  writer.declare("token_embd.weight", dims, model::TensorType::f32);
  TRY(writer.write_header());
  TRY(writer.write(std::string(dims[0] * sizeof(float), '\0')));
  return writer.finish();
}

}  // namespace

Result<sys::Path> install_engine_child(const sys::Path& home, const sys::Path& folder,
                                       const std::string& reply) {
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  const model::CatalogueEntry& entry = catalogue.default_for(model::ModelRole::chat, 0);
  const sys::Path gguf = home / "stand-in.gguf";
  TRY(write_model(gguf));
  TRY(model::record_installed(home, entry, gguf, TRY(sys::sha256_file(gguf)), "cvp-bench"));
  TRY(sys::make_folders(folder));
  TRY(sys::write_file_atomic(folder / kReplyFile, reply));
  const sys::Path program = folder / "llama-server";
  const std::string script = fmt::format("#!/bin/sh\nexec '{}' {} '{}' \"$@\"\n",
                                         sys::self_executable().string(), kEngineChild, folder.string());
  TRY(sys::write_file_atomic(program, script, 0700));
  return program;
}

Result<void> make_engine_talk_nonsense(const sys::Path& folder) {
  return sys::write_file_atomic(folder / kNonsenseFile, "");
}

int run_engine_child(const std::vector<std::string>& words) {
  if (std::ranges::find(words, "--version") != words.end()) {
    fmt::print("version: 1.0 (build 99999)\n");
    return 0;
  }
  const std::string socket = flag(words, "--host");
  if (words.size() < 2 || socket.empty()) return 2;
  const sys::Path folder = words[1];
  const auto reply = sys::read_file(folder / kReplyFile, kReplyFileBytes);
  if (!reply) return 2;
  sys::real_clock().sleep_for(kLoad);
  EngineChild engine(folder, *reply);
  testing::HttpStub http(socket);
  engine.serve(http);
  while (true) ::pause();  // ends by a signal
}

}  // namespace cvp::bench
