#include "sys/sha256.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "base/check.h"
#include "sys/fd.h"
#include "sys/os_error.h"

namespace cvp::sys {
namespace {

using SodiumState = crypto_hash_sha256_state;

void need_sodium() {
  static const bool ready = sodium_init() >= 0;
  CHECK(ready);
}

std::string to_hex(const unsigned char* bytes, size_t n) {
  std::string hex(n * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, n);
  hex.pop_back();
  return hex;
}

}  // namespace

Sha256::Sha256() {
  static_assert(sizeof(SodiumState) <= sizeof(state_) && alignof(SodiumState) <= 16);
  need_sodium();
  crypto_hash_sha256_init(reinterpret_cast<SodiumState*>(state_.data()));
}

void Sha256::update(std::string_view bytes) {
  crypto_hash_sha256_update(reinterpret_cast<SodiumState*>(state_.data()),
                            reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string Sha256::hex() {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(reinterpret_cast<SodiumState*>(state_.data()), digest);
  return to_hex(digest, sizeof digest);
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

Result<std::string> sha256_file(const Path& path, const OnProgress& on_progress, const CancelToken& cancel) {
  const Text doing = text("read", "读取");
  const Fd fd(open_retry(path, O_RDONLY | O_NONBLOCK));
  if (!fd.valid()) return fail_errno(errno, doing, path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno, doing, path);
  if (S_ISDIR(info.st_mode)) return fail_errno(EISDIR, doing, path);
  constexpr size_t kReadBytes = 1 << 20;
  std::vector<char> buffer(kReadBytes);
  Sha256 hash;
  Progress progress{.what = text("checking {}", "正在校验 {}", path.filename().string()),
                    .total = static_cast<uint64_t>(info.st_size),
                    .unit = Progress::Unit::bytes};
  for (;;) {
    if (cancel.cancelled()) return fail_cancelled();
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, doing, path);
    if (n == 0) return hash.hex();
    hash.update({buffer.data(), static_cast<size_t>(n)});
    progress.done += static_cast<uint64_t>(n);
    if (on_progress) on_progress(progress);
  }
}

std::string random_hex(size_t n_bytes) {
  need_sodium();
  std::vector<unsigned char> bytes(n_bytes);
  randombytes_buf(bytes.data(), bytes.size());
  return to_hex(bytes.data(), bytes.size());
}

}  // namespace cvp::sys
