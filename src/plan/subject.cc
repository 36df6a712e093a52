#include "plan/subject.h"

#include "model/spec.h"

namespace cvp::plan {

Result<Subject> subject_of_gguf(const sys::Path& path, const std::string& name) {
  const model::GgufFile file = TRY(model::GgufFile::open(path));
  const model::ModelSpec spec = TRY(model::model_spec(file.header(), path.string()));
  Subject out{.name = name,
              .shape = TRY(shape_of_gguf(file.header(), path.string())),
              .weights = weights_of_gguf(file.header()),
              .stored_as = spec.quantization,
              .file_bytes = TRY(sys::stat_file(path)).bytes};
  return out;
}

}  // namespace cvp::plan
