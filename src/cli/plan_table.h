#pragma once
#include "cli/verb.h"

namespace cvp::cli {

/// `cvp plan table`: how many bytes a model's weights take at each precision, by its name and counted.
Verb plan_table_verb();

}  // namespace cvp::cli
