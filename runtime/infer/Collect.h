// Runs the evaluate program: every stage of every sample, nobody leaves, and what the exit rule would have said. From this come per-stage
// accuracy, validation while training, and reports. Speed is measured elsewhere (Evaluate.h), where samples really leave.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/data/Splits.h"
#include "runtime/infer/Metrics.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

/// By place in the split: `logits` [n, stages, classes], `leave` and `decision` [n, stages], `labels` [n] or empty; labels that are numbers are in
/// `numbers`.
struct Collected {
  int64_t samples = 0, stages = 0, classes = 0;
  std::vector<float> logits, leave, decision;
  std::vector<int32_t> labels;
  std::vector<float> numbers;

  bool isLabelled() const { return !labels.empty() || !numbers.empty(); }
  float number(int64_t sample, int64_t stage) const { return logits[(size_t)(sample * stages + stage - 1)]; }  ///< where labels are numbers
  /// The answers of samples that leave at these stages: accuracy, or where labels are numbers Pearson's and Spearman's correlation (Metrics.h).
  Metrics metricsAt(std::span<const int64_t> exits) const;
  int32_t predicted(int64_t sample, int64_t stage) const;  ///< stage from 1
  int64_t exitStage(int64_t sample) const;                 ///< first stage whose rule says leave; the last always does
};

/// The labels of a split and nothing else.
Collected labelled(const Split &split);

/// `proceed` is asked after each batch with the samples done; false stops, and nothing is returned.
std::optional<Collected> collect(Session &session, const Split &split, int64_t batch,
                                 const std::function<bool(int64_t)> &proceed = {});

/// One metric of the answers.
struct StageMetric {
  std::string name;              ///< `accuracy`; where labels are numbers `pearson` and `spearman`
  double atExit = 0;
  std::vector<double> perStage;  ///< of all samples, if all left there
};

/// What exits make of it; metrics need labels.
struct CollectedSummary {
  double meanStage = 0, quality = 0;
  std::vector<StageMetric> metrics;  ///< empty without labels
  std::vector<int64_t> histogram;    ///< samples leaving at each stage
  std::vector<double> leaveShares;   ///< of those that reach a stage
};
CollectedSummary summarize(const Collected &collected);

/// Largest element, the first of equals; the one argmax of the runtime.
int32_t largest(const float *values, int64_t count);

/// Share of the samples that reach each stage and leave there.
std::vector<double> leaveShares(const std::vector<int64_t> &histogram);

}  // namespace offramp::runtime
