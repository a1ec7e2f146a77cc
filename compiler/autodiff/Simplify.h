// Small rewrites that adjoint code needs to be as cheap as hand-written derivatives, and removal of what nobody reads.
#pragma once

#include "compiler/dialect/Nn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace offramp::nn {

/// Rewrites the adjoint code of a block, which starts after `forwardOps` ops, and erases its ops without readers.
void simplifyAdjoint(mlir::Block &block, unsigned forwardOps);

/// Nothing but its values comes from an op, or from a call and all that it calls.
bool hasNoEffect(mlir::ModuleOp module, mlir::Operation *op);

/// Erases the ops of a program that nothing reads, calls of functions without effects among them.
void eraseUnread(mlir::ModuleOp module, mlir::func::FuncOp program);

/// The same and then the arguments that nothing reads. Nobody calls a program, so no caller has to change.
void eraseUnreadWithArguments(mlir::ModuleOp module, mlir::func::FuncOp program);

}  // namespace offramp::nn
