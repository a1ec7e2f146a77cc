// See UpdateRanges.h.
#include "runtime/train/UpdateRanges.h"

#include "runtime/core/Error.h"

#include <algorithm>

namespace offramp::runtime {

std::vector<offramp_range> updateRanges(const Manifest &manifest, const ManifestTrainPhase &phase) {
  std::vector<offramp_range> ranges;
  for (size_t i : phase.updates)
    for (const ManifestField &field : manifest.instances[i].fields) {
      const int64_t begin = manifest.instances[i].offset + field.offset;
      const int64_t row = phase.optimizer.lazyRows && field.rowGradients ? field.shape.back() : 0;
      offramp_range *last = ranges.empty() ? nullptr : &ranges.back();
      const bool joins = last && !row && !last->row && last->begin + last->count == begin && last->decays == field.decays;
      if (joins) last->count += field.elements;
      else ranges.push_back({begin, field.elements, field.decays, row});
    }
  return ranges;
}

void checkLazyRows(const Manifest &manifest) {
  for (const ManifestPhase &phase : manifest.phases) {
    const auto *train = std::get_if<ManifestTrainPhase>(&phase);
    if (!train || !train->optimizer.lazyRows) continue;
    const std::vector<offramp_range> ranges = updateRanges(manifest, *train);
    if (std::none_of(ranges.begin(), ranges.end(), [](const offramp_range &range) { return range.row > 0; }))
      userError("phase `{}`: `lazy_rows` is true, but it updates no table that is read by `embedding` alone; remove it", train->name);
  }
}

}  // namespace offramp::runtime
