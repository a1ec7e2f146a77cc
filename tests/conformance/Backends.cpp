// The list of backends, and the reference as one of them.
#include "tests/conformance/Backends.h"

#include "tests/conformance/CpuPrograms.h"

#include "compiler/artifact/ModuleObject.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Parser/Parser.h"

#include <stdexcept>

namespace offramp::test {

namespace {

class ReferencePrograms : public Loaded {
 public:
  explicit ReferencePrograms(const ProgramSet &set) : set_(set), interpreter_(interpreterOf(set)) { interpreter_.setWeights(set.weights()); }

  ProgramOutputs run(const std::string &program, const ProgramInputs &in) override {
    interpreter_.zeroGradients();
    reference::Results results = interpreter_.run(program, in.inputs, in.options);
    ProgramOutputs out;
    for (auto &[name, value] : results.collected) out.collected[name] = std::move(value.items);
    for (auto &[name, value] : results.written) out.written[name] = std::move(value.items);
    out.answers = std::move(results.answers);
    auto [begin, length] = set_.range(program);
    out.gradients.assign(interpreter_.gradients().begin() + begin, interpreter_.gradients().begin() + begin + length);
    out.reports = std::move(results.reports);
    return out;
  }

 private:
  static reference::Interpreter interpreterOf(const ProgramSet &set) {
    auto context = makeCompilerContext();
    mlir::OwningOpRef<mlir::ModuleOp> module = parsePrograms(*context, set);
    if (set.differentiate) runPasses(*module, [](mlir::OpPassManager &pm) { pm.addPass(createAutodiff()); });
    return reference::Interpreter(*module);
  }

  ProgramSet set_;
  reference::Interpreter interpreter_;
};

}  // namespace

mlir::OwningOpRef<mlir::ModuleOp> parsePrograms(mlir::MLIRContext &context, const ProgramSet &set) {
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    messages += d.str() + "\n";
    return mlir::success();
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(set.text(), &context);
  if (!module) throw std::runtime_error(messages + set.text());
  return module;
}

const std::vector<Backend> &backends() {
  auto onCpu = [](CpuVariant variant) {
    return [variant](const ProgramSet &set) { return loadOnCpu(set, variant); };
  };
  static const std::vector<Backend> all = {
      {"reference", true, true, 0, [](const ProgramSet &set) { return std::make_unique<ReferencePrograms>(set); }},
      {"cpu", false, true, 1e-5, onCpu({cpu::EngineMode::Inference, cpu::GemmChoice::Own})},
      {"cpu while training", false, false, 1e-5, onCpu({cpu::EngineMode::Training, cpu::GemmChoice::Own})},
      {"cpu with oneDNN alone", false, false, 1e-5, onCpu({cpu::EngineMode::Inference, cpu::GemmChoice::OneDnn})},
  };
  return all;
}

ProgramOutputs runOnce(const Backend &backend, const std::string &moduleText, const std::string &function, const ProgramInputs &in) {
  ProgramSet set;
  set.add("one", moduleText, in.weights);
  return backend.load(set)->run("one." + function, in);
}

ProgramInputs part(const ProgramInputs &in, int64_t begin, int64_t end) {
  ProgramInputs out = in;
  out.inputs.samples = end - begin;
  for (auto *group : {&out.inputs.inputs, &out.inputs.tables})
    for (auto &[slot, samples] : *group) samples = {samples.begin() + begin, samples.begin() + end};
  if (!in.options.visits.empty()) out.options.visits = {in.options.visits.begin() + begin, in.options.visits.begin() + end};
  return out;
}

}  // namespace offramp::test
