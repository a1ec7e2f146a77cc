// Cuts a list of samples into batches that fit an arena: at most so many samples and, together, at most so many rows.
// Keeps the order and never looks at values. A training step that does not fit is cut into chunks the same way.
#pragma once

#include "runtime/data/Dataset.h"

#include <cstdint>
#include <span>

namespace offramp::runtime {

/// How many rows a sample has, as the artifact's manifest says it: T of an image model, the length of the sequence, or none.
struct RowCount {
  int64_t fixed = 1;             ///< rows of every sample; without rows 1
  const Column *tokens = nullptr;  ///< if set: the length of the sample's sequence
  int64_t of(int64_t row) const { return tokens ? tokens->lengthOf(row) : fixed; }
};

class BatchCutter {
 public:
  /// `rowsMax` 0: rows are not limited. Throws UserError if a single sample has more rows than that.
  BatchCutter(std::span<const int64_t> samples, RowCount rowCount, int64_t samplesMax, int64_t rowsMax = 0)
      : rest(samples), rowCount(rowCount), samplesMax(samplesMax), rowsMax(rowsMax) {}

  /// The next batch, a piece of the list given; false at the end.
  bool next(std::span<const int64_t> &batch);

 private:
  std::span<const int64_t> rest;
  RowCount rowCount;
  int64_t samplesMax, rowsMax;
};

}  // namespace offramp::runtime
