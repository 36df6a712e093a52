// What the parts of a GPU's name mean, in words.
#pragma once
#include <string>
#include <vector>

#include "plan/gpu.h"

namespace cvp::plan {

struct NamePart {
  Text part;  // as it stands in the name: "RTX", "40", "60", "Ti", "16GB"; vendor and series in words
  Text meaning;
};
/// In the order of the name. Empty for a name that the grammar does not know.
std::vector<NamePart> explain_gpu_name(const GpuName& name);

/// What programs reach this vendor's GPUs through.
Text software_of(Vendor vendor);

/// The lessons of `cvp hw explain` without a name, each a heading and a paragraph: GPU and CPU, GPU and
/// graphics card, CUDA, NVIDIA and AMD, what a host needs.
struct Lesson {
  Text title, paragraph;
};
std::vector<Lesson> hardware_lessons();

}  // namespace cvp::plan
