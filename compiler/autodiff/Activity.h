// Which values depend on what is trained: the first half of reverse mode. Names no op but those that programs are made of.
#pragma once

#include "compiler/dialect/Nn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

namespace offramp::nn {

/// Values of one straight-line function through which a change of a trained weight reaches its results.
using Active = llvm::DenseSet<mlir::Value>;

/// Grows `active` (arguments put in by the caller) over the body of `function`. `updates` names the instances that are trained; weights
/// are read by programs only, so it is null for other functions. Fails with an error on the op where something cannot be differentiated.
mlir::LogicalResult growActive(mlir::ModuleOp module, mlir::func::FuncOp function, const llvm::StringSet<> *updates, Active &active);

/// The function a call names, which must have a body.
mlir::FailureOr<mlir::func::FuncOp> calleeOf(mlir::ModuleOp module, mlir::func::CallOp call);

}  // namespace offramp::nn
