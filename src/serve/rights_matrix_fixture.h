// rights_matrix.txt read, and a small organisation to try it on.
#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "serve/serve_fixture.h"
#include "sys/secrets.h"

namespace cvp::serve {

/// The columns of rights_matrix.txt.
enum class Kind {
  nobody,
  stranger,
  reader,
  editor,
  writer,
  admin,
  revoked,
  expired,
  scopeless,
  tenant,
  forged
};
inline constexpr std::array<std::string_view, 11> kKinds = {"nobody",    "stranger", "reader",  "editor",
                                                            "writer",    "admin",    "revoked", "expired",
                                                            "scopeless", "tenant",   "forged"};

struct MatrixRow {
  /// Done by an administrator before the request: `name` is the `field` of the reply.
  struct Given {
    std::string name, field, method, target, body;
  };
  int line = 0;
  std::string method, pattern, target, body, type;
  static constexpr int kOk = 0, kTold = 1;  // else the status of a refusal
  std::array<int, kKinds.size()> statuses{};
  std::vector<Given> given;
  bool endless = false, watched = false;

  std::string name() const { return method + " " + pattern; }
};

/// The form is told at the top of the file.
class MatrixReader {
 public:
  static std::vector<MatrixRow> read() {
    const sys::Path path = sys::Path(sys::env("CVP_SOURCE").value_or(".")) / "src/serve/rights_matrix.txt";
    const auto bytes = sys::read_file(path, 1 << 20);
    EXPECT_TRUE(bytes) << path;
    MatrixReader reader;
    std::istringstream lines(bytes.value_or(""));
    for (std::string line; std::getline(lines, line);) reader.line(line);
    return std::move(reader.rows_);
  }

 private:
  void line(const std::string& line) {
    ++number_;
    std::istringstream words(line);
    std::string first;
    if (!(words >> first) || first.starts_with('#')) return;
    if (line.starts_with(' '))
      detail(first, words);
    else
      row(first, words);
  }

  void row(const std::string& method, std::istringstream& words) {
    MatrixRow row{.line = number_, .method = method};
    words >> row.pattern;
    row.target = row.pattern;
    std::string cell;
    for (int& status : row.statuses) {
      EXPECT_TRUE(words >> cell) << "line " << number_ << ": a cell is missing";
      status = cell == "ok" ? MatrixRow::kOk : cell == "told" ? MatrixRow::kTold : std::atoi(cell.c_str());
      EXPECT_TRUE(cell == "ok" || cell == "told" || (status >= 400 && status < 600))
          << "line " << number_ << ": " << cell;
    }
    EXPECT_FALSE(words >> cell) << "line " << number_ << ": a cell too many: " << cell;
    rows_.push_back(std::move(row));
  }

  void detail(const std::string& word, std::istringstream& words) {
    ASSERT_FALSE(rows_.empty()) << "line " << number_;
    MatrixRow& row = rows_.back();
    if (word == "to") {
      words >> row.target;
    } else if (word == "body") {
      row.body = rest(words);
    } else if (word == "type") {
      row.type = rest(words);
    } else if (word == "given") {
      MatrixRow::Given given;
      words >> given.name >> given.field >> given.method >> given.target;
      given.body = rest(words);
      row.given.push_back(std::move(given));
    } else if (word == "endless") {
      row.endless = true;
    } else if (word == "watched") {
      row.watched = true;
    } else {
      ADD_FAILURE() << "line " << number_ << ": " << word;
    }
  }

  /// To the end of the line; in quotes as a JSON string.
  static std::string rest(std::istringstream& words) {
    std::string out;
    std::getline(words >> std::ws, out);
    if (!out.starts_with('"')) return out;
    const boost::json::value text = boost::json::parse(out);
    return std::string(text.as_string());
  }

  int number_ = 0;
  std::vector<MatrixRow> rows_;
};

/// An organisation with a library, accounts of every kind, a chat, a key, a job; and a second one beside it.
/// Everything of the first has kCanary in its words.
class RightsTest : public ServeTest {
 protected:
  static constexpr const char* kCanary = "orchid";
  static constexpr const char* kPassword = "correct horse battery";
  static constexpr const char* kCollection = "orchids";
  static constexpr const char *kNoSuchId = "987654321", *kNowhere = "nowhere";
  static constexpr auto kPatience = std::chrono::seconds(10);

