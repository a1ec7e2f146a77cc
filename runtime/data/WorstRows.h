// The most rows that a batch of some samples can have, so that an arena is placed once. Looks at lengths only.
#pragma once

#include "runtime/data/BatchCutter.h"

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

namespace offramp::runtime {

inline int64_t worstRows(const RowCount &rowCount, std::span<const int64_t> samples, int64_t batch) {
  batch = std::min<int64_t>(batch, (int64_t)samples.size());
  if (!rowCount.tokens) return rowCount.fixed * batch;
  std::vector<int64_t> lengths;
  for (int64_t sample : samples) lengths.push_back(rowCount.of(sample));
  std::nth_element(lengths.begin(), lengths.begin() + batch, lengths.end(), std::greater<>());
  int64_t rows = 0;
  for (int64_t i = 0; i < batch; ++i) rows += lengths[(size_t)i];
  return rows;
}

}  // namespace offramp::runtime
