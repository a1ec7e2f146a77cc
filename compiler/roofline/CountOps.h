// Counts the operations of an inference program at the batch level, fused kernels as they will run: what stays inside a kernel is not moved.
#pragma once

#include "compiler/roofline/OpCount.h"

namespace mlir {
class ModuleOp;
class Operation;
}

namespace offramp {

/// One operation; nothing is computed or moved by a view, a constant or a weight's address.
bool countOp(mlir::Operation *op, OpCount &count);

/// From `@infer` of a batch-level module.
ModelOps countOps(mlir::ModuleOp module);

}  // namespace offramp
