// Form: what a value is, seen the same way at the sample level and at the batch level. Shape rules of all ops are written on it.
#pragma once

#include "compiler/dialect/Nn.h"

#include <optional>

namespace offramp::nn {

/// A value is shared, or one item per sample, or one item per row. `item` is the static shape of an item (of the whole, if shared).
struct Form {
  enum Kind { Shared, PerSample, PerRow } kind = Shared;
  llvm::SmallVector<int64_t> item;
  mlir::Type element;
  std::optional<Space> space;  ///< batch level: which rows the tensor holds

  bool shared() const { return kind == Shared; }
  int64_t elements() const;
};

/// The form of a shared tensor, a sample value or a batched tensor.
Form formOf(mlir::Type type);
inline Form formOf(mlir::Value value) { return formOf(value.getType()); }

/// The type with the same placement as `like` and another item shape and element type.
mlir::Type withItem(mlir::Type like, llvm::ArrayRef<int64_t> item, mlir::Type element);

/// Broadcast of two item shapes by O4: trailing alignment, sizes equal or 1. Nothing if they do not fit.
std::optional<llvm::SmallVector<int64_t>> broadcastItems(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

/// The placement (shared, per sample, per row) of an op with these operands: that of its per-sample operands, which must agree.
/// Emits an error on `op` and fails where rows meet per-sample values without a `spread`.
mlir::FailureOr<Form> commonPlacement(mlir::Operation *op, mlir::ValueRange operands);

/// Checks that `result` is placed like `placement` with item shape and element type as given; emits `op`'s error otherwise.
mlir::LogicalResult expectResult(mlir::Operation *op, mlir::Value result, const Form &placement, llvm::ArrayRef<int64_t> item,
                                 mlir::Type element, llvm::StringRef rule);

/// Elementwise result by O4: broadcast of all operands' items.
mlir::LogicalResult verifyElementwise(mlir::Operation *op, mlir::ValueRange operands, mlir::Type element, llvm::StringRef rule);

std::string shapeText(llvm::ArrayRef<int64_t> shape);

}  // namespace offramp::nn
