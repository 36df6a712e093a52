#include <algorithm>
#include <filesystem>

#include "base/limits.h"
#include "cli/adding.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

constexpr size_t kShowEveryFile = 20;

struct Options {
  std::vector<std::string> paths;
  std::string collection = store::kDefaultCollection, name;
  bool no_vectors = false, verbose = false, forget = false;
};

bool reads_input(const Options& options) {
  return std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end();
}

/// One job of this run: the user's paths, or what an earlier run left.
struct Work {
  AddJob job;
  std::optional<store::JobId> earlier;
};

Result<std::vector<Work>> earlier_work(App& app, bool forget) {
  std::vector<Work> out;
  store::Store* store = TRY(app.store());
  size_t dropped = 0;
  for (const store::Store::Job& job : TRY(store->unfinished_jobs())) {
    if (job.kind != kAddJob) continue;
    auto parsed = AddJob::parse(job.description);
    if (!parsed || forget) {
      TRY(store->end_job(job.id, true));
      ++dropped;
      if (!parsed && !forget) {
        app.printer().note(
            text("what was begun {} and not finished cannot be continued: {}; add its files again",
                 "{} 开始但未完成的添加无法继续：{}；请重新添加那些文件", format_time(job.started_unix),
                 parsed.error().message));
      }
      continue;
    }
    const std::string first = parsed->paths.empty() ? "" : parsed->paths.front();
    app.printer().note(
        text("continuing what was begun {} and not finished: {} into “{}” (`cvp add --forget` drops it)",
             "继续 {} 开始但未完成的任务：将 {} 加入“{}”（不需要可用 `cvp add --forget` 放弃）",
             format_time(job.started_unix), first, parsed->collection));
    out.push_back({.job = std::move(*parsed), .earlier = job.id});
  }
  if (forget) {
    app.printer().note(dropped == 0 ? text("nothing was unfinished", "没有未完成的任务")
                                    : text("dropped {} unfinished `cvp add`; what it had added stays",
                                           "已放弃 {} 次未完成的添加；已加入的文档保留", dropped));
  }
  return out;
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto full = std::filesystem::absolute(path, error);
  return error ? path : full.lexically_normal().string();
}

Result<void> add_standard_input(App& app, const Options& options, const ingest::AddOptions& how,
                                OutcomeView& view) {
  const std::string bytes = TRY(sys::read_input(app.input(), limits::kDocumentBytes));
  const std::string uri = "stdin:" + (options.name.empty() ? "text" : options.name);
  auto outcome =
      ingest::add_bytes(*TRY(app.store()), *TRY(app.models().tokenizer()), bytes, uri, how, app.cancel());
  if (!outcome && outcome.error().code == Errc::cancelled) return std::unexpected(std::move(outcome).error());
  if (outcome) {
    view.show(*outcome);
  } else {
    view.show({.uri = uri, .kind = ingest::FileOutcome::Kind::failed, .error = std::move(outcome).error()});
  }
  return {};
}

/// The files of one job. The job stays unfinished when this fails or is cancelled.
Result<void> add_one(App& app, const Options& options, const Work& work, OutcomeView& view) {
  store::Store* store = TRY(app.store());
  const ingest::AddOptions how = TRY(add_options(app, work.job.collection));
  const model::Tokenizer* tokenizer = TRY(app.models().tokenizer());
  std::optional<store::JobId> job = work.earlier;
  if (!work.job.paths.empty()) {
    const ingest::Inputs inputs = TRY(ingest::expand_inputs(work.job.paths));
    for (const ingest::FileOutcome& missing : inputs.missing) view.show(missing);
    // Only what can be begun is worth continuing.
    if (!job && !inputs.files.empty()) job = TRY(store->begin_job(kAddJob, work.job.description()));
    TRY(ingest::add_files(
        *store, *tokenizer, inputs.files, how, app.printer().on_progress(),
        [&](const ingest::FileOutcome& outcome) { view.show(outcome); }, app.cancel()));
  }
  // Standard input cannot be read again by a later run, so it is only part of the first.
  if (!work.earlier && reads_input(options)) TRY(add_standard_input(app, options, how, view));
  if (job) TRY(store->end_job(*job, true));
  return {};
}

