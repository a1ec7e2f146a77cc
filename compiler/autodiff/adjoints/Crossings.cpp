// Derivatives of the crossings from per sample to shared: every sample gets the shared adjoint.
#include "compiler/dialect/Nn.h"

using namespace mlir;

namespace offramp::nn {

LogicalResult MeanSamplesOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<SpreadSamplesOp>(getLoc(), getX().getType(), d[0], true);
  return success();
}
LogicalResult SumSamplesOp::buildAdjoint(OpBuilder &b, ValueRange d, ArrayRef<bool>, SmallVectorImpl<Value> &dx) {
  dx[0] = b.create<SpreadSamplesOp>(getLoc(), getX().getType(), d[0], false);
  return success();
}

}  // namespace offramp::nn
