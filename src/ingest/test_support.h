// What ingest's tests share. Tests only.
#pragma once
#include <string>
#include <vector>

#include "ingest/adder.h"
#include "sys/files.h"
#include "sys/host.h"

namespace cvp::ingest {

/// The folder of shared test data: $CVP_DATA, else ../shared/data beside the source tree.
inline sys::Path test_data() {
  if (const auto data = sys::env("CVP_DATA")) return *data;
  return (sys::Path(sys::env("CVP_SOURCE").value_or(".")) / "../shared/data").lexically_normal();
}

/// Regular files below a folder of the shared data; empty where it is absent.
inline std::vector<sys::Path> test_files(const std::string& folder) {
  auto files = sys::list_files(test_data() / folder, 10'000);
  return files ? *files : std::vector<sys::Path>();
}

/// Whole file; empty where it cannot be read.
inline std::string read(const sys::Path& path) {
  return sys::read_file(path, 1ull << 30).value_or(std::string());
}

/// This test program started as its own parser child.
inline ParserOptions child_parser() {
  ParserOptions options;
  options.parser_argv = {sys::self_executable().string(), "parse-child"};
  return options;
}

}  // namespace cvp::ingest

#define NEEDS_DATA(folder)                                    \
  if (!cvp::sys::exists(cvp::ingest::test_data() / (folder))) \
  GTEST_SKIP() << "no shared test data at " << cvp::ingest::test_data() / (folder) << "; set CVP_DATA"
