// Where a backend plugs into the conformance and parity harnesses: one function that compiles and runs a module. To add a backend, add a record
// to Backends.cpp; every case, every random program then runs on it and is compared with `reference`.
#pragma once

#include "backends/reference/Interpreter.h"

#include <functional>
#include <string>
#include <vector>

namespace offramp::test {

/// Inputs by slot (f32 [shape…] per sample; a Tokens input: i32 rows), settings by slot, and the flat weight block.
struct ProgramInputs {
  reference::Inputs inputs;
  std::vector<float> weights;
  reference::RunOptions options;
};

struct ProgramOutputs {
  std::map<std::string, std::vector<reference::Tensor>> collected;  ///< by name of nn.collect, per sample
  std::vector<reference::Answer> answers;                           ///< of a walk; `distance` from the reference only
  std::vector<double> gradients;                                    ///< flat, after the run; zero before it
  std::vector<double> reports;
};

struct Backend {
  std::string name;
  bool collectsRows;  ///< false: values with rows are compared through their first row and two weighted means
  double tolerance;   ///< ‖out − ref‖ / ‖ref‖ over all samples of a value
  /// Runs the public function `function` of a sample-level module.
  std::function<ProgramOutputs(const std::string &moduleText, const std::string &function, const ProgramInputs &)> run;
};

/// The reference first, then every backend that this build has.
const std::vector<Backend> &backends();

}  // namespace offramp::test
