// Accuracy (or correlation) against measured speed: the setting that the exit rule compares is moved, and every point is evaluated with real exits and timed.
// Which setting that is, is found by trying (the rule is compiled code): the one whose value changes who leaves.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/data/Splits.h"
#include "runtime/train/Progress.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime::report {

struct SweepOptions {
  int64_t points = 8;                     ///< settings tried beside the one in force and full depth
  int rounds = 3;                         ///< interleaved; the median counts
  std::vector<int64_t> batches{1, 64};
  std::vector<int64_t> timed{500, 2000};  ///< samples per round, by batch
  Progress::Output output = Progress::standardError();
};

struct SweepPoint {
  std::optional<double> setting;     ///< none: full depth
  bool inForce = false;              ///< the setting of the run, as `offramp eval` uses it
  std::optional<double> quality;     ///< on all samples, none without labels
  double meanStage = 0;
  std::vector<int64_t> histogram;
  std::vector<double> samplesPerSecond;  ///< by batch
};

struct Sweep {
  std::string setting;   ///< name of what is compared; empty: nothing to sweep …
  std::string reason;    ///< … because
  std::vector<int64_t> batches;
  std::vector<SweepPoint> points;  ///< full depth first, then by mean stage, deepest first
};

/// The compared setting and values of it that spread the mean stage evenly; empty values if there is none.
struct SweptSetting {
  std::string name, reason;
  std::vector<double> values;
};
SweptSetting findSweptSetting(Session &session, const Split &split, int64_t points);

/// Settings are as before when it returns.
Sweep measureSweep(Session &session, const Split &split, const SweepOptions &options);

}  // namespace offramp::runtime::report
