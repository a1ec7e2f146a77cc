// The learning rate as a pure function of the step: a share of all steps of the phase rises from 0, the rest decays. No state, so a resumed
// run needs none.
#pragma once

#include "runtime/core/ArtifactManifest.h"

#include <cstdint>

namespace offramp::runtime {

/// `step` counts from 0, `total` is the number of steps of the phase. Never 0 within the phase unless `lr` is.
double learningRate(const ManifestOptimizer &optimizer, int64_t step, int64_t total);

}  // namespace offramp::runtime
