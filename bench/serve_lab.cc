#include "bench/serve_lab.h"

#include <algorithm>
#include <filesystem>

#include "bench/json_fields.h"
#include "bench/models.h"
#include "hub/engine_install.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSettledBytes = 1 << 20;  // what it may still move by
constexpr double kSettlePatienceMs = 120'000;

std::unexpected<Error> fail_path(const Text& doing, const sys::Path& path, const std::error_code& error) {
  return fail(Errc::failed, text("{} {}: {}", "{} {}：{}", doing, path.string(), error.message()));
}

Result<void> copy_part(const sys::Path& from, const sys::Path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return {};
  fs::copy(from, to, fs::copy_options::recursive, error);
  if (error) return fail_path(text("cannot copy", "无法复制"), from, error);
  return {};
}

Result<void> link_folder(const sys::Path& target, const sys::Path& link) {
  std::error_code error;
  fs::create_directory_symlink(target, link, error);
  if (error) return fail_path(text("cannot make the link", "无法创建链接"), link, error);
  return {};
}

}  // namespace

Result<std::unique_ptr<Lab>> Lab::create(Context& context, const LabOptions& options) {
  if (!sys::exists(context.options().binaries / "cvp")) {
    return fail(Errc::not_found,
                text("no program cvp beside cvp-bench", "cvp-bench 所在目录下没有 cvp 程序"));
  }
  auto lab = std::unique_ptr<Lab>(new Lab(context, TRY(sys::TempFolder::create("cvp-serve")), options));
  TRY(sys::make_folders(lab->home_));
  if (options.prepare) TRY(options.prepare(lab->home_));
  TRY(lab->start());
  TRY(lab->admin_.set_up(lab->server_->setup_token(), kName, kPassword));
  return lab;
}

Result<void> Lab::start() {
  server_ = TRY(ServeProcess::start({.program = context_.options().binaries / "cvp",
                                     .home = home_,
                                     .scratch = folder_.path(),
                                     .settings = options_.settings},
                                    context_.cancel()));
  admin_.move_to(server_->url());
  return {};
}

Result<void> Lab::start_again() {
  server_.reset();
  return start();
}

Result<ApiClient> Lab::new_user(const std::string& name, const std::string& role) {
  TRY(admin_.post("/api/users", {{"name", name}, {"password", kPassword}, {"role", role}}));
  ApiClient out(server_->url());
  TRY(out.sign_in(name, kPassword));
  return out;
}

Result<int64_t> Lab::new_collection(const std::string& name) {
  const int64_t id = number_in(TRY(admin_.post("/api/collections", {{"name", name}})), "id");
  TRY(admin_.patch(fmt::format("/api/collections/{}", id), {{"everyone", "read"}}));
  return id;
}

Result<void> copy_base(Context& context, const std::string& name, const sys::Path& home) {
  context.close_base(name);
  const sys::Path folder = context.options().home / "bases" / name;
  for (const char* part : {"cvp.db", "cvp.db-wal", "index", "files"})
    TRY(copy_part(folder / part, home / part));
  return {};
}

Result<void> link_models(Context& context, const model::InstalledModel& model, const sys::Path& home) {
  TRY(engine_options(context.options().home, context.progress(), context.cancel()));
  for (const sys::Path& owner : {sys::default_home(), context.options().home}) {
    if (!sys::exists(owner / "engine")) continue;
    TRY(link_folder(owner / "engine", home / "engine"));
    break;
  }
  return link_folder(model.gguf.parent_path().parent_path(), home / "models");
}

Result<uint64_t> settled_bytes(Context& context, const ServeProcess& server, std::chrono::seconds least) {
  const Clock& clock = sys::real_clock();
  const double begin = clock.steady_ms();
  const double least_ms = std::chrono::duration<double, std::milli>(least).count();
  uint64_t before = 0;
  while (clock.steady_ms() - begin < kSettlePatienceMs) {
    for (int i = 0; i < 50; ++i) {
      if (context.cancel().cancelled()) return fail_cancelled();
      clock.sleep_for(std::chrono::milliseconds(100));
    }
    const uint64_t now = server.resident_bytes();
    const bool still = std::max(now, before) - std::min(now, before) <= kSettledBytes;
    if (still && clock.steady_ms() - begin >= least_ms) return now;
    before = now;
  }
  return fail(Errc::failed, text("the server's memory does not settle", "服务器的内存一直在变化"));
}

}  // namespace cvp::bench
