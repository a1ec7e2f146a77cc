// A training phase: epochs of steps, validation after each.
#include "runtime/train/Loop.h"

#include "runtime/core/Error.h"
#include "runtime/core/SteadyClock.h"
#include "runtime/data/WorstRows.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Quality.h"
#include "runtime/train/Schedule.h"
#include "runtime/train/UpdateRanges.h"

#include <cmath>
#include <cstring>

namespace offramp::runtime {
namespace {

void zero(AlignedBlock &block) {
  if (block.bytes() > 0) std::memset(block.data(), 0, block.bytes());
}

}  // namespace

void Loop::step(const ManifestTrainPhase &phase, size_t program, BatchBuilder &builder, int64_t at, int64_t total) {
  const double begun = steadySeconds();
  const int64_t n = std::min<int64_t>(phase.batch, (int64_t)order.rows().size() - at);
  const offramp_batch &batch = builder.build(order.rows().subspan((size_t)at, (size_t)n));
  for (int64_t i = 0; i < n; ++i) visit[(size_t)i] = order.visit(at + i);
  std::fill(losses.begin(), losses.end(), 0.0f);
  offramp_call &call = session.call();
  call.inputs = builder.inputs(), call.index = builder.index(), call.visit = visit.data();
  call.loss = losses.data(), call.samples_in_step = n;
  session.run(program, batch);

  const double loss = (double)losses[0] / (double)n, lr = learningRate(phase.optimizer, state.phaseStep, total);
  auto refuse = [&](const char *what, double value) {
    userError("phase `{}`, step {} of {}: the {} is {}; training stopped, `{}` keeps the last good checkpoint. Lower the learning rate ({}) or "
              "look at the data",
              phase.name, state.phaseStep + 1, total, what, value, (folder / "checkpoints").string(), phase.optimizer.lr);
  };
  if (!std::isfinite(loss)) refuse("loss", loss);
  const ManifestOptimizer &o = phase.optimizer;
  offramp_adamw adamw{(float)lr, (float)o.beta1, (float)o.beta2, (float)o.eps, (float)o.weightDecay, (float)o.clip, state.phaseStep + 1};
  const double norm = session.backend().adamw(call, session.weights(), gradients.as<float>(), m.as<float>(), v.as<float>(), ranges, adamw);
  if (!std::isfinite(norm)) refuse("gradient norm", norm);

  const double seconds = steadySeconds() - begun;
  ++state.phaseStep, ++state.step, ++state.batch;
  average(o.average, total);
  state.seconds += seconds;
  OrderedJson line{{"kind", "step"}, {"phase", phase.name}, {"epoch", state.epoch + 1}, {"step", state.step}, {"lr", lr}};
  for (size_t i = 0; i < losses.size(); ++i) {
    state.sums[i] += losses[i];
    line[phase.metrics[i]] = losses[i] / (float)n;
    events->scalar(phase.name + "/" + phase.metrics[i], state.step, losses[i] / (float)n);
  }
  line["gradient_norm"] = norm;
  line["samples_per_second"] = (double)n / seconds;
  metrics->write(line);
  events->scalar(phase.name + "/lr", state.step, (float)lr);
}

bool Loop::validate(const ManifestTrainPhase &phase) {
  const double n = (double)splits.train.size();
  OrderedJson line{{"kind", "epoch"}, {"phase", phase.name}, {"epoch", state.epoch + 1}, {"step", state.step}};
  for (size_t i = 0; i < phase.metrics.size(); ++i) line[phase.metrics[i]] = state.sums[i] / n;
  line["seconds"] = state.seconds;
  line["samples_per_second"] = n / std::max(state.seconds, 1e-9);
  if (session.manifest().evaluate && session.manifest().labelInput() >= 0 && splits.valid.size() > 0) {
    swapAverage();
    std::optional<Collected> values = collect(session, splits.valid, std::min<int64_t>(64, splits.valid.size()), [&](int64_t) { return !stopped(); });
    if (!values) return swapAverage(), false;
    CollectedSummary summary = summarize(*values);
    for (const StageMetric &metric : summary.metrics) {
      line["valid_" + metric.name] = metric.atExit;
      line["valid_per_stage_" + metric.name] = metric.perStage;
      events->scalar("valid/" + metric.name, state.step, (float)metric.atExit);
    }
    line["valid_mean_stage"] = summary.meanStage;
    line["valid_leave_shares"] = summary.leaveShares;
    events->scalar("valid/mean_stage", state.step, (float)summary.meanStage);
    if (isLastTraining((size_t)state.phase) &&
        state.chosen.offer(state.epoch + 1, summary.quality, splits.valid.size(), !session.manifest().answersNumber()))
      std::memcpy(chosenWeights.data(), session.weights().data(), chosenWeights.bytes());
    swapAverage();
  }
  metrics->write(line);
  return true;
}

LoopEnd Loop::train(const ManifestTrainPhase &phase) {
  const int64_t samples = splits.train.size(), batches = (samples + phase.batch - 1) / phase.batch, total = batches * phase.epochs;
  BatchBuilder builder(*splits.train.data, session.manifest().rowsPerSample);
  bool kept = keptFor == state.phase;
  if (!kept && phase.kept && phase.epochs > 1) {  // computing it costs an epoch without gradients
    kept = keepFrozen(phase);
    if (stopped()) return LoopEnd::Interrupted;
  }
  const size_t program = kept ? phase.kept->step : phase.program;
  session.reserve({&program, 1}, phase.batch, worstRows(builder.rowCount(), splits.train.rows, phase.batch));
  ranges = updateRanges(session.manifest(), phase);
  losses.assign(phase.metrics.size(), 0.0f);
  visit.resize((size_t)std::max<int64_t>(phase.batch, 64));
  zero(gradients);
  session.backend().setUpdates(session.weights(), gradients.as<float>(), ranges);
  if (state.phaseStep == 0 && state.epoch == 0) zero(m), zero(v), zero(mean);
  for (; state.epoch < phase.epochs; ++state.epoch, ++state.epochs, state.batch = 0) {
    if (state.batch == 0) state.sums.assign(phase.metrics.size(), 0.0), state.seconds = 0;
    order.shuffle(info.seed, state.epochs, splits.train.rows);
    Progress progress(fmt::format("{}, epoch {} of {}", phase.name, state.epoch + 1, phase.epochs), samples, "samples", options.output);
    progress.continueAfter(state.seconds);  // of this epoch, before a stop
    while (state.batch < batches) {
      if (stopped()) return LoopEnd::Interrupted;
      step(phase, program, builder, state.batch * phase.batch, total);
      const int64_t done = std::min(samples, state.batch * phase.batch);
      progress.update(done, fmt::format("loss {:.4g}", state.sums[0] / (double)done));
      checkpoints.step();
      if (state.batch < batches && checkpoints.dueInEpoch(steadySeconds())) save();
    }
    if (!validate(phase)) return LoopEnd::Interrupted;
    progress.finish(fmt::format("loss {:.4g}", state.sums[0] / (double)samples) +
                    (state.chosen.epoch > 0 ? fmt::format(", best valid {} {:.4f}", Quality{!session.manifest().answersNumber()}.name(), state.chosen.highest)
                                            : ""));
    if (state.epoch + 1 < phase.epochs && checkpoints.dueAfterEpoch(steadySeconds())) {  // the checkpoint says: the next epoch, none of its batches done
      LoopState here = state;
      ++state.epoch, ++state.epochs, state.batch = 0;
      save();
      state = here;
    }
  }
  swapAverage();
  if (kept) forget(*phase.kept);
  metrics->write(OrderedJson{{"kind", "phase"}, {"phase", phase.name}, {"step", state.step}, {"dtype", info.dtype}});
  return LoopEnd::Finished;
}

}  // namespace offramp::runtime
