// Name of an op → the free function that computes it for one sample. The families lie in ops/.
#pragma once

#include "backends/reference/Program.h"

namespace offramp::reference {

/// The function of an `nn` op with per-sample or shared tensors; null for ops that the interpreter itself handles (calls, exits, weights)
/// and for unknown ones.
SampleFunction findFunction(const std::string &name);

/// Names of all ops that have a function: for tests of completeness.
std::vector<std::string> opNames();

using OpTable = std::map<std::string, SampleFunction>;
void addElementwise(OpTable &table);
void addContractions(OpTable &table);
void addAttention(OpTable &table);
void addConvolutions(OpTable &table);
void addRows(OpTable &table);
void addReductions(OpTable &table);
void addMoves(OpTable &table);
void addCrossings(OpTable &table);

}  // namespace offramp::reference