  RightsTest() {
    host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>();
    host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
    host_.settings_ = settings();
    host_.answer_verb_ = [](const auto&, Lang) {
      return boost::json::object{{"gpus", boost::json::array()}, {"models", boost::json::array()}};
    };
    // Nobody listens there: a pull begins and comes to nothing.
    host_.pull_ = {.only_sources = {"huggingface"}, .hugging_face_base = "http://127.0.0.1:9"};
    found();
    open_accounts();
    service_->backend().upkeep.wake();
    wait([this] {
      const auto status = index_->status(&host_.embedder()->identity());
      return status && status->with_vector == status->chunks;
    });
    close();
    copy(folder_.path(), template_.path());
    open();
  }

  /// Everything as it was in the beginning, at the same addresses.
  void begin_again() {
    close();
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      std::filesystem::remove_all(entry.path());
    copy(template_.path(), folder_.path());
    host_.settings_ = settings();
    open();
  }

  struct As {
    Browser browser;
    std::map<std::string, std::string> headers;
  };
  As as(Kind kind, Scope scope) const {
    switch (kind) {
      case Kind::nobody:
        return {};
      case Kind::expired:
        return {.headers = {{"authorization", "Bearer cvp_expired"}}};
      case Kind::scopeless:
        return {.headers = {{"authorization", "Bearer cvp_without_" + std::string(scope_name(scope))}}};
      case Kind::forged:
        return {browsers_.at(Kind::admin), {{"x-cvp-csrf", ""}}};
      default:
        return {browsers_.at(kind), {}};
    }
  }

  /// "$document" and the like replaced by what they stand for, or by what there is not.
  std::string filled(const std::string& text, bool nowhere = false) const {
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const size_t dollar = std::min(text.find('$', at), text.size());
      out.append(text, at, dollar - at);
      if (dollar == text.size()) break;
      const size_t end =
          std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", dollar + 1), text.size());
      const auto found = names_.find(text.substr(dollar + 1, end - dollar - 1));
      EXPECT_NE(found, names_.end()) << text;
      if (found != names_.end()) out += nowhere ? strange(*found) : found->second;
      at = end;
    }
    return out;
  }

  Got ask(const MatrixRow& row, const As& who, bool nowhere = false) {
    std::map<std::string, std::string> headers = who.headers;
    if (!row.type.empty()) headers["content-type"] = row.type;
    net::Reply reply = reply_to(who.browser, row.method, filled(row.target, nowhere),
                                filled(row.body, nowhere), std::move(headers));
    auto* stream = std::get_if<std::shared_ptr<net::EventStream>>(&reply.body);
    if (!row.endless || stream == nullptr) return read(std::move(reply));
    (*stream)->gone().cancel();
    return {.status = reply.status};
  }

  /// The steps that a row wants done before.
  void prepare(const MatrixRow& row) {
    for (const MatrixRow::Given& one : row.given) {
      const Got got = send(browsers_.at(Kind::admin), one.method, filled(one.target), filled(one.body));
      ASSERT_LT(got.status, 300) << one.target << ": " << got.body;
      const boost::json::value reply = got.body.empty() ? boost::json::value() : got.json();
      if (one.field == "-") continue;
      boost::system::error_code error;
      const boost::json::value* value = reply.find_pointer(one.field, error);
      ASSERT_NE(value, nullptr) << one.field << " in " << got.body;
      names_[one.name] =
          value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
    }
    wait([this] { return running_jobs() <= 1; });
  }

