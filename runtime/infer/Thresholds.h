// What the exit rule is compared with: accuracy and mean stage over the values it may have, all from one pass through every stage, and on validation
// data the value recommended. Nothing is timed (report/Sweep.h does that).
#pragma once

#include "runtime/core/Json.h"
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

/// Finds the setting by trying and foretells its curve from what every stage says to all samples, collected here unless it is given; `chosen` is
/// the best. Settings are as before when it returns.
Thresholds tryThresholds(Session &session, const Split &split, std::optional<Collected> everyStage = {});
/// Why samples do not leave as foretold when the setting really has the value of this point; empty if they do.
std::string notForetold(Session &session, const Split &split, const Thresholds &thresholds, const ThresholdPoint &point);
/// Chooses on at most 4000 samples, and tries the choice.
Thresholds chooseThreshold(Session &session, const Split &valid);

/// The points as objects of the value under this name, `accuracy` or `correlation`, and `mean_stage`.
OrderedJson pointsJson(const Thresholds &thresholds, const std::string &valueName);
/// RUN/thresholds.json.
void writeThresholds(const std::filesystem::path &run, const Thresholds &thresholds);
/// The recommended value of a setting of the run; UserError saying why if there is none.
double chosenThreshold(const std::filesystem::path &run, const std::string &setting);

}  // namespace offramp::runtime
