#include "cli/offline_report.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cli/screen_text.h"
#include "sys/sha256.h"

namespace cvp::cli {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kLabelColumns = 12;
constexpr size_t kAnswerColumns = 12;
constexpr const char* kFormat = "cvp-offline-report/1";

std::string utc(int64_t unix_seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

/// What was tried in a process, by name.
const sys::WayOut* find_way(const std::vector<sys::WayOut>& ways, const std::string& name) {
  const auto at = std::ranges::find(ways, name, &sys::WayOut::name);
  return at != ways.end() ? &*at : nullptr;
}

std::vector<Text> mechanism_of(const OfflineReport& report) {
  const sys::OfflineFacts& facts = report.facts;
  return {
      text("A seccomp filter of {} instructions (SHA-256 {}) in {} of the server's {} threads, with "
           "no_new_privs. The server cannot take either back, and all that it starts inherits both: the "
           "engine, the parsers of documents, and what they start.",
           "seccomp 过滤器共 {} 条指令（SHA-256 {}），已在服务器的 {}/{} 个线程中生效，并设置了 "
           "no_new_privs。服务器无法撤销这两项，它启动的一切程序（引擎、文档解析器及其子进程）都会继承。",
           facts.filter_instructions, facts.filter_sha256, report.threads.filtered, report.threads.all),
      text("Refused: every socket but UNIX streams; connect; sending to a named receiver; TCP Fast Open; "
           "io_uring; tracing other processes and taking their descriptors; kernel keys, BPF, modules, "
           "mounts, "
           "new namespaces; foreign system call tables.",
           "一律拒绝：UNIX 流以外的所有套接字；connect；向指定接收方发送；TCP Fast "
           "Open；io_"
           "uring；跟踪其他进程或取用其描述符；内核密钥、BPF、内核模块、挂载、新建命名空间；其他架构的"
           "系统调用表。"),
      text("It has held since the time above. Before, the program read its settings, opened its data folder "
           "and the sockets on which it listens, and started nothing but the helper below.",
           "自上述时间起生效。在此之前，程序只读取了设置、打开了数据文件夹和监听用的套接字，除下述辅助进程外"
           "没有启动任何"
           "进程。"),
  };
}

std::vector<Text> still_possible(const OfflineReport& report) {
  std::vector<Text> out = {
      text("Answers to those who connect to the addresses above: that is what a server is for. It cannot "
           "begin a connection, nor turn an accepted one into another.",
           "回答连接到上述地址的客户端：这正是服务器的用途。服务器不能主动发起连接，也不能把已接受的连接改连"
           "到别处。"),
      text("Connections to the engine. A helper (process {}) makes them: it can make UNIX sockets only, and "
           "hands over only those on which a process listens that this server started.",
           "连接引擎。由辅助进程（{}）建立：它只能创建 UNIX "
           "套接字，并且只交出由本服务器所启动进程监听的连接。",
           report.facts.helper_pid),
      text("Where systemd started the server, the helper tells it when the server is ready or stops.",
           "由 systemd 启动时，辅助进程会告知其服务器已就绪或正在停止。"),
      text("Commands of the same account on this machine (`cvp ask` and others) reach the server through the "
           "socket {}; what they print goes where their user sends it.",
           "本机同一账号的命令（`cvp ask` 等）通过套接字 {} 使用服务器；其输出由该用户决定去向。",
           (report.home / "door").string()),
      text("Standard output and error lead where they led before (a terminal, a file, the journal).",
           "标准输出和标准错误仍通往原处（终端、文件或系统日志）。"),
  };
  return out;
}

std::vector<Text> not_covered(const OfflineReport& report) {
  std::vector<Text> out;
  if (report.facts.privileged)
    out.push_back(text(
        "THE SERVER HAS PRIVILEGES ({}): root can have the kernel start programs outside of these rules. For "
        "a claim that holds, start it from an ordinary account without capabilities.",
        "服务器拥有特权（{}）：root "
        "可以让内核在这些规则之外启动程序。要使结论成立，请用没有特权的普通账号启动。",
        report.facts.account));
  const std::string home = report.home.string();
  out.push_back(
      report.home_may_be_remote
          ? text("THE DATA FOLDER {} IS ON A NETWORK OR FUSE FILE SYSTEM: what is written there leaves the "
                 "machine through the kernel.",
                 "数据文件夹 {} 位于网络或 FUSE 文件系统：写入的内容会经内核离开本机。", home)
          : text("Files: another program may send on what it can read of them. The data folder {} is on a "
                 "local file system; the systemd unit lets the server write nowhere else.",
                 "文件：能读取这些文件的其他程序可以把内容发送出去。数据文件夹 {} 位于本地文件系统；使用 "
                 "systemd "
                 "单元时，服务器不能写入其他位置。",
                 home));
  out.push_back(
      text("Clients: whoever may read an answer may pass it on.", "客户端：能看到回答的人可以转发它。"));
  out.push_back(text(
      "Other programs on this machine, `cvp models pull` in a terminal included: the rules are this "
      "server's. "
      "Give it an account of its own: programs of the same account may be open to tampering.",
      "本机的其他程序，包括在终端中运行的 `cvp models pull`：这些规则只约束本服务器。请为它单独设置账号，"
      "同一账号下的其他程序有可能被篡改。"));
  out.push_back(text("Faults of the kernel, of drivers and of hardware.", "内核、驱动程序和硬件的缺陷。"));
  return out;
}

Text verdict_of(const OfflineReport& report) {
  if (!report.proven())
    return text("NOT PROVEN: not every way out was refused.", "结论：未通过。有外连途径没有被拒绝。");
  if (report.facts.privileged || report.home_may_be_remote)
    return text(
        "PROVEN WITH A RESERVATION: the kernel refused every way out that was tried; the reservation "
        "stands in capitals at the end.",
        "结论：有保留地通过。所有尝试的外连途径均被内核拒绝；保留意见见最后一节开头。");
  return text("PROVEN: the kernel refused every way out that was tried.",
              "结论：通过。所有尝试的外连途径均被内核拒绝。");
}

boost::json::array list_of(const std::vector<Text>& texts, Lang lang) {
  boost::json::array out;
  for (const Text& one : texts) out.emplace_back(one.in(lang));
  return out;
}

/// The text as it grows.
class Sheet {
 public:
  explicit Sheet(Lang lang) : lang_(lang) {}
  void line(const Text& what) { out_ += what.in(lang_) + "\n"; }
  void paragraph(const Text& what) { out_ += wrap(what.in(lang_), kColumns, 0) + "\n"; }
  void heading(const Text& what) {
    out_ += "\n" + what.in(lang_) + "\n" + std::string(columns(what.in(lang_)), '-') + "\n";
  }
  void fact(const Text& label, const std::string& value) {
    const std::string whole = pad(label.in(lang_), kLabelColumns) + value;
    out_ += wrap(whole, kColumns, kLabelColumns) + "\n";
  }
  void points(const std::vector<Text>& all) {
    for (const Text& one : all) out_ += wrap("- " + one.in(lang_), kColumns, 2) + "\n";
  }
  void row(const std::string& what, const std::string& first, const std::string& second, size_t width) {
    std::string whole = pad(what, width) + "  " + pad(first, kAnswerColumns) + second;
    whole.erase(whole.find_last_not_of(' ') + 1);
    out_ += whole + "\n";
  }
  Lang lang() const { return lang_; }
  std::string take() { return std::move(out_); }

 private:
  const Lang lang_;
  std::string out_;
};

void add_attempts(Sheet& sheet, const OfflineReport& report) {
  const Lang lang = sheet.lang();
  size_t width = 0;
  for (const sys::WayOut& way : report.in_server) width = std::max(width, columns(way.what.in(lang)));
  sheet.row("", text("server", "服务器").in(lang), text("child process", "子进程").in(lang), width);
  for (const sys::WayOut& way : report.in_server) {
    const sys::WayOut* in_child = find_way(report.in_child, way.name);
    sheet.row(way.what.in(lang), way.answer, in_child != nullptr ? in_child->answer : "-", width);
  }
  sheet.line({});
  sheet.points({text(
      "EPERM, EACCES: the kernel refused before anything was sent. EAI_…: the resolver could ask "
      "nobody. The addresses are those that RFC 5737 and RFC 3849 set aside for documentation.",
      "EPERM、EACCES：内核在发送任何数据之前就已拒绝。EAI_…：解析器无处可查。所用地址是 RFC 5737 和 RFC "
      "3849 保留给文档使用的地址。")});
}

}  // namespace

std::vector<std::string> OfflineReport::open_ways() const {
  std::vector<std::string> out;
  for (const sys::WayOut& way : in_server)
    if (!way.refused) out.push_back(way.name);
  for (const sys::WayOut& way : in_child)
    if (!way.refused) out.push_back(way.name + " (child)");
  if (threads.filtered != threads.all) out.emplace_back("threads");
  return out;
}

bool OfflineReport::proven() const {
  return !in_server.empty() && !in_child.empty() && threads.all > 0 && open_ways().empty();
}

std::string offline_text(const OfflineReport& report, Lang lang) {
  const sys::OfflineFacts& facts = report.facts;
  Sheet sheet(lang);
  sheet.line(text("cvp: report on outgoing connections", "cvp 外连检查报告"));
  sheet.line({});
  sheet.paragraph(verdict_of(report));
  sheet.line({});
  sheet.fact(text("Time", "时间"), utc(report.unix_seconds));
  sheet.fact(text("Program", "程序"), fmt::format("{} {}", report.program.string(), report.version));
  sheet.fact(verbatim("SHA-256"), report.program_sha256);
  sheet.fact(text("Machine", "机器"), fmt::format("{}, {}", facts.machine, facts.system));
  sheet.fact(text("Account", "账号"), facts.account);
  sheet.fact(text("Process", "进程"), std::to_string(report.pid));
  sheet.heading(text("What is in force", "已生效的限制"));
  sheet.points(mechanism_of(report));
  sheet.heading(text("Open sockets", "已打开的套接字"));
  sheet.points(facts.sockets);
  sheet.heading(text("What was tried", "已尝试的外连途径"));
  add_attempts(sheet, report);
  sheet.heading(text("What stays possible, and why", "仍然允许的操作及原因"));
  sheet.points(still_possible(report));
  sheet.heading(text("What this does not cover", "本报告不涵盖的情况"));
  sheet.points(not_covered(report));
  sheet.line({});
  const std::string body = sheet.take();
  return body +
         text("SHA-256 of everything above this line: {}", "以上全部内容的 SHA-256：{}",
              sys::sha256_hex(body))
             .in(lang) +
         "\n";
}

boost::json::object offline_json(const OfflineReport& report, Lang lang) {
  const sys::OfflineFacts& facts = report.facts;
  boost::json::array attempts;
  const auto add = [&](const char* where, const std::vector<sys::WayOut>& ways) {
    for (const sys::WayOut& way : ways)
      attempts.push_back(boost::json::object{{"name", way.name},
                                             {"what", way.what.in(lang)},
                                             {"process", where},
                                             {"refused", way.refused},
                                             {"answer", way.answer}});
  };
  add("server", report.in_server);
  add("child", report.in_child);
  boost::json::object body{{"format", kFormat},
                           {"proven", report.proven()},
                           {"time", utc(report.unix_seconds)},
                           {"version", report.version},
                           {"program", report.program.string()},
                           {"program_sha256", report.program_sha256},
                           {"machine", facts.machine},
                           {"system", facts.system},
                           {"account", facts.account},
                           {"privileged", facts.privileged},
                           {"pid", report.pid},
                           {"helper_pid", facts.helper_pid},
                           {"filter_instructions", facts.filter_instructions},
                           {"filter_sha256", facts.filter_sha256},
                           {"threads", report.threads.all},
                           {"threads_filtered", report.threads.filtered},
                           {"home", report.home.string()},
                           {"home_may_be_remote", report.home_may_be_remote},
                           {"in_force", list_of(mechanism_of(report), lang)},
                           {"open_sockets", list_of(facts.sockets, lang)},
                           {"attempts", std::move(attempts)},
                           {"still_possible", list_of(still_possible(report), lang)},
                           {"not_covered", list_of(not_covered(report), lang)}};
  const std::string digest = sys::sha256_hex(boost::json::serialize(body));
  return {{"report", std::move(body)}, {"sha256", digest}};
}

}  // namespace cvp::cli
