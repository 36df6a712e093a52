// The source of truth: SQLite (WAL, synchronous FULL) in HOME/cvp.db, originals by content hash in
// HOME/files/. What a call acknowledged survives kill -9 and power loss; what failed left nothing. Everything
// else (full text, vectors) is derived from it.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/accounts.h"
#include "store/types.h"
#include "sys/files.h"

namespace cvp::store {

inline constexpr const char* kDefaultCollection = "default";

/// Thread-safe: one writer connection behind a mutex (SQLite's WAL-reset bug before 3.51.3 needs two
/// checkpointing connections), a small pool of readers that never checkpoint.
class Store {
 public:
  /// Opens or creates home/cvp.db and migrates an older schema in one transaction after a backup copy. A
  /// newer schema is refused.
  static Result<std::unique_ptr<Store>> open(const sys::Path& home, const Clock& clock);
  virtual ~Store() = default;

  // Collections. Names: 1 to 64 letters, digits, '-', '_', CJK.
  virtual Result<CollectionId> ensure_collection(std::string_view name) = 0;
  /// Errc::busy: the name is taken. `manager` (0: nobody) may manage it from the first moment on.
  virtual Result<CollectionId> create_collection(std::string_view name, UserId manager) = 0;
  virtual Result<CollectionId> find_collection(
      std::string_view name) = 0;  // Errc::not_found, with the nearest names
  virtual Result<std::vector<Collection>> collections() = 0;
  virtual Result<void> rename_collection(CollectionId id, std::string_view name) = 0;
  virtual Result<void> remove_collection(CollectionId id) = 0;

  // Documents. put() is one transaction: original (moved in from `original`, a file on the same disk or its
  // bytes), text, chunks. Same collection and uri with the same hash: unchanged. Same collection and hash
  // under another uri: unchanged, the first uri stays. Same uri, other hash or other made_with: the new
  // revision becomes active, the old chunks leave the index.
  struct Put {
    PutOutcome outcome;
    DocumentId document;
    RevisionId revision;
  };
  virtual Result<Put> put(const NewRevision& revision, std::string_view original) = 0;
  virtual Result<std::vector<DocumentInfo>> documents(CollectionId collection_or_0) = 0;
  /// A page of one collection, what was added or changed last first. Reads no more rows than it must, but may
  /// have to read all of them to find what is wanted.
  struct DocumentPage {
    CollectionId collection = 0;
    RevisionId before = 0;  // the active revision of the last document of the page before; 0: from the newest
    size_t limit = 50;
    std::function<bool(std::string_view uri, std::string_view title)> wanted = {};  // empty: all
  };
  virtual Result<std::vector<DocumentInfo>> documents_page(const DocumentPage& page) = 0;
  virtual Result<DocumentInfo> document(DocumentId id) = 0;
  /// By collection and uri; nothing found is Errc::not_found.
  virtual Result<DocumentInfo> find_document(CollectionId collection, std::string_view uri) = 0;
  /// Gone from every answer at once: rows, text, and the original when no other document has it.
  virtual Result<void> remove_document(DocumentId id) = 0;
  virtual Result<sys::Path> original_path(RevisionId revision) = 0;

  // Text and chunks of any revision, active or old (old answers stay replayable until the document is
  // removed).
  virtual Result<std::string> text(RevisionId revision, Span span) = 0;
  virtual Result<uint64_t> text_size(RevisionId revision) = 0;
  virtual Result<uint32_t> page_at(RevisionId revision, uint32_t offset) = 0;  // 0: no pages
  virtual Result<std::vector<LayoutSpan>> layout(RevisionId revision,
                                                 Span span) = 0;  // boxes that touch the span
  virtual Result<std::vector<Chunk>> chunks(
      std::span<const ChunkId> ids) = 0;  // in the order asked; missing ones left out
  virtual Result<std::vector<Chunk>> document_chunks(DocumentId id) = 0;  // active revision, by ordinal
  /// Of any revision, by ordinal from `first` on, without their text.
  virtual Result<std::vector<Chunk>> revision_chunks(RevisionId revision, uint32_t first, size_t limit) = 0;

