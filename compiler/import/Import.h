// Import: the elaborated program of `dsl/` as `ramp` structure and `nn` functions, one to one.
// It decides nothing: what is run for training, measuring and inference is chosen by the pass choose-program.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace offramp::dsl {
struct Model;
}

namespace offramp {

/// The module of `model`, verified; null after diagnostics on `context` where the model cannot be imported.
/// Functions keep their names but where an instance or a program takes it; those end in `.body`.
mlir::OwningOpRef<mlir::ModuleOp> importModel(mlir::MLIRContext &context, const dsl::Model &model);

}  // namespace offramp
