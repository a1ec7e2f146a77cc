// See Metrics.h.
#include "runtime/infer/Metrics.h"

#include "runtime/data/Glue.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

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

std::vector<std::pair<std::string, double>> glueMetrics(std::string_view name, std::span<const Prediction> predictions) {
  std::vector<std::pair<std::string, double>> metrics{{"accuracy", accuracy(predictions)}};
  const GlueTask *task = findGlueTask(name);
  if (task && task->f1) metrics.emplace_back("f1", f1(predictions, 1));
  if (task && task->matthews) metrics.emplace_back("matthews", matthews(predictions));
  return metrics;
}

}  // namespace offramp::runtime
