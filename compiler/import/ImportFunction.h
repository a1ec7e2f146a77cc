// Import of one function of the elaborated program, and of types and places; private to compiler/import.
#pragma once

#include "dsl/program/Program.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace offramp::import {

/// `!nn.sample<…>` or `tensor<…>`; null for a shape that no value has.
mlir::Type importType(mlir::MLIRContext &context, const dsl::Type &type);

/// file:line:column where a node was written; unknown if the range names no file.
mlir::Location importLocation(mlir::MLIRContext &context, const dsl::SourceRange &where, const std::vector<std::string> &sources);

/// Symbol of the bundle of a function's weights.
std::string bundleName(const dsl::Function &function);

/// Writes `nn.bundle` (if there are fields and `bundle` is the function's own) and the private function `symbol`, whose weights have
/// the layout of `bundle`. Null after a diagnostic.
mlir::func::FuncOp importFunction(mlir::OpBuilder &builder, const dsl::Function &function, const std::string &symbol,
                                  const std::string &bundle, const std::vector<std::string> &sources);

}  // namespace offramp::import
