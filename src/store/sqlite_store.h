// The one implementation of Store. Its methods stand in *_rows.cc, one file a subject.
#pragma once
#include <mutex>

#include "store/originals.h"
#include "store/reader_pool.h"
#include "store/store.h"

namespace cvp::store {

class SqliteStore final : public Store, public Accounts {
 public:
  SqliteStore(const sys::Path& home, const Clock& clock, std::unique_ptr<Database> writer);
  ~SqliteStore() override;
  /// Removes originals that a crash left without a row.
  Result<void> collect_orphans();

  Result<CollectionId> ensure_collection(std::string_view name) override;
  Result<CollectionId> create_collection(std::string_view name, UserId manager) override;
  Result<CollectionId> find_collection(std::string_view name) override;
  Result<std::vector<Collection>> collections() override;
  Result<void> rename_collection(CollectionId id, std::string_view name) override;
  Result<void> remove_collection(CollectionId id) override;

  Result<Put> put(const NewRevision& revision, std::string_view original) override;
  Result<std::vector<DocumentInfo>> documents(CollectionId collection_or_0) override;
  Result<std::vector<DocumentInfo>> documents_page(const DocumentPage& page) override;
  Result<DocumentInfo> document(DocumentId id) override;
  Result<DocumentInfo> find_document(CollectionId collection, std::string_view uri) override;
  Result<void> remove_document(DocumentId id) override;
  Result<void> trash_document(DocumentId id) override;
  Result<void> restore_document(DocumentId id) override;
  Result<size_t> empty_trash(int64_t before_unix) override;
  Result<std::vector<Revision>> revisions(DocumentId id) override;
  Result<DocumentInfo> document_of(RevisionId revision) override;
  Result<sys::Path> original_path(RevisionId revision) override;

  Result<std::string> text(RevisionId revision, Span span) override;
  Result<uint64_t> text_size(RevisionId revision) override;
  Result<uint32_t> page_at(RevisionId revision, uint32_t offset) override;
  Result<std::vector<LayoutSpan>> layout(RevisionId revision, Span span) override;
  Result<std::vector<Chunk>> chunks(std::span<const ChunkId> ids) override;
  Result<std::vector<Chunk>> document_chunks(DocumentId id) override;
  Result<std::vector<Chunk>> revision_chunks(RevisionId revision, uint32_t first, size_t limit) override;

  Result<std::vector<LiveChunk>> live_chunks() override;
  Result<std::vector<Chunk>> live_chunks_after(ChunkId after, size_t limit) override;
  Result<uint64_t> generation() override;

  Result<ChatId> create_chat(std::string_view title, int64_t owner) override;
  Result<int64_t> append_message(ChatId chat, const ChatMessage& message) override;
  Result<std::vector<ChatMessage>> messages(ChatId chat) override;
  Result<std::vector<ChatInfo>> chats(size_t limit, int64_t owner) override;
  Result<ChatInfo> chat(ChatId chat) override;
  Result<void> rename_chat(ChatId chat, std::string_view title) override;
  Result<void> remove_chat(ChatId chat) override;
  Result<void> share_chat(ChatId chat, const std::vector<Grant>& with) override;
  Result<std::vector<Grant>> chat_shares(ChatId chat) override;
  Result<std::vector<ChatInfo>> chats_shared_with(const User& user, size_t limit) override;
  Result<void> set_feedback(ChatId chat, int64_t message, std::string_view json) override;

  Result<JobId> begin_job(std::string_view kind, std::string_view description) override;
  Result<void> end_job(JobId job, bool completed) override;
  Result<std::vector<Job>> unfinished_jobs() override;

  Result<std::string> value(std::string_view key) override;
  Result<void> set_value(std::string_view key, std::string_view value) override;
  Result<void> remove_value(std::string_view key) override;

  Result<std::vector<Text>> verify(bool check_originals, const CancelToken& cancel) override;

  Accounts& accounts() override { return *this; }
  Result<bool> any_user() override;
  Result<UserId> create_user(const NewUser& user) override;
  Result<UserId> create_first_admin(const NewUser& user) override;
  Result<std::vector<User>> users() override;
  Result<User> user(UserId id) override;
  Result<Credentials> credentials(std::string_view name) override;
  Result<User> external_user(std::string_view subject) override;
  Result<void> change_user(UserId id, const UserChange& change) override;
  Result<void> remove_user(UserId id) override;
  Result<void> touch_user(UserId id) override;
  Result<GroupId> create_group(std::string_view name) override;
  Result<std::vector<Group>> groups() override;
  Result<void> change_group(GroupId id, std::string_view name, const std::vector<UserId>& members) override;
  Result<void> remove_group(GroupId id) override;
  Result<void> open_session(std::string_view token_hash, const Session& session) override;
  Result<std::optional<SignedIn>> session(std::string_view token_hash) override;
  Result<void> close_session(std::string_view token_hash) override;
  Result<void> close_sessions(UserId user, std::string_view except_token_hash) override;
  Result<KeyId> create_key(std::string_view secret_hash, const ApiKey& key) override;
  Result<std::vector<ApiKey>> keys(UserId user) override;
  Result<std::optional<KeyHolder>> key(std::string_view secret_hash) override;
  Result<void> touch_key(KeyId id) override;
  Result<void> remove_key(UserId user, KeyId id) override;
  Result<std::vector<Grant>> grants(CollectionId collection) override;
  Result<void> set_grants(CollectionId collection, const std::vector<Grant>& grants) override;
  Result<std::vector<CollectionRight>> rights(const User& user) override;
  Result<void> audit(const AuditEntry& entry) override;
  Result<std::vector<AuditEntry>> audit_log(int64_t before, size_t limit) override;

 private:
  /// Runs body(Database&) in one write transaction; commits unless it fails.
  template <class Body>
  auto write(Body&& body) -> decltype(body(std::declval<Database&>())) {
    std::lock_guard lock(writing_);
    Transaction transaction = TRY(Transaction::begin(*writer_, Transaction::Kind::write));
    auto result = body(*writer_);
    if (result) TRY(transaction.commit());
    return result;
  }
  Result<Put> put_rows(Database& db, const NewRevision& revision, std::string_view original);
  /// Removes what removed documents leave outside their rows: originals, old pages in the log, copies from
  /// before a migration.
  Result<void> scrub(const std::vector<std::string>& hashes);

  const Clock& clock_;
  const sys::Path home_;
  const Originals originals_;
  std::mutex writing_;                // guards writer_
  std::unique_ptr<Database> writer_;  // the only connection that writes or checkpoints
  ReaderPool readers_;                // declared last: closed before the writer, whose close empties the log
};

/// HOME/cvp.db.before-migration, kept until a document is removed or the next migration.
sys::Path migration_backup(const sys::Path& home);

}  // namespace cvp::store
