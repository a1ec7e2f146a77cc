// See Quality.h.
#include "runtime/infer/Quality.h"

#include <fmt/format.h>

namespace offramp::runtime {

double qualityOf(const Metrics &metrics) {
  double sum = 0;
  for (const auto &[name, value] : metrics) sum += value;
  return sum / (double)metrics.size();
}

std::string Quality::name() const { return share ? "accuracy" : "correlation"; }
std::string Quality::heading() const { return share ? "Accuracy" : "Correlation"; }
std::string Quality::text(double value) const { return share ? fmt::format("{:.2f} %", 100 * value) : fmt::format("{:.4f}", value); }

}  // namespace offramp::runtime
