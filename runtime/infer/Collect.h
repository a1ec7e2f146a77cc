// Runs the evaluate program: every stage of every sample, nobody leaves, and what the exit rule would have said. From this come per-stage
// accuracy, validation while training, and reports. Speed is measured elsewhere (Evaluate.h), where samples really leave.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/data/Splits.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace offramp::runtime {

/// By place in the split: `logits` [n, stages, classes], `leave` and `decision` [n, stages], `labels` [n] or empty.
struct Collected {
  int64_t samples = 0, stages = 0, classes = 0;
  std::vector<float> logits, leave, decision;
  std::vector<int32_t> labels;

  int32_t predicted(int64_t sample, int64_t stage) const;  ///< stage from 1
  int64_t exitStage(int64_t sample) const;                 ///< first stage whose rule says leave; the last always does
};

/// `proceed` is asked after each batch with the samples done; false stops, and nothing is returned.
std::optional<Collected> collect(Session &session, const Split &split, int64_t batch,
                                 const std::function<bool(int64_t)> &proceed = {});

/// What exits make of it; accuracies need labels.
struct CollectedSummary {
  double accuracy = 0, meanStage = 0;
  std::vector<double> perStageAccuracy;
  std::vector<int64_t> histogram;    ///< samples leaving at each stage
  std::vector<double> leaveShares;   ///< of those that reach a stage
};
CollectedSummary summarize(const Collected &collected);

/// Largest element, the first of equals; the one argmax of the runtime.
int32_t largest(const float *values, int64_t count);

/// Share of the samples that reach each stage and leave there.
std::vector<double> leaveShares(const std::vector<int64_t> &histogram);

}  // namespace offramp::runtime
