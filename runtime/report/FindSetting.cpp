// Values worth showing of the setting that the exit rule compares.
#include "runtime/report/Sweep.h"

#include "runtime/infer/Collect.h"
#include "runtime/infer/ComparedSetting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace offramp::runtime::report {
namespace {

constexpr int64_t probed = 320;  ///< samples that are tried

double meanStageAt(Session &session, const Split &probe, const std::string &name, double value) {
  session.settings().set(name, value);
  return summarize(*collect(session, probe, std::min<int64_t>(64, probe.size()))).meanStage;
}

/// Quantiles of the compared values before the last stage, each once.
std::vector<double> candidates(const Collected &c, size_t count) {
  std::vector<double> all;
  for (int64_t i = 0; i < c.samples; ++i)
    for (int64_t s = 0; s + 1 < c.stages; ++s)
      if (const double d = c.decision[(size_t)(i * c.stages + s)]; std::isfinite(d)) all.push_back(d);
  std::sort(all.begin(), all.end());
  std::set<double> values;
  for (size_t q = 0; q < count && !all.empty(); ++q) values.insert(all[std::min(all.size() - 1, all.size() * (2 * q + 1) / (2 * count))]);
  return {values.begin(), values.end()};
}

/// Fewer digits where that is nearly the same number, for people who will type it.
double rounded(double value, double span) {
  if (!(span > 0)) return value;
  const double unit = std::pow(10, std::floor(std::log10(span / 50)));
  return std::round(value / unit) * unit;
}

/// `points` values whose mean stages lie evenly between the extremes.
std::vector<double> spread(const std::vector<std::pair<double, double>> &valueAndStage, int64_t points) {
  double lo = INFINITY, hi = -INFINITY;
  for (auto &[value, stage] : valueAndStage) lo = std::min(lo, stage), hi = std::max(hi, stage);
  std::set<double> chosen;
  for (int64_t i = 0; i < points; ++i) {
    const double wanted = lo + (hi - lo) * (double)i / (double)std::max<int64_t>(1, points - 1);
    auto best = std::min_element(valueAndStage.begin(), valueAndStage.end(),
                                 [&](auto &a, auto &b) { return std::fabs(a.second - wanted) < std::fabs(b.second - wanted); });
    chosen.insert(best->first);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace

SweptSetting findSweptSetting(Session &session, const Split &split, int64_t points) {
  const Manifest &m = session.manifest();
  if (m.stages < 2) return {"", "the model has one stage", {}};
  if (m.settings.empty()) return {"", "the model has no setting", {}};
  const Split probe = front(split, probed);
  auto collected = collect(session, probe, std::min<int64_t>(64, probe.size()));
  std::vector<double> tried = candidates(*collected, 16);
  if (tried.empty()) return {"", "the exit rule compares no number", {}};
  const std::optional<std::string> name = comparedSetting(session, probe);
  if (!name)
    return {"",
            fmt::format("no setting of the model changes who leaves: {} is not compared with one",
                        m.decision.empty() ? "what decides" : "`" + m.decision + "`"),
            {}};
  const double own = session.settings().named().at(*name), span = tried.back() - tried.front();
  std::vector<std::pair<double, double>> stages;
  for (double value : tried)
    if (const double v = rounded(value, span); stages.empty() || stages.back().first != v)
      stages.push_back({v, meanStageAt(session, probe, *name, v)});
  session.settings().set(*name, own);
  return {*name, "", spread(stages, points)};
}

}  // namespace offramp::runtime::report
