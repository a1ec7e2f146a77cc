// A trained run through the reference interpreter: from the source kept in the run, in double precision, with the distance to flip of every exit. What
// `eval --backend reference` and the parity check of tests/parity use. Slow on purpose; samples are spread over threads.
#pragma once

#include "backends/reference/Interpreter.h"
#include "compiler/tools/offramp/OpenRun.h"

#include <functional>
#include <span>

namespace offramp::tool {

struct ReferenceAnswer {
  int32_t stage = 0, prediction = 0;
  float decision = 0;                     ///< NaN at a forced exit
  float number = 0;                       ///< the first logit: the answer where the label is a number
  double distance = 0;                    ///< to flip
  std::vector<float> stageLogits;         ///< [stages, classes], if asked for
};

struct ReferenceOptions {
  bool exits = true, everyStage = false;
  reference::Precision precision = reference::Precision::Double;  ///< what operands of weight products are rounded to (reference::RunOptions)
  int threads = 0;                               ///< 0: all
  std::function<void(int64_t done)> progress;
};

class ReferenceRun {
 public:
  /// CompileError or UserError if the run's source is missing or is not what its weights belong to.
  ReferenceRun(const std::filesystem::path &run, OpenRun &open);

  /// Answers for these rows of the data, in their order.
  std::vector<ReferenceAnswer> infer(const runtime::Dataset &data, std::span<const int64_t> rows, const ReferenceOptions &options);

 private:
  reference::Inputs inputsOf(const runtime::Dataset &data, std::span<const int64_t> rows) const;
  void answer(reference::Interpreter &interpreter, const reference::Inputs &inputs, const ReferenceOptions &options, ReferenceAnswer *out) const;

  reference::Interpreter interpreter_;
  std::vector<double> settings_;
};

/// `f32` (which the reference computes in double precision), `bf16`, `int8`.
reference::Precision referencePrecision(const std::string &dtype);

/// Greatest distance to flip at which f32 and double precision may choose another exit (docs/spec/numerics.md).
inline constexpr double kFlipMargin = 1e-4;

}  // namespace offramp::tool
