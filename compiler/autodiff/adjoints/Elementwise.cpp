// Derivatives of elementwise ops: O3, O4, O7, O36. Where a function has a corner, one subgradient is chosen and said.
#include "compiler/autodiff/adjoints/Formulas.h"

using namespace mlir;

namespace offramp::nn {

LogicalResult NegOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = Formulas(b, *this).neg(d[0]);
  return success();
}
LogicalResult ExpOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = Formulas(b, *this).mul(d[0], getResult());
  return success();
}
LogicalResult LogOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = Formulas(b, *this).div(d[0], getX());
  return success();
}
LogicalResult SqrtOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  dx[0] = f.div(f.scale(d[0], 0.5), getResult());
  return success();
}
LogicalResult TanhOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  dx[0] = f.mul(d[0], f.sub(f.scalar(1, d[0]), f.mul(getResult(), getResult())));
  return success();
}
LogicalResult SigmoidOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  dx[0] = f.mul(d[0], f.mul(getResult(), f.sub(f.scalar(1, d[0]), getResult())));
  return success();
}
LogicalResult GeluOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<GeluDxOp>(getLoc(), getX().getType(), getX(), d[0]);
  return success();
}
/// 0 at 0. Decided by the result, so the operand need not be kept.
LogicalResult ReluOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  Value zero = f.scalar(0, d[0]);
  dx[0] = f.select(f.compare("gt", getResult(), zero), d[0], zero);
  return success();
}
LogicalResult SoftplusOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Value slope = b.create<SigmoidOp>(getLoc(), getX().getType(), getX());
  dx[0] = Formulas(b, *this).mul(d[0], slope);
  return success();
}
/// 0 at 0.
LogicalResult AbsOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  Value zero = f.scalar(0, d[0]);
  dx[0] = f.select(f.compare("gt", getX(), zero), d[0], f.select(f.compare("lt", getX(), zero), f.neg(d[0]), zero));
  return success();
}

LogicalResult AddOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  if (needed[0]) dx[0] = f.sumTo(d[0], getA().getType());
  if (needed[1]) dx[1] = f.sumTo(d[0], getB().getType());
  return success();
}
LogicalResult SubOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  if (needed[0]) dx[0] = f.sumTo(d[0], getA().getType());
  if (needed[1]) dx[1] = f.neg(f.sumTo(d[0], getB().getType()));
  return success();
}
LogicalResult MulOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  if (needed[0]) dx[0] = f.sumTo(f.mul(d[0], getB()), getA().getType());
  if (needed[1]) dx[1] = f.sumTo(f.mul(d[0], getA()), getB().getType());
  return success();
}
LogicalResult DivOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  Value quotient = f.div(d[0], getB());
  if (needed[0]) dx[0] = f.sumTo(quotient, getA().getType());
  if (needed[1]) dx[1] = f.neg(f.sumTo(f.mul(quotient, getResult()), getB().getType()));
  return success();
}

/// The winner takes all; the first operand wins a tie.
static void choose(Operation *op, StringRef predicate, OpBuilder &b, Value d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, op);
  Value zero = f.scalar(0, d), first = f.compare(predicate, op->getOperand(0), op->getOperand(1));
  if (needed[0]) dx[0] = f.sumTo(f.select(first, d, zero), op->getOperand(0).getType());
  if (needed[1]) dx[1] = f.sumTo(f.select(first, zero, d), op->getOperand(1).getType());
}
LogicalResult MinOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  choose(*this, "le", b, d[0], needed, dx);
  return success();
}
LogicalResult MaxOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  choose(*this, "ge", b, d[0], needed, dx);
  return success();
}
LogicalResult SelectOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool> needed, SmallVectorImpl<Value> &dx) {
  Formulas f(b, *this);
  Value zero = f.scalar(0, d[0]);
  if (needed[1]) dx[1] = f.sumTo(f.select(getC(), d[0], zero), getA().getType());
  if (needed[2]) dx[2] = f.sumTo(f.select(getC(), zero, d[0]), getB().getType());
  return success();
}
LogicalResult BroadcastOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = Formulas(b, *this).sumTo(d[0], getX().getType());
  return success();
}

}  // namespace offramp::nn
