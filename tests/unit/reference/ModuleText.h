// Interpreter from module text, for tests.
#pragma once

#include "backends/reference/Interpreter.h"

#include <string>

namespace offramp::test {

/// Parses and verifies; throws std::runtime_error with MLIR's diagnostics.
reference::Interpreter interpreterOf(const std::string &text);

/// `count` tensors of one shape with values row by row from `values`.
std::vector<reference::Tensor> perSample(std::vector<int64_t> shape, std::vector<std::vector<double>> values,
                                         reference::Dtype dtype = reference::Dtype::F32, bool rows = false);

}  // namespace offramp::test
