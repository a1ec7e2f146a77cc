// See Schedule.h.
#include "runtime/train/Schedule.h"

#include <algorithm>
#include <cmath>

namespace offramp::runtime {

double learningRate(const ManifestOptimizer &optimizer, int64_t step, int64_t total) {
  const auto warm = (int64_t)std::ceil(optimizer.warmup * (double)total);
  if (step < warm) return optimizer.lr * (double)(step + 1) / (double)warm;
  if (optimizer.decay == "constant") return optimizer.lr;
  const double left = (double)(total - step) / (double)std::max<int64_t>(1, total - warm);  // 1 at the first step after the warm-up
  if (optimizer.decay == "cosine") return optimizer.lr * 0.5 * (1 - std::cos(3.14159265358979323846 * left));
  return optimizer.lr * left;
}

}  // namespace offramp::runtime
