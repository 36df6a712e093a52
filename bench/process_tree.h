// Processes and their children, as /proc tells of them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cvp::bench {

/// Children and theirs; what has ended and is not reaped yet is none.
std::vector<int> descendants(int pid);
/// Words with a space between; empty where there is no such process.
std::string command_line(int pid);
/// Processes that were started with this variable, "NAME=VALUE", in their environment.
std::vector<int> running_with(std::string_view variable);
size_t open_files(int pid);

}  // namespace cvp::bench
