// What the figures share in one run: options, folders, progress, the engine and the models, and knowledge
// bases that are built once.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "eval/evaluate.h"
#include "model/embedder.h"
#include "model/generator.h"
#include "model/tokenizer.h"
#include "store/store.h"
#include "sys/files.h"
#include "vector/index.h"

namespace cvp::bench {

struct Options {
  bool fresh = false;    // ask the models anew instead of using kept replies
  bool rebuild = false;  // build the knowledge bases anew
  uint64_t limit = 0;    // at most so many questions; 0: the figure's own number
  uint64_t seed = 0;     // of the questions drawn for answers/*; 0: the figure's own
  sys::Path home;        // CVP_BENCH_HOME
  sys::Path data;        // CVP_DATA
  sys::Path source;      // root of the source tree
  sys::Path binaries;    // where `cvp` lies
};

/// One document of a knowledge base to be built.
struct Document {
  std::string uri;
  std::string bytes;
};

struct Base {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<vector::Index> index;
};

class Context {
 public:
  Context(Options options, CancelToken cancel) : options_(std::move(options)), cancel_(std::move(cancel)) {}

  const Options& options() const { return options_; }
  const CancelToken& cancel() const { return cancel_; }
  size_t limited(size_t n) const { return options_.limit ? std::min<size_t>(options_.limit, n) : n; }

  /// A line of the report, to standard output.
  template <class... A>
  void say(fmt::format_string<A...> format, A&&... args) {
    print(fmt::format(format, std::forward<A>(args)...));
  }
  /// Draws over one line of a terminal; elsewhere a line now and then.
  OnProgress progress();

  /// A data file below CVP_DATA; Errc::not_found names it.
  Result<std::string> data_file(const std::string& relative);

  /// The default embedding model's tokenizer and embedder (queries' vectors are kept), and the default chat
  /// model. Installed into the bench home on first use where the user's own home does not have them.
  Result<const model::Tokenizer*> tokenizer();
  Result<model::Embedder*> embedder();
  Result<model::Generator*> generator();
  /// A chat model in a new engine of its own, nothing kept; cache_bytes as engine::LocalOptions.
  Result<std::unique_ptr<model::Generator>> new_generator(uint64_t cache_bytes);
  Result<std::unique_ptr<model::Embedder>> new_embedder();

  /// The base `name` of exactly these documents; opened when it is already there, else built. Vectors by
  /// `embedder` where given.
  Result<Base*> base(const std::string& name, const std::vector<Document>& documents,
                     model::Embedder* embedder);
  void close_base(const std::string& name) { bases_.erase(name); }

  /// Reports of earlier figures of this run, by a key: answers/citations looks at all answers without asking
  /// again.
  Result<const eval::AnswerReport*> report(const std::string& key,
                                           const std::function<Result<eval::AnswerReport>()>& make);

  /// All that was asked for is measured: the next --fresh asks everything again.
  Result<void> end_fresh_run();

 private:
  Result<sys::Path> replies_folder();
  void print(const std::string& line);
  void clear_progress();
  Result<Base> open_base(const std::string& name, const std::vector<Document>& documents);
  Result<void> build(store::Store& store, const std::vector<Document>& documents);

  Options options_;
  CancelToken cancel_;
  size_t drawn_ = 0;  // columns of the progress line on the terminal
  double last_progress_ms_ = 0;
  std::unique_ptr<model::Tokenizer> tokenizer_;
  std::unique_ptr<model::Embedder> embedder_;
  std::unique_ptr<model::Generator> generator_;
  std::set<std::string> rebuilt_;
  std::map<std::string, Base> bases_;
  std::map<std::string, eval::AnswerReport> reports_;
};

}  // namespace cvp::bench
