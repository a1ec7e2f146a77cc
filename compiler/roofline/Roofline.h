// The roofline of a counted model on a machine: an operation takes at least as long as its arithmetic at the peak rate and at least as long as its
// bytes at the rate of the memory they lie in; the longer of both is its attainable time. Pure functions; nothing is measured here.
#pragma once

#include "compiler/roofline/Machine.h"
#include "compiler/roofline/OpCount.h"

#include <vector>

namespace offramp {

/// What is run: a batch, in a number type.
struct Workload {
  double samples = 1, rows = 1;  ///< rows of each sample
  NumberType type = NumberType::F32;
};

struct OpTime {
  double flops = 0, weightBytes = 0, readBytes = 0, writtenBytes = 0;
  double ns = 0;
  bool computeBound = false;
  double bytes() const { return weightBytes + readBytes + writtenBytes; }
  double intensity() const { return bytes() > 0 ? flops / bytes() : 0; }
};

/// A sum is bound by what bounds most of its time.
OpTime sumOf(const std::vector<OpTime> &ops);

/// Weights come round once a batch, so they lie in the memory that holds all of them; activations in the one that holds the operation's own.
class Roofline {
 public:
  /// The machine must have a rate for the workload's number type. Both must outlive this.
  Roofline(const ModelOps &ops, const Machine &machine, const Workload &workload);

  OpTime timeOf(const OpCount &op) const { return timeOf(op, workload.samples); }
  std::vector<OpTime> timesOf(const std::vector<OpCount> &ops) const;

  /// Nobody decides, everybody is answered after the last stage: the network without exits.
  OpTime withoutExits() const;

  const ModelOps &ops;
  const Machine &machine;
  const Workload workload;

  /// Expected time of operations on a batch of which each sample is still there with probability `share`: with that of one being left at all,
  /// for as many as are then expected. A batch of one reads the weights of a stage or does not reach it.
  double expectedNs(const std::vector<OpCount> &ops, double share) const;

 private:
  OpTime timeOf(const OpCount &op, double samples) const;
  double allWeightBytes = 0;
};

/// A stage as exits leave it.
struct ExitStage {
  double reach = 1, leave = 0;   ///< share of all samples that reaches it; of these, that leaves
  double wholeNs = 0, firstNs = 0;  ///< both ways, with decision, answers and regrouping; exit-first 0 where there is no such way
  bool exitFirst = false;        ///< is the shorter
  double breakEven = 2;          ///< share of leavers from which this exit is worth its cost, the others as they are; above 1: never
  double ns() const { return exitFirst ? firstNs : wholeNs; }
};

struct ExitCosts {
  std::vector<ExitStage> stages;
  double embedNs = 0, answerNs = 0;  ///< answer: of those who reach the end
  double ns = 0, withoutExitsNs = 0; ///< of the batch
  double meanStage = 0;
  double uniformBreakEven = 2;       ///< one share for every exit from which all of them together are worth their cost; above 1: never
};

/// `leave`: for each stage but the last, the share of those who reach it that leaves.
ExitCosts exitCosts(const Roofline &roofline, const std::vector<double> &leave);

}  // namespace offramp
