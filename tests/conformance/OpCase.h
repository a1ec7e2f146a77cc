// One conformance case: an op on operands of given placement and shape. The case writes its own module and random inputs, so every backend
// gets the same text and the same numbers.
//
// Operands reach the op as programs get values: per sample f32 as an input; rows as a gather of a table by a Tokens input (rows are ragged,
// every row has its own id); shared f32 as a weight; i1 and i32 are made from f32 by compare and cast. Results leave by nn.collect, shared
// ones by nn.accumulate into the gradient block.
#pragma once

#include "tests/conformance/Backends.h"

namespace offramp::test {

/// First: row 0 of a value with rows, so a per-sample value that lies among rows. Rest: the rows behind it (none where T = 1).
enum class Place { Rows, Sample, Shared, First, Rest };
inline bool hasRows(Place place) { return place == Place::Rows || place == Place::Rest; }
inline bool fromRows(Place place) { return hasRows(place) || place == Place::First; }

struct OperandSpec {
  Place place;
  std::vector<int64_t> item;
  enum Kind { Normal, Positive, Truth, Index, Byte } kind = Normal;
  int64_t bound = 0;  ///< Index: 0 … bound-1
};
struct ResultSpec {
  Place place;
  std::vector<int64_t> item;
  std::string element = "f32";
};

/// Expected values of one sample from its operands: written independently of the interpreter, where that is cheap.
using Formula = std::function<std::vector<double>(const std::vector<reference::Tensor> &)>;

struct OpCase {
  std::string name;  ///< `linear/rows`
  std::string op;    ///< `nn.linear`
  std::string attributes;
  std::vector<OperandSpec> operands;
  std::vector<ResultSpec> results;
  Formula formula = nullptr;
};

/// All cases; every op of the sample level that has a value occurs.
std::vector<OpCase> opCases();
// The families behind it.
void addElementwiseCases(std::vector<OpCase> &cases);
void addContractionCases(std::vector<OpCase> &cases);
void addRowCases(std::vector<OpCase> &cases);
void addShapeCases(std::vector<OpCase> &cases);
void addAdjointCases(std::vector<OpCase> &cases);

/// The same ops with operands elsewhere: shared, rows, first row, rest rows. Some of them the dialect does not know: `verifies` tells.
std::vector<OpCase> placeVariants(const std::vector<OpCase> &cases);
bool verifies(const OpCase &c);

/// Module text with the public function @program.
std::string moduleOf(const OpCase &c, const std::vector<int64_t> &rowsPerSample, bool collectRows);

struct CaseInputs {
  ProgramInputs program;
  std::vector<std::vector<reference::Tensor>> operands;  ///< [sample][operand]: what the op sees
};
CaseInputs inputsOf(const OpCase &c, const std::vector<int64_t> &rowsPerSample, uint64_t seed);

}  // namespace offramp::test
