// The list of backends.
#include "tests/conformance/Backends.h"

#include "tests/unit/reference/ModuleText.h"

namespace offramp::test {

static ProgramOutputs runReference(const std::string &moduleText, const std::string &function, const ProgramInputs &in) {
  reference::Interpreter interpreter = interpreterOf(moduleText);
  interpreter.setWeights(in.weights);
  reference::Results results = interpreter.run(function, in.inputs, in.options);
  ProgramOutputs out;
  for (auto &[name, value] : results.collected) out.collected[name] = std::move(value.items);
  out.answers = std::move(results.answers);
  out.gradients = interpreter.gradients();
  out.reports = std::move(results.reports);
  return out;
}

const std::vector<Backend> &backends() {
  static const std::vector<Backend> all = {{"reference", true, 0, runReference}};
  return all;
}

}  // namespace offramp::test
