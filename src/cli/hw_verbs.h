#pragma once
#include <vector>

#include "cli/verb.h"
#include "sys/hardware.h"

namespace cvp::cli {

// The verbs of the group, one a file. The probe must outlive what they give.
Verb hw_show_verb(const sys::HardwareProbe& probe);
Verb hw_explain_verb();
Verb hw_compare_verb();
Verb hw_list_verb();

}  // namespace cvp::cli
