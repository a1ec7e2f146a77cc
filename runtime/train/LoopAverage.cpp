// The mean of the weights over the last steps of a phase (Izmailov et al. 2018, arXiv:1803.05407): `adamw(average = 0.5)`. The steps themselves go on
// from the weights as they are; what is validated, and what the phase leaves behind, is the mean.
#include "runtime/train/Loop.h"

#include <algorithm>

namespace offramp::runtime {
namespace {

constexpr int64_t every = 8;  // steps: neighbours hardly differ, and a pass over all weights is not free

}  // namespace

void Loop::average(double share, int64_t total) {
  const int64_t left = total - state.phaseStep;
  if (share <= 0 || left % every != 0 || (double)left >= share * (double)total) return;
  if (mean.bytes() == 0) mean = AlignedBlock(chosenWeights.bytes());
  const float part = 1 / (float)++state.averaged;  // the first is taken as it is
  const float *weights = session.weights().data();
  float *sum = mean.as<float>().data();
  for (const offramp_range &range : ranges)
    for (int64_t i = range.begin; i < range.begin + range.count; ++i) sum[i] += (weights[i] - sum[i]) * part;
}

void Loop::swapAverage() {
  if (state.averaged == 0) return;
  for (const offramp_range &range : ranges)
    std::swap_ranges(mean.as<float>().data() + range.begin, mean.as<float>().data() + range.begin + range.count, session.weights().data() + range.begin);
  session.weightsChanged();
}

}  // namespace offramp::runtime
