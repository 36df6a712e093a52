// The parent's and the child's side of parsing. The parent gives a path and limits; the child, which has yet
// read nothing but that, closes itself in (no network, nothing written, nothing read but programs and this
// one file, memory and time limited), parses, and answers. Whatever becomes of the child is one file's error.
#include "ingest/parse_file.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "ingest/parse.h"
#include "sys/process.h"
#include "sys/sandbox.h"
#include "sys/sha256.h"

namespace cvp::ingest {
namespace {

// A sanitizer reserves more address space than any limit allows, and its leak check is denied by the sandbox.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
constexpr int kOutOfMemory = 9;  // exit status of a child that could not even say so
constexpr int kStandardInput = 0;
constexpr size_t kRequestBytes = 256 << 10;
// Text, its layout and what else a reply holds.
constexpr uint64_t kReplyBytes = limits::kDocumentTextBytes + (256ull << 20);

std::unexpected<Error> fail_time(uint64_t seconds) {
  return fail(Errc::refused,
              text("reading it took longer than {} s and was stopped", "读取超过 {} 秒，已停止", seconds),
              text("split it into several files, or convert it to another format",
                   "请拆分为多个文件，或转换为其他格式"));
}

std::unexpected<Error> fail_child(int status, const ParserOptions& options) {
  if (status == 128 + SIGXCPU) return fail_time(options.cpu_seconds);
  const Text hint = text("the file may be damaged or hostile: convert it to another format and add that",
                         "文件可能已损坏或有恶意内容：请转换为其他格式后再添加");
  if (status == kOutOfMemory) return fail_out_of_memory();
  if (status > 128) {
    return fail(
        Errc::failed,
        text("the parser broke down on it (signal {})", "解析进程在读取时异常终止（信号 {}）", status - 128),
        hint);
  }
  return fail(
      Errc::failed,
      text("the parser ended without a result (status {})", "解析进程没有给出结果（状态 {}）", status), hint);
}

sys::Sandbox sandbox_for(const ParseRequest& request) {
  sys::Sandbox sandbox;
  sandbox.no_network = true;
  sandbox.no_write = true;
  sandbox.readable = {"/usr", "/lib", "/lib64", "/etc", request.path};
  sandbox.memory_bytes = kSanitized ? 0 : request.memory_bytes;
  sandbox.cpu_seconds = request.cpu_seconds;
  return sandbox;
}

Result<ParseReply> parse_here(const sys::Path& file, const std::string& name) {
  const std::string bytes = TRY(sys::read_file(file, limits::kDocumentBytes));
  ParseReply reply;
  reply.content_sha256 = sys::sha256_hex(bytes);
  reply.parsed = TRY(parse_bytes(bytes, name, file));
  return reply;
}

Result<ParseReply> answer(const ParseRequest& request) {
  TRY(sys::enter_sandbox(sandbox_for(request)));
  return parse_here(request.path, request.name);
}

}  // namespace

std::unexpected<Error> fail_too_large(uint64_t bytes) {
  return fail(Errc::refused,
              text("the file has {} MB, more than the {} MB that one document may have",
                   "文件有 {} MB，超过单个文档的上限 {} MB", (bytes + (1 << 20) - 1) >> 20,
                   limits::kDocumentBytes >> 20),
              text("split it into several files", "请拆分为多个文件"));
}

Result<ParseReply> parse_hashed(const sys::Path& file, const std::string& name, const ParserOptions& options,
                                const CancelToken& cancel) {
  const sys::FileInfo info = TRY(sys::stat_file(file));
  if (info.bytes > limits::kDocumentBytes) return fail_too_large(info.bytes);
  if (options.parser_argv.empty()) return parse_here(std::filesystem::absolute(file), name);
  sys::SpawnOptions spawn;
  spawn.argv = options.parser_argv;
  spawn.nice = 5;
  const std::string path = std::filesystem::absolute(file).string();
  const std::string request =
      encode_request({repair_utf8(name), path, options.memory_bytes, options.cpu_seconds});
  const sys::RunLimits limits{std::chrono::seconds(options.wall_seconds), kReplyBytes};
  auto run = sys::run(spawn, request, limits, cancel);
  if (!run) {
    if (run.error().code == Errc::unavailable) return fail_time(options.wall_seconds);
    return std::unexpected(std::move(run).error());
  }
  if (run->status != 0) return fail_child(run->status, options);
  return decode_reply(run->out);
}

Result<store::ParsedText> parse_file(const sys::Path& file, const std::string& name,
                                     const ParserOptions& options, const CancelToken& cancel) {
  ParseReply reply = TRY(parse_hashed(file, name, options, cancel));
  return std::move(reply.parsed);
}

int parse_child_main() {
  const auto input = sys::read_input(kStandardInput, kRequestBytes);
  const auto request = input ? decode_request(*input) : Result<ParseRequest>(std::unexpected(input.error()));
  if (!request) {
    std::fprintf(stderr, "%s\n", request.error().message.en.c_str());
    return 2;
  }
  try {
    const std::string reply = encode_reply(answer(*request));
    const bool written =
        std::fwrite(reply.data(), 1, reply.size(), stdout) == reply.size() && std::fflush(stdout) == 0;
    if (kSanitized) std::_Exit(written ? 0 : 1);
    return written ? 0 : 1;
  } catch (const std::bad_alloc&) {
    return kOutOfMemory;
  }
}

}  // namespace cvp::ingest