/// What the command line alone shows to be wrong.
Result<void> check_options(const Options& options) {
  if (std::find(options.paths.begin(), options.paths.end(), "") != options.paths.end()) {
    return fail(Errc::usage, text("a path is empty", "有一个路径是空的"),
                text("if it came from a variable, that was not set", "如果来自变量，说明该变量没有设置"));
  }
  if (!options.name.empty() && !reads_input(options)) {
    return fail(Errc::usage, text("--name is for standard input only", "--name 只用于标准输入"),
                text("add - to read it: … | cvp add - --name {}",
                     "加上 - 才会读取标准输入：… | cvp add - --name {}", options.name));
  }
  return {};
}

Result<int> add(App& app, const Options& options) {
  TRY(check_options(options));
  std::vector<Work> all = TRY(earlier_work(app, options.forget));
  if (!options.paths.empty()) {
    AddJob job{.collection = options.collection, .paths = {}, .vectors = !options.no_vectors};
    for (const std::string& path : options.paths) {
      if (path != "-") job.paths.push_back(absolute(path));
    }
    all.push_back({.job = std::move(job), .earlier = std::nullopt});
  }
  OutcomeView view(app.printer(), options.verbose || options.paths.size() <= kShowEveryFile);
  for (const Work& work : all) {
    auto added = add_one(app, options, work, view);
    if (!added && added.error().code == Errc::cancelled) {
      app.printer().note(
          text("{} so far; `cvp add` continues", "目前{}；运行 `cvp add` 可继续", view.summary()));
    }
    if (!added) return std::unexpected(std::move(added).error());
  }
  if (!all.empty()) app.printer().line(view.summary());
  if (!options.paths.empty() && view.seen() == 0)
    app.printer().note(text("there is no file in what was named", "所给的文件夹里没有文件"));
  const IndexProgress progress = TRY(catch_up(app, !options.no_vectors));
  if (all.empty() && progress.chunks == 0) {
    app.printer().note(no_documents_text());
  } else if (!progress.note.empty()) {
    app.printer().note(progress.note);
  } else if (progress.has_embedder) {
    app.printer().line(text("vectors are ready for {} of {} passages", "已完成 {} / {} 段的向量",
                            progress.with_vector, progress.chunks));
  }
  if (app.printer().json_wanted()) {
    boost::json::object out = view.json();
    out["vectors"] = {{"ready", progress.with_vector},
                      {"passages", progress.chunks},
                      {"interrupted", progress.interrupted}};
    app.printer().json(out);
  }
  const bool vectors_failed = progress.interrupted && !app.cancel().cancelled();
  return view.failed() > 0 || vectors_failed ? 1 : 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Adds files and folders: text, Markdown, HTML, PDF, DOCX. A file that was added before and did "
           "not change is "
           "left alone, a changed one becomes a new revision. One bad file does not stop the others (exit "
           "status 1). "
           "Without a path it finishes what an earlier run left, vectors included. With --json every file is "
           "a line, "
           "printed once the file is safely stored; the counts come last.",
           "添加文件和文件夹：纯文本、Markdown、HTML、PDF、DOCX。已添加且没有变化的文件会跳过，改动过的成为新"
           "版本。"
           "个别文件出错不影响其余文件（退出码 1）。不写路径则继续上次未完成的工作，包括计算向量。"
           "加 --json 时每个文件安全入库后输出一行，最后一行是各项计数。"));
  command.arguments(text("PATH", "路径"), options->paths,
                    text("files, folders, or - for standard input", "文件、文件夹，或用 - 表示标准输入"),
                    false);
  command.option("-c,--collection", options->collection, text("NAME", "名称"),
                 text("into this collection (default: default)", "加入哪个文档集（默认 default）"));
  command.option("--name", options->name, text("NAME", "名称"),
                 text("name for what comes from standard input", "标准输入内容的名称"));
  command.flag("--no-vectors", options->no_vectors,
               text("full text only; vectors can follow later", "只建全文索引，向量以后再算"));
  command.flag("--forget", options->forget,
               text("drop what an earlier run left unfinished", "放弃上次未完成的任务"));
  command.flag("-v,--verbose", options->verbose, text("a line for every file", "逐个列出每个文件"));
  command.example("cvp add handbook.pdf notes/",
                  text("a file and everything below a folder", "一个文件和一个文件夹下的全部文件"));
  command.example("cvp add --collection 规章 ~/文档/规章制度",
                  text("into a collection of its own", "放进单独的文档集"));
  command.example("curl -s https://example.org/a.html | cvp add - --name a.html",
                  text("from another program", "接收其他程序的输出"));
  return [options](App& app) { return add(app, *options); };
}

}  // namespace

Verb add_verb() {
  return {.name = "add",
          .summary = text("add documents, or finish adding", "添加文档，或继续未完成的添加"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
