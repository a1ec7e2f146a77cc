// Where a value lies on an axis, and which round values are written beside it.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace offramp::runtime::report {

/// Round values (1, 2 or 5 times a power of ten apart) inside [lo, hi], about `count` of them. At least one step is positive.
std::vector<double> roundTicks(double lo, double hi, int count);

/// As many digits as tell neighbouring ticks apart.
std::string tickText(double value, double step);

/// Linear map of [lo, hi] to [from, to]; equal ends are widened.
struct Scale {
  double lo = 0, hi = 1, from = 0, to = 1;
  double operator()(double value) const { return from + (value - lo) / (hi - lo) * (to - from); }
};

/// The range of the finite values, widened to whole ticks; `zero`: it holds 0. No finite value: [0, 1].
Scale scaleFor(std::span<const double> values, double from, double to, int ticks, bool zero = false);

}  // namespace offramp::runtime::report
