#pragma once
#include <string>

#include "plan/infer.h"
#include "sys/files.h"

namespace cvp::plan {

/// From a GGUF file's header; nothing of its weights is read. Errors as GgufFile::open and shape_of_gguf.
Result<Subject> subject_of_gguf(const sys::Path& path, const std::string& name);

}  // namespace cvp::plan
