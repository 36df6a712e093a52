#pragma once
#include "cli/verb.h"

namespace cvp::cli {

/// `cvp params`: how many numbers a model consists of, tensor by tensor.
Verb params_verb();

}  // namespace cvp::cli
