// Whole data sets through the interpreter: what `offramp eval --backend reference` runs. Takes numbers as the data readers hold them (u8, f32,
// i32), gives one answer a sample. Runs a few samples at a time, so that memory does not grow with the data; the answers do not depend on
// how many. No files, no progress bars: the caller is told how far it is.
#pragma once

#include "backends/reference/Interpreter.h"

#include <functional>

namespace offramp::reference {

/// All samples of one program input, one after another.
struct InputArray {
  Dtype dtype = Dtype::F32;     ///< U8: const uint8_t *, F32: const float *, I32: const int32_t *
  std::vector<int64_t> shape;   ///< of one sample; -1 in front: rows
  const void *data = nullptr;
  std::vector<int64_t> rows;    ///< with -1 in front: row count of every sample
};

struct EvaluateOptions {
  bool exits = true;        ///< walk only
  bool distances = true;
  int64_t chunk = 16;       ///< samples at a time
  std::function<void(int64_t done)> progress;  ///< after every chunk
};

class Evaluator {
 public:
  /// `weights`: the flat block of a checkpoint. Throws std::runtime_error if it does not fit the module.
  Evaluator(mlir::ModuleOp module, const std::vector<float> &weights);

  /// The walk @infer: exits by the rule. `inputs` and `settings` by slot.
  std::vector<Answer> infer(const std::map<int64_t, InputArray> &inputs, int64_t samples, const std::vector<double> &settings,
                            const EvaluateOptions &options = {});
  /// The collected @evaluate with the exits its rule simulates: must equal infer().
  std::vector<Answer> simulate(const std::map<int64_t, InputArray> &inputs, int64_t samples, const std::vector<double> &settings,
                               const EvaluateOptions &options = {});

  Interpreter &interpreter() { return interpreter_; }

 private:
  Interpreter interpreter_;
};

}  // namespace offramp::reference
