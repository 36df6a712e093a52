#pragma once
#include <algorithm>

namespace cvp::plan {

/// An expected number with the range in which the measured one should lie. Nothing the planner estimates is
/// said without its range.
struct Band {
  double value = 0, low = 0, high = 0;

  bool covers(double measured) const { return measured >= low && measured <= high; }
  Band operator*(double factor) const { return {value * factor, low * factor, high * factor}; }
  Band operator/(double divisor) const { return *this * (1 / divisor); }
  /// The reciprocal: seconds a token become tokens a second.
  Band per_unit() const { return {1 / value, 1 / high, 1 / low}; }
};

/// value, and what it may be off by as a share: 0.2 means from value/1.2 to value×1.2.
inline Band within(double value, double share) { return {value, value / (1 + share), value * (1 + share)}; }

}  // namespace cvp::plan
