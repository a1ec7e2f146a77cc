// Distance to flip: how far a discrete value (an exit decision above all) was from coming out otherwise. Kept beside the arithmetic, never in it.
//
// compare: |a−b|; and/or: min/max over the operands that would have to change; not: passed on; argmax: gap of the two greatest; first_true: the
// least over the entries up to the one found; select: that of the condition and of the value chosen; everything else that reads a value
// with a distance carries the least along. Two *exact* operands (integers, constants, settings: the same bits on every backend) cannot
// flip a comparison by rounding, so they add nothing of their own.
#pragma once

#include "backends/reference/Program.h"

namespace offramp::reference {

/// What is known of one tensor besides its numbers.
struct Track {
  bool exact = false;            ///< the same bits on every backend unless a decision behind it flips
  std::vector<double> distance;  ///< per element; empty: infinite everywhere

  double at(int64_t element) const;
  double least() const;
};

/// The track of `result` = op(operands).
Track trackResult(const Op &op, const Operands &operands, const std::vector<const Track *> &tracks, const Tensor &result);

/// Track of a value that comes from outside or from the text: exact, at an infinite distance.
inline Track exactTrack() { return {true, {}}; }

}  // namespace offramp::reference
