#include "compiler/artifact/StageCosts.h"

#include "compiler/dialect/Form.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>

using namespace mlir;

namespace offramp {

static Work workOf(Operation *op, double typicalRows) {
  Work work;
  double macs = 0;
  Value placedLike;
  if (auto linear = dyn_cast<nn::LinearOp>(op)) {
    nn::Form x = nn::formOf(linear.getX()), w = nn::formOf(linear.getW());
    macs = (double)x.elements() * (double)w.item[1];
    placedLike = linear.getX();
  } else if (auto attention = dyn_cast<nn::AttentionOp>(op)) {
    nn::Form q = nn::formOf(attention.getQ());
    macs = 2.0 * typicalRows * (double)q.elements();
    placedLike = attention.getQ();
  } else if (auto conv = dyn_cast<nn::Conv2dOp>(op)) {
    nn::Form y = nn::formOf(conv.getResult()), w = nn::formOf(conv.getW());
    macs = (double)y.elements() * (double)(w.item[1] * w.item[2] * w.item[3]);
    placedLike = conv.getX();
  } else {
    return work;
  }
  work.calls = 1;
  (nn::formOf(placedLike).kind == nn::Form::PerRow ? work.perRow : work.perSample) += macs;
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
