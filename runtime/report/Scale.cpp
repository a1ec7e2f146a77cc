// See Scale.h.
#include "runtime/report/Scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace offramp::runtime::report {
namespace {

double roundStep(double span, int count) {
  const double raw = span / std::max(1, count), power = std::pow(10, std::floor(std::log10(raw)));
  for (double factor : {1.0, 2.0, 5.0})
    if (raw <= factor * power * (1 + 1e-9)) return factor * power;
  return 10 * power;
}

}  // namespace

std::vector<double> roundTicks(double lo, double hi, int count) {
  std::vector<double> ticks;
  if (!(hi > lo) || !std::isfinite(lo) || !std::isfinite(hi)) return {lo};
  const double step = roundStep(hi - lo, count);
  for (double i = std::ceil(lo / step - 1e-6); i * step <= hi + step * 1e-6; ++i) ticks.push_back(i * step + 0.0);  // + 0.0: no -0
  return ticks;
}

std::string tickText(double value, double step) {
  if (std::fabs(value) < step * 1e-6) return "0";
  if (std::fabs(value) >= 1e6 || step < 1e-5) return fmt::format("{:.3g}", value);
  const int digits = std::max(0, (int)std::ceil(-std::log10(step) - 1e-6));
  return fmt::format("{:.{}f}", value, digits);
}

Scale scaleFor(std::span<const double> values, double from, double to, int ticks, bool zero) {
  double lo = INFINITY, hi = -INFINITY;
  for (double v : values)
    if (std::isfinite(v)) lo = std::min(lo, v), hi = std::max(hi, v);
  if (lo > hi) return {0, 1, from, to};
  if (zero) lo = std::min(lo, 0.0), hi = std::max(hi, 0.0);
  if (hi - lo < 1e-9 * std::max(1.0, std::fabs(hi))) {
    const double wide = hi == 0 ? 1 : std::fabs(hi) * 0.1;
    lo = zero && lo >= 0 ? lo : lo - wide, hi += wide;
  }
  const double step = roundStep(hi - lo, ticks);
  return {std::floor(lo / step + 1e-6) * step, std::ceil(hi / step - 1e-6) * step, from, to};
}

}  // namespace offramp::runtime::report
