#include "cli/local_door.h"

#include <charconv>

#include "base/log.h"
#include "sys/fd_stream.h"

namespace cvp::cli {
namespace {

constexpr const char* kDoor = "door";
constexpr int kWaitMs = 100;
constexpr const char* kLocaleNames[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

/// What is handed over beside the streams: texts ended by NUL, which no argument and no variable contains.
/// The first letter says what each is.
class Note {
 public:
  void add(char kind, std::string_view value) {
    bytes_ += kind;
    bytes_ += value;
    bytes_ += '\0';
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct Called {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> cvp_environment, locale;
  size_t columns = 80;
  bool out_is_terminal = false, err_is_terminal = false, colours = false;
};

Called read_note(std::string_view bytes) {
  Called out;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\0'), bytes.size());
    const std::string_view one = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (one.empty()) continue;
    const std::string_view value = one.substr(1);
    const size_t equals = std::min(value.find('='), value.size());
    const auto name = std::string(value.substr(0, equals));
    const auto assigned = std::string(value.substr(std::min(equals + 1, value.size())));
    if (one[0] == 'a') out.arguments.emplace_back(value);
    if (one[0] == 'e') out.cvp_environment[name] = assigned;
    if (one[0] == 'l') out.locale[name] = assigned;
    if (one[0] == 'w') std::from_chars(value.data(), value.data() + value.size(), out.columns);
    if (one[0] == 'o') out.out_is_terminal = true;
    if (one[0] == 'r') out.err_is_terminal = true;
    if (one[0] == 'c') out.colours = true;
  }
  return out;
}

std::string write_note(const std::vector<std::string>& arguments, const Surroundings& around) {
  Note note;
  for (const std::string& one : arguments) note.add('a', one);
  for (const auto& [name, value] : around.cvp_environment) note.add('e', name + "=" + value);
  for (const char* name : kLocaleNames) {
    if (const auto value = around.environment(name)) note.add('l', name + std::string("=") + *value);
  }
  note.add('w', std::to_string(around.screen.max_columns));
  if (around.screen.out_is_terminal) note.add('o', "");
  if (around.screen.err_is_terminal) note.add('r', "");
  if (around.screen.colours) note.add('c', "");
  return note.bytes();
}

}  // namespace

Result<std::unique_ptr<LocalDoor>> LocalDoor::open(const sys::Path& home, Options options) {
  auto listener = TRY(sys::LocalListener::listen(home, kDoor));
  return std::unique_ptr<LocalDoor>(new LocalDoor(std::move(listener), std::move(options)));
}

LocalDoor::LocalDoor(sys::LocalListener listener, Options options)
    : listener_(std::move(listener)), options_(std::move(options)), thread_([this] { listen(); }) {}

LocalDoor::~LocalDoor() {
  ending_.cancel();
  thread_.join();
}

void LocalDoor::listen() {
  while (!ending_.cancelled()) {
    auto peer = listener_.accept(ending_);
    callers_.remove_if([](Caller& one) {
      if (one.ended) one.thread.join();
      return one.ended.load();
    });
    // Over the limit the connection just closes; the caller says that the server is busy.
    if (!peer || callers_.size() >= kCallers) continue;
    Caller& caller = callers_.emplace_back();
    caller.thread = std::thread([this, &caller, one = std::move(*peer)]() mutable {
      serve(std::move(one));
      caller.ended = true;
    });
  }
  for (Caller& caller : callers_) caller.thread.join();
}

void LocalDoor::serve(sys::LocalPeer peer) {
  sys::Streams streams;
  const auto note = peer.receive(streams, ending_);
  if (!note || !sys::enter_folder(streams.folder)) return;
  const Called called = read_note(*note);
  const CancelToken cancel;
  int status = 1;
  std::atomic<bool> done = false;
  std::thread watcher([&] {
    while (!done) {
      // A byte means ^C, the end that the caller was killed.
      if (peer.receive_byte(kWaitMs) || ending_.cancelled()) cancel.cancel();
      if (cancel.cancelled()) break;
    }
  });
  {
    sys::FdStream out(streams.out.get(), cancel), err(streams.err.get(), cancel);
    const Lent lent = options_.lend();
    const Surroundings around{.screen = {.out = out,
                                         .err = err,
                                         .out_is_terminal = called.out_is_terminal,
                                         .err_is_terminal = called.err_is_terminal,
                                         .colours = called.colours,
                                         .max_columns = called.columns},
                              .clock = options_.clock,
                              .cancel = cancel,
                              .cvp_environment = called.cvp_environment,
                              .environment = [&called](const char* name) -> std::optional<std::string> {
                                const auto found = called.locale.find(name);
                                return found != called.locale.end() ? std::optional(found->second)
                                                                    : std::nullopt;
                              },
                              .input = streams.in.get(),
                              .lent = &lent,
                              .keep_log = true};
    try {
      status = run_program(called.arguments, around);
    } catch (const std::exception& error) {
      // Out of memory, or a bug: it must not end the server.
      err << "cvp: " << error.what() << '\n';
    }
  }
  done = true;
  watcher.join();
  peer.send_byte(static_cast<unsigned char>(status));
  options_.on_finished();
}

Result<std::optional<int>> run_in_server(const sys::Path& home, const std::vector<std::string>& arguments,
                                         const Surroundings& around) {
  auto peer = sys::connect_local(home, kDoor);
  if (!peer && peer.error().code == Errc::not_found) return std::nullopt;
  if (!peer) return std::unexpected(std::move(peer).error());
  TRY(peer->call(write_note(arguments, around)));
  bool told = false;
  for (;;) {
    const auto byte = peer->receive_byte(kWaitMs);
    if (byte && *byte >= 0) return *byte;
    if (byte) {
      return fail(Errc::unavailable,
                  text("the server that owns {} did not finish this", "占用 {} 的服务器没有完成此操作",
                       home.string()),
                  text("it ended, or has too much to do: try again", "它可能已结束或太忙，请重试"));
    }
    if (around.cancel.cancelled() && !told) {
      peer->send_byte(sys::LocalPeer::kStop);
      told = true;
    }
  }
}

}  // namespace cvp::cli
