// What the operations of an inference compute and move, as formulas in the number of samples and of rows a sample: counted once, read at any
// batch and length. Plain numbers: knows neither MLIR nor a machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace offramp {

/// `fixed + sample·S + row·S·T + pair·S·T²` for S samples of T rows each.
struct Amount {
  double fixed = 0, sample = 0, row = 0, pair = 0;
  double at(double samples, double rows) const { return fixed + samples * (sample + rows * (row + rows * pair)); }
  Amount operator+(const Amount &o) const { return {fixed + o.fixed, sample + o.sample, row + o.row, pair + o.pair}; }
  Amount operator*(double n) const { return {fixed * n, sample * n, row * n, pair * n}; }
};

enum class OpKind { Linear, Attention, Convolution, Pool, Gather, Rows };

struct OpCount {
  std::string name;             ///< the weight's path without `.weight`, or what is done
  OpKind kind = OpKind::Rows;
  Amount flops;                 ///< a multiply-add counts two; of row kernels, see rowFlops in CountOp.cpp
  Amount weights;               ///< values read of the weights, each once a batch
  Amount read, written;         ///< values of activations in the model's number type
  Amount readBytes, writtenBytes;  ///< of other types, whose size no choice of number type changes
};

/// One stage and what is attached after it. Parts are in the order they run.
struct StageOps {
  int64_t stage = 0;
  std::vector<OpCount> whole;        ///< the stage as one piece
  std::vector<OpCount> first, rest;  ///< until it can decide, and the rows of those who stay; empty where it cannot decide first
  std::vector<OpCount> decide;       ///< gate, or head where the rule reads it, and rule: for everybody
  std::vector<OpCount> answer;       ///< for those who leave
  std::vector<OpCount> move, moveRest;  ///< regrouping of those who stay, if anybody left; after the whole stage, after `first`
};

struct ModelOps {
  std::vector<OpCount> embed;    ///< before the first stage
  std::vector<StageOps> stages;  ///< the last one decides nothing: everybody gets an answer
};

}  // namespace offramp
