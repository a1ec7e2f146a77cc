// Verifiers and folds of elementwise ops: O2 … O8, O33, O36.
#include "compiler/dialect/Form.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace offramp::nn {

static LogicalResult verifyUnary(Operation *op) {
  Type element = formOf(op->getOperand(0)).element;
  if (!isa<FloatType>(element)) return op->emitOpError("O3: operand is ") << element << " when it should be f32";
  return verifyElementwise(op, op->getOperands(), element, "O3");
}

static LogicalResult verifyBinary(Operation *op, bool integers) {
  Type a = formOf(op->getOperand(0)).element, b = formOf(op->getOperand(1)).element;
  if (a != b) return op->emitOpError("O4: operands have element types ") << a << " and " << b;
  if (!isa<FloatType>(a) && !(integers && a.isInteger(32))) return op->emitOpError("O4: element type ") << a << " is not accepted";
  return verifyElementwise(op, op->getOperands(), a, "O4");
}

LogicalResult NegOp::verify() { return verifyUnary(*this); }
LogicalResult ExpOp::verify() { return verifyUnary(*this); }
LogicalResult LogOp::verify() { return verifyUnary(*this); }
LogicalResult SqrtOp::verify() { return verifyUnary(*this); }
LogicalResult TanhOp::verify() { return verifyUnary(*this); }
LogicalResult SigmoidOp::verify() { return verifyUnary(*this); }
LogicalResult GeluOp::verify() { return verifyUnary(*this); }
LogicalResult ReluOp::verify() { return verifyUnary(*this); }
LogicalResult SoftplusOp::verify() { return verifyUnary(*this); }
LogicalResult AbsOp::verify() { return verifyUnary(*this); }
LogicalResult AddOp::verify() { return verifyBinary(*this, true); }
LogicalResult SubOp::verify() { return verifyBinary(*this, true); }
LogicalResult MulOp::verify() { return verifyBinary(*this, true); }
LogicalResult DivOp::verify() { return verifyBinary(*this, false); }
LogicalResult MinOp::verify() { return verifyBinary(*this, true); }
LogicalResult MaxOp::verify() { return verifyBinary(*this, true); }

LogicalResult ConstantOp::verify() {
  if (getValue().getType() != getType()) return emitOpError("O2: value has type ") << getValue().getType() << ", result " << getType();
  return success();
}
OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult CompareOp::verify() {
  bool known = llvm::StringSwitch<bool>(getPredicate()).Cases("lt", "le", "gt", "ge", "eq", "ne", true).Default(false);
  if (!known) return emitOpError("O5: predicate `") << getPredicate() << "` is not one of lt, le, gt, ge, eq, ne";
  if (formOf(getA()).element != formOf(getB()).element) return emitOpError("O5: operands have different element types");
  return verifyElementwise(*this, getOperands(), Builder(getContext()).getI1Type(), "O5");
}

static LogicalResult verifyLogical(Operation *op) {
  for (Value v : op->getOperands())
    if (!formOf(v).element.isInteger(1)) return op->emitOpError("O6: operand is not i1");
  return verifyElementwise(op, op->getOperands(), Builder(op->getContext()).getI1Type(), "O6");
}
LogicalResult AndOp::verify() { return verifyLogical(*this); }
LogicalResult OrOp::verify() { return verifyLogical(*this); }
LogicalResult NotOp::verify() { return verifyLogical(*this); }

LogicalResult SelectOp::verify() {
  if (!formOf(getC()).element.isInteger(1)) return emitOpError("O7: condition is not i1");
  if (formOf(getA()).element != formOf(getB()).element) return emitOpError("O7: the two values have different element types");
  return verifyElementwise(*this, getOperands(), formOf(getA()).element, "O7");
}
LogicalResult CastOp::verify() { return verifyElementwise(*this, getOperation()->getOperands(), formOf(getResult()).element, "O8"); }
LogicalResult StopGradientOp::verify() { return verifyElementwise(*this, getOperation()->getOperands(), formOf(getX()).element, "O33"); }
LogicalResult BroadcastOp::verify() {
  // A shared value may become per sample here, so only items are compared.
  auto joined = broadcastItems(formOf(getX()).item, formOf(getResult()).item);
  if (!joined || ArrayRef<int64_t>(*joined) != ArrayRef<int64_t>(formOf(getResult()).item))
    return emitOpError("O36: item shape ") << shapeText(formOf(getX()).item) << " does not broadcast to "
                                           << shapeText(formOf(getResult()).item);
  return success();
}
LogicalResult GeluDxOp::verify() { return verifyElementwise(*this, getOperands(), formOf(getX()).element, "O3"); }

namespace {
/// linear(x, W) + b  →  linear(x, W, b) for a shared vector b as wide as the result: one GEMM with its bias.
struct FoldBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp add, PatternRewriter &rewriter) const override {
    for (auto [product, bias] : {std::pair<Value, Value>{add.getA(), add.getB()}, std::pair<Value, Value>{add.getB(), add.getA()}}) {
      auto linear = product.getDefiningOp<LinearOp>();
      Form b = formOf(bias);
      if (!linear || linear.getB() || !linear->hasOneUse() || !b.shared() || b.item.size() != 1) continue;
      if (b.item[0] != formOf(product).item.back() || product.getType() != add.getType()) continue;
      rewriter.setInsertionPoint(add);
      rewriter.replaceOpWithNewOp<LinearOp>(add, add.getType(), linear.getX(), linear.getW(), bias);
      rewriter.eraseOp(linear);
      return success();
    }
    return failure();
  }
};
}  // namespace

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) { patterns.add<FoldBias>(context); }

}  // namespace offramp::nn
