// Operating system errors as Errors, worded for people in both languages.
#pragma once
#include "base/result.h"
#include "sys/files.h"

namespace cvp::sys {

/// What an errno means, in a few words: "permission denied", "the disk is full".
Text errno_text(int error);

/// "cannot DOING PATH: REASON" with the code and the remedy that fit the errno. doing is a verb: text("read",
/// "读取").
std::unexpected<Error> fail_errno(int error, const Text& doing, const Path& path);

}  // namespace cvp::sys
