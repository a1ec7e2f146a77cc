// Derivatives of ops on the rows of a sample: O14 … O19. `like` operands lend only their row count and have no derivative.
#include "compiler/autodiff/adjoints/Formulas.h"

using namespace mlir;

namespace offramp::nn {

/// Zero but in row 0. Where other readers of `h` contribute, compiler/autodiff/Simplify.cpp adds to their sum instead.
LogicalResult RowOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Value zeros = b.create<SpreadOp>(getLoc(), getH().getType(), Formulas(b, *this).zeros(getH()), getH(), false);
  dx[0] = b.create<AddRowOp>(getLoc(), getH().getType(), zeros, d[0]);
  return success();
}
LogicalResult RestOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Form h = formOf(getH());
  Value zeros = Formulas(b, *this).zeros(getH());
  Value first = b.create<BroadcastOp>(getLoc(), SampleType::get(getContext(), h.item, h.element), zeros);
  dx[0] = b.create<JoinOp>(getLoc(), getH().getType(), first, d[0]);
  return success();
}
LogicalResult JoinOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  if (needed[0]) {
    Form form = formOf(d[0]);
    Value row = b.create<RowOp>(getLoc(), SampleType::get(getContext(), form.item, form.element), d[0], 0);
    dx[0] = Formulas(b, *this).sumTo(row, getFirst().getType());
  }
  if (needed[1]) dx[1] = b.create<RestOp>(getLoc(), getRest().getType(), d[0], 1);
  return success();
}
LogicalResult MeanRowsOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<SpreadOp>(getLoc(), getH().getType(), d[0], getH(), true);
  return success();
}
LogicalResult SumRowsOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<SpreadOp>(getLoc(), getH().getType(), d[0], getH(), false);
  return success();
}
LogicalResult SpreadOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  if (!needed[0]) return success();
  Formulas f(b, *this);
  Value sum = d[0];
  if (getMean()) {
    Form form = formOf(sum);
    sum = b.create<MeanRowsOp>(getLoc(), SampleType::get(getContext(), form.item, form.element), sum);
  }
  dx[0] = f.sumTo(sum, getV().getType());
  return success();
}
LogicalResult ToRowsOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<FromRowsOp>(getLoc(), getX().getType(), d[0]);
  return success();
}

}  // namespace offramp::nn
