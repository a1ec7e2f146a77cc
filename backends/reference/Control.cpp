// Ops that are more than a function of one sample: calls, weights, exits, and what a program hands to its caller.
#include "backends/reference/Run.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

bool Run::executeControl(const Op &op, Frame &frame) {
  if (op.name == "func.call") callOp(op, frame);
  else if (op.name == "nn.constant") constant(op, frame);
  else if (op.name == "nn.weights") address(op, frame, Type::Weights);
  else if (op.name == "nn.gradients") address(op, frame, Type::Gradients);
  else if (op.name == "nn.field") field(op, frame);
  else if (op.name == "nn.accumulate") accumulate(op, frame);
  else if (op.name == "nn.exit_if") exitIf(op, frame);
  else if (op.name == "nn.leave_with") leaveWith(op, frame);
  else if (op.name == "nn.report") report(op, frame);
  else if (op.name == "nn.collect" || op.name == "nn.write_table") collect(op, frame);
  else return false;
  return true;
}

void Run::callOp(const Op &op, Frame &frame) {
  auto callee = program_.functions.find(op.text("callee"));
  if (callee == program_.functions.end()) throw std::runtime_error("there is no function @" + op.text("callee"));
  std::vector<Handle> arguments;
  for (int r : op.operands) arguments.push_back(frame.registers[r]);
  int64_t outer = stage_;
  stage_ = op.integer("nn.stage", stage_);
  std::vector<Handle> results = callFunction(callee->second, std::move(arguments));
  stage_ = outer;
  for (size_t i = 0; i < results.size(); ++i) frame.registers[op.results[i]] = results[i];
}

void Run::constant(const Op &op, Frame &frame) {
  checkType(op.resultTypes[0], *op.constant);
  Value v = Value::shared(*op.constant);
  if (options_.distances) v.tracks = {exactTrack()};
  frame.registers[op.results[0]] = std::make_shared<Value>(std::move(v));
}

void Run::address(const Op &op, Frame &frame, Type::Kind kind) {
  const std::string &instance = op.text("instance");
  if (!program_.instances.count(instance)) throw std::runtime_error("there is no instance @" + instance);
  Value v;
  v.kind = kind;
  v.instance = instance;
  frame.registers[op.results[0]] = std::make_shared<Value>(std::move(v));
}

const Field &Run::fieldOf(const std::string &instance, const std::string &name, int64_t &offset) const {
  const Instance &i = program_.instances.at(instance);
  const Bundle &bundle = program_.bundles.at(i.bundle);
  auto field = bundle.fields.find(name);
  if (field == bundle.fields.end()) throw std::runtime_error("bundle @" + i.bundle + " has no field \"" + name + "\"");
  offset = i.offset + field->second.offset;
  return field->second;
}

void Run::field(const Op &op, Frame &frame) {
  const std::string &instance = operand(op, frame, 0).instance, &name = op.text("name");
  Handle &known = fields_[{instance, name}];
  if (!known) {
    int64_t offset;
    const Field &f = fieldOf(instance, name, offset);
    Tensor t = makeTensor(Dtype::F32, f.shape);
    std::copy_n(weights_.begin() + offset, f.count, t.data.begin());
    checkType(op.resultTypes[0], t);
    Value v = Value::shared(std::move(t));
    if (options_.distances) v.tracks = {exactTrack()};
    known = std::make_shared<Value>(std::move(v));
  }
  frame.registers[op.results[0]] = known;
}

void Run::accumulate(const Op &op, Frame &frame) {
  const Tensor &value = operand(op, frame, 1).items[0];
  int64_t offset;
  const Field &f = fieldOf(operand(op, frame, 0).instance, op.text("name"), offset);
  if (value.shape != f.shape)
    throw std::runtime_error("adjoint has shape " + shapeText(value.shape) + ", field \"" + f.name + "\" " + shapeText(f.shape));
  for (int64_t i = 0; i < f.count; ++i) gradients_[offset + i] += value.data[i];
}

/// Leavers run the body and are in no later op; the others go on.
void Run::exitIf(const Op &op, Frame &frame) {
  if (!options_.exits) return;
  const Value &condition = operand(op, frame, 0);
  std::vector<int64_t> leavers, stayers;
  for (int64_t sample : active_) {
    size_t place = condition.kind == Type::Shared ? 0 : sample;
    (condition.items[place].data[0] != 0 ? leavers : stayers).push_back(sample);
    Answer &answer = results_.answers[sample];
    if (options_.distances) answer.distance = std::min(answer.distance, condition.tracks[place].least());
  }
  active_ = leavers;
  executeAll(op.body, frame);
  for (int64_t sample : leavers)
    if (results_.answers[sample].stage == 0) throw std::runtime_error("the body holds no `nn.leave_with`");
  active_ = stayers;
}

void Run::leaveWith(const Op &op, Frame &frame) {
  const Value &logits = operand(op, frame, 0);
  for (int64_t sample : active_) {
    Answer &answer = results_.answers[sample];
    if (answer.stage != 0) throw std::runtime_error("sample " + std::to_string(sample) + " leaves twice");
    answer.logits = logits.items[logits.kind == Type::Shared ? 0 : sample];
    answer.stage = op.integer("stage");
    if (op.operands.size() > 1) {
      const Value &decision = operand(op, frame, 1);
      answer.decision = decision.items[decision.kind == Type::Shared ? 0 : sample].data[0];
    }
  }
  active_.clear();
}

void Run::report(const Op &op, Frame &frame) {
  const Value &value = operand(op, frame, 0);
  if (value.kind != Type::PerSample || !op.operandTypes[0].shape.empty()) throw std::runtime_error("reports a per-sample scalar");
  size_t slot = op.integer("slot");
  if (results_.reports.size() <= slot) results_.reports.resize(slot + 1, 0.0);
  for (int64_t sample : active_) results_.reports[slot] += value.items[sample].data[0];
}

void Run::collect(const Op &op, Frame &frame) {
  const Value &value = operand(op, frame, 0);
  if (value.kind != Type::PerSample) throw std::runtime_error("hands over per-sample values");
  if (op.name == "nn.write_table") {
    results_.written[op.text("table")] = value;
    return;
  }
  size_t slot = op.integer("slot");
  if (results_.collectedNames.size() <= slot) results_.collectedNames.resize(slot + 1);
  results_.collectedNames[slot] = op.text("name");
  results_.collected[op.text("name")] = value;
}

}  // namespace offramp::reference
