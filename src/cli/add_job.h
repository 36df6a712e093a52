// What `cvp add` was told, kept in the store while it runs, so that the next run can finish it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::cli {

inline constexpr const char* kAddJob = "add";

struct AddJob {
  std::string collection;
  std::vector<std::string> paths;  // absolute
  bool vectors = true;

  /// JSON; a path that is not UTF-8 stands in it as its bytes.
  std::string description() const;
  /// Errc::corrupt for what description() did not write.
  static Result<AddJob> parse(std::string_view description);
};

}  // namespace cvp::cli
