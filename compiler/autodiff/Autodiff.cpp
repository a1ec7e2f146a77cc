// The pass `autodiff`: every loss program becomes a training step, `@<phase>.loss` → `@<phase>.step`. The step runs the loss in its
// collect form, then the backward functions in reverse; gradients go to the gradient block. The loss program stays for those who only
// want its value. Which values are trained, the sweep and what is kept: Activity, Reverse, Cut.
#include "compiler/autodiff/Reverse.h"
#include "compiler/autodiff/Simplify.h"
#include "compiler/dialect/Form.h"
#include "compiler/transforms/Passes.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_AUTODIFF
#include "compiler/transforms/Passes.h.inc"

using namespace nn;

/// Names of the instances a program trains: strings or symbols.
static FailureOr<llvm::StringSet<>> updatesOf(ModuleOp module, func::FuncOp program) {
  auto list = program->getAttrOfType<ArrayAttr>("nn.updates");
  if (!list) return program.emitOpError("is a loss program without `nn.updates`, the instances it trains"), failure();
  llvm::StringSet<> names;
  for (Attribute attr : list) {
    StringRef name;
    if (auto text = dyn_cast<StringAttr>(attr)) name = text.getValue();
    if (auto symbol = dyn_cast<FlatSymbolRefAttr>(attr)) name = symbol.getValue();
    if (!module.lookupSymbol<InstanceOp>(name))
      return program.emitOpError("`nn.updates` names ") << attr << ", which is no `nn.instance`", failure();
    names.insert(name);
  }
  return names;
}

static std::string stepName(StringRef loss) {
  loss.consume_back(".loss");
  return (loss + ".step").str();
}

static LogicalResult differentiate(ModuleOp module, func::FuncOp loss, Reverse &reverse) {
  FailureOr<llvm::StringSet<>> updates = updatesOf(module, loss);
  if (failed(updates)) return failure();
  if (loss.getNumResults() != 1 || !formOf(loss.getResultTypes()[0]).shared() || !formOf(loss.getResultTypes()[0]).item.empty())
    return loss.emitOpError("is a loss program and must return one shared scalar");
  std::string name = stepName(loss.getName());
  if (module.lookupSymbol(name)) return loss.emitOpError("becomes @") << name << ", which exists already";

  func::FuncOp step = loss.clone();
  step.setName(name);
  module.insert(std::next(Block::iterator(loss)), step);
  step->setAttr("nn.program", StringAttr::get(module.getContext(), "step"));
  Active active;
  if (failed(growActive(module, step, &*updates, active))) return failure();
  Operation *end = step.front().getTerminator();
  Value total = end->getOperand(0);
  if (!active.contains(total)) return loss.emitOpError("does not depend on a weight that `nn.updates` names; there is nothing to train");

  OpBuilder builder(end);
  auto one = DenseElementsAttr::get(cast<ShapedType>(total.getType()), Attribute(builder.getOneAttr(formOf(total).element)));
  DenseMap<Value, Value> adjoints, gradients;
  adjoints[total] = builder.create<ConstantOp>(total.getLoc(), total.getType(), one);
  auto gradientsOf = [&](Value weights) {
    Value &address = gradients[weights];
    if (!address) {
      auto read = weights.getDefiningOp<WeightsOp>();
      OpBuilder after(module.getContext());
      after.setInsertionPointAfter(read);
      auto type = GradientsType::get(module.getContext(), cast<WeightsType>(weights.getType()).getBundle());
      address = after.create<GradientsOp>(read.getLoc(), type, read.getInstance());
    }
    return address;
  };
  unsigned forwardOps = step.front().getOperations().size() - 2;
  if (failed(reverse.sweep(step, active, adjoints, gradientsOf))) return failure();
  end->setOperands({});
  step.setFunctionType(builder.getFunctionType(step.getArgumentTypes(), {}));
  step.setResAttrsAttr(nullptr);
  simplifyAdjoint(step.front(), forwardOps);
  eraseUnread(module, step);
  IRRewriter rewriter(module.getContext());
  DominanceInfo dominance(step);
  eliminateCommonSubExpressions(rewriter, dominance, step);
  return success();
}

namespace {
struct Autodiff : impl::AutodiffBase<Autodiff> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<func::FuncOp> losses;
    for (func::FuncOp function : module.getOps<func::FuncOp>())
      if (auto kind = function->getAttrOfType<StringAttr>("nn.program"); kind && kind.getValue() == "loss") losses.push_back(function);
    Reverse reverse(module);
    for (func::FuncOp loss : losses)
      if (failed(differentiate(module, loss, reverse))) return signalPassFailure();
  }
};
}  // namespace
}  // namespace offramp
