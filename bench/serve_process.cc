#include "bench/serve_process.h"

#include <signal.h>

#include <charconv>

#include "bench/json_fields.h"
#include "bench/process_tree.h"
#include "hub/command.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr double kStartMs = 60'000;
constexpr std::chrono::milliseconds kLook{10};
constexpr std::chrono::seconds kStopGrace{40};  // it lets requests under way end for 30
constexpr std::chrono::seconds kDeath{10};
constexpr uint64_t kPrintedBytes = 16 << 20;

/// "chat.endpoint" as CVP_CHAT_ENDPOINT.
std::string variable_of(const std::string& setting) {
  std::string out = "CVP_" + setting;
  for (char& c : out) {
    if (c == '.') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

sys::SpawnOptions command(const ServeOptions& options, const sys::Path& out, const sys::Path& errors) {
  sys::SpawnOptions spawn;
  spawn.argv = {options.program.string(), "serve", "--json", "--listen", "127.0.0.1:0"};
  for (const auto& [key, value] : options.settings) spawn.env[variable_of(key)] = value;
  spawn.env["CVP_HOME"] = options.home.string();
  spawn.env["CVP_LANG"] = "en";
  spawn.env["XDG_CONFIG_HOME"] = (options.scratch / "config").string();
  spawn.unset_env = {"CVP_*"};
  spawn.stdout_file = out;
  spawn.stderr_file = errors;
  return spawn;
}

}  // namespace

Result<std::unique_ptr<ServeProcess>> ServeProcess::start(const ServeOptions& options,
                                                          const CancelToken& cancel) {
  const sys::Path out = options.scratch / "printed", errors = options.scratch / "errors";
  TRY(sys::make_folders(options.home));
  TRY(sys::remove_file(out));
  TRY(sys::remove_file(errors));
  auto started = std::unique_ptr<ServeProcess>(
      new ServeProcess(TRY(sys::Process::spawn(command(options, out, errors)))));
  const double begin = sys::real_clock().steady_ms();
  while (sys::real_clock().steady_ms() - begin < kStartMs) {
    if (cancel.cancelled()) return fail_cancelled();
    if (TRY(started->read_greeting(out))) return started;
    if (!started->running()) break;
    sys::real_clock().sleep_for(kLook);
  }
  const std::string said = sys::read_file(errors, kPrintedBytes).value_or(std::string());
  return fail(Errc::failed,
              text("cvp serve did not start: {}", "cvp serve 未能启动：{}", hub::last_line(said)));
}

Result<bool> ServeProcess::read_greeting(const sys::Path& printed) {
  if (!sys::exists(printed)) return false;
  const std::string all = TRY(sys::read_file(printed, kPrintedBytes));
  const size_t end = all.find('\n');
  if (end == std::string::npos) return false;
  const boost::json::object greeting = object_of(std::string_view(all).substr(0, end));
  url_ = text_in(greeting, "url");
  setup_token_ = text_in(greeting, "setup_token");
  while (url_.ends_with('/')) url_.pop_back();
  const char* const digits = url_.data() + url_.rfind(':') + 1;
  const auto [last, wrong] = std::from_chars(digits, url_.data() + url_.size(), port_);
  if (port_ == 0 || wrong != std::errc() || last != url_.data() + url_.size())
    return fail(Errc::corrupt, text("cvp serve is at no address: {}", "cvp serve 给出的地址无效：{}", all));
  return true;
}

std::vector<int> ServeProcess::engines() const {
  std::vector<int> out;
  for (const int child : descendants(pid()))
    if (command_line(child).find(" --api-key-file ") != std::string::npos) out.push_back(child);
  return out;
}

uint64_t ServeProcess::resident_bytes() const { return sys::resident_bytes(pid()); }

void ServeProcess::kill() {
  ::kill(pid(), SIGKILL);
  process_->wait_for(kDeath);
}

void ServeProcess::stop() { process_->stop(kStopGrace); }

}  // namespace cvp::bench
