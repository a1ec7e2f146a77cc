// Writes the formulas of derivatives: elementwise arithmetic with inferred result types, keep-dimension sums and the undoing of
// broadcasts. Knows no derivative itself; those are in the family files beside it.
#pragma once

#include "compiler/dialect/Form.h"

namespace offramp::nn {

/// Ops at one place of the adjoint code, all at the location of the forward op.
struct Formulas {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  Formulas(mlir::OpBuilder &builder, mlir::Operation *op) : builder(builder), loc(op->getLoc()) {}

  /// Shared scalar of the element type of `like`.
  mlir::Value scalar(double value, mlir::Value like);
  /// Shared zeros with the item shape of `like`.
  mlir::Value zeros(mlir::Value like);

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value neg(mlir::Value x);
  mlir::Value scale(mlir::Value x, double by);
  mlir::Value compare(llvm::StringRef predicate, mlir::Value a, mlir::Value b);
  mlir::Value select(mlir::Value c, mlir::Value a, mlir::Value b);

  /// The same elements in another item shape; `x` itself if it has that shape.
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> item);
  /// Item dimensions `dims` summed and kept with size 1.
  mlir::Value sumKeeping(mlir::Value x, llvm::ArrayRef<int64_t> dims);
  mlir::Value sumLastKeeping(mlir::Value x);
  /// Adjoint of a value of type `type` that was broadcast to the type of `d`: stretched and added dimensions are summed, rows too
  /// where `type` has none, and samples where it is shared.
  mlir::Value sumTo(mlir::Value d, mlir::Type type);

  /// The number by which `dims` of a written shape count the first item dimension: rows are dimension 0.
  static int64_t lead(mlir::Value x) { return formOf(x).kind == Form::PerRow; }
};

}  // namespace offramp::nn
