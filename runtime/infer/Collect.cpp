// See Collect.h.
#include "runtime/infer/Collect.h"

#include "runtime/core/Error.h"
#include "runtime/data/BatchBuilder.h"
#include "runtime/data/WorstRows.h"
#include "runtime/infer/Quality.h"

#include <algorithm>
#include <cstring>

namespace offramp::runtime {

int32_t largest(const float *values, int64_t count) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i)
    if (values[i] > values[best]) best = i;
  return (int32_t)best;
}

std::vector<double> leaveShares(const std::vector<int64_t> &histogram) {
  int64_t reach = 0;
  for (int64_t count : histogram) reach += count;
  std::vector<double> shares;
  for (int64_t count : histogram) {
    shares.push_back(reach > 0 ? (double)count / (double)reach : 0);
    reach -= count;
  }
  return shares;
}

int32_t Collected::predicted(int64_t sample, int64_t stage) const {
  return largest(logits.data() + (sample * stages + stage - 1) * classes, classes);
}

int64_t Collected::exitStage(int64_t sample) const {
  for (int64_t s = 0; s + 1 < stages; ++s)
    if (leave[(size_t)(sample * stages + s)] != 0) return s + 1;
  return stages;
}

Collected labelled(const Split &split) {
  Collected c;
  if (const Column *labels = split.data->find(FieldKind::Label))
    for (int64_t row : split.rows) {
      if (isNumberLabel(labels->spec)) c.numbers.push_back(labels->numberAt(row));
      else c.labels.push_back(labels->labels[(size_t)row]);
    }
  return c;
}

std::optional<Collected> collect(Session &session, const Split &split, int64_t batch, const std::function<bool(int64_t)> &proceed) {
  const Manifest &m = session.manifest();
  if (!m.evaluate) userError("`{}` has no evaluate program; build it again", session.artifact().path().string());
  const ManifestEvaluate &evaluate = *m.evaluate;
  BatchBuilder builder(*split.data, m.rowsPerSample);
  const size_t program = evaluate.program;
  session.reserve({&program, 1}, batch, worstRows(builder.rowCount(), split.rows, batch));

  Collected all = labelled(split);
  all.samples = split.size(), all.stages = m.stages, all.classes = m.classes;
  std::vector<std::vector<float>> values;
  for (const ManifestCollected &value : evaluate.collected) values.emplace_back((size_t)(value.elements * split.size()));
  std::vector<int64_t> visit((size_t)batch, 0);
  offramp_call &call = session.call();
  for (int64_t at = 0; at < split.size(); at += batch) {
    const int64_t n = std::min(batch, split.size() - at);
    const offramp_batch &b = builder.build({split.rows.data() + at, (size_t)n});
    std::vector<void *> pointers;
    for (size_t i = 0; i < values.size(); ++i) pointers.push_back(values[i].data() + evaluate.collected[i].elements * at);
    call.inputs = builder.inputs(), call.index = builder.index(), call.visit = visit.data();
    call.collected = pointers.data(), call.samples_in_step = n;
    session.run(program, b);
    call.collected = nullptr;
    if (proceed && !proceed(at + n)) return std::nullopt;
  }
  auto take = [&](const char *name) { return std::move(values[(size_t)evaluate.find(name)]); };
  all.logits = take("logits"), all.leave = take("leave"), all.decision = take("decision");
  return all;
}

Metrics Collected::metricsAt(std::span<const int64_t> exits) const {
  if (!numbers.empty()) {
    std::vector<float> answers;
    for (int64_t i = 0; i < samples; ++i) answers.push_back(number(i, exits[(size_t)i]));
    return numberMetrics(answers, numbers);
  }
  int64_t right = 0;
  for (int64_t i = 0; i < samples; ++i) right += predicted(i, exits[(size_t)i]) == labels[(size_t)i];
  return {{"accuracy", (double)right / (double)std::max<int64_t>(1, samples)}};
}

CollectedSummary summarize(const Collected &c) {
  CollectedSummary summary;
  summary.histogram.assign((size_t)c.stages, 0);
  std::vector<int64_t> exits((size_t)c.samples);
  int64_t stageSum = 0;
  for (int64_t i = 0; i < c.samples; ++i) {
    exits[(size_t)i] = c.exitStage(i);
    stageSum += exits[(size_t)i];
    ++summary.histogram[(size_t)exits[(size_t)i] - 1];
  }
  summary.meanStage = (double)stageSum / (double)std::max<int64_t>(1, c.samples);
  summary.leaveShares = leaveShares(summary.histogram);
  if (!c.isLabelled()) return summary;
  const Metrics found = c.metricsAt(exits);
  for (const auto &[name, value] : found) summary.metrics.push_back({name, value, {}});
  for (int64_t stage = 1; stage <= c.stages; ++stage) {
    const Metrics here = c.metricsAt(std::vector<int64_t>((size_t)c.samples, stage));
    for (size_t m = 0; m < here.size(); ++m) summary.metrics[m].perStage.push_back(here[m].second);
  }
  summary.quality = qualityOf(found);
  return summary;
}

}  // namespace offramp::runtime
