// One run: frames, ops on samples, checks of declared types. Ops that are more than a function of one sample: Control.cpp.
#include "backends/reference/Run.h"

#include <stdexcept>

namespace offramp::reference {

void checkType(const Type &type, const Tensor &t) {
  bool fits = t.dtype == type.dtype && t.rows == type.rows() && t.shape.size() == type.shape.size() && t.size() == elements(t.shape);
  for (size_t d = 0; fits && d < t.shape.size(); ++d) fits = type.shape[d] < 0 || t.shape[d] == type.shape[d];
  if (!fits)
    throw std::runtime_error("value is " + std::string(dtypeName(t.dtype)) + shapeText(t.shape) + (t.rows ? " (rows)" : "") + " when the type says " +
                             dtypeName(type.dtype) + shapeText(type.shape));
  if (t.dtype == Dtype::F32) return;
  double low = t.dtype == Dtype::I1 || t.dtype == Dtype::U8 ? 0 : t.dtype == Dtype::I32 ? -2147483648.0 : -9.2e18;
  double high = t.dtype == Dtype::I1 ? 1 : t.dtype == Dtype::U8 ? 255 : t.dtype == Dtype::I32 ? 2147483647.0 : 9.2e18;
  for (double v : t.data)
    if (!(v >= low && v <= high && v == std::trunc(v)))
      throw std::runtime_error(std::to_string(v) + " is no " + dtypeName(t.dtype));
}

Run::Run(const Program &program, const std::vector<double> &weights, std::vector<double> &gradients, int64_t samples, const RunOptions &options)
    : program_(program), weights_(weights), gradients_(gradients), options_(options), visits_(options.visits), samples_(samples),
      stepSamples_(options.stepSamples ? options.stepSamples : samples) {
  if (!visits_.empty() && (int64_t)visits_.size() != samples)
    throw std::runtime_error(std::to_string(visits_.size()) + " visits for " + std::to_string(samples) + " samples");
  for (int64_t i = 0; i < samples; ++i) {
    active_.push_back(i);
    if ((int64_t)visits_.size() < samples) visits_.push_back(i);
  }
  results_.answers.resize(samples);
}

Results Run::finish(const Function &function, const std::vector<Value> &arguments) {
  if (arguments.size() != function.arguments.size())
    throw std::runtime_error("@" + function.name + " takes " + std::to_string(function.arguments.size()) + " arguments, not " +
                             std::to_string(arguments.size()));
  std::vector<Handle> handles;
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto value = std::make_shared<Value>(arguments[i]);
    const Type &type = function.arguments[i];
    std::string place = "argument " + std::to_string(i) + " of @" + function.name + ": ";
    size_t expected = type.kind == Type::PerSample ? samples_ : type.kind == Type::Shared ? 1 : 0;
    if (value->kind != type.kind || value->items.size() != expected)
      throw std::runtime_error(place + std::to_string(value->items.size()) + " tensors when the type asks for " + std::to_string(expected));
    for (const Tensor &t : value->items) try {
        checkType(type, t);
      } catch (const std::runtime_error &e) {
        throw std::runtime_error(place + e.what());
      }
    if (options_.distances && value->tracks.empty()) value->tracks.assign(value->items.size(), exactTrack());
    handles.push_back(value);
  }
  for (const Handle &h : callFunction(function, handles)) results_.returned.push_back(*h);
  if (function.leaves)
    for (size_t i = 0; i < results_.answers.size(); ++i)
      if (results_.answers[i].stage == 0) throw std::runtime_error("@" + function.name + ": sample " + std::to_string(i) + " never leaves");
  return std::move(results_);
}

std::vector<Run::Handle> Run::callFunction(const Function &function, std::vector<Handle> arguments) {
  if (!function.refusal.empty()) throw std::runtime_error(function.refusal);
  Frame frame{std::move(arguments)};
  frame.registers.resize(function.registers);
  executeAll(function.ops, frame);
  std::vector<Handle> out;
  for (int r : function.returned) out.push_back(frame.registers[r]);
  return out;
}

void Run::executeAll(const std::vector<Op> &ops, Frame &frame) {
  for (const Op &op : ops) execute(op, frame);
}

/// An error of its own, so that only the innermost op names itself.
struct LocatedError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void Run::execute(const Op &op, Frame &frame) {
  try {
    if (op.function) perSample(op, frame);
    else if (!executeControl(op, frame)) throw std::runtime_error("the reference interpreter does not run this operation");
  } catch (const LocatedError &) {
    throw;
  } catch (const std::exception &e) {
    throw LocatedError("`" + op.name + "` at " + op.where + ": " + e.what());
  }
}

/// Adds one sample's share of a shared result.
static void addShare(Tensor &sum, const Tensor &share) {
  if (share.shape != sum.shape) throw std::runtime_error("shares of shape " + shapeText(share.shape) + " for a sum of " + shapeText(sum.shape));
  for (int64_t i = 0; i < sum.size(); ++i) sum.data[i] += share.data[i];
}

void Run::applyTo(const Op &op, const std::vector<Handle> &operands, int64_t sample, std::vector<Value> &results) {
  Operands tensors;
  std::vector<const Track *> tracks;
  static const Track unknown;
  for (const Handle &h : operands) {
    size_t place = h->kind == Type::Shared ? 0 : sample;
    tensors.push_back(&h->items[place]);
    tracks.push_back(h->tracks.empty() ? &unknown : &h->tracks[place]);
  }
  int64_t ownStage = op.integer("stage", 0);
  Draws draws{options_.seed, sample < (int64_t)visits_.size() ? visits_[sample] : 0, ownStage ? ownStage : stage_, stepSamples_, options_.precision};
  std::vector<Tensor> values = op.function(op, tensors, draws);
  if (values.size() != results.size()) throw std::runtime_error("has " + std::to_string(results.size()) + " results, not " + std::to_string(values.size()));
  for (size_t i = 0; i < values.size(); ++i) {
    Tensor &v = values[i];
    Value &out = results[i];
    checkType(op.resultTypes[i], v);
    if (options_.distances) {
      Track track = trackResult(op, tensors, tracks, v);
      size_t place = out.kind == Type::Shared ? 0 : sample;
      out.tracks[place] = std::move(track);
    }
    if (out.kind == Type::PerSample) out.items[sample] = std::move(v);
    else addShare(out.items[0], v);
  }
}

void Run::perSample(const Op &op, Frame &frame) {
  std::vector<Handle> operands;
  bool anyPerSample = false;
  for (int r : op.operands) {
    operands.push_back(frame.registers[r]);
    anyPerSample |= operands.back()->kind == Type::PerSample;
  }
  std::vector<Value> results;
  bool resultPerSample = false;
  for (const Type &type : op.resultTypes) {
    Value v;
    v.kind = type.kind;
    bool shared = type.kind == Type::Shared;
    resultPerSample |= !shared;
    v.items.resize(shared ? 1 : samples_);
    if (shared) v.items[0] = makeTensor(type.dtype, type.shape);
    if (options_.distances) v.tracks.resize(v.items.size());
    results.push_back(std::move(v));
  }
  if (anyPerSample || resultPerSample)
    for (int64_t sample : active_) applyTo(op, operands, sample, results);
  else
    applyTo(op, operands, 0, results);
  for (size_t i = 0; i < results.size(); ++i) frame.registers[op.results[i]] = std::make_shared<Value>(std::move(results[i]));
}

}  // namespace offramp::reference
