// StageCosts: multiply-adds of every stage, whole and exit-first, counted in the sample-level IR: what the cost model and `explain` read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlir {
class ModuleOp;
}

namespace offramp {

/// Multiply-adds of matrix products and convolutions of a function: for every row, and once a sample. Attention is counted per row at
/// `rows` rows. `calls` counts kernel calls.
struct Work {
  double perRow = 0, perSample = 0;
  int64_t calls = 0;
  Work operator+(const Work &o) const { return {perRow + o.perRow, perSample + o.perSample, calls + o.calls}; }
};

struct StageCost {
  int64_t stage = 0;
  bool split = false;       ///< can decide before the rest of its rows
  std::string reason;       ///< why not, if it cannot
  Work whole, first, rest;  ///< the stage with what decides; until the decision; for the rows of those who stay
  Work decides, answer;     ///< of it: gate and rule; and what is computed for those who leave, part of neither
  int64_t rowBytes = 0;     ///< moved per row by regrouping
};

/// From the walk `@infer` after split-exits.
std::vector<StageCost> stageCosts(mlir::ModuleOp module, int64_t typicalRows);

}  // namespace offramp
