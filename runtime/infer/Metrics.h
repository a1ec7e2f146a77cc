// Metrics of answers beside accuracy, as benchmarks define them. Looks at answers and labels only.
#pragma once

#include "runtime/data/Predictions.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offramp::runtime {

/// Metrics by name, in the order they are shown in.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Share of answers that are the label; no sample may lack its label, here and below.
double accuracy(std::span<const Prediction> predictions);
/// Harmonic mean of precision and recall of one class: 2 TP / (2 TP + FP + FN); 0 if nothing is of that class, in truth or by answer.
double f1(std::span<const Prediction> predictions, int32_t positive);
/// Matthews' correlation coefficient of two classes, class 1 against the rest, -1 to 1; 0 where it is not defined.
double matthews(std::span<const Prediction> predictions);

/// Pearson's correlation of two equally long lists of numbers, -1 to 1; 0 where it is not defined (one of them is constant).
double pearson(std::span<const float> a, std::span<const float> b);
/// Spearman's: Pearson's of the ranks, equal numbers having the mean of their ranks.
double spearman(std::span<const float> a, std::span<const float> b);

/// The metrics of a model whose label is a number, by name: `pearson`, `spearman`; every sample has its label.
Metrics numberMetrics(std::span<const float> answers, std::span<const float> labels);
Metrics numberMetrics(std::span<const Prediction> predictions);

/// The metrics that a GLUE task is reported with, by name: `accuracy`, `f1` (of class 1), `matthews`; `pearson` and `spearman` of numbers.
Metrics glueMetrics(std::string_view task, std::span<const Prediction> predictions);

}  // namespace offramp::runtime