  // For derived indexes. Chunk ids only grow and are never used twice.
  struct LiveChunk {
    ChunkId id;
    CollectionId collection;
  };
  virtual Result<std::vector<LiveChunk>> live_chunks() = 0;  // ascending; active revisions only
  virtual Result<std::vector<Chunk>> live_chunks_after(ChunkId after,
                                                       size_t limit) = 0;  // ascending, with text
  virtual Result<uint64_t> generation() = 0;  // grows with every change of live chunks

  // The trash: gone from every answer and list at once, but not yet from disk. Adding the same file again
  // takes it out.
  virtual Result<void> trash_document(DocumentId id) = 0;
  virtual Result<void> restore_document(DocumentId id) = 0;
  /// Removes what was put there before; returns how many.
  virtual Result<size_t> empty_trash(int64_t before_unix) = 0;
  struct Revision {
    RevisionId id = 0;
    uint32_t number = 0;
    int64_t added_unix = 0;
    uint64_t bytes = 0;
    bool active = false;
    std::string media_type;
  };
  virtual Result<std::vector<Revision>> revisions(DocumentId id) = 0;  // newest first
  /// Of a revision that is not in the trash; else Errc::not_found. For whoever must check rights first.
  virtual Result<DocumentInfo> document_of(RevisionId revision) = 0;

  // Chats. Owner 0 is whoever uses the command line.
  virtual Result<ChatId> create_chat(std::string_view title, int64_t owner = 0) = 0;
  virtual Result<int64_t> append_message(ChatId chat, const ChatMessage& message) = 0;  // its id
  virtual Result<std::vector<ChatMessage>> messages(ChatId chat) = 0;
  virtual Result<std::vector<ChatInfo>> chats(size_t limit, int64_t owner = 0) = 0;  // newest first
  virtual Result<ChatInfo> chat(ChatId chat) = 0;
  virtual Result<void> rename_chat(ChatId chat, std::string_view title) = 0;
  virtual Result<void> remove_chat(ChatId chat) = 0;
  virtual Result<void> share_chat(ChatId chat, const std::vector<Grant>& with) = 0;  // replaces the list
  virtual Result<std::vector<Grant>> chat_shares(ChatId chat) = 0;
  /// Shared with the user or one of his groups; his own are not among them.
  virtual Result<std::vector<ChatInfo>> chats_shared_with(const User& user, size_t limit) = 0;
  /// json as the caller likes it; empty takes it back.
  virtual Result<void> set_feedback(ChatId chat, int64_t message, std::string_view json) = 0;

  // Jobs: what was being added, so that a second run continues and says so.
  virtual Result<JobId> begin_job(std::string_view kind, std::string_view description) = 0;
  virtual Result<void> end_job(JobId job, bool completed) = 0;
  struct Job {
    JobId id;
    std::string kind, description;
    int64_t started_unix;
  };
  virtual Result<std::vector<Job>> unfinished_jobs() = 0;

  // Small named values (calibration of a model and language, …).
  virtual Result<std::string> value(std::string_view key) = 0;  // Errc::not_found
  virtual Result<void> set_value(std::string_view key, std::string_view value) = 0;
  virtual Result<void> remove_value(std::string_view key) = 0;  // not there is not an error

  /// Users, rights and the audit log. Lives as long as the store.
  virtual Accounts& accounts() = 0;

  /// PRAGMA integrity_check, foreign keys, every active revision has its text, chunks inside it, original
  /// with its hash. Names what is wrong, the first hundred; Errc::cancelled when it was told to stop.
  virtual Result<std::vector<Text>> verify(bool check_originals, const CancelToken& cancel) = 0;
};

/// Of the library in use, "3.40.1": versions before 3.51.3 may have the WAL-reset bug, which one
/// checkpointing connection avoids.
std::string sqlite_version();

}  // namespace cvp::store
