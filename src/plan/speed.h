// How fast a placed model reads and writes, with the range that the estimate is good for.
//
// Writing one token reads every weight it uses and its cache once. So time is bytes over bandwidth, and what
// a card reaches of its bandwidth is nearly constant once the fixed cost of each layer (starting kernels,
// unpacking blocks) is counted apart:  t = bytes / (e · bandwidth) + layers · c.  Devices work one after
// another, so their times add. Reading a prompt is bound by computing: 2 FLOP a parameter and token plus
// attention, over the share of the peak that llama.cpp reaches.
#pragma once
#include <vector>

#include "plan/band.h"
#include "plan/placement.h"

namespace cvp::plan {

/// From a measurement on this very machine: what its times are of the estimated ones. 1 and no range: not
/// measured.
struct SpeedCalibration {
  double decode = 1, prefill = 1;
  double decode_range = 0, prefill_range = 0;  // as within() takes it
  bool measured() const { return decode_range > 0; }
};

struct SpeedOptions {
  uint64_t filled_tokens = 512;  // of the context, of each user, while writing
  uint64_t prompt_tokens = 512;
  double host_link = 12e9;  // bytes/s from main memory to a GPU (PCIe 4.0 ×8, or 3.0 ×16)
  SpeedCalibration calibration;
};

struct Speed {
  Band decode;        // tokens/s of one user
  Band decode_all;    // of all users together
  Band prefill;       // tokens/s of one prompt
  bool known = true;  // false: a device's bandwidth or peak is not known
};
Speed estimate_speed(const ModelPieces& model, const Placement& placement, const Rig& rig,
                     const SpeedOptions& options);

}  // namespace cvp::plan
