// Forward propagation of activity; see Activity.h. An op with an active operand must have a derivative or say that it has none.
#include "compiler/autodiff/Activity.h"

#include "compiler/dialect/Form.h"

using namespace mlir;

namespace offramp::nn {

/// Only these have adjoints: floating-point values, shared or per sample.
static bool carriesDerivative(Type type) {
  if (auto sample = dyn_cast<SampleType>(type)) return isa<FloatType>(sample.getElementType());
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

FailureOr<func::FuncOp> calleeOf(ModuleOp module, func::CallOp call) {
  auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
  if (!callee || callee.isExternal()) return call.emitOpError("calls @") << call.getCallee() << ", which has no body", failure();
  return callee;
}

using Open = llvm::SmallVector<Operation *, 4>;  ///< functions on the way down
static LogicalResult grow(ModuleOp module, func::FuncOp function, const llvm::StringSet<> *updates, Active &active, Open &open);

/// Results of a call that depend on its active operands.
static LogicalResult growThroughCall(ModuleOp module, func::CallOp call, Active &active, Open &open) {
  FailureOr<func::FuncOp> callee = calleeOf(module, call);
  if (failed(callee)) return failure();
  Active inner;
  for (auto [arg, operand] : llvm::zip(callee->getArguments(), call.getOperands()))
    if (active.contains(operand)) inner.insert(arg);
  if (llvm::is_contained(open, callee->getOperation()))
    return callee->emitOpError("calls itself and cannot be differentiated");
  open.push_back(*callee);
  if (failed(grow(module, *callee, nullptr, inner, open))) return failure();
  open.pop_back();
  for (auto [result, value] : llvm::zip(call.getResults(), callee->front().getTerminator()->getOperands()))
    if (inner.contains(value)) active.insert(result);
  return success();
}

LogicalResult growActive(ModuleOp module, func::FuncOp function, const llvm::StringSet<> *updates, Active &active) {
  Open open;
  return grow(module, function, updates, active, open);
}

static LogicalResult grow(ModuleOp module, func::FuncOp function, const llvm::StringSet<> *updates, Active &active, Open &open) {
  if (!llvm::hasSingleElement(function.getBody())) return function.emitOpError("cannot be differentiated: it is not straight-line code");
  for (Operation &op : function.front().without_terminator()) {
    if (op.getNumRegions())
      return op.emitOpError("cannot be differentiated: training runs the collect form, in which no sample leaves");
    if (auto weights = dyn_cast<WeightsOp>(op)) {
      if (!updates) return op.emitOpError("belongs to a program; functions take weights as arguments");
      if (updates->contains(weights.getInstance())) active.insert(weights.getResult());
      continue;
    }
    if (llvm::none_of(op.getOperands(), [&](Value v) { return active.contains(v); })) continue;
    if (auto call = dyn_cast<func::CallOp>(op)) {
      if (failed(growThroughCall(module, call, active, open))) return failure();
      continue;
    }
    if (op.hasTrait<NoGradient>()) continue;
    for (Value result : op.getResults()) {
      if (!carriesDerivative(result.getType())) continue;
      if (!isa<AdjointInterface, FieldOp>(op))
        return op.emitOpError("has no derivative; write `stop_gradient` around it if none is wanted");
      active.insert(result);
    }
  }
  return success();
}

}  // namespace offramp::nn
