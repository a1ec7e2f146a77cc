// The formulas of CostModel.h. Rates between two measured row counts are interpolated over the logarithm of the row count.
#include "backends/cpu/kernels/CostModel.h"

#include <algorithm>
#include <cmath>

namespace offramp::cpu {

MachineProfile defaultProfile(int threads) {
  MachineProfile p;
  p.threads = threads;
  p.rows = {1, 16, 64, 1024};
  p.macsPerNs = {8, 40, 50.0 * std::min(threads, 64), 55.0 * std::min(threads, 64)};
  return p;
}

static double rateAt(const MachineProfile &p, double rows) {
  if (p.rows.empty()) return 50;
  if (rows <= p.rows.front()) return p.macsPerNs.front();
  for (size_t i = 1; i < p.rows.size(); ++i)
    if (rows <= p.rows[i]) {
      double a = std::log(double(p.rows[i - 1])), b = std::log(double(p.rows[i])), t = (std::log(rows) - a) / (b - a);
      return p.macsPerNs[i - 1] + t * (p.macsPerNs[i] - p.macsPerNs[i - 1]);
    }
  return p.macsPerNs.back();
}

double gemmNs(const MachineProfile &p, double macsPerRow, double rows) {
  return rows <= 0 || macsPerRow <= 0 ? 0 : macsPerRow * rows / rateAt(p, rows);
}

double wholeStageNs(const MachineProfile &p, const StageCost &s, double samples, double rows) {
  return gemmNs(p, s.wholeMacsPerRow, rows) + gemmNs(p, s.wholeMacsPerSample, samples) + p.callNs * double(s.wholeCalls);
}

double firstPartNs(const MachineProfile &p, const StageCost &s, double samples, double rows) {
  return gemmNs(p, s.firstMacsPerRow, rows) + gemmNs(p, s.firstMacsPerSample, samples) + p.callNs * double(s.firstCalls);
}

double restPartNs(const MachineProfile &p, const StageCost &s, double restRows) {
  return restRows <= 0 ? 0 : gemmNs(p, s.restMacsPerRow, restRows) + p.callNs * double(s.restCalls);
}

// What exit-first costs with so many leavers: the first part for all, the rest for those who stay. A batch of one either stays or leaves: the
// rest runs with probability `stay`. A larger one runs it over the rows that stay.
static double stayersNs(const MachineProfile &p, const StageCost &s, double samples, double rows, double leaveShare) {
  double stay = 1 - std::clamp(leaveShare, 0.0, 1.0), rest = rows - samples;
  if (samples <= 1) return stay * restPartNs(p, s, rest);
  return stay > 0 ? restPartNs(p, s, stay * rest) : 0;
}

bool chooseSplit(const MachineProfile &p, const StageCost &s, double samples, double rows, double leaveShare) {
  if (!s.canSplit || samples <= 0) return false;
  return firstPartNs(p, s, samples, rows) + stayersNs(p, s, samples, rows, leaveShare) < wholeStageNs(p, s, samples, rows);
}

bool chooseRegroup(const MachineProfile &p, const StageCost &stage, const StageCost *next, int64_t liveRows, int64_t deadRows, int64_t channels) {
  if (deadRows <= 0) return false;
  double all = double(liveRows + deadRows), live = double(liveRows);
  auto ns = [&](double rows) {
    return gemmNs(p, stage.restMacsPerRow, rows) + (next ? gemmNs(p, next->canSplit ? next->firstMacsPerRow : next->wholeMacsPerRow, rows) : 0);
  };
  double copyNs = live * double(channels) * 8 / p.copyBytesPerNs;
  return ns(all) - ns(live) > copyNs;
}

StagePlan planStage(const MachineProfile &p, const StageCost &s, const StageCost *next, double samples, double rowsPerSample, double leaveShare) {
  StagePlan plan;
  double rows = samples * rowsPerSample;
  plan.samples = samples, plan.leaveShare = leaveShare;
  plan.wholeNs = wholeStageNs(p, s, samples, rows);
  plan.firstNs = firstPartNs(p, s, samples, rows);
  plan.restNs = stayersNs(p, s, samples, rows, leaveShare);
  plan.split = chooseSplit(p, s, samples, rows, leaveShare);
  constexpr int kSteps = 1000;
  for (int i = 0; i <= kSteps && plan.splitFrom > 1; ++i)
    if (chooseSplit(p, s, samples, rows, double(i) / kSteps)) plan.splitFrom = double(i) / kSteps;
  int64_t rest = int64_t(rows - samples);
  for (int i = 0; i <= kSteps && plan.regroupFrom > 1 && rest > 0; ++i) {
    int64_t dead = rest * i / kSteps;
    if (dead > 0 && chooseRegroup(p, s, next, rest - dead, dead, s.channels)) plan.regroupFrom = double(dead) / double(rest);
  }
  return plan;
}

std::vector<StagePlan> planStages(const MachineProfile &p, const std::vector<StageCost> &stages, double samples, double rowsPerSample,
                                  const std::vector<float> &leaveShares) {
  std::vector<StagePlan> plans;
  for (size_t i = 0; i < stages.size(); ++i) {
    double share = i < leaveShares.size() ? double(leaveShares[i]) : 0;
    plans.push_back(planStage(p, stages[i], i + 1 < stages.size() ? &stages[i + 1] : nullptr, samples, rowsPerSample, share));
    samples = std::max(1.0, std::round(samples * (1 - share)));
  }
  return plans;
}

} // namespace offramp::cpu
