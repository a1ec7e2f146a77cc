// What the exit rule is compared with, chosen on validation data: accuracy and mean stage over the values it may have, all from one pass through
// every stage, and the value recommended. Test data never come here; nothing is timed (report/Sweep.h does that).
#pragma once

#include "runtime/infer/Collect.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime {

struct ThresholdPoint {
  double value = 0, quality = 0, meanStage = 0;  ///< quality: accuracy, or correlation where labels are numbers (qualityOf)
};

/// The quality of the recommended value lies at most so much below the best one's.
inline constexpr double kQualityGivenUp = 0.005;

struct Thresholds {
  std::string setting;                 ///< name of what is compared; empty: nothing was chosen …
  std::string reason;                  ///< … because
  int64_t samples = 0;
  bool number = false;                 ///< labels are numbers
  std::vector<ThresholdPoint> points;  ///< by value
  size_t chosen = 0, best = 0;         ///< places in `points`: the earliest exits within kQualityGivenUp of the best; that best one
};

/// The values that matter for samples that leave where `decision > value` (or ≥, <, ≤: whichever `leave` shows for the value in force).
/// Empty if `leave` is no such comparison, or there are no labels.
std::vector<ThresholdPoint> thresholdCurve(const Collected &collected, double inForce);

/// Finds the setting by trying, chooses, and tries the choice. At most 4000 samples. Settings are as before when it returns.
Thresholds chooseThreshold(Session &session, const Split &valid);

/// RUN/thresholds.json.
void writeThresholds(const std::filesystem::path &run, const Thresholds &thresholds);
/// The recommended value of a setting of the run; UserError saying why if there is none.
double chosenThreshold(const std::filesystem::path &run, const std::string &setting);

}  // namespace offramp::runtime
