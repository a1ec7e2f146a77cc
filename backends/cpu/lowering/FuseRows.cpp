// fuse-rows: gathers item-wise ops that run over the same items into one `nn.fused`, which becomes one kernel. A member may join the open
// group of its space as long as nobody outside has read a result of the group: the group runs where its last member stood.
#include "backends/cpu/lowering/Fusable.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_FUSEROWS
#include "compiler/transforms/Passes.h.inc"

namespace cpu {

bool isLibraryCall(Operation *op) { return op->hasTrait<nn::ItemWise>() && op->hasTrait<nn::Contraction>(); }

bool isFusable(Operation *op) {
  if (op->hasTrait<nn::ItemWise>()) return !isLibraryCall(op);
  if (auto sum = dyn_cast<nn::SumToOp>(op)) return nn::formOf(sum.getX()).kind == nn::formOf(sum.getResult()).kind;
  if (auto spread = dyn_cast<nn::SpreadOp>(op)) return nn::formOf(spread.getV()).shared() && !spread.getMean();
  return isa<nn::SpreadSamplesOp>(op);
}

}  // namespace cpu

namespace {
/// Ops that run over the same items: shared values (one item), per sample, all rows, rest rows.
int placementKey(Value value) {
  nn::Form form = nn::formOf(value);
  return form.shared() ? -1 : (int)*form.space;
}

struct Group {
  llvm::SetVector<Operation *> members;
};

void emitGroup(Group &group) {
  if (group.members.empty()) return;
  Operation *last = group.members.back();
  SmallVector<Value> outputs;
  for (Operation *op : group.members)
    if (llvm::any_of(op->getResult(0).getUsers(), [&](Operation *user) { return !group.members.contains(user); }))
      outputs.push_back(op->getResult(0));
  OpBuilder builder(last);
  builder.setInsertionPointAfter(last);
  if (outputs.empty()) return;  // dead: cleaned up by canonicalization
  SmallVector<Type> types;
  for (Value v : outputs) types.push_back(v.getType());
  auto fused = builder.create<nn::FusedOp>(last->getLoc(), types);
  Block *body = builder.createBlock(&fused.getBody());
  for (Operation *op : group.members) op->moveBefore(body, body->end());
  builder.setInsertionPointToEnd(body);
  for (auto [v, result] : llvm::zip(outputs, fused.getResults()))
    v.replaceUsesWithIf(result, [&](OpOperand &use) { return use.getOwner()->getBlock() != body; });
  builder.create<nn::YieldOp>(last->getLoc(), outputs);
}

void fuseBlock(Block &block) {
  std::map<int, Group> open;
  auto closeReadBy = [&](Operation *op) {
    for (auto &[key, group] : open) {
      bool read = false;
      op->walk([&](Operation *inner) {
        for (Value v : inner->getOperands())
          if (Operation *def = v.getDefiningOp()) read |= group.members.contains(def);
      });
      if (read) {
        emitGroup(group);
        group = {};
      }
    }
  };
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (isa<nn::FusedOp>(op)) continue;
    bool fusable = cpu::isFusable(&op) && !isa<nn::ConstantOp>(op);
    int key = fusable ? placementKey(op.getResult(0)) : 0;
    if (fusable) {
      // Reading another space's group closes that one only; its own group it may join.
      Group own = std::move(open[key]);
      open.erase(key);
      closeReadBy(&op);
      own.members.insert(&op);
      open[key] = std::move(own);
    } else {
      closeReadBy(&op);
      for (Region &region : op.getRegions())
        for (Block &inner : region) fuseBlock(inner);
    }
  }
  for (auto &[key, group] : open) emitGroup(group);
}

struct FuseRowsPass : impl::FuseRowsBase<FuseRowsPass> {
  void runOnOperation() override {
    for (auto f : getOperation().getOps<func::FuncOp>())
      for (Block &block : f.getBody()) fuseBlock(block);
  }
};
}  // namespace
}  // namespace offramp
