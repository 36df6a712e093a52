// What was acknowledged survives kill -9; what failed left nothing; a full or read-only disk is named.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "store/store.h"
#include "sys/sha256.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::store {
namespace {

std::string document_text(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  std::string text = "document " + std::to_string(number) + "\n";
  const size_t size = 100 + random() % 60'000;
  while (text.size() < size) text += std::to_string(random()) + " 段落\n";
  return text;
}

std::string uri_of(int number) {
  return "/doc-" + std::to_string(number % 40);
}  // later numbers are new revisions

/// Writes documents until it is killed; every acknowledged number goes into the pipe.
[[noreturn]] void write_until_killed(const sys::Path& home, int first, int pipe_fd) {
  testing::FakeClock clock;
  auto store = Store::open(home, clock);
  if (!store) _exit(2);
  const auto collection = (*store)->ensure_collection(kDefaultCollection);
  if (!collection) _exit(3);
  for (int number = first;; ++number) {
    const std::string text = document_text(number);
    const auto done = (*store)->put(testing::plain_revision(*collection, uri_of(number), text), text);
    if (!done) _exit(4);
    if (number % 5 == 4 && !(*store)->remove_document(done->document)) _exit(5);
    if (write(pipe_fd, &number, sizeof number) != sizeof number) _exit(6);
  }
}

/// Last number that the child acknowledged, or first - 1.
int run_and_kill(const sys::Path& home, int first, std::chrono::milliseconds life) {
  int fds[2];
  EXPECT_EQ(pipe(fds), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(fds[0]);
    write_until_killed(home, first, fds[1]);
  }
  close(fds[1]);
  std::this_thread::sleep_for(life);
  kill(child, SIGKILL);
  int status = 0, last = first - 1, number = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
  while (read(fds[0], &number, sizeof number) == sizeof number) last = number;
  close(fds[0]);
  return last;
}

/// The newest acknowledged state of every uri is there; one further put may have been committed without its
/// acknowledgement.
void expect_acknowledged(Store& store, int last) {
  const CollectionId collection = *store.ensure_collection(kDefaultCollection);
  for (int number = std::max(0, last - 38); number <= last; ++number) {
    if (uri_of(number) == uri_of(last + 1)) continue;
    const auto info = store.find_document(collection, uri_of(number));
    ASSERT_EQ(info.has_value(), number % 5 != 4) << "document " << number;
    EXPECT_TRUE(!info || info->content_sha256 == sys::sha256_hex(document_text(number)))
        << "document " << number;
  }
}

TEST(Durability, KilledWriterLosesNothingAcknowledged) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  auto folder = *sys::TempFolder::create();
  testing::FakeClock clock;
  constexpr int kRounds = 20, kFewestAcknowledged = 20, kMostRounds = 200;
  int last = -1;
  // On a slow build the first rounds end before the first write: later ones live longer.
  for (int round = 0; round < kRounds || (last <= kFewestAcknowledged && round < kMostRounds); ++round) {
    const unsigned longest_ms = 150 * (1 + static_cast<unsigned>(round) / 10);
    last = run_and_kill(folder.path(), last + 1, std::chrono::milliseconds(10 + random() % longest_ms));
    auto store = Store::open(folder.path(), clock);
    ASSERT_TRUE(store.has_value()) << store.error().message.en;
    expect_acknowledged(**store, last);
    const auto problems = (*store)->verify(true, {});
    ASSERT_TRUE(problems.has_value());
    for (const Text& problem : *problems) ADD_FAILURE() << problem.en;
  }
  EXPECT_GT(last, kFewestAcknowledged) << "the writer hardly ran: this tested nothing";
}

TEST(Durability, OriginalsWithoutARowAreRemovedAfterACrash) {
  auto folder = *sys::TempFolder::create();
  testing::FakeClock clock;
  run_and_kill(folder.path(), 0, std::chrono::milliseconds(100));
  const std::string hash = sys::sha256_hex("never committed");
  const sys::Path orphan = folder.path() / "files" / hash.substr(0, 2) / hash;
  ASSERT_TRUE(sys::make_folders(orphan.parent_path()));
  ASSERT_TRUE(sys::write_file_atomic(orphan, "never committed"));
  auto store = *Store::open(folder.path(), clock);
  EXPECT_FALSE(sys::exists(orphan));
  EXPECT_TRUE(store->verify(true, {})->empty());
}

