// docs/figures.md: one table row a figure, replaced by its newest run.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "bench/figure.h"
#include "sys/files.h"

namespace cvp::bench {

struct Record {
  std::string id, value, target, command;
  bool holds = false;
  std::string date, commit, cpu;
};

/// The page with this row: after the rows of ids that --list names earlier. A page without the table gets
/// one.
std::string with_row(std::string_view page, const Record& record);

/// Date, commit (with "+" where the tree differs from it) and CPU of this run.
Result<Record> describe_run(const sys::Path& source, std::string_view id, const std::vector<Claim>& claims,
                            std::string command);
Result<void> write_record(const sys::Path& source, const Record& record);

}  // namespace cvp::bench
