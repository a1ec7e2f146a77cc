// Which batch-level ops the CPU backend runs inside fused kernels, and which are calls of a library kernel.
#pragma once

#include "compiler/dialect/Form.h"

namespace offramp::cpu {

/// An item-wise op that is a GEMM of its own.
bool isLibraryCall(mlir::Operation *op);
/// Runs inside a fused kernel, item by item.
bool isFusable(mlir::Operation *op);

}  // namespace offramp::cpu
