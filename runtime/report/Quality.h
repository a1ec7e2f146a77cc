// What a report calls good: the share of right answers, or where labels are numbers how well answers correlate with them.
#pragma once

#include <string>

namespace offramp::runtime::report {

struct Quality {
  bool share = true;  ///< else a correlation: the mean of Pearson's and Spearman's, -1 to 1
  std::string name() const;             ///< `accuracy`, `correlation`
  std::string heading() const;          ///< the same at the start of a line
  std::string text(double value) const; ///< `87.31 %`, `0.873`
};

}  // namespace offramp::runtime::report
