// Arguments of programs by slot, weight blocks, and the exits that a collected program simulates.
#include "backends/reference/Interpreter.h"

#include "backends/reference/Load.h"
#include "backends/reference/Run.h"
#include "mlir/IR/BuiltinOps.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

Interpreter::Interpreter(mlir::ModuleOp module) : program_(load(module)), weights_(program_.weights, 0.0), gradients_(program_.weights, 0.0) {}

void Interpreter::setWeights(const std::vector<float> &weights) {
  if ((int64_t)weights.size() != program_.weights)
    throw std::runtime_error("the program has " + std::to_string(program_.weights) + " weights, not " + std::to_string(weights.size()));
  weights_.assign(weights.begin(), weights.end());
}

static const Function &functionOf(const Program &program, const std::string &name) {
  auto it = program.functions.find(name);
  if (it == program.functions.end()) throw std::runtime_error("there is no function @" + name);
  if (!it->second.refusal.empty()) throw std::runtime_error(it->second.refusal);
  return it->second;
}

static Value bySlot(const std::map<int64_t, std::vector<Tensor>> &values, const Source &source, const char *what) {
  auto it = values.find(source.slot);
  if (it == values.end()) throw std::runtime_error(std::string(what) + " " + std::to_string(source.slot) + " is not given");
  return Value::perSample(it->second);
}

Results Interpreter::run(const std::string &name, const Inputs &inputs, const RunOptions &options) {
  const Function &function = functionOf(program_, name);
  std::vector<Value> arguments;
  for (size_t i = 0; i < function.sources.size(); ++i) {
    const Source &source = function.sources[i];
    switch (source.kind) {
      case Source::Input: arguments.push_back(bySlot(inputs.inputs, source, "input")); break;
      case Source::Table: arguments.push_back(bySlot(inputs.tables, source, "table")); break;
      case Source::Setting: {
        if (source.slot >= (int64_t)inputs.settings.size()) throw std::runtime_error("setting " + std::to_string(source.slot) + " is not given");
        Tensor t = makeTensor(Dtype::F32, function.arguments[i].shape);
        std::fill(t.data.begin(), t.data.end(), (double)(float)inputs.settings[source.slot]);
        arguments.push_back(Value::shared(std::move(t)));
        break;
      }
      case Source::Caller:
        throw std::runtime_error("argument " + std::to_string(i) + " of @" + name + " is no input, table or setting: run it with call()");
    }
  }
  return call(name, std::move(arguments), inputs.samples, options);
}

Results Interpreter::call(const std::string &name, std::vector<Value> arguments, int64_t samples, const RunOptions &options) {
  return Run(program_, weights_, gradients_, samples, options).finish(functionOf(program_, name), arguments);
}

std::vector<Answer> simulateExits(const Value &logits, const Value &leave, const Value &decision) {
  std::vector<Answer> answers(leave.items.size());
  for (size_t s = 0; s < answers.size(); ++s) {
    int64_t stages = leave.items[s].size();
    Answer &a = answers[s];
    for (int64_t l = 0; l < stages && a.stage == 0; ++l) {
      bool last = l + 1 == stages;
      if (!last && !leave.tracks.empty()) a.distance = std::min(a.distance, leave.tracks[s].at(l));
      if (!last && leave.items[s].data[l] == 0) continue;
      a.stage = l + 1;
      if (!last) a.decision = decision.items[s].data[l];
      const Tensor &all = logits.items[s];
      a.logits = makeTensor(Dtype::F32, {all.shape.begin() + 1, all.shape.end()});
      std::copy_n(all.data.begin() + l * a.logits.size(), a.logits.size(), a.logits.data.begin());
    }
  }
  return answers;
}

}  // namespace offramp::reference
