// One run of a function by the interpreter: frames of registers, who is still in, results. Internal to backends/reference.
#pragma once

#include "backends/reference/Interpreter.h"

#include <memory>

namespace offramp::reference {

class Run {
 public:
  Run(const Program &program, const std::vector<double> &weights, std::vector<double> &gradients, int64_t samples, const RunOptions &options);
  Results finish(const Function &function, const std::vector<Value> &arguments);

 private:
  using Handle = std::shared_ptr<const Value>;
  struct Frame {
    std::vector<Handle> registers;
  };

  std::vector<Handle> callFunction(const Function &function, std::vector<Handle> arguments);
  void execute(const Op &op, Frame &frame);
  void executeAll(const std::vector<Op> &ops, Frame &frame);

  // One member a kind of op that is more than a function of one sample.
  bool executeControl(const Op &op, Frame &frame);
  void callOp(const Op &op, Frame &frame);
  void constant(const Op &op, Frame &frame);
  void address(const Op &op, Frame &frame, Type::Kind kind);
  void field(const Op &op, Frame &frame);
  void accumulate(const Op &op, Frame &frame);
  void exitIf(const Op &op, Frame &frame);
  void leaveWith(const Op &op, Frame &frame);
  void report(const Op &op, Frame &frame);
  void collect(const Op &op, Frame &frame);

  // Ops that are a function of one sample.
  void perSample(const Op &op, Frame &frame);
  void applyTo(const Op &op, const std::vector<Handle> &operands, int64_t sample, std::vector<Value> &results);

  const Field &fieldOf(const std::string &instance, const std::string &name, int64_t &offset) const;
  const Value &operand(const Op &op, const Frame &frame, size_t i) const { return *frame.registers[op.operands[i]]; }

  const Program &program_;
  const std::vector<double> &weights_;
  std::vector<double> &gradients_;
  const RunOptions &options_;
  std::vector<int64_t> visits_;
  std::vector<int64_t> active_;  ///< samples that are still in, in order
  int64_t samples_, stepSamples_;
  int64_t stage_ = 0;  ///< nn.stage of the innermost call that says it
  Results results_;
  std::map<std::pair<std::string, std::string>, Handle> fields_;
};

/// Throws unless `t` is what the declared type says: element type, placement, sizes, and integers that are integers of their range.
void checkType(const Type &type, const Tensor &t);

}  // namespace offramp::reference
