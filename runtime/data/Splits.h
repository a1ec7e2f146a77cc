// Which rows of which data set are trained on and validated on: `--limit` and the hold-out of 5 % when no `valid` split is given.
// Row numbers stay places in the file, so per-sample tables keep their meaning whatever is left out.
#pragma once

#include "runtime/data/Dataset.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime {

struct Split {
  std::shared_ptr<const Dataset> data;
  std::vector<int64_t> rows;  ///< ascending
  int64_t size() const { return (int64_t)rows.size(); }
};

/// All rows, or the first `limit` (0: no limit).
Split wholeSplit(std::shared_ptr<const Dataset> data, int64_t limit = 0);

struct TrainingSplits {
  Split train, valid;
  bool heldOut = false;  ///< valid was taken from train
};

/// `valid` null: 5 % of the (limited) train rows, at least one, the same ones in every training on them: a run that starts from the weights of
/// another must not be validated on what those have learned. Each of the two is limited for itself.
TrainingSplits makeTrainingSplits(std::shared_ptr<const Dataset> train, std::shared_ptr<const Dataset> valid, int64_t limit);

/// `71 of 77 classes have no sample: `age_limit`, …`; empty if none lacks samples, or where there are no classes.
std::string missingClassesNote(const Split &split);

}  // namespace offramp::runtime
