#include "serve/folder_listing.h"

#include <algorithm>

#include "ingest/adder.h"
#include "ingest/prepare.h"

namespace cvp::serve {
namespace {

/// The originals of every collection lie in the home: nobody may read them through another one.
Result<bool> meets_home(const sys::Path& folder, const sys::Path& home) {
  const sys::Path own = TRY(sys::real_path(home));
  return is_within(folder, own) || is_within(own, folder);
}

std::unexpected<Error> not_there(const sys::Path& folder) {
  return fail(Errc::not_found, text("{} is not there; its documents were kept",
                                    "找不到 {}，其中的文档均已保留", folder.string()));
}

}  // namespace

bool is_within(const sys::Path& path, const sys::Path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

bool is_itself(const sys::Path& file) {
  const auto real = sys::real_path(file);
  return real && *real == file;
}

Result<sys::Path> watchable_folder(const std::string& named, const sys::Path& home) {
  if (!named.starts_with('/'))
    return fail(Errc::usage, text("“{}” is not an absolute path", "“{}”不是绝对路径", named),
                text("it begins with /, as on the server's machine", "请填写服务器上以 / 开头的完整路径"));
  const auto real = sys::real_path(named);
  if (!real)
    return fail(
        Errc::usage,
        text("the server cannot open the folder: {}", "服务器无法打开该文件夹：{}", real.error().message),
        real.error().hint);
  if (!TRY(sys::stat_file(*real)).is_folder)
    return fail(Errc::usage, text("{} is not a folder", "{} 不是文件夹", real->string()));
  if (!valid_utf8(real->string()))
    return fail(Errc::usage, text("the folder's name is not UTF-8", "文件夹名称不是 UTF-8 编码"));
  if (TRY(meets_home(*real, home)))
    return fail(Errc::usage,
                text("cvp keeps its own data there: {}", "该位置存放着 cvp 自己的数据：{}", real->string()),
                text("choose a folder with documents only", "请选择只存放文档的文件夹"));
  return *real;
}

Result<FolderListing> list_watched(const sys::Path& folder, const sys::Path& home) {
  const auto info = sys::stat_file(folder);
  if (!is_itself(folder) || !info || !info->is_folder) return not_there(folder);
  if (TRY(meets_home(folder, home)))
    return fail(Errc::refused, text("cvp keeps its own data there", "该位置存放着 cvp 自己的数据"));
  FolderListing out{.device = info->device};
  const ingest::Inputs inputs = TRY(ingest::expand_inputs({folder.string()}));
  for (const ingest::FileOutcome& one : inputs.missing)
    if (one.kind == ingest::FileOutcome::Kind::failed) return std::unexpected(one.error);
  if (inputs.files.size() > kWatchedFiles)
    return fail(Errc::refused,
                text("there are more than {} files in the folder", "文件夹中的文件超过 {} 个", kWatchedFiles),
                text("watch smaller folders instead", "请改为监视较小的文件夹"));
  for (const sys::Path& file : inputs.files) {
    const auto now = sys::stat_file(file);
    if (!now && now.error().code == Errc::not_found) continue;
    if (!now || now->is_folder) out.closed.push_back(ingest::uri_of(file));
    if (now && now->is_regular)
      out.seen.push_back({ingest::uri_of(file), file, {now->bytes, now->modified_unix}});
  }
  return out;
}

}  // namespace cvp::serve
