// Derivatives of reductions and selections over static dimensions: O22, O23, O26.
#include "compiler/autodiff/adjoints/Formulas.h"

using namespace mlir;

namespace offramp::nn {

/// The item shape of `x` with the reduced dimensions kept as 1; `count` is the number of elements that became one.
static SmallVector<int64_t> keptItem(Value x, ArrayRef<int64_t> dims, int64_t &count) {
  SmallVector<int64_t> item(formOf(x).item);
  count = 1;
  for (int64_t dim : dims) {
    int64_t &size = item[dim - Formulas::lead(x)];
    count *= size;
    size = 1;
  }
  return item;
}

LogicalResult SumOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  int64_t count;
  Value kept = Formulas(b, *this).reshape(d[0], keptItem(getX(), getDims(), count));
  dx[0] = b.create<BroadcastOp>(getLoc(), getX().getType(), kept);
  return success();
}
LogicalResult MeanOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  int64_t count;
  SmallVector<int64_t> item = keptItem(getX(), getDims(), count);
  dx[0] = b.create<BroadcastOp>(getLoc(), getX().getType(), f.reshape(f.div(d[0], f.scalar(count, d[0])), item));
  return success();
}

/// Shared equally by all elements that attain the extremum.
static void shareAmongEqual(Operation *op, Value x, ArrayRef<int64_t> dims, OpBuilder &b, Value d, SmallVectorImpl<Value> &dx) {
  Formulas f(b, op);
  int64_t count;
  SmallVector<int64_t> item = keptItem(x, dims, count);
  SmallVector<int64_t> itemDims;
  for (int64_t dim : dims) itemDims.push_back(dim - Formulas::lead(x));
  Value attains = f.compare("eq", x, f.reshape(op->getResult(0), item));
  Value one = f.select(attains, f.scalar(1, x), f.scalar(0, x));
  dx[0] = f.mul(one, f.div(f.reshape(d, item), f.sumKeeping(one, itemDims)));
}
LogicalResult ReduceMaxOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  shareAmongEqual(*this, getX(), getDims(), b, d[0], dx);
  return success();
}
LogicalResult ReduceMinOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  shareAmongEqual(*this, getX(), getDims(), b, d[0], dx);
  return success();
}

LogicalResult CumsumOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<CumsumOp>(getLoc(), getX().getType(), d[0], !getReverse(), getExclusive());
  return success();
}
/// Per item first; a shared operand read by every sample then sums over them.
LogicalResult TakeOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  if (!needed[0]) return success();
  Form x = formOf(getX());
  Value perItem = b.create<TakeDxOp>(getLoc(), withItem(d[0].getType(), x.item, x.element), getK(), d[0]);
  dx[0] = Formulas(b, *this).sumTo(perItem, getX().getType());
  return success();
}

}  // namespace offramp::nn
