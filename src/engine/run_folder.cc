#include "engine/run_folder.h"

#include <charconv>

#include "base/log.h"
#include "sys/host.h"
#include "sys/os_error.h"
#include "sys/sha256.h"

namespace cvp::engine {
namespace {

constexpr size_t kLongestSocketPath = 107;
constexpr size_t kNameBytes = 6;  // random, twice as many digits
constexpr std::string_view kPrefix = "llama-";
constexpr std::string_view kSocket = ".sock", kKey = ".key", kLog = ".log", kPid = ".pid";

RunFiles files_named(const sys::Path& folder, const std::string& name) {
  const auto with = [&](std::string_view ending) { return folder / (name + std::string(ending)); };
  return {.socket = with(kSocket), .key = with(kKey), .log = with(kLog), .pid = with(kPid)};
}

bool is_short_enough(const sys::Path& folder) {
  const size_t name = kPrefix.size() + 2 * kNameBytes + kSocket.size();
  return folder.string().size() + 1 + name <= kLongestSocketPath;
}

void remove_leftovers(const sys::Path& folder) {
  constexpr size_t kMostFiles = 10'000;
  const auto files = sys::list_files(folder, kMostFiles);
  if (!files) return;
  for (const auto& file : *files) {
    if (file.extension() != kPid || !file.filename().string().starts_with(kPrefix)) continue;
    const auto text = sys::read_file(file, 64);
    int pid = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
    if (pid <= 0 || sys::resident_bytes(pid) == 0) remove_files(files_named(folder, file.stem().string()));
  }
}

}  // namespace

Result<RunFolder> RunFolder::prepare(const sys::Path& wanted) {
  RunFolder folder;
  std::error_code nowhere;
  folder.path_ = std::filesystem::absolute(wanted, nowhere);
  if (nowhere) return sys::fail_errno(nowhere.value(), text("find", "找到"), wanted.string());
  if (!is_short_enough(folder.path_)) {
    const auto runtime = sys::env("XDG_RUNTIME_DIR");
    folder.path_ = sys::Path(runtime.value_or("")) / "cvp";
    if (!runtime || !is_short_enough(folder.path_) || !sys::make_folders(folder.path_, 0700)) {
      folder.temporary_.emplace(TRY(sys::TempFolder::create("cvp")));
      folder.path_ = folder.temporary_->path();
    }
    if (!is_short_enough(folder.path_)) {
      return fail(Errc::refused,
                  text("the path of the folder for temporary files is too long for a socket: {}",
                       "临时文件夹的路径太长，无法在其中创建套接字：{}", folder.path_.string()),
                  text("set TMPDIR to a folder with a shorter path", "请把 TMPDIR 设为路径较短的文件夹"));
    }
  }
  TRY(sys::make_folders(folder.path_, 0700));
  remove_leftovers(folder.path_);
  return folder;
}

RunFiles RunFolder::new_files() const {
  return files_named(path_, std::string(kPrefix) + sys::random_hex(kNameBytes));
}

void remove_files(const RunFiles& files) {
  for (const auto* path : {&files.socket, &files.key, &files.log, &files.pid}) {
    if (const auto removed = sys::remove_file(*path); !removed) log::warn("{}", removed.error().message.en);
  }
}

}  // namespace cvp::engine
