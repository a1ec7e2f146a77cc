// See Metrics.h.
#include "runtime/infer/Metrics.h"

#include "runtime/data/Glue.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace offramp::runtime {
namespace {

struct Confusion {
  double truePositive = 0, falsePositive = 0, falseNegative = 0, trueNegative = 0;
};

Confusion confusion(std::span<const Prediction> predictions, int32_t positive) {
  Confusion c;
  for (const Prediction &p : predictions) {
    const bool truth = p.label == positive, answer = p.prediction == positive;
    (truth ? answer ? c.truePositive : c.falseNegative : answer ? c.falsePositive : c.trueNegative) += 1;
  }
  return c;
}

/// Ranks from 1; equal numbers have the mean of theirs.
std::vector<double> ranksOf(std::span<const float> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0, end; begin < order.size(); begin = end) {
    for (end = begin + 1; end < order.size() && values[order[end]] == values[order[begin]];) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = (double)(begin + 1 + end) / 2;
  }
  return ranks;
}

/// Two passes: means first, so that nothing is lost where numbers are large and lie close together.
double correlationOf(std::span<const double> a, std::span<const double> b) {
  if (a.empty()) return 0;
  const double n = (double)a.size(), meanA = std::accumulate(a.begin(), a.end(), 0.0) / n, meanB = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double both = 0, ofA = 0, ofB = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - meanA) * (b[i] - meanB);
    ofA += (a[i] - meanA) * (a[i] - meanA), ofB += (b[i] - meanB) * (b[i] - meanB);
  }
  return ofA > 0 && ofB > 0 ? both / std::sqrt(ofA) / std::sqrt(ofB) : 0;
}

/// An answer that is not a number has no rank: nothing is defined then.
bool allFinite(std::span<const float> values) { return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }); }

}  // namespace

double pearson(std::span<const float> a, std::span<const float> b) {
  if (!allFinite(a) || !allFinite(b)) return 0;
  return correlationOf(std::vector<double>(a.begin(), a.end()), std::vector<double>(b.begin(), b.end()));
}

double spearman(std::span<const float> a, std::span<const float> b) {
  return allFinite(a) && allFinite(b) ? correlationOf(ranksOf(a), ranksOf(b)) : 0;
}

Metrics numberMetrics(std::span<const float> answers, std::span<const float> labels) {
  return {{"pearson", pearson(answers, labels)}, {"spearman", spearman(answers, labels)}};
}

Metrics numberMetrics(std::span<const Prediction> predictions) {
  std::vector<float> answers, labels;
  for (const Prediction &p : predictions) answers.push_back(p.number.value()), labels.push_back(p.numberLabel.value());
  return numberMetrics(answers, labels);
}

double accuracy(std::span<const Prediction> predictions) {
  const auto right = std::count_if(predictions.begin(), predictions.end(), [](const Prediction &p) { return p.prediction == p.label; });
  return (double)right / (double)predictions.size();
}

double f1(std::span<const Prediction> predictions, int32_t positive) {
  const Confusion c = confusion(predictions, positive);
  const double all = 2 * c.truePositive + c.falsePositive + c.falseNegative;
  return all == 0 ? 0 : 2 * c.truePositive / all;
}

double matthews(std::span<const Prediction> predictions) {
  const Confusion c = confusion(predictions, 1);
  const double positive = (c.truePositive + c.falsePositive) * (c.truePositive + c.falseNegative);
  const double negative = (c.trueNegative + c.falsePositive) * (c.trueNegative + c.falseNegative);
  if (positive * negative == 0) return 0;
  return (c.truePositive * c.trueNegative - c.falsePositive * c.falseNegative) / std::sqrt(positive * negative);
}

Metrics glueMetrics(std::string_view name, std::span<const Prediction> predictions) {
  const GlueTask *task = findGlueTask(name);
  if (task && task->isNumber()) return numberMetrics(predictions);
  Metrics metrics{{"accuracy", accuracy(predictions)}};
  if (task && task->f1) metrics.emplace_back("f1", f1(predictions, 1));
  if (task && task->matthews) metrics.emplace_back("matthews", matthews(predictions));
  return metrics;
}

}  // namespace offramp::runtime
