// The ways out of the machine that a process has, tried one by one: the proof that go_offline() holds.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/process.h"

namespace cvp::sys {

/// What was tried, and what the kernel said.
struct WayOut {
  std::string name;    // "tcp4": for JSON and between processes
  Text what;           // "TCP to 192.0.2.1 port 443"
  std::string answer;  // "EPERM"; "open" where it worked
  bool refused = false;
};

/// Goes only where nobody is (RFC 5737, RFC 3849), and sends nothing where it is refused. `tcp_socket` was
/// made before the process went offline; -1: there is none.
std::vector<WayOut> try_ways_out(int tcp_socket);

/// Whether the helper refuses to connect to a program that is no child of this process. Only while offline.
WayOut try_helper();

/// The same ways in a child that `child` starts, with tcp_socket as its standard input. It must end in
/// ways_out_child_main().
Result<std::vector<WayOut>> try_ways_out_in_child(const SpawnOptions& child, int tcp_socket);
int ways_out_child_main();

}  // namespace cvp::sys
