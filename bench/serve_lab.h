// What the figures of the server share: a server over a temporary home, with an administrator signed in.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bench/api_client.h"
#include "bench/context.h"
#include "bench/serve_process.h"
#include "model/installed.h"

namespace cvp::bench {

struct LabOptions {
  std::map<std::string, std::string> settings;
  std::function<Result<void>(const sys::Path& home)> prepare;  // what the home has before the first start
};

/// One at a time. Everything of it ends and is removed with it.
class Lab {
 public:
  /// Errc::not_found: there is no program cvp beside this one.
  static Result<std::unique_ptr<Lab>> create(Context& context, const LabOptions& options);

  ServeProcess& server() { return *server_; }
  ApiClient& admin() { return admin_; }
  const sys::Path& home() const { return home_; }
  sys::Path scratch() const { return folder_.path(); }

  /// Starts a server again over the same home, after the one before ended; the session goes on.
  Result<void> start_again();
  /// A new account with a session. role: "reader", "editor".
  Result<ApiClient> new_user(const std::string& name, const std::string& role);
  /// A collection that every account may read.
  Result<int64_t> new_collection(const std::string& name);

  static constexpr const char* kName = "bench";
  static constexpr const char* kPassword = "a password for one hour";

 private:
  Lab(Context& context, sys::TempFolder folder, LabOptions options)
      : context_(context),
        folder_(std::move(folder)),
        home_(folder_.path() / "home"),
        options_(std::move(options)),
        admin_("") {}
  Result<void> start();

  Context& context_;
  const sys::TempFolder folder_;
  const sys::Path home_;
  const LabOptions options_;
  std::unique_ptr<ServeProcess> server_;
  ApiClient admin_;
};

/// The knowledge base of the bench home into another home; it is closed here before.
Result<void> copy_base(Context& context, const std::string& name, const sys::Path& home);
/// The home gets links to the folders that `model` and its engine are installed in. Errc::not_found where
/// there is no engine.
Result<void> link_models(Context& context, const model::InstalledModel& model, const sys::Path& home);

/// Waits until the process has used no more memory for a while and says how much it has, in bytes.
Result<uint64_t> settled_bytes(Context& context, const ServeProcess& server, std::chrono::seconds least);

}  // namespace cvp::bench
