#pragma once
#include "cli/verb.h"

namespace cvp::cli {

Verb models_pull_verb();

}  // namespace cvp::cli
