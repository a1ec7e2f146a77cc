// The machine at hand as the commands see it: what was measured of it, in the form that rooflines read.
#pragma once

#include "backends/cpu/kernels/MachineLimits.h"
#include "compiler/roofline/Machine.h"

namespace offramp::tool {

/// Kept ones, or measured now, said on standard error. UserError where they cannot be measured. `threads` 0: all.
cpu::MachineLimits limitsOfThisMachine(int threads, bool anew = false);

/// `this`: the rates of its kernels, emulated ones too, which is what a run gets.
Machine thisMachine(const cpu::MachineLimits &limits);

}  // namespace offramp::tool
