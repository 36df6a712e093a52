// One look at a watched folder: what is new or changed is added, what is gone is taken away.
#pragma once
#include <functional>

#include "base/clock.h"
#include "base/progress.h"
#include "ingest/adder.h"
#include "serve/folder_listing.h"
#include "serve/host.h"
#include "store/store.h"

namespace cvp::serve {

struct FolderFound {
  enum class State { watching, missing, failed } state = State::watching;
  Text message;  // what did not go well; empty: nothing
  bool cancelled = false;
  size_t added = 0, updated = 0, removed = 0;
};

class FolderCheck {
 public:
  using Adding = std::function<Result<Text>(const OnProgress&, const CancelToken&)>;
  struct Parts {
    store::Store& store;
    Host& host;
    const Clock& clock;
    const sys::Path& home;
    /// Before something is added, and at the end: what is kept is never behind what was done.
    std::function<Result<void>(const WatchRecord&)> save;
    /// After some documents came or went.
    std::function<void(const WatchRecord&)> changed;
    /// Runs the adding of so many files to its end, on whatever thread.
    std::function<Result<void>(size_t files, const Adding& adding)> run;
  };
  /// References must outlive it.
  FolderCheck(Parts parts, store::CollectionId collection, const sys::Path& folder, WatchRecord& record,
              WatchFailures& failures)
      : parts_(std::move(parts)),
        collection_(collection),
        folder_(folder),
        record_(record),
        failures_(failures) {}

  FolderFound look();

 private:
  struct Maker {
    ingest::AddOptions options;
    std::shared_ptr<const model::Tokenizer> tokenizer;
  };

  Result<void> act();
  Result<void> check_disk(const FolderListing& listing) const;
  Result<void> forget_remade(const Maker& maker);
  Result<void> forget_changed_copies();
  void keep_failures_of(const FolderListing& listing);
  Result<void> remove(const std::vector<std::string>& gone);
  Result<void> prepare(const std::vector<SeenFile>& files);
  Result<Text> add(const std::vector<SeenFile>& files, const Maker& maker, const OnProgress& on_progress,
                   const CancelToken& cancel);
  void settle(const SeenFile& file, const ingest::FileOutcome& outcome);
  void failed(const SeenFile& file, Error error);
  Text failures_text() const;

  const Parts parts_;
  const store::CollectionId collection_;
  const sys::Path& folder_;
  WatchRecord& record_;
  WatchFailures& failures_;
  FolderFound found_;
};

}  // namespace cvp::serve
