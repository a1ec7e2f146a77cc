// See Roofline.h.
#include "compiler/roofline/Roofline.h"

#include <algorithm>
#include <cmath>

namespace offramp {
namespace {

double weightsOf(const std::vector<OpCount> &ops, double samples, double rows) {
  double sum = 0;
  for (const OpCount &op : ops) sum += op.weights.at(samples, rows);
  return sum;
}

}  // namespace

OpTime sumOf(const std::vector<OpTime> &ops) {
  OpTime sum;
  double computing = 0;
  for (const OpTime &op : ops) {
    sum.flops += op.flops, sum.weightBytes += op.weightBytes, sum.readBytes += op.readBytes, sum.writtenBytes += op.writtenBytes, sum.ns += op.ns;
    if (op.computeBound) computing += op.ns;
  }
  sum.computeBound = 2 * computing > sum.ns;
  return sum;
}

Roofline::Roofline(const ModelOps &ops, const Machine &machine, const Workload &workload) : ops(ops), machine(machine), workload(workload) {
  double values = weightsOf(ops.embed, workload.samples, workload.rows);
  for (const StageOps &stage : ops.stages)
    for (const auto *part : {&stage.whole, &stage.decide, &stage.answer}) values += weightsOf(*part, workload.samples, workload.rows);
  allWeightBytes = values * bytesOf(workload.type);
}

OpTime Roofline::timeOf(const OpCount &op, double samples) const {
  const double rows = workload.rows, value = bytesOf(workload.type);
  OpTime t;
  t.flops = op.flops.at(samples, rows);
  t.weightBytes = op.weights.at(samples, rows) * value;
  t.readBytes = op.read.at(samples, rows) * value + op.readBytes.at(samples, rows);
  t.writtenBytes = op.written.at(samples, rows) * value + op.writtenBytes.at(samples, rows);
  const double activations = t.readBytes + t.writtenBytes;
  const double compute = t.flops / machine.flopsPerNs.at(workload.type);
  const double memory = t.weightBytes / machine.levelFor(allWeightBytes).bytesPerNs + activations / machine.levelFor(activations).bytesPerNs;
  t.computeBound = compute > memory;
  t.ns = std::max(compute, memory);
  return t;
}

std::vector<OpTime> Roofline::timesOf(const std::vector<OpCount> &counts) const {
  std::vector<OpTime> times;
  for (const OpCount &op : counts) times.push_back(timeOf(op));
  return times;
}

OpTime Roofline::withoutExits() const {
  std::vector<OpTime> all = timesOf(ops.embed);
  for (const StageOps &stage : ops.stages)
    for (const OpTime &t : timesOf(stage.whole)) all.push_back(t);
  if (!ops.stages.empty())
    for (const OpTime &t : timesOf(ops.stages.back().answer)) all.push_back(t);
  return sumOf(all);
}

double Roofline::expectedNs(const std::vector<OpCount> &counts, double share) const {
  if (!(share > 0)) return 0;
  const double anybody = 1 - std::pow(1 - std::min(1.0, share), workload.samples);
  double ns = 0;
  for (const OpCount &op : counts) ns += timeOf(op, workload.samples * share / anybody).ns;
  return anybody * ns;
}

namespace {

/// All stages at given shares; an exit whose share is negative is not there: nobody decides.
ExitCosts costsAt(const Roofline &r, const std::vector<double> &leave) {
  ExitCosts costs;
  costs.ns = costs.embedNs = r.expectedNs(r.ops.embed, 1);
  double reach = 1;
  for (size_t s = 0; s < r.ops.stages.size(); ++s) {
    const StageOps &ops = r.ops.stages[s];
    ExitStage stage;
    const bool last = s + 1 == r.ops.stages.size(), decides = !last && leave[s] >= 0;
    stage.reach = reach, stage.leave = last ? 1 : decides ? leave[s] : 0;
    const double leavers = reach * stage.leave, stayers = reach - leavers;
    stage.wholeNs = r.expectedNs(ops.whole, reach);
    if (decides) {
      const double deciding = r.expectedNs(ops.decide, reach) + r.expectedNs(ops.answer, leavers);
      const double moving = stage.leave > 0 ? r.expectedNs(ops.move, stayers) : 0,
                   movingRest = stage.leave > 0 ? r.expectedNs(ops.moveRest, stayers) : 0;
      if (!ops.first.empty()) stage.firstNs = r.expectedNs(ops.first, reach) + deciding + movingRest + r.expectedNs(ops.rest, stayers);
      stage.wholeNs += deciding + moving;
      stage.exitFirst = !ops.first.empty() && stage.firstNs < stage.wholeNs;
    }
    if (last) costs.answerNs = r.expectedNs(ops.answer, reach);
    costs.ns += stage.ns() + (last ? costs.answerNs : 0);
    costs.meanStage += (last ? reach : leavers) * (double)ops.stage;
    reach = stayers;
    costs.stages.push_back(stage);
  }
  return costs;
}

/// The smallest share in [0, 1] at which `gain` is not negative; 2 if there is none. `gain` grows.
template <typename Gain> double firstShare(Gain gain) {
  if (gain(0.0) >= 0) return 0;
  if (gain(1.0) < 0) return 2;
  double lo = 0, hi = 1;
  for (int i = 0; i < 40; ++i) (gain((lo + hi) / 2) >= 0 ? hi : lo) = (lo + hi) / 2;
  return hi;
}

}  // namespace

ExitCosts exitCosts(const Roofline &roofline, const std::vector<double> &leave) {
  ExitCosts costs = costsAt(roofline, leave);
  costs.withoutExitsNs = costsAt(roofline, std::vector<double>(leave.size(), -1)).ns;
  for (size_t s = 0; s < leave.size(); ++s) {
    std::vector<double> shares = leave;
    shares[s] = -1;
    const double without = costsAt(roofline, shares).ns;
    costs.stages[s].breakEven = firstShare([&](double share) {
      shares[s] = share;
      return without - costsAt(roofline, shares).ns;
    });
  }
  costs.uniformBreakEven =
      firstShare([&](double share) { return costs.withoutExitsNs - costsAt(roofline, std::vector<double>(leave.size(), share)).ns; });
  return costs;
}

}  // namespace offramp
