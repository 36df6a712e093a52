#pragma once
#include "cli/verb.h"

namespace cvp::cli {

Verb plan_recommend_verb();

}  // namespace cvp::cli
