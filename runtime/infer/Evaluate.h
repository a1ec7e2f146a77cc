// Runs a split through inference with real exits and says how good and how fast it was. Timed is inference alone, after a warm-up: neither
// reading nor gathering nor output. Per-stage accuracy comes from Collect.h.
#pragma once

#include "runtime/data/Predictions.h"
#include "runtime/data/Splits.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Infer.h"
#include "runtime/infer/Metrics.h"
#include "runtime/train/Progress.h"

#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime {

struct Evaluation {
  int64_t samples = 0, stages = 0, batch = 0;
  std::optional<double> accuracy;  ///< none without labels, and where they are numbers
  Metrics metrics;                 ///< of labels that are numbers; Eval adds those of the data's task
  std::optional<double> quality;   ///< accuracy, or where labels are numbers the mean of their correlations; none without labels
  bool number = false;             ///< answers are numbers
  std::vector<StageMetric> perStage;  ///< empty unless somebody fills it
  double meanStage = 0, samplesPerSecond = 0;
  std::vector<int64_t> histogram;  ///< samples leaving at each stage
  std::vector<Prediction> predictions;
  int64_t undecided = 0;           ///< samples with a decision that was not a number where one was compared

  void add(const Prediction &prediction, bool exits);
  /// After the last: mean stage; with labels accuracy, or of numbers their correlations.
  void finish(bool labelled);
};

/// Rows of a sample on the average, as the cost model counts them.
double averageRows(const Split &split, const Manifest &manifest);

class Evaluator {
 public:
  Evaluator(Session &session, const Split &split, int64_t batch);

  /// First batches, untimed: makes what is made on first use, and tells the cost model the share of leavers it finds at the settings in force.
  void warmUp(const InferOptions &options, int64_t samples = 1024);
  /// The whole split once.
  Evaluation evaluate(const InferOptions &options, const std::string &title, Progress::Output output);
  /// Seconds for `samples` from the front of the split, nothing kept: for interleaved measurements.
  double time(const InferOptions &options, int64_t samples);

 private:
  Session &session;
  const Split &split;
  int64_t batchSize;
  BatchBuilder builder;
  Infer infer;
  bool warm = false;
};

}  // namespace offramp::runtime
