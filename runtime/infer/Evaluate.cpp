// See Evaluate.h.
#include "runtime/infer/Evaluate.h"

#include "runtime/core/SteadyClock.h"
#include "runtime/data/WorstRows.h"
#include "runtime/infer/Quality.h"

#include <cmath>

namespace offramp::runtime {
namespace {

constexpr int64_t learnedFrom = 1024;

int64_t rowsOf(const Split &split, const BatchBuilder &builder, int64_t batch) { return worstRows(builder.rowCount(), split.rows, batch); }

}  // namespace

void Evaluation::add(const Prediction &p, bool exits) {
  histogram.resize((size_t)stages);
  ++histogram[(size_t)p.stage - 1];
  undecided += exits && p.stage < stages && std::isnan(p.decision);
  predictions.push_back(p);
}

void Evaluation::finish(bool labelled) {
  for (const Prediction &p : predictions) meanStage += (double)p.stage;
  meanStage /= (double)samples;
  if (labelled && number) metrics = numberMetrics(predictions), quality = qualityOf(metrics);
  if (labelled && !number) accuracy = quality = runtime::accuracy(predictions);
}

double averageRows(const Split &split, const Manifest &manifest) {
  const Column *tokens = manifest.rowsPerSample == 0 ? split.data->find(FieldKind::Tokens) : nullptr;
  if (!tokens) return (double)std::max<int64_t>(1, manifest.rowsPerSample);
  double sum = 0;
  for (int64_t row : split.rows) sum += (double)tokens->lengthOf(row);
  return sum / (double)std::max<int64_t>(1, split.size());
}

Evaluator::Evaluator(Session &session, const Split &split, int64_t batch)
    : session(session), split(split), batchSize(batch), builder(*split.data, session.manifest().rowsPerSample),
      infer(session, batch, rowsOf(split, builder, batch)) {}

void Evaluator::warmUp(const InferOptions &options, int64_t samples) {
  std::vector<int64_t> histogram((size_t)session.manifest().stages, 0);
  session.backend().setLeaveShares({});
  warm = true;
  samples = std::min(samples, split.size());
  for (int round = 0; round < 2; ++round) {  // the second round runs with the choices that the first one's shares lead to
    for (int64_t at = 0; at < samples; at += batchSize) {
      const int64_t n = std::min(batchSize, split.size() - at);
      builder.build({split.rows.data() + at, (size_t)n});
      InferResult result = infer.run(builder, options);
      for (int64_t i = 0; i < n && round == 0; ++i) ++histogram[(size_t)result.stage[i] - 1];
    }
    if (round == 0) session.backend().setLeaveShares(leaveShares(histogram));
  }
  if (const int64_t last = split.size() % batchSize; last > 0 && split.size() > batchSize) {  // the smaller batch at the end has a size of its own
    builder.build({split.rows.data() + split.size() - last, (size_t)last});
    infer.run(builder, options);
  }
}

Evaluation Evaluator::evaluate(const InferOptions &options, const std::string &title, Progress::Output output) {
  Evaluation e;
  e.samples = split.size(), e.stages = session.manifest().stages, e.batch = batchSize;
  e.number = session.manifest().answersNumber();
  e.predictions.reserve((size_t)e.samples);
  const Column *labels = split.data->find(FieldKind::Label);
  Progress progress(title, e.samples, "samples", output);
  double seconds = 0;
  for (int64_t at = 0; at < e.samples; at += batchSize) {
    const int64_t n = std::min(batchSize, e.samples - at);
    builder.build({split.rows.data() + at, (size_t)n});
    const double begun = steadySeconds();
    InferResult result = infer.run(builder, options);
    seconds += steadySeconds() - begun;
    for (int64_t i = 0; i < n; ++i) {
      const int64_t row = split.rows[(size_t)(at + i)];
      Prediction p{row, labels && !e.number ? labels->labels[(size_t)row] : -1, result.predicted(i), result.stage[i], result.decision[i]};
      if (e.number) p.number = result.logits[i], p.numberLabel = labels ? std::optional(labels->numberAt(row)) : std::nullopt;
      e.add(p, options.exits);
    }
    // Without a warm-up the cost model learns from the first samples; it changes how fast answers come, not what they are.
    if (!warm && options.exits && at < learnedFrom) session.backend().setLeaveShares(leaveShares(e.histogram));
    progress.update(at + n);
  }
  progress.finish();
  e.finish(labels != nullptr);
  e.samplesPerSecond = seconds > 0 ? (double)e.samples / seconds : 0;
  return e;
}

double Evaluator::time(const InferOptions &options, int64_t samples) {
  samples = std::min(samples, split.size());
  double seconds = 0;
  for (int64_t at = 0; at < samples; at += batchSize) {
    builder.build({split.rows.data() + at, (size_t)std::min(batchSize, split.size() - at)});
    const double begun = steadySeconds();
    infer.run(builder, options);
    seconds += steadySeconds() - begun;
  }
  return seconds;
}

}  // namespace offramp::runtime
