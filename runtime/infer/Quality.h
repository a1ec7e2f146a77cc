// The one figure for how good answers are, of which more is better: what epochs and settings are chosen by, and how it is called and written.
#pragma once

#include "runtime/infer/Metrics.h"

#include <string>

namespace offramp::runtime {

/// The mean of Collected::metricsAt or numberMetrics.
double qualityOf(const Metrics &metrics);

struct Quality {
  bool share = true;  ///< of right answers; else, where labels are numbers, a correlation: the mean of Pearson's and Spearman's, -1 to 1
  std::string name() const;              ///< `accuracy`, `correlation`
  std::string heading() const;           ///< the same at the start of a line
  std::string text(double value) const;  ///< `87.31 %`, `0.8731`
};

}  // namespace offramp::runtime
