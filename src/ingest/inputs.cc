#include <set>

#include "ingest/adder.h"

namespace cvp::ingest {
namespace {

constexpr size_t kMaxFiles = 1'000'000;

/// Files that people keep beside their documents and never mean when they name the folder.
bool is_beside_the_point(const sys::Path& path) {
  static const std::set<std::string, std::less<>> kNoDocuments = {
      ".png", ".jpg",  ".jpeg",  ".gif", ".bmp",  ".tif", ".tiff",   ".webp",  ".svg",         ".ico",
      ".psd", ".heic", ".mp3",   ".wav", ".flac", ".ogg", ".m4a",    ".mp4",   ".mov",         ".avi",
      ".mkv", ".webm", ".exe",   ".dll", ".so",   ".o",   ".a",      ".class", ".pyc",         ".jar",
      ".zip", ".gz",   ".bz2",   ".xz",  ".zst",  ".7z",  ".rar",    ".tar",   ".iso",         ".ttf",
      ".otf", ".woff", ".woff2", ".css", ".map",  ".db",  ".sqlite", ".gguf",  ".safetensors", ".onnx",
      ".bin", ".dat",  ".lock",  ".tmp", ".bak",  ".part"};
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  // Word's "~$report.docx" marks a file that is open.
  return kNoDocuments.contains(extension) || path.filename().string().starts_with("~$");
}

FileOutcome not_added(const sys::Path& path, FileOutcome::Kind kind, Error error) {
  FileOutcome outcome;
  outcome.uri = path.string();
  outcome.kind = kind;
  outcome.error = std::move(error);
  return outcome;
}

class Expansion {
 public:
  void add_argument(const std::string& argument) {
    if (argument == "-") {
      inputs_.standard_input = true;
      return;
    }
    std::error_code nowhere;  // an empty name, or a current folder that is gone
    const sys::Path path = std::filesystem::absolute(argument, nowhere).lexically_normal();
    if (nowhere) {
      Error error{Errc::not_found, text("there is no file “{}”", "没有“{}”这个文件", argument), {}};
      inputs_.missing.push_back(not_added(argument, FileOutcome::Kind::failed, std::move(error)));
      return;
    }
    const auto info = sys::stat_file(path);
    if (!info) {
      inputs_.missing.push_back(not_added(path, FileOutcome::Kind::failed, info.error()));
    } else if (info->is_folder) {
      add_folder(path);
    } else if (!info->is_regular) {
      Error error{Errc::refused,
                  text("{} is neither a file nor a folder", "{} 既不是文件，也不是文件夹", path.string()),
                  {}};
      inputs_.missing.push_back(not_added(path, FileOutcome::Kind::failed, std::move(error)));
    } else {
      add_file(path);
    }
  }
  Inputs take() { return std::move(inputs_); }

 private:
  void add_folder(const sys::Path& folder) {
    auto files = sys::list_files(folder, kMaxFiles);
    if (!files) {
      inputs_.missing.push_back(not_added(folder, FileOutcome::Kind::failed, std::move(files).error()));
      return;
    }
    for (const sys::Path& file : *files) {
      if (!is_beside_the_point(file)) {
        add_file(file);
        continue;
      }
      Error error{Errc::refused, text("not a document", "不是文档"),
                  text("name the file itself to have it tried", "如需尝试读取，请直接指定该文件")};
      inputs_.missing.push_back(not_added(file, FileOutcome::Kind::skipped, std::move(error)));
    }
  }
  void add_file(const sys::Path& path) {
    if (seen_.insert(path).second) inputs_.files.push_back(path);
  }

  Inputs inputs_;
  std::set<sys::Path> seen_;
};

}  // namespace

Result<Inputs> expand_inputs(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return fail(
        Errc::usage, text("nothing to add was named", "没有指定要添加的内容"),
        text("name files or folders, or - for standard input", "请指定文件或文件夹；用 - 表示标准输入"));
  }
  Expansion expansion;
  for (const std::string& argument : arguments) expansion.add_argument(argument);
  return expansion.take();
}

}  // namespace cvp::ingest
