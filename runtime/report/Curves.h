// What a run wrote into metrics.jsonl, as curves: per phase the values of steps (thinned by averaging neighbours) and of epochs, and the
// histograms of measured tables. Reads only; a line cut off by a kill at the end of the file is left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime::report {

struct EpochValues {
  int64_t epoch = 0, step = 0;
  double loss = 0, samplesPerSecond = 0;
  std::optional<double> quality, meanStage;  ///< on the validation data: accuracy, or of numbers the mean of their correlations
};

struct StepCurve {
  std::string name;             ///< `loss`, or a metric of the model
  std::vector<double> step, value;
};

struct PhaseCurves {
  std::string name;
  std::vector<StepCurve> curves;  ///< loss first
  std::vector<EpochValues> epochs;
};

struct TableHistogram {
  std::string table;
  std::map<int64_t, int64_t> counts;  ///< samples by value
};

struct RunCurves {
  std::vector<PhaseCurves> phases;  ///< training phases in order
  std::vector<TableHistogram> tables;
};

/// UserError naming file and line for a line that is not what a trainer writes.
RunCurves readCurves(const std::filesystem::path &metrics, size_t pointsPerCurve = 160);

}  // namespace offramp::runtime::report
