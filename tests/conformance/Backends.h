// Where a backend plugs into the conformance and parity harnesses: it loads a set of programs and runs them one by one. To add a backend, add a
// record to Backends.cpp; every case, every random program then runs on it and is compared with `reference`.
#pragma once

#include "backends/reference/Interpreter.h"
#include "tests/conformance/ProgramSet.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace offramp::test {

/// Inputs by slot (per sample; a Tokens input: i32 rows), settings by slot. `weights` is the flat block of the program's module.
struct ProgramInputs {
  reference::Inputs inputs;
  std::vector<float> weights;
  reference::RunOptions options;
  int split = 1, regroup = 1;  ///< of walks, as offramp_call has them; the reference knows neither
};

struct ProgramOutputs {
  std::map<std::string, std::vector<reference::Tensor>> collected;  ///< by name of nn.collect, per sample
  std::map<std::string, std::vector<reference::Tensor>> written;    ///< by table, per sample
  std::vector<reference::Answer> answers;                           ///< of a walk; `distance` from the reference only
  std::vector<double> gradients;                                    ///< of the module, after the run; zero before it
  std::vector<double> reports;                                      ///< sums by slot of nn.report
};

/// A set of programs, ready to run.
class Loaded {
 public:
  virtual ~Loaded() = default;
  /// `program`: `<prefix>.<name>`. Throws std::exception with the backend's words.
  virtual ProgramOutputs run(const std::string &program, const ProgramInputs &in) = 0;
};

struct Backend {
  std::string name;
  bool collectsRows;  ///< false: values with rows are compared through their first row and two weighted means
  bool sameBits;      ///< a row's bits do not depend on the batch it is in
  double tolerance;   ///< ‖out − ref‖ / ‖ref‖ over all samples of a value
  std::function<std::unique_ptr<Loaded>(const ProgramSet &)> load;
};

/// The reference first, then every backend that this build has.
const std::vector<Backend> &backends();

/// One program of one module, loaded and run: for tests of a few.
ProgramOutputs runOnce(const Backend &backend, const std::string &moduleText, const std::string &function, const ProgramInputs &in);

/// Samples begin … end-1 of the inputs, with their visits.
ProgramInputs part(const ProgramInputs &in, int64_t begin, int64_t end);

}  // namespace offramp::test
