// What the optimizer pass of a phase runs over. Pure functions of the manifest.
#pragma once

#include "runtime/abi/CpuKernels.h"
#include "runtime/core/ArtifactManifest.h"

#include <vector>

namespace offramp::runtime {

/// Ranges of the weight block that `phase` updates, ascending; neighbours that are treated alike are one. With `lazy_rows` each table whose gradient
/// comes by rows alone is a range of its own, with the width of its rows.
std::vector<offramp_range> updateRanges(const Manifest &manifest, const ManifestTrainPhase &phase);

/// UserError for a phase with `lazy_rows` that updates no such table.
void checkLazyRows(const Manifest &manifest);

}  // namespace offramp::runtime
