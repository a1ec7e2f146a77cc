// Inference with real exits, batch by batch: results lie at the place of each sample in the batch. What `eval`, `run`, `bench` and standalone
// programs call. After the first batch of a size nothing is allocated.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/data/BatchBuilder.h"

#include <span>
#include <vector>

namespace offramp::runtime {

/// How batches run; -1 and 2 leave it to the cost model.
struct InferOptions {
  bool exits = true;   ///< false: everybody runs to the last stage
  int split = 2;       ///< exit-first: 0 off, 1 on, 2 cost model
  int regroup = 2;     ///< 0 off, 1 on, 2 cost model
};

/// Valid until the next batch.
struct InferResult {
  int64_t samples = 0, classes = 0;
  const float *logits = nullptr;    ///< [samples, classes]
  const int32_t *stage = nullptr;   ///< [samples], from 1
  const float *decision = nullptr;  ///< [samples]; NaN at a forced exit

  int32_t predicted(int64_t sample) const;
};

class Infer {
 public:
  /// `session` must outlive this. Batches have at most so many samples and rows.
  Infer(Session &session, int64_t samples, int64_t rows);

  InferResult run(const BatchBuilder &batch, const InferOptions &options = {});
  /// The same on a descriptor and inputs of the caller's own (C interface).
  InferResult run(const offramp_batch &batch, const void *const *inputs, const int64_t *index, const InferOptions &options);

 private:
  Session &session;
  size_t program;
  std::vector<float> logits, decision;
  std::vector<int32_t> stage;
  std::vector<int64_t> visit;
};

}  // namespace offramp::runtime
