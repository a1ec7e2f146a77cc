#include "compiler/artifact/StageCosts.h"

#include "compiler/dialect/Form.h"
#include "compiler/roofline/Products.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>

using namespace mlir;

namespace offramp {

static Work workOf(Operation *op, double typicalRows) {
  Work work;
  const std::optional<Product> product = productOf(op);
  if (!product) return work;
  work.calls = 1;
  const bool perRow = nn::formOf(product->items).kind == nn::Form::PerRow;
  (perRow ? work.perRow : work.perSample) += product->macs * (product->perKeyRow ? typicalRows : 1);
  return work;
}

static Work workOf(ModuleOp module, StringRef name, double typicalRows) {
  Work work;
  if (auto f = module.lookupSymbol<func::FuncOp>(name))
    f.walk([&](Operation *op) { work = work + workOf(op, typicalRows); });
  return work;
}

std::vector<StageCost> stageCosts(ModuleOp module, int64_t typicalRows) {
  std::map<int64_t, StageCost> stages;
  auto infer = module.lookupSymbol<func::FuncOp>("infer");
  if (!infer) return {};
  double rows = (double)std::max<int64_t>(1, typicalRows);
  StageCost *current = nullptr;
  for (Operation &op : infer.front()) {
    if (auto exit = dyn_cast<nn::ExitIfOp>(op); exit && current)
      for (auto answer : exit->getRegion(0).getOps<func::CallOp>()) current->answer = current->answer + workOf(module, answer.getCallee(), rows);
    auto call = dyn_cast<func::CallOp>(op);
    if (!call) continue;
    auto number = call->getAttrOfType<IntegerAttr>("nn.stage");
    if (!number) {
      // What decides belongs to the stage before it, in both ways to run it.
      if (current) {
        Work decides = workOf(module, call.getCallee(), rows);
        current->decides = current->decides + decides;
        current->whole = current->whole + decides;
        current->first = current->first + decides;
      }
      continue;
    }
    StageCost &cost = stages[number.getInt()];
    cost.stage = number.getInt();
    if (auto whole = call->getAttrOfType<FlatSymbolRefAttr>("nn.whole")) {
      cost.split = true;
      cost.whole = workOf(module, whole.getValue(), rows);
      cost.first = workOf(module, call.getCallee(), rows);
    } else if (cost.split) {
      cost.rest = workOf(module, call.getCallee(), rows);
      continue;  // gates and heads that follow belong to later stages
    } else {
      cost.whole = workOf(module, call.getCallee(), rows);
      if (auto reason = call->getAttrOfType<StringAttr>("nn.split_reason")) cost.reason = reason.getValue().str();
    }
    nn::Form h = nn::formOf(call.getOperand(0));
    cost.rowBytes = h.elements() * 4;
    current = &cost;
  }
  std::vector<StageCost> out;
  for (auto &[number, cost] : stages) out.push_back(cost);
  return out;
}

}  // namespace offramp
