// The test program plays its own children: started again with CVP_TEST_CHILD=ROLE it does what the role says
// and exits.
#pragma once
#include <chrono>
#include <map>
#include <string>

#include "sys/process.h"

namespace cvp::sys::test {

/// Options that start this test program in a role.
SpawnOptions child_options(const std::string& role, std::map<std::string, std::string> env = {});

/// Whether a process ends (or is a zombie that nobody reaps) within the time.
bool gone_within(int pid, std::chrono::milliseconds time);

/// The roles of offline_test.cc; returns where the role is none of them.
void play_offline(const std::string& role);

}  // namespace cvp::sys::test
