// A process tree that makes no connection: what `cvp serve --prove-offline` stands on.
//
// From go_offline() on the kernel refuses this process, and all that it starts, every socket but UNIX
// streams, every connect, and the ways around both (docs/manual/offline.en.md lists them). What is left are
// answers to those who connect to sockets that listened before, and connections to the programs that the
// process starts itself, which a helper makes for it (connect_helper.h). It cannot be taken back.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/connect_helper.h"
#include "sys/files.h"

namespace cvp::sys {

/// What was so when the process went offline.
struct OfflineFacts {
  std::string system;       // "Linux 6.1.0-18-amd64 x86_64"
  std::string machine;      // its name in the network
  std::string account;      // "cvp (uid 998)"
  bool privileged = false;  // root, or with capabilities: the kernel has more ways out for those
  int helper_pid = 0;
  size_t filter_instructions = 0;
  std::string filter_sha256;
  std::vector<Text> sockets;  // that stayed open
  Fd older_socket;            // TCP, made just before, for try_ways_out; invalid where none could be made
};

/// Call once, while there is one thread and no child. Errc::refused where the process has a connection
/// already that it cannot take back, Errc::failed where the kernel refuses the filter: then nothing is
/// proven, and the process should end.
Result<OfflineFacts> go_offline();

bool is_offline();

/// The error of whatever would need the network: "WHAT: the server was started with --prove-offline …".
std::unexpected<Error> fail_offline(const Text& what, Text hint = {});

/// Only while offline: a stream to the UNIX socket of one of our own children.
ConnectHelper::Connected connect_while_offline(std::string_view socket);
void tell_service_manager_while_offline(std::string_view state);

/// Threads of this process, and how many of them have a filter and can gain no privileges.
struct ThreadCount {
  size_t all = 0, filtered = 0;
};
ThreadCount count_filtered_threads();

/// Whether what is written there may leave the machine by itself: network file systems, FUSE, which may be
/// one, and what cannot be told.
bool may_be_remote(const Path& path);

}  // namespace cvp::sys
