// The work of `cvp add`, without its command line.
#pragma once
#include <boost/json/object.hpp>
#include <mutex>
#include <set>

#include "cli/add_job.h"
#include "cli/app.h"
#include "ingest/adder.h"

namespace cvp::cli {

/// Counts outcomes and shows those that the user should see; with --json a line for every file, as soon as
/// the store has it. Called from ingest's workers.
class OutcomeView {
 public:
  OutcomeView(Printer& printer, bool every_file) : printer_(printer), every_file_(every_file) {}
  void show(const ingest::FileOutcome& outcome);
  Text summary() const;
  /// The counts.
  boost::json::object json() const;
  size_t failed() const { return failed_; }
  size_t seen() const;  // files, whatever became of them

 private:
  void show_failure(const ingest::FileOutcome& outcome);
  Printer& printer_;
  const bool every_file_;
  mutable std::mutex mutex_;
  size_t added_ = 0, updated_ = 0, unchanged_ = 0, skipped_ = 0, failed_ = 0;
};

/// Chunk sizes as configured, but never more than the embedder takes. No server is asked for that: documents
/// are added while it is down, and cut as they are when it is up.
Result<ingest::AddOptions> add_options(App& app, const std::string& collection);

/// Full text, then vectors where there is an embedder. Being cancelled during vectors is no error: it says
/// how far they are; nor is an embedder that cannot be reached.
struct IndexProgress {
  uint64_t chunks = 0, with_vector = 0;
  bool has_embedder = false, interrupted = false;
  Text note;  // what is left to do, may be empty
};
Result<IndexProgress> catch_up(App& app, bool vectors);

}  // namespace cvp::cli
