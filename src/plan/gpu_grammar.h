// The parts of the grammar, one file a vendor. Each fills `name` from the words it takes; a name it does not
// know keeps series unknown.
#pragma once
#include "plan/gpu.h"
#include "plan/gpu_words.h"

namespace cvp::plan {

/// GeForce, MX, Titan.
void read_geforce(NameWords& words, GpuName& name);
/// Quadro, RTX A, RTX Ada, RTX PRO.
void read_workstation(NameWords& words, GpuName& name);
/// Tesla and its successors, Grace superchips, DGX Spark, Jetson.
void read_data_center(NameWords& words, GpuName& name);
void read_amd(NameWords& words, GpuName& name);
void read_intel(NameWords& words, GpuName& name);
void read_apple(NameWords& words, GpuName& name);
/// Adreno, Ascend and Atlas, MTT, JM, and the accelerators of MetaX, Biren, Cambricon, Kunlunxin.
void read_others(NameWords& words, GpuName& name);

/// " 16GB" for a name; empty for 0.
std::string memory_words(uint64_t bytes);
/// "Ti SUPER" of TI and SUPER: as vendors write it.
std::string written(std::string_view word);

}  // namespace cvp::plan
