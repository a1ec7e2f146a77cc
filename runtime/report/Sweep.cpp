// See Sweep.h.
#include "runtime/report/Sweep.h"

#include "runtime/infer/Collect.h"
#include "runtime/infer/Evaluate.h"

#include <algorithm>
#include <tuple>

namespace offramp::runtime::report {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Run {
  SweepPoint point;
  InferOptions options;
  std::vector<std::vector<double>> rates;  ///< samples per second, by batch and round
};

}  // namespace

Sweep measureSweep(Session &session, const Split &split, const SweepOptions &options) {
  Sweep sweep;
  sweep.batches = options.batches;
  SweptSetting swept = findSweptSetting(session, split, options.points);
  sweep.setting = swept.name, sweep.reason = swept.reason;
  const double own = swept.name.empty() ? 0 : session.settings().named().at(swept.name);
  std::vector<Run> runs(2);
  runs[0].options.exits = false;
  runs[1].point.inForce = true;
  if (!swept.name.empty()) runs[1].point.setting = own;
  for (double value : swept.values)
    if (value != own) runs.emplace_back().point.setting = value;
  auto apply = [&](const Run &run) {
    if (run.point.setting) session.settings().set(swept.name, *run.point.setting);
  };

  Evaluator whole(session, split, 64);
  Progress progress("exits and speed", (int64_t)runs.size() * (1 + options.rounds), "runs", options.output);
  int64_t done = 0;
  for (Run &run : runs) {
    apply(run);
    whole.warmUp(run.options);
    Evaluation e = whole.evaluate(run.options, "", {});
    run.point.quality = e.quality, run.point.meanStage = e.meanStage, run.point.histogram = e.histogram;
    run.rates.resize(options.batches.size());
    progress.update(++done);
  }
  std::vector<std::unique_ptr<Evaluator>> timers;
  for (int64_t batch : options.batches) timers.push_back(std::make_unique<Evaluator>(session, split, batch));
  for (int round = 0; round < options.rounds; ++round)
    for (Run &run : runs) {
      apply(run);
      for (size_t b = 0; b < timers.size(); ++b) {
        const int64_t samples = std::min(split.size(), options.timed[b]);
        session.backend().setLeaveShares(leaveShares(run.point.histogram));
        timers[b]->time(run.options, std::min<int64_t>(samples, std::max<int64_t>(options.batches[b], 32)));  // sizes not seen before
        run.rates[b].push_back((double)samples / timers[b]->time(run.options, samples));
      }
      progress.update(++done);
    }
  progress.finish();
  if (!swept.name.empty()) session.settings().set(swept.name, own);
  session.backend().setLeaveShares({});
  for (Run &run : runs) {
    for (const auto &rates : run.rates) run.point.samplesPerSecond.push_back(median(rates));
    sweep.points.push_back(std::move(run.point));
  }
  std::sort(sweep.points.begin() + 1, sweep.points.end(),
            [](const SweepPoint &a, const SweepPoint &b) { return std::tie(b.meanStage, a.setting) < std::tie(a.meanStage, b.setting); });
  return sweep;
}

}  // namespace offramp::runtime::report
