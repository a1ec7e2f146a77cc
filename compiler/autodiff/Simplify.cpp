// Rewrites of adjoint code; see Simplify.h. Unlike the sweep, this file knows ops.
//
// before: %z = nn.spread zeros like %h    %r = nn.add_row %z, %d    %s = nn.add %dh, %r      after: %s = nn.add_row %dh, %d
// before: nn.spread %d like %y, where %y is made item by item from %h                         after: nn.spread %d like %h
#include "compiler/autodiff/Simplify.h"

#include "compiler/dialect/Form.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVector.h"

using namespace mlir;

namespace offramp::nn {

/// A value with the same rows as `v` from as early as possible: what only lends its row count should not be kept for that.
static Value rowsOf(Value v) {
  while (Operation *op = v.getDefiningOp()) {
    Value next;
    if (auto spread = dyn_cast<SpreadOp>(op)) {
      next = spread.getLike();
    } else if (op->hasTrait<ItemWise>() || isa<AttentionOp, AddRowOp>(op)) {
      for (Value operand : op->getOperands())
        if (formOf(operand).kind == Form::PerRow) {
          next = operand;
          break;
        }
    }
    if (!next) break;
    v = next;
  }
  return v;
}

static bool isZero(Value v) {
  if (auto spread = v.getDefiningOp<SpreadOp>()) v = spread.getV();
  return matchPattern(v, m_AnyZeroFloat());
}

/// add(x, row added to … zeros) → the rows added to x.
static void foldRows(AddOp add) {
  for (auto [sum, rows] : {std::pair<Value, Value>{add.getA(), add.getB()}, std::pair<Value, Value>{add.getB(), add.getA()}}) {
    SmallVector<AddRowOp> chain;
    Value base = rows;
    while (auto op = base.getDefiningOp<AddRowOp>()) {
      chain.push_back(op);
      base = op.getH();
    }
    if (chain.empty() || !isZero(base) || sum.getType() != add.getType()) continue;
    OpBuilder builder(add);
    Value result = sum;
    for (AddRowOp op : llvm::reverse(chain)) result = builder.create<AddRowOp>(op.getLoc(), result.getType(), result, op.getD());
    add.getResult().replaceAllUsesWith(result);
    return;
  }
}

static void eraseDead(Block::iterator begin, Block &block) {
  SmallVector<Operation *> ops;
  for (Operation &op : llvm::make_range(begin, std::prev(block.end()))) ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op)) op->erase();
}

void simplifyAdjoint(Block &block, unsigned forwardOps) {
  for (Operation &op : block) {
    if (auto spread = dyn_cast<SpreadOp>(op)) spread.getLikeMutable().assign(rowsOf(spread.getLike()));
    if (auto positions = dyn_cast<PositionsOp>(op)) positions.getLikeMutable().assign(rowsOf(positions.getLike()));
    if (auto uniform = dyn_cast<UniformOp>(op); uniform && uniform.getLike()) uniform.getLikeMutable().assign(rowsOf(uniform.getLike()));
  }
  for (auto it = std::next(block.begin(), forwardOps); it != block.end(); ++it)
    if (auto add = dyn_cast<AddOp>(*it)) foldRows(add);
  eraseDead(std::next(block.begin(), forwardOps), block);
}

bool hasNoEffect(ModuleOp module, Operation *op) {
  auto call = dyn_cast<func::CallOp>(op);
  if (!call) return isMemoryEffectFree(op);
  auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
  if (!callee || callee.isExternal()) return false;
  return llvm::all_of(callee.front().without_terminator(), [&](Operation &inner) { return hasNoEffect(module, &inner); });
}

void eraseUnread(ModuleOp module, func::FuncOp program) {
  SmallVector<Operation *> ops;
  for (Operation &op : program.front().without_terminator()) ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (op->use_empty() && hasNoEffect(module, op)) op->erase();
}

void eraseUnreadWithArguments(ModuleOp module, func::FuncOp program) {
  eraseUnread(module, program);
  BitVector unread(program.getNumArguments());
  for (BlockArgument argument : program.getArguments())
    if (argument.use_empty()) unread.set(argument.getArgNumber());
  program.eraseArguments(unread);
}

}  // namespace offramp::nn
