// A trained run timed at full depth on random inputs, call by call: what stands beside a roofline's attainable times.
#pragma once

#include "compiler/roofline/OpCount.h"
#include "compiler/tools/offramp/OpenRun.h"

#include <optional>
#include <string>
#include <vector>

namespace offramp::tool {

/// Nanoseconds; of many batches the fastest, call by call.
struct TimedStage {
  double ns = 0;
  std::vector<std::optional<double>> ops;  ///< as counted: of a stage whole, decide and (last) answer; none where calls and operations do not pair
};

struct TimedRun {
  TimedStage embed;
  std::vector<TimedStage> stages;
  double ns = 0;
  int64_t batches = 0;
  std::string products;  ///< what multiplied weights, such as `amx-bf16`
};

/// What stands in a TimedStage, in this order: the operations of a stage when nobody leaves.
std::vector<OpCount> fullDepthOps(const ModelOps &ops, size_t stage);

/// Batches of `samples` samples with `rows` rows each (where lengths vary).
TimedRun timeRun(OpenRun &run, const ModelOps &ops, int64_t samples, int64_t rows);

}  // namespace offramp::tool