  /// All that a request which was refused may not have changed.
  std::string state(const std::vector<std::string>& watched) {
    store::Accounts& accounts = store_->accounts();
    std::string out = fmt::format("generation {}\n", *store_->generation());
    for (const store::User& one : of(accounts.users())) {
      out += fmt::format("user {} {} {} {} {} [{}] {}\n", one.id, one.name, role_name(one.role), one.disabled,
                         one.language, fmt::join(one.groups, ","),
                         accounts.credentials(one.name)->password_hash);
      for (const store::ApiKey& key : of(accounts.keys(one.id)))
        out += fmt::format("  key {} {} {}\n", key.id, key.name, fmt::join(key.scopes, ","));
      for (const store::ChatInfo& chat : of(store_->chats(100, one.id))) out += chat_state(chat);
    }
    for (const store::Group& one : of(accounts.groups()))
      out += fmt::format("group {} {} [{}]\n", one.id, one.name, fmt::join(one.members, ","));
    for (const store::Collection& one : of(store_->collections())) {
      out += fmt::format("collection {} {}\n", one.id, one.name);
      for (const store::Grant& grant : of(accounts.grants(one.id))) out += grant_state(grant);
    }
    for (const store::DocumentInfo& one : of(store_->documents(0)))
      out += fmt::format("document {} of {}: {} {}\n", one.id, one.collection, one.uri, one.revision);
    for (const auto& [kind, browser] : browsers_)
      out += fmt::format("session {} {}\n", kKinds[static_cast<size_t>(kind)],
                         accounts.session(Gate::hash_of(browser.token))->has_value());
    for (const store::AuditEntry& one : of(accounts.audit_log(0, 1)))
      out += fmt::format("last audited {} {} {} {}\n", one.id, one.actor, one.action, one.subject);
    for (const Setting& one : host_.settings_) out += fmt::format("setting {}={}\n", one.key, one.value);
    for (const JobView& one : jobs())
      out += fmt::format("job {} {} {}\n", one.id, one.subject, static_cast<int>(one.state));
    for (const WatchView& one : of(service_->backend().watches.list()))
      out += fmt::format("watch {} {} {}\n", one.id, one.collection, one.folder);
    out += fmt::format("models opened {} times\n", host_.reloads_);
    for (const std::string& target : watched) out += get(browsers_.at(Kind::admin), target).body + "\n";
    return out;
  }

 private:
  static std::vector<Setting> settings() {
    return {{.key = "answer.mode",
             .value = "auto",
             .fallback = "auto",
             .help = text("how passages are read", "阅读方式"),
             .type = "choice",
             .choices = {"auto", "single", "joint", "extract"}}};
  }
  /// By value: it outlives the loop over it.
  template <class T>
  static T of(Result<T> result) {
    EXPECT_TRUE(result);
    return std::move(result).value_or(T());
  }
  static std::string strange(const std::pair<const std::string, std::string>& name) {
    if (name.first == "collection_name") return kNowhere;
    return is_id(name.second) ? kNoSuchId : name.second;
  }
  static bool is_id(const std::string& value) {
    return !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  }
  static void copy(const sys::Path& from, const sys::Path& to) {
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }
  static std::string grant_state(const store::Grant& grant) {
    return fmt::format("  to {} {}: {}\n", static_cast<int>(grant.to), grant.id, right_name(grant.right));
  }
  std::string chat_state(const store::ChatInfo& chat) {
    std::string out = fmt::format("  chat {} {}\n", chat.id, chat.title);
    for (const store::ChatMessage& one : of(store_->messages(chat.id)))
      out += fmt::format("    {} {} {}\n", one.id, one.text, one.feedback);
    for (const store::Grant& grant : of(store_->chat_shares(chat.id))) out += grant_state(grant);
    return out;
  }

  template <class Done>
  void wait(Done done) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << "it never came";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  std::vector<JobView> jobs() {
    const Caller admin{.user = {.role = store::Role::admin}};
    return service_->backend().jobs.list(admin);
  }
  size_t running_jobs() {
    const auto all = jobs();
    return std::ranges::count(all, JobView::State::running, &JobView::state);
  }

  void close() {
    service_.reset();
    index_.reset();
    store_.reset();
  }
  void open() {
    store_ = std::move(*store::Store::open(folder_.path(), clock_));
    index_ = std::move(*vector::Index::open(folder_.path() / "index", *store_));
    start();
    host_.reloads_ = 0;
    const auto job =
        service_->backend().jobs.start({.kind = "add",
                                        .subject = "orchid.pdf",
                                        .unit = "bytes",
                                        .owner = browsers_.at(Kind::writer).user,
                                        .collection = std::stoll(names_.at("collection"))},
                                       [](const OnProgress&, const CancelToken& cancel) -> Result<Text> {
                                         while (!cancel.cancelled())
                                           std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                         return fail_cancelled();
                                       });
    names_["job"] = std::to_string(job->id);
  }

