// Metrics of answers beside accuracy, as benchmarks define them. Looks at answers and labels only.
#pragma once

#include "runtime/data/Predictions.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offramp::runtime {

/// Share of answers that are the label; no sample may lack its label, here and below.
double accuracy(std::span<const Prediction> predictions);
/// Harmonic mean of precision and recall of one class: 2 TP / (2 TP + FP + FN); 0 if nothing is of that class, in truth or by answer.
double f1(std::span<const Prediction> predictions, int32_t positive);
/// Matthews' correlation coefficient of two classes, class 1 against the rest, -1 to 1; 0 where it is not defined.
double matthews(std::span<const Prediction> predictions);

/// The metrics that a GLUE task is reported with, by name: `accuracy`, `f1` (of class 1), `matthews`.
std::vector<std::pair<std::string, double>> glueMetrics(std::string_view task, std::span<const Prediction> predictions);

}  // namespace offramp::runtime
