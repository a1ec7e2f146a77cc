// Which epoch's weights a training ends with. Validation samples are few: of a thousand, one standard error of the accuracy is a whole point, and the highest
// of some epochs is the luckiest one. Learning rates fall to 0, so later weights are better unless validation says more than its noise that they are not.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace offramp::runtime {

/// The latest epoch whose quality is at most one standard error below the highest so far (the rule by which Breiman et al. 1984 choose among trees, "1 SE",
/// with later in place of simpler).
struct ChosenEpoch {
  int64_t epoch = 0;   ///< from 1; 0: none yet
  double quality = 0;  ///< of `epoch`
  double highest = 0;  ///< of all epochs

  /// `samples` validation samples; `share`: quality is a share of right answers, else a correlation. True: this one is chosen now.
  bool offer(int64_t number, double value, int64_t samples, bool share) {
    if (epoch == 0 || value > highest || std::isnan(highest)) highest = value;
    const double slack = standardError(highest, samples, share);
    if (epoch > 0 && !(value >= highest - slack)) return false;  // NaN never takes the place of anything
    epoch = number, quality = value;
    return true;
  }

  static double standardError(double quality, int64_t samples, bool share) {
    if (samples < 2) return 0;
    const double spread = share ? std::sqrt(std::max(0.0, quality * (1 - quality))) : 1 - std::min(1.0, quality * quality);
    return spread / std::sqrt((double)samples);
  }
};

}  // namespace offramp::runtime
