#include "sys/os_error.h"

#include <cerrno>
#include <cstring>

namespace cvp::sys {

Text errno_text(int error) {
  switch (error) {
    case ENOENT:
      return text("it is not there", "不存在");
    case EACCES:
    case EPERM:
      return text("permission denied", "没有权限");
    case EISDIR:
      return text("it is a folder", "这是一个文件夹");
    case ENOTDIR:
      return text("a part of the path is not a folder", "路径中有一部分不是文件夹");
    case ENOSPC:
      return text("the disk is full", "磁盘已满");
    case EDQUOT:
      return text("the disk quota is used up", "磁盘配额已用完");
    case EROFS:
      return text("the file system is read-only", "文件系统是只读的");
    case EIO:
      return text("the disk reports an input/output error", "磁盘报告读写错误");
    case ENAMETOOLONG:
      return text("the name is too long", "名称太长");
    case EMFILE:
    case ENFILE:
      return text("too many files are open", "打开的文件太多");
    case ENOMEM:
      return text("out of memory", "内存不足");
    case EFBIG:
      return text("the file would become too large", "文件会超出允许的大小");
    case ELOOP:
      return text("too many symbolic links", "符号链接层数过多");
    case EEXIST:
      return text("it is already there", "已经存在");
    case ENOTEMPTY:
      return text("the folder is not empty", "文件夹不是空的");
    case EXDEV:
      return text("source and target are on different disks", "源和目标不在同一个磁盘上");
    case ENOEXEC:
      return text("it is not a program for this machine", "不是本机可以运行的程序");
    case EAGAIN:
      return text("the system has too few resources now", "系统资源暂时不足");
    default:
      break;
  }
  char buffer[128];
  return verbatim(strerror_r(error, buffer, sizeof buffer));
}

namespace {

Errc code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EACCES:
    case EPERM:
      return Errc::refused;
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EIO:
      return Errc::unavailable;
    default:
      return Errc::failed;
  }
}

Text hint_of(int error, const Path& path) {
  switch (error) {
    case EACCES:
    case EPERM:
      return text("check its owner and mode: ls -ld {}", "请检查它的所有者和权限：ls -ld {}", path.string());
    case ENOSPC:
    case EDQUOT:
      return text("free some space on that disk, then try again", "请在该磁盘上腾出空间后重试");
    case EROFS:
      return text("choose another folder with $CVP_HOME or home in the configuration",
                  "请用 $CVP_HOME 或配置中的 home 换一个文件夹");
    case EIO:
      return text("look at the system log (dmesg) and check the disk", "请查看系统日志（dmesg）并检查磁盘");
    default:
      return {};
  }
}

}  // namespace

std::unexpected<Error> fail_errno(int error, const Text& doing, const Path& path) {
  return fail(code_of(error),
              text("cannot {} {}: {}", "无法{} {}：{}", doing, path.string(), errno_text(error)),
              hint_of(error, path));
}

}  // namespace cvp::sys
