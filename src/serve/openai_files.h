// /v1/files: the documents of this server under the names of OpenAI's API, "file-12" for document 12.
#pragma once
#include <memory>
#include <vector>

#include "serve/backend.h"
#include "serve/multipart.h"
#include "serve/work_queue.h"
#include "sys/files.h"

namespace cvp::serve {

/// Thread-safe. The destructor stops what is being read.
class OpenAiFiles {
 public:
  static constexpr size_t kWaiting = 32, kPerUser = 8;
  static constexpr size_t kPage = 200;
  static constexpr int64_t kMostAsked = 10'000;  // OpenAI's limit; a page has kPage at most

  explicit OpenAiFiles(Backend& backend);

  Result<net::Reply> create(const Call& call);
  Result<net::Reply> list(const Call& call);
  Result<net::Reply> show(const Call& call);
  Result<net::Reply> content(const Call& call);
  Result<net::Reply> remove(const Call& call);

 private:
  /// A form that was sent. Parts view the file, which stays readable when its name is gone.
  struct Form {
    sys::MappedFile file;
    std::vector<FormPart> parts;
  };
  static Result<Form> read(const Call& call);
  Result<store::CollectionId> collection(const Call& call, const std::string& named) const;
  Result<net::Reply> add(const Call& call, store::CollectionId collection, const std::string& name,
                         std::string_view bytes, const CancelToken& cancel);
  Result<store::DocumentInfo> document(const Call& call, store::Right least) const;
  Result<boost::json::array> files_json(const std::vector<store::DocumentInfo>& documents, Lang lang) const;

  Backend& backend_;
  WorkQueue line_;  // last: its thread uses the rest
};

}  // namespace cvp::serve
