// Derivatives of products, normalisation, attention, convolution: O9 … O13, O21, O34, O35. Gradients of shared operands contain the sum
// over rows and samples.
#include "compiler/autodiff/adjoints/Formulas.h"

using namespace mlir;

namespace offramp::nn {

LogicalResult LinearOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  if (needed[0]) dx[0] = b.create<LinearDxOp>(getLoc(), getX().getType(), d[0], getW());
  if (needed[1]) dx[1] = b.create<LinearDwOp>(getLoc(), getW().getType(), getX(), d[0]);
  if (getB() && needed[2]) dx[2] = Formulas(b, *this).sumTo(d[0], getB().getType());
  return success();
}
LogicalResult NormalizeOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<NormalizeDxOp>(getLoc(), getX().getType(), getX(), d[0], getEps());
  return success();
}
/// y·(d - Σ d·y)
LogicalResult SoftmaxOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  dx[0] = f.mul(getResult(), f.sub(d[0], f.sumLastKeeping(f.mul(d[0], getResult()))));
  return success();
}
/// d - exp(y)·Σ d
LogicalResult LogSoftmaxOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  Value p = b.create<ExpOp>(getLoc(), getResult().getType(), getResult());
  dx[0] = f.sub(d[0], f.mul(p, f.sumLastKeeping(d[0])));
  return success();
}
LogicalResult CrossEntropyOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<CrossEntropyDxOp>(getLoc(), getF().getType(), getF(), getY(), d[0]);
  return success();
}
LogicalResult AttentionOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  auto grad = b.create<AttentionGradOp>(getLoc(), getQ().getType(), getKv().getType(), getQ(), getKv(), d[0], getHeads());
  dx[0] = grad.getDq();
  dx[1] = grad.getDkv();
  return success();
}
LogicalResult GatherOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  if (needed[0]) dx[0] = b.create<GatherDwOp>(getLoc(), getTable().getType(), getIds(), d[0]);
  return success();
}
LogicalResult Conv2dOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  if (needed[0]) dx[0] = b.create<Conv2dDxOp>(getLoc(), getX().getType(), d[0], getW(), getStride(), getPad());
  if (needed[1]) dx[1] = b.create<Conv2dDwOp>(getLoc(), getW().getType(), getX(), d[0], getStride(), getPad());
  if (getB() && needed[2]) {
    Formulas f(b, *this);
    Value perChannel = f.reshape(f.sumKeeping(d[0], {1, 2}), formOf(getB()).item);
    dx[2] = f.sumTo(perChannel, getB().getType());
  }
  return success();
}
LogicalResult MaxPool2dOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<MaxPool2dDxOp>(getLoc(), getX().getType(), getX(), d[0], getSize(), getStride());
  return success();
}

}  // namespace offramp::nn
