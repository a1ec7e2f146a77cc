// Derivatives of ops that only move values: O27 … O31. Each moves the adjoint back.
#include "compiler/autodiff/adjoints/Formulas.h"

using namespace mlir;

namespace offramp::nn {

/// `size` elements of item dimension `dim` from `offset`.
static Value part(Formulas &f, Value x, int64_t dim, int64_t offset, int64_t size) {
  Form form = formOf(x);
  SmallVector<int64_t> item(form.item), offsets(item.size(), 0), sizes(form.item);
  item[dim] = sizes[dim] = size;
  offsets[dim] = offset;
  if (Formulas::lead(x)) {
    offsets.insert(offsets.begin(), 0);
    sizes.insert(sizes.begin(), -1);
  }
  return f.builder.create<SliceOp>(f.loc, withItem(x.getType(), item, form.element), x, offsets, sizes);
}

LogicalResult StackOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  for (auto [i, x] : llvm::enumerate(getXs()))
    if (needed[i]) dx[i] = f.sumTo(f.reshape(part(f, d[0], 0, i, 1), formOf(x).item), x.getType());
  return success();
}
LogicalResult ConcatOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  int64_t dim = getDim() - Formulas::lead(getResult());
  int64_t first = formOf(getA()).item[dim], second = formOf(getB()).item[dim];
  if (needed[0]) dx[0] = f.sumTo(part(f, d[0], dim, 0, first), getA().getType());
  if (needed[1]) dx[1] = f.sumTo(part(f, d[0], dim, first, second), getB().getType());
  return success();
}
LogicalResult SliceOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<PadOp>(getLoc(), getX().getType(), d[0], getOffsets());
  return success();
}
LogicalResult ReshapeOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = Formulas(b, *this).reshape(d[0], formOf(getX()).item);
  return success();
}
LogicalResult TransposeOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  SmallVector<int64_t> inverse(getPermutation().size());
  for (auto [i, p] : llvm::enumerate(getPermutation())) inverse[p] = i;
  dx[0] = b.create<TransposeOp>(getLoc(), getX().getType(), d[0], inverse);
  return success();
}

}  // namespace offramp::nn