/// A small file system of its own; only root may make one.
class Mounted {
 public:
  explicit Mounted(const char* options) : folder_(*sys::TempFolder::create()) {
    ok_ = mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options) == 0;
  }
  ~Mounted() {
    if (ok_) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool ok() const { return ok_; }
  const sys::Path& path() const { return folder_.path(); }
  bool make_read_only() {
    return mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  sys::TempFolder folder_;
  bool ok_ = false;
};

TEST(Durability, FullDiskIsNamedAndKeepsWhatWasThere) {
  Mounted disk("size=2m");
  if (!disk.ok()) GTEST_SKIP() << "only root can mount a small file system";
  testing::FakeClock clock;
  int stored = 0;
  {
    auto store = *Store::open(disk.path(), clock);
    const CollectionId collection = *store->ensure_collection(kDefaultCollection);
    for (;; ++stored) {
      ASSERT_LT(stored, 1000);
      const std::string text = document_text(stored);
      const auto done =
          store->put(testing::plain_revision(collection, "/" + std::to_string(stored), text), text);
      if (done) continue;
      EXPECT_EQ(done.error().code, Errc::unavailable) << done.error().message.en;
      break;
    }
    EXPECT_GT(stored, 3);
    EXPECT_EQ(store->documents(0)->size(), static_cast<size_t>(stored));
    EXPECT_EQ(sys::list_files(disk.path() / "files", 1000)->size(), static_cast<size_t>(stored))
        << "the failed original stayed";
    EXPECT_TRUE(store->verify(true, {})->empty());
  }
  auto again = *Store::open(disk.path(), clock);
  EXPECT_EQ(again->documents(0)->size(), static_cast<size_t>(stored));
  EXPECT_TRUE(again->verify(true, {})->empty());
}

TEST(Durability, ReadOnlyHomeIsNamed) {
  Mounted disk("size=2m");
  if (!disk.ok()) GTEST_SKIP() << "only root can mount a file system";
  testing::FakeClock clock;
  { ASSERT_TRUE(Store::open(disk.path() / "old", clock)); }
  ASSERT_TRUE(disk.make_read_only());
  for (const char* name : {"old", "new"}) {
    const auto refused = Store::open(disk.path() / name, clock);
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.en.find(name), std::string::npos) << refused.error().message.en;
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

TEST(Durability, HomeThatIsAFileIsNamed) {
  auto folder = *sys::TempFolder::create();
  ASSERT_TRUE(sys::write_file_atomic(folder.path() / "home", "a file"));
  testing::FakeClock clock;
  EXPECT_FALSE(Store::open(folder.path() / "home", clock));
}

TEST(Durability, DamagedDatabaseIsCorruptNotACrash) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  testing::FakeClock clock;
  auto folder = *sys::TempFolder::create();
  {
    auto store = *Store::open(folder.path(), clock);
    const CollectionId collection = *store->ensure_collection(kDefaultCollection);
    for (int i = 0; i < 10; ++i) {
      const std::string text = document_text(i);
      ASSERT_TRUE(store->put(testing::plain_revision(collection, "/" + std::to_string(i), text), text));
    }
  }
  const std::string good = *sys::read_file(folder.path() / "cvp.db", 100 << 20);
  for (int round = 0; round < 30; ++round) {
    std::string bad = good;
    for (int i = 0; i < 50; ++i) bad[random() % bad.size()] = static_cast<char>(random());
    ASSERT_TRUE(sys::write_file_atomic(folder.path() / "cvp.db", bad));
    if (auto store = Store::open(folder.path(), clock)) {
      (void)(*store)->verify(false, {});
      (void)(*store)->live_chunks_after(0, 1000);
      (void)(*store)->documents(0);
    }
  }
}

}  // namespace
}  // namespace cvp::store
