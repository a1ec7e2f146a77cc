// Walks `@infer` and sorts what it calls into embedding, stages, decisions, answers and moves (OpCount.h).
#include "compiler/roofline/CountOps.h"

#include "compiler/dialect/Form.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace offramp {
namespace {

bool isLeavers(Value batch) {
  auto leave = batch.getDefiningOp<nn::LeaveOp>();
  return leave && batch == leave.getLeavers();
}

bool isRegrouped(Value batch) { return isa_and_nonnull<nn::RegroupAllOp, nn::RegroupRestOp>(batch.getDefiningOp()); }

class Counter {
 public:
  explicit Counter(ModuleOp module) : module(module) {}

  ModelOps count(func::FuncOp infer) {
    walk(infer.front(), /*split=*/false);
    // What follows the last stage decides nothing.
    if (!ops.stages.empty()) {
      StageOps &last = ops.stages.back();
      last.answer.insert(last.answer.begin(), last.decide.begin(), last.decide.end());
      last.decide.clear();
    }
    return std::move(ops);
  }

 private:
  void add(std::vector<OpCount> &to, Operation *op) {
    OpCount count;
    if (countOp(op, count)) to.push_back(std::move(count));
  }

  void addBody(std::vector<OpCount> &to, StringRef callee) {
    auto f = module.lookupSymbol<func::FuncOp>(callee);
    for (Operation &op : f.front()) add(to, &op);
  }

  StageOps &stage(int64_t number) {
    if (ops.stages.empty() || ops.stages.back().stage != number) ops.stages.emplace_back().stage = number;
    return ops.stages.back();
  }

  /// `split`: inside the exit-first way of a stage, of which only what the whole way lacks is counted.
  void walk(Block &block, bool split) {
    for (Operation &op : block) {
      if (auto either = dyn_cast<nn::EitherOp>(op)) {
        walk(either.getSplit().front(), true);
        walk(either.getWhole().front(), false);
      } else if (auto call = dyn_cast<func::CallOp>(op)) {
        walkCall(call, split);
      } else if (isa<nn::RegroupAllOp, nn::RegroupRestOp>(op)) {
        addMove(&op, split);
      } else if (auto narrow = dyn_cast<nn::NarrowOp>(op); narrow && isRegrouped(narrow.getTo())) {
        add(split ? ops.stages.back().moveRest : ops.stages.back().move, &op);
      } else if (!split) {
        const bool answers = narrow && isLeavers(narrow.getTo());
        add(ops.stages.empty() ? ops.embed : answers ? ops.stages.back().answer : ops.stages.back().decide, &op);
      }
    }
  }

  void walkCall(func::CallOp call, bool split) {
    if (auto number = call->getAttrOfType<IntegerAttr>("nn.stage")) {
      StageOps &to = stage(number.getInt());
      addBody(!split ? to.whole : to.first.empty() ? to.first : to.rest, call.getCallee());
    } else if (!split) {
      addBody(ops.stages.empty() ? ops.embed : isLeavers(call.getOperand(0)) ? ops.stages.back().answer : ops.stages.back().decide, call.getCallee());
    }
  }

  void addMove(Operation *op, bool split) {
    const nn::Form form = nn::formOf(op->getResult(1));
    const Amount rows = form.space == nn::Space::Rest ? Amount{0, -1, 1, 0} : Amount{0, 0, 1, 0};
    OpCount count;
    count.name = "regroup";
    count.read = count.written = rows * (double)form.elements();
    (split ? ops.stages.back().moveRest : ops.stages.back().move).push_back(std::move(count));
  }

  ModuleOp module;
  ModelOps ops;
};

}  // namespace

ModelOps countOps(ModuleOp module) {
  auto infer = module.lookupSymbol<func::FuncOp>("infer");
  if (!infer) return {};
  return Counter(module).count(infer);
}

}  // namespace offramp
