// Parts a joint function (forward code, then adjoint code) into the forward function that training calls and its backward function.
#pragma once

#include "compiler/autodiff/Reverse.h"

namespace offramp::nn {

struct JointFunction {
  mlir::func::FuncOp original;
  /// A clone of the original with adjoint code before its return. Returns the results, then the adjoints of the arguments
  /// (Derivative::dArguments); adjoints of results and addresses of gradients are extra arguments.
  mlir::func::FuncOp joint;
  unsigned forwardOps;                          ///< so many ops in front are forward code
  llvm::SmallVector<mlir::Value> dresults;      ///< per result of the original: its adjoint, or null
  llvm::SmallVector<mlir::Value> gradients;     ///< per argument of the original: address of its gradients, or null
};

/// Fills `derivative`; `number` is in the names of the second and later variants.
mlir::LogicalResult cut(mlir::ModuleOp module, JointFunction &parts, unsigned number, Derivative &derivative);

}  // namespace offramp::nn
