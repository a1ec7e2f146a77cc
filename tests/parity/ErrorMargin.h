// How far a decision may lie from its threshold where two computations of it differ: from the error measured on samples that agree in their
// exit. Of probabilities the error is that of the logit, whose size does not depend on where the probability lies; a probability moves by a
// quarter of it at most, near one half.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>

namespace offramp::parity {

class ErrorMargin {
 public:
  explicit ErrorMargin(bool probability) : probability(probability) {}

  /// The same decision, computed twice; forced exits and saturated probabilities say nothing.
  void see(double a, double b) {
    const double error = std::fabs(raw(a) - raw(b));
    if (!std::isfinite(error)) return;
    greatest = std::max(greatest, error), sum += error, ++count;
  }
  /// Twice the greatest error seen: a sample that flips has an error of its own, of the same kind.
  double margin() const { return 2 * greatest * (probability ? 0.25 : 1); }

  std::string text() const {
    std::ostringstream out;
    out << (probability ? "logits" : "decisions") << " of " << count << " samples differ by " << (count ? sum / (double)count : 0)
        << " on the average and " << greatest << " at most: margin " << margin();
    return out.str();
  }

 private:
  double raw(double decision) const { return probability ? std::log(decision / (1 - decision)) : decision; }
  bool probability;
  double greatest = 0, sum = 0;
  int64_t count = 0;
};

}  // namespace offramp::parity
