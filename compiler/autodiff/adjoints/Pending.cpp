// Differentiable ops whose derivative is not written: each refuses by name. An op leaves this list when its family's file has it.
#include "compiler/dialect/Nn.h"

using namespace mlir;

namespace offramp::nn {

#define NO_DERIVATIVE(OP)                                                                                             \
  LogicalResult OP::buildAdjoint(OpBuilder &, ValueRange, ArrayRef<bool>, SmallVectorImpl<Value> &) {                \
    return emitError("`") << getOperationName() << "` has no derivative yet";                                        \
  }
NO_DERIVATIVE(NegOp)
NO_DERIVATIVE(ExpOp)
NO_DERIVATIVE(LogOp)
NO_DERIVATIVE(SqrtOp)
NO_DERIVATIVE(TanhOp)
NO_DERIVATIVE(SigmoidOp)
NO_DERIVATIVE(GeluOp)
NO_DERIVATIVE(ReluOp)
NO_DERIVATIVE(SoftplusOp)
NO_DERIVATIVE(AbsOp)
NO_DERIVATIVE(AddOp)
NO_DERIVATIVE(SubOp)
NO_DERIVATIVE(MulOp)
NO_DERIVATIVE(DivOp)
NO_DERIVATIVE(MinOp)
NO_DERIVATIVE(MaxOp)
NO_DERIVATIVE(SelectOp)
NO_DERIVATIVE(BroadcastOp)
NO_DERIVATIVE(LinearOp)
NO_DERIVATIVE(NormalizeOp)
NO_DERIVATIVE(SoftmaxOp)
NO_DERIVATIVE(LogSoftmaxOp)
NO_DERIVATIVE(CrossEntropyOp)
NO_DERIVATIVE(AttentionOp)
NO_DERIVATIVE(GatherOp)
NO_DERIVATIVE(Conv2dOp)
NO_DERIVATIVE(MaxPool2dOp)
NO_DERIVATIVE(MeanSamplesOp)
NO_DERIVATIVE(SumSamplesOp)
NO_DERIVATIVE(SumOp)
NO_DERIVATIVE(MeanOp)
NO_DERIVATIVE(ReduceMaxOp)
NO_DERIVATIVE(ReduceMinOp)
NO_DERIVATIVE(CumsumOp)
NO_DERIVATIVE(TakeOp)
NO_DERIVATIVE(RowOp)
NO_DERIVATIVE(RestOp)
NO_DERIVATIVE(JoinOp)
NO_DERIVATIVE(MeanRowsOp)
NO_DERIVATIVE(SumRowsOp)
NO_DERIVATIVE(SpreadOp)
NO_DERIVATIVE(ToRowsOp)
NO_DERIVATIVE(StackOp)
NO_DERIVATIVE(ConcatOp)
NO_DERIVATIVE(SliceOp)
NO_DERIVATIVE(ReshapeOp)
NO_DERIVATIVE(TransposeOp)
#undef NO_DERIVATIVE

}  // namespace offramp::nn
