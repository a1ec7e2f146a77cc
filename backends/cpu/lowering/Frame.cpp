#include "backends/cpu/lowering/Frame.h"

#include "backends/cpu/lowering/ItemKernel.h"

using namespace mlir;

namespace offramp::cpu {

Extent extentOf(Type type) {
  nn::Form form = nn::formOf(type);
  int64_t bytes = form.elements() * std::max<int64_t>(1, storageType(form.element).getIntOrFloatBitWidth() / 8);
  if (form.shared()) return {0, 0, (bytes + 63) / 64 * 64};
  bytes = (bytes + 3) / 4 * 4;
  // Rest rows are fewer than all rows; the same extent lets slots serve both.
  return form.kind == nn::Form::PerRow ? Extent{bytes, 0, 0} : Extent{0, bytes, 0};
}

Lifetimes::Lifetimes(Block &body) {
  number(body);
  findRoots(body);
  findLastUses(body);
}

void Lifetimes::number(Block &block) {
  for (Operation &op : block) {
    for (Region &region : op.getRegions())
      for (Block &inner : region) number(inner);
    positions[&op] = counter++;
  }
}

ArrayRef<Value> Lifetimes::roots(Value value) const {
  auto it = rootsOf.find(value);
  return it == rootsOf.end() ? ArrayRef<Value>() : ArrayRef<Value>(it->second);
}

void Lifetimes::findRoots(Block &block) {
  auto merge = [&](Value into, Value from) {
    for (Value root : SmallVector<Value>(roots(from)))
      if (!llvm::is_contained(rootsOf[into], root)) rootsOf[into].push_back(root);
  };
  // A value with one reader, a join in the same block, is written into the join's rows at once.
  for (Operation &op : block)
    if (auto join = dyn_cast<nn::JoinOp>(op))
      for (Value part : {join.getFirst(), join.getRest()}) {
        Operation *def = part.getDefiningOp();
        if (part.hasOneUse() && def && def->getBlock() == &block && isa<nn::NarrowOp, func::CallOp>(def)) joins[part] = join;
      }
  for (Operation &op : block) {
    for (Region &region : op.getRegions())
      for (Block &inner : region) findRoots(inner);
    if (isa<nn::RowOp, nn::RestOp>(op)) {
      merge(op.getResult(0), op.getOperand(0));
      continue;
    }
    if (auto either = dyn_cast<nn::EitherOp>(op)) {
      for (Region *region : {&either.getSplit(), &either.getWhole()}) {
        auto yield = cast<nn::YieldOp>(region->front().back());
        for (auto [result, value] : llvm::zip(either.getResults(), yield.getValues())) merge(result, value);
      }
      continue;
    }
    for (Value result : op.getResults()) {
      if (!isa<RankedTensorType>(result.getType())) continue;
      if (Operation *join = joins.lookup(result)) rootsOf[result] = {join->getResult(0)};
      else rootsOf[result] = {result};
    }
    // Rows that were not moved lie where they were.
    if (isa<nn::RegroupRestOp, nn::RegroupAllOp>(op)) merge(op.getResult(1), op.getOperand(1));
  }
}

void Lifetimes::findLastUses(Block &block) {
  auto use = [&](Value value, int64_t at) {
    for (Value root : roots(value)) last[root] = std::max(last.lookup(root), at);
  };
  for (Operation &op : block) {
    for (Region &region : op.getRegions())
      for (Block &inner : region) findLastUses(inner);
    int64_t at = positions.lookup(&op);
    for (Value operand : op.getOperands()) use(operand, at);
    for (Value result : op.getResults()) use(result, at);
    if (isa<nn::FusedOp>(op))
      op.walk([&](Operation *inner) {
        for (Value operand : inner->getOperands()) use(operand, at);
      });
  }
}

Extent Frame::allocate(Value root, const Extent &size) {
  Slot *best = nullptr;
  for (Slot &slot : slots)
    if (!slot.root && slot.size.holds(size) && (!best || (slot.size - size).total() < (best->size - size).total())) best = &slot;
  if (!best) {
    slots.push_back({extent, size, root});
    extent = extent + size;
    return slots.back().offset;
  }
  const Extent offset = best->offset, left = best->size - size;
  best->root = root;
  best->size = size;
  if (left != Extent{}) slots.insert(best + 1, {offset + size, left, {}});
  return offset;
}

void Frame::release(const Lifetimes &lifetimes, int64_t position) {
  SmallVector<Slot> joined;
  for (Slot slot : slots) {
    if (slot.root && lifetimes.lastUse(slot.root) <= position) slot.root = {};
    if (!slot.root && !joined.empty() && !joined.back().root) joined.back().size = joined.back().size + slot.size;
    else joined.push_back(slot);
  }
  slots = std::move(joined);
  if (slots.empty() || slots.back().root) return;
  extent = slots.back().offset;
  slots.pop_back();
}

}  // namespace offramp::cpu