  store::UserId account(const std::string& name, store::Role role) {
    return *store_->accounts().create_user({.name = name, .password_hash = hash_, .role = role});
  }
  void found() {
    const auto reader = account("rita", store::Role::reader), writer = account("will", store::Role::editor),
               tenant = account("tess", store::Role::editor), spare = account("sam", store::Role::reader);
    browsers_[Kind::reader].user = reader;
    browsers_[Kind::writer].user = writer;
    browsers_[Kind::tenant].user = tenant;
    const auto collection = add_collection(
        kCollection, {to_user(reader, store::Right::read), to_user(writer, store::Right::write)});
    const auto theirs = add_collection("theirs", {to_user(tenant, store::Right::manage)});
    const auto document = add_text(collection, "orchid.txt",
                                   "The orchid house is watered at nine. The orchid key hangs inside.");
    add_text(theirs, "ferns.txt", "The ferns are watered at ten. Their key hangs outside.");
    const auto chat = *store_->create_chat("orchid chat", reader);
    const auto question = *store_->append_message(chat, {.text = "When is the orchid house watered?",
                                                         .standalone = "When is the orchid house watered?"});
    const auto answer =
        *store_->append_message(chat, {.from_user = false, .text = "The orchid house is watered at nine."});
    const auto group = *store_->accounts().create_group("gardeners");
    EXPECT_TRUE(store_->accounts().change_group(group, "gardeners", {spare}));
    const auto key = *store_->accounts().create_key(
        Gate::hash_of("cvp_ritas"), {.user = reader, .name = "orchid key", .scopes = {"read"}});
    const auto info = *store_->document(document);
    const auto chunks = *store_->document_chunks(document);
    for (const auto& [name, id] : std::map<std::string, int64_t>{{"collection", collection},
                                                                 {"document", document},
                                                                 {"revision", info.revision},
                                                                 {"chunk", chunks.front().id},
                                                                 {"chat", chat},
                                                                 {"question", question},
                                                                 {"message", answer},
                                                                 {"user", spare},
                                                                 {"group", group},
                                                                 {"key", key}})
      names_[name] = std::to_string(id);
    names_["collection_name"] = kCollection;
    names_["password"] = kPassword;
    names_["folder"] = watched_.path().string();
  }
  void open_accounts() {
    const auto admin = account("ada", store::Role::admin);
    browsers_[Kind::admin].user = browsers_[Kind::revoked].user = admin;
    browsers_[Kind::stranger].user = account("stan", store::Role::reader);
    browsers_[Kind::editor].user = account("ed", store::Role::editor);
    for (auto& [kind, one] : browsers_) one = browser(one.user);
    EXPECT_TRUE(store_->accounts().close_session(Gate::hash_of(browsers_.at(Kind::revoked).token)));
    const std::vector<std::string> all = {"search", "ask", "read", "write", "admin"};
    add_key(admin, "cvp_expired", all, clock_.unix_seconds() - 1);
    for (const std::string& missing : all) {
      std::vector<std::string> rest = all;
      std::erase(rest, missing);
      add_key(admin, "cvp_without_" + missing, rest, 0);
    }
    add_key(admin, "cvp_without_any", {}, 0);
  }
  void add_key(store::UserId user, const std::string& secret, const std::vector<std::string>& scopes,
               int64_t expires) {
    EXPECT_TRUE(store_->accounts().create_key(
        Gate::hash_of(secret), {.user = user, .name = secret, .scopes = scopes, .expires_unix = expires}));
  }

  const std::string hash_ = *sys::hash_password(kPassword);
  sys::TempFolder template_ = *sys::TempFolder::create(), watched_ = *sys::TempFolder::create();
  std::map<Kind, Browser> browsers_;
  std::map<std::string, std::string> names_;
};

}  // namespace cvp::serve
