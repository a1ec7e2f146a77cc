// The oracle: runs the sample-level `nn` IR op by op in double precision. A per-sample value is a vector of tensors, one a sample; a sample
// that leaves is in no later op. Every result is checked against its declared type. No threads, no batches, no speed beyond what plain
// loops give; what it computes is what docs/spec/ops.md and docs/spec/numerics.md say.
#pragma once

#include "backends/reference/Distance.h"
#include "backends/reference/Program.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace mlir {
class ModuleOp;
}

namespace offramp::reference {

/// What an SSA value holds at run time.
struct Value {
  Type::Kind kind = Type::Shared;
  std::vector<Tensor> items;  ///< one if shared, else one per sample by place (empty for samples that left before)
  std::vector<Track> tracks;  ///< like items, or empty when distances are not asked for
  std::string instance;       ///< of weights and gradients

  static Value shared(Tensor t) { return {Type::Shared, {std::move(t)}, {}, {}}; }
  static Value perSample(std::vector<Tensor> t) { return {Type::PerSample, std::move(t), {}, {}}; }
  static Value weights(std::string instance) { return {Type::Weights, {}, {}, std::move(instance)}; }
  static Value gradients(std::string instance) { return {Type::Gradients, {}, {}, std::move(instance)}; }
};

/// What a program reads, by slot; every vector has one tensor per sample. Rows are marked by Tensor::rows.
struct Inputs {
  int64_t samples = 0;
  std::map<int64_t, std::vector<Tensor>> inputs;
  std::map<int64_t, std::vector<Tensor>> tables;
  std::vector<double> settings;  ///< rounded to f32 when read, as the compiled programs get them
};

struct RunOptions {
  int64_t seed = 0;
  std::vector<int64_t> visits;  ///< per sample: place in the epoch sequence; empty: 0, 1, 2 …
  int64_t stepSamples = 0;      ///< samples of the whole step when this run is a chunk of it; 0: those of this run
  bool exits = true;            ///< false: everybody runs to the last stage
  bool distances = true;        ///< keep the distance to flip
  Precision precision = Precision::Double;
};

/// Answer of a walk for one sample.
struct Answer {
  Tensor logits;
  int64_t stage = 0;  ///< 1-based; 0: the program has no exits
  double decision = std::numeric_limits<double>::quiet_NaN();  ///< NaN at a forced exit
  double distance = INFINITY;  ///< least distance to flip over the decisions on the path
};

struct Results {
  std::vector<Answer> answers;              ///< by sample; of a walk
  std::map<std::string, Value> collected;   ///< nn.collect by name
  std::vector<std::string> collectedNames;  ///< by slot
  std::vector<double> reports;              ///< nn.report by slot: sums over the samples of this run
  std::map<std::string, Value> written;     ///< nn.write_table by table
  std::vector<Value> returned;
};

class Interpreter {
 public:
  /// The module is read whole; it is not needed afterwards.
  explicit Interpreter(mlir::ModuleOp module);

  const Program &program() const { return program_; }
  /// Flat blocks laid out by nn.bundle and nn.instance; zero at first. Gradients are added to by nn.accumulate.
  std::vector<double> &weights() { return weights_; }
  std::vector<double> &gradients() { return gradients_; }
  void setWeights(const std::vector<float> &weights);
  void zeroGradients() { gradients_.assign(gradients_.size(), 0.0); }

  /// Runs a program whose arguments say where they come from. Throws std::runtime_error that names op and place.
  Results run(const std::string &function, const Inputs &inputs, const RunOptions &options = {});
  /// Runs any function with these arguments; `samples` is the number of samples of the per-sample ones.
  Results call(const std::string &function, std::vector<Value> arguments, int64_t samples, const RunOptions &options = {});

 private:
  Program program_;
  std::vector<double> weights_, gradients_;
};

/// The exit that a collected program simulates: for every sample the first stage whose `leave` is true (the last stage always is), with the
/// least distance to flip over the stages looked at. leave, decision: [stages]; logits: [stages, classes].
std::vector<Answer> simulateExits(const Value &logits, const Value &leave, const Value &decision);

}  // namespace offramp::reference
