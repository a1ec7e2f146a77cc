// Which weights are tables whose gradient comes row by row: what `adamw(lazy_rows = true)` may apply to. The optimizer itself is the runtime's.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace offramp {

/// Sets `nn.row_gradients`, the names of such fields, on every bundle of a batch-level module: fields of which every gradient in every program is
/// added by an `nn.gather_dw` of its own, so that rows which no batch names have none. A field that is read otherwise too is not among them.
void markRowGradients(mlir::ModuleOp module);

}  // namespace offramp
