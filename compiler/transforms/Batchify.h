// What the two halves of batchify share: conversion of types, ops and calls (Batchify.cpp) and of the walk (BatchifyWalk.cpp).
#pragma once

#include "compiler/dialect/Nn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringMap.h"

#include <optional>

namespace offramp::nn {

/// The batch-level type: per-sample values in the space `samples`, values with rows in `rows`. Shared types stay.
mlir::Type batchedType(mlir::Type type, Space rows);

/// The space of a batched tensor; nothing for shared values.
std::optional<Space> spaceOf(mlir::Value value);

struct BatchConverter {
  mlir::ModuleOp module;
  llvm::StringMap<mlir::func::FuncOp> done;  ///< leaf functions by name and the spaces of their arguments

  /// Clones `op` with operands from `map` and batched result types; records its results in `map`.
  mlir::Operation *convertOp(mlir::OpBuilder &builder, mlir::Operation *op, mlir::IRMapping &map);
  /// A leaf function for arguments in `spaces`; its first argument is the batch, a second one (if rest rows meet all rows) where the latter lie.
  mlir::FailureOr<mlir::func::FuncOp> convertFunction(mlir::func::FuncOp source, llvm::ArrayRef<std::optional<Space>> spaces);
  mlir::FailureOr<mlir::func::CallOp> convertCall(mlir::OpBuilder &builder, mlir::func::CallOp call, mlir::IRMapping &map, mlir::Value batch,
                                                  mlir::Value rowsBatch);
  /// Inputs, tables and settings of a program are read from the caller.
  mlir::LogicalResult mapProgramArguments(mlir::OpBuilder &builder, mlir::func::FuncOp source, mlir::IRMapping &map, mlir::Value batch);
};

/// The inference program: `exit_if` becomes leave, put and regroup; stages that can run exit-first become `either`.
mlir::LogicalResult convertWalk(BatchConverter &converter, mlir::func::FuncOp source, mlir::func::FuncOp target);

}  // namespace offramp::nn
