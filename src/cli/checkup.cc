#include "cli/checkup.h"

#include <array>
#include <charconv>
#include <map>

#include "cli/progress_line.h"
#include "cli/words.h"
#include "sys/host.h"
#include "sys/process.h"
#include "sys/sandbox.h"

namespace cvp::cli {
namespace {

using State = Finding::State;

constexpr uint64_t kLowDiskBytes = 2'000'000'000;

Finding bad(std::string name, const Error& error) {
  return {.name = std::move(name), .state = State::bad, .what = error.message, .remedy = error.hint};
}

std::string size_text(uint64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

}  // namespace

bool has_wal_reset_fix(std::string_view sqlite_version) {
  std::array<int, 3> numbers{};
  const char* at = sqlite_version.data();
  const char* end = at + sqlite_version.size();
  for (int& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    at = next < end ? next + 1 : next;
  }
  return numbers >= std::array<int, 3>{3, 51, 3};
}

Text finding_label(const std::string& name) {
  static const std::map<std::string, const char*> kChinese = {{"machine", "机器"},
                                                              {"sandbox", "沙箱"},
                                                              {"pdf", "PDF"},
                                                              {"home", "数据文件夹"},
                                                              {"disk", "磁盘"},
                                                              {"sqlite", "SQLite"},
                                                              {"store", "知识库"},
                                                              {"jobs", "任务"},
                                                              {"engine", "引擎"},
                                                              {"models", "模型"},
                                                              {"model", "模型"},
                                                              {"chat", "对话模型"},
                                                              {"embedding", "向量模型"},
                                                              {"index", "索引"},
                                                              {"passages", "段落"},
                                                              {"chat.endpoint", "对话服务"},
                                                              {"embedding.endpoint", "向量服务"}};
  const auto chinese = kChinese.find(name);
  return {name, chinese == kChinese.end() ? name : chinese->second};
}

std::vector<Finding> check_machine(const App&) {
  const sys::CpuFeatures cpu = sys::cpu_features();
  const char* simd = cpu.avx512_vnni ? "AVX-512 VNNI"
                     : cpu.avx512    ? "AVX-512"
                     : cpu.avx2      ? "AVX2"
                     : cpu.neon      ? "NEON"
                                     : "-";
  const sys::Memory memory = sys::memory();
  std::vector<Finding> out;
  out.push_back({.name = "machine",
                 .what = text("{} threads, {}, {} of memory, {} free", "{} 线程，{}，内存 {}，可用 {}",
                              sys::cpu_threads(), simd, size_text(memory.total_bytes),
                              size_text(memory.available_bytes)),
                 .remedy = {}});
  const int abi = sys::landlock_abi();
  Finding sandbox{.name = "sandbox",
                  .what = text("seccomp and Landlock (version {})", "seccomp 与 Landlock（版本 {}）", abi),
                  .remedy = {}};
  if (abi == 0) {
    sandbox.state = State::warning;
    sandbox.what = text("seccomp alone: the kernel has no Landlock", "只有 seccomp：内核不支持 Landlock");
    sandbox.remedy = text("a kernel from 5.13 on with Landlock confines the parsers more tightly",
                          "5.13 及以上并启用 Landlock 的内核能更严格地限制解析进程");
  }
  out.push_back(std::move(sandbox));
  if (!sys::find_program("pdftotext") || !sys::find_program("pdfinfo")) {
    out.push_back({.name = "pdf",
                   .state = State::warning,
                   .what = text("PDF files cannot be read: poppler-utils is missing",
                                "无法读取 PDF：缺少 poppler-utils"),
                   .remedy = text("install it: apt-get install poppler-utils",
                                  "请安装：apt-get install poppler-utils")});
  }
  return out;
}

std::vector<Finding> check_home(App& app) {
  const sys::Path home = app.home();
  std::vector<Finding> out;
  if (auto opened = app.store(); !opened) return {bad("home", opened.error())};
  out.push_back({.name = "home", .what = text("{} can be written", "{} 可写", home.string()), .remedy = {}});
  const auto free = sys::free_bytes(home);
  if (!free) {
    out.push_back(bad("disk", free.error()));
  } else {
    const bool low = *free < kLowDiskBytes;
    out.push_back(
        {.name = "disk",
         .state = low ? State::warning : State::good,
         .what = text("{} free", "剩余 {}", size_text(*free)),
         .remedy = low ? text("the default models alone take 1.2 GB", "仅默认模型就需要 1.2 GB") : Text{}});
  }
  return out;
}

std::vector<Finding> check_store(App& app, bool check_originals) {
  auto opened = app.store();
  if (!opened) return {};  // check_home has said why
  std::vector<Finding> out;
  const std::string version = store::sqlite_version();
  out.push_back(
      {.name = "sqlite",
       .what = has_wal_reset_fix(version)
                   ? verbatim("SQLite " + version)
                   : text("SQLite {}: older than 3.51.3, so cvp checkpoints from one connection only",
                          "SQLite {}：早于 3.51.3，因此 cvp 只用一个连接做检查点", version),
       .remedy = {}});
  app.printer().status(text("checking the store …", "正在检查知识库……"));
  const auto problems = (*opened)->verify(check_originals, app.cancel());
  if (!problems) {
    out.push_back(bad("store", problems.error()));
    return out;
  }
  for (const Text& problem : *problems) {
    out.push_back({.name = "store",
                   .state = State::bad,
                   .what = problem,
                   .remedy = text("remove that document and add it again", "请删除该文档后重新添加")});
  }
  const auto documents = (*opened)->documents(0);
  if (problems->empty() && documents) {
    out.push_back({.name = "store",
                   .what = text("{}, all intact", "{}，全部完好", documents_text(documents->size())),
                   .remedy = {}});
  }
  if (const auto jobs = (*opened)->unfinished_jobs(); jobs && !jobs->empty()) {
    out.push_back({.name = "jobs",
                   .state = State::warning,
                   .what = text("{} unfinished `cvp add`", "有 {} 次 `cvp add` 没有做完", jobs->size()),
                   .remedy = text("`cvp add` finishes it, `cvp add --forget` drops it",
                                  "运行 `cvp add` 可继续，`cvp add --forget` 则放弃")});
  }
  return out;
}

}  // namespace cvp::cli
