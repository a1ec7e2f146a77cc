// The reverse sweep: visits the ops of a function last to first and lets each turn the adjoints of its results into those of its operands.
#include "compiler/autodiff/Reverse.h"

#include "compiler/autodiff/Cut.h"

using namespace mlir;

namespace offramp::nn {

struct Reverse::Sweep {
  Reverse &driver;
  OpBuilder builder;
  const Active &active;
  DenseMap<Value, Value> &adjoints;
  llvm::function_ref<Value(Value)> gradients;

  /// Adds `d` to the adjoint of `value`. A field's goes to the gradient block at once, which sums by itself: no second copy of a weight.
  LogicalResult contribute(Operation *op, Value value, Value d) {
    if (!d || !active.contains(value)) return success();
    if (d.getType() != value.getType())
      return op->emitOpError("built an adjoint of type ") << d.getType() << " for a value of type " << value.getType();
    if (auto field = value.getDefiningOp<FieldOp>()) {
      builder.create<AccumulateOp>(op->getLoc(), gradients(field.getWeights()), d, field.getName());
      return success();
    }
    Value &sum = adjoints[value];
    sum = sum ? builder.create<AddOp>(op->getLoc(), d.getType(), sum, d).getResult() : d;
    return success();
  }

  LogicalResult visit(Operation *op) {
    SmallVector<Value> dresults;
    for (Value result : op->getResults()) dresults.push_back(adjoints.lookup(result));
    if (llvm::none_of(dresults, [](Value d) { return bool(d); })) return success();
    if (auto call = dyn_cast<func::CallOp>(op)) return visitCall(call, dresults);
    auto differentiable = dyn_cast<AdjointInterface>(op);
    if (!differentiable) return success();  // a weight read: its adjoint is in the gradient block
    SmallVector<bool> needed;
    for (Value operand : op->getOperands()) needed.push_back(active.contains(operand));
    SmallVector<Value> doperands(op->getNumOperands());
    if (failed(differentiable.buildAdjoint(builder, dresults, needed, doperands))) return failure();
    for (auto [operand, d] : llvm::zip(op->getOperands(), doperands))
      if (failed(contribute(op, operand, d))) return failure();
    return success();
  }

  LogicalResult visitCall(func::CallOp call, ArrayRef<Value> dresults) {
    FailureOr<func::FuncOp> callee = calleeOf(driver.module, call);
    if (failed(callee)) return failure();
    Pattern pattern;
    for (Value operand : call.getOperands()) pattern.arguments.push_back(active.contains(operand));
    for (Value d : dresults) pattern.results.push_back(bool(d));
    FailureOr<const Derivative *> found = driver.derivativeOf(*callee, pattern);
    if (failed(found)) return failure();
    const Derivative &derivative = **found;
    if (!derivative.backward) return success();
    if (derivative.forward != *callee) {
      OpBuilder here(call);
      auto forward = here.create<func::CallOp>(call.getLoc(), derivative.forward, call.getOperands());
      forward->setDiscardableAttrs(call->getDiscardableAttrDictionary());
      call->replaceAllUsesWith(forward.getResults().take_front(call.getNumResults()));
      call->erase();
      call = forward;
    }
    SmallVector<Value> operands;
    for (Source source : derivative.operands) {
      switch (source.kind) {
      case Source::Dresult: operands.push_back(dresults[source.index]); break;
      case Source::Argument: operands.push_back(call.getOperand(source.index)); break;
      case Source::Result: operands.push_back(call.getResult(source.index)); break;
      case Source::Gradients: operands.push_back(gradients(call.getOperand(source.index))); break;
      }
    }
    auto backward = builder.create<func::CallOp>(call.getLoc(), derivative.backward, operands);
    backward->setDiscardableAttrs(call->getDiscardableAttrDictionary());
    for (auto [index, d] : llvm::zip(derivative.dArguments, backward.getResults()))
      if (failed(contribute(call, call.getOperand(index), d))) return failure();
    return success();
  }
};

LogicalResult Reverse::sweep(func::FuncOp function, const Active &active, DenseMap<Value, Value> &adjoints,
                             llvm::function_ref<Value(Value)> gradients) {
  Block &block = function.front();
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator()) ops.push_back(&op);
  Sweep sweep{*this, OpBuilder(block.getTerminator()), active, adjoints, gradients};
  for (Operation *op : llvm::reverse(ops))
    if (failed(sweep.visit(op))) return failure();
  return success();
}

FailureOr<const Derivative *> Reverse::derivativeOf(func::FuncOp function, const Pattern &pattern) {
  auto &slot = done[{function.getOperation(), pattern}];
  if (slot) return slot.get();
  auto derivative = std::make_unique<Derivative>();
  if (failed(build(function, pattern, *derivative))) return failure();
  if (derivative->backward) ++variants[function];
  slot = std::move(derivative);
  return slot.get();
}

/// Forward and adjoint code are made in one function, where the adjoint code may use every forward value; `cut` then parts them.
LogicalResult Reverse::build(func::FuncOp function, const Pattern &pattern, Derivative &derivative) {
  OwningOpRef<func::FuncOp> owner(function.clone());
  func::FuncOp joint = *owner;
  Block &block = joint.front();
  JointFunction parts{function, joint, 0, {}, {}};
  parts.forwardOps = block.getOperations().size() - 1;  // a call is replaced by one call, so the number stays

  Active active;
  for (auto [i, wanted] : llvm::enumerate(pattern.arguments))
    if (wanted) active.insert(block.getArgument(i));
  if (failed(growActive(module, joint, nullptr, active))) return failure();

  DenseMap<Value, Value> adjoints;
  Operation *terminator = block.getTerminator();
  for (auto [i, given] : llvm::enumerate(pattern.results)) {
    Value result = terminator->getOperand(i);
    parts.dresults.push_back({});
    if (!given || !active.contains(result)) continue;
    Value d = parts.dresults.back() = block.addArgument(result.getType(), result.getLoc());
    Value &sum = adjoints[result];  // one value may be returned twice
    sum = sum ? OpBuilder(terminator).create<AddOp>(result.getLoc(), d.getType(), sum, d).getResult() : d;
  }
  DenseMap<Value, Value> gradients;
  auto gradientsOf = [&](Value weights) {
    Value &address = gradients[weights];
    if (!address) {
      auto type = GradientsType::get(module.getContext(), cast<WeightsType>(weights.getType()).getBundle());
      address = block.addArgument(type, weights.getLoc());
    }
    return address;
  };
  if (failed(sweep(joint, active, adjoints, gradientsOf))) return failure();
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    Value own = block.getArgument(i);
    parts.gradients.push_back(gradients.lookup(own));
    if (Value d = adjoints.lookup(own)) {
      derivative.dArguments.push_back(i);
      terminator->insertOperands(terminator->getNumOperands(), d);
    }
  }
  return cut(module, parts, variants[function], derivative);
}

}  // namespace offramp::nn
