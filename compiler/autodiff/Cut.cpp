// What a backward function is given and what it computes again.
//
// The rule. A forward value that adjoint code reads is *recomputed* if its op is no contraction, draws on nothing but what the backward
// function has anyway, or on less memory than the value itself would take; else it is *kept*: an argument of the function is passed
// again, anything else becomes an extra result of the forward function. Values are looked at last to first, so what a recomputation
// reads is itself decided later. For a transformer stage this keeps the results of its linears and of attention and the sum before the
// second normalisation; normalised rows, gelu and masks are made again, beside the derivative that reads the same rows. Decisions are kept: an integer or truth value that depends on a
// computed float could come out otherwise when it is made again by differently fused code, and the step would follow two trajectories.
#include "compiler/autodiff/Cut.h"

#include "compiler/autodiff/Simplify.h"
#include "compiler/dialect/Form.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;

namespace offramp::nn {

/// Memory of a value in bytes per sample; rows are counted as a short sentence's. Only the order of sizes matters.
static int64_t weightOf(Value value) {
  if (!isa<SampleType, RankedTensorType>(value.getType())) return 0;  // an address
  Form form = formOf(value);
  int64_t bytes = std::max<int64_t>(1, form.element.getIntOrFloatBitWidth() / 8);
  return form.elements() * bytes * (form.kind == Form::PerRow ? 32 : 1);
}

static bool isFloat(Value value) { return isa<SampleType, RankedTensorType>(value.getType()) && isa<FloatType>(formOf(value).element); }

/// The same bits whenever it is made: from constants, settings, weights and draws alone.
static bool isExact(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op) return !isFloat(value) || formOf(value).shared();
  if (isa<UniformOp>(op)) return true;  // a function of seed, visit, site, stage and element; `like` lends only its row count
  return !isa<func::CallOp>(op) && !op->hasTrait<Contraction>() && llvm::all_of(op->getOperands(), isExact);
}

static bool isDecision(Operation *op) {
  return llvm::none_of(op->getResults(), isFloat) && llvm::any_of(op->getOperands(), isFloat) && !llvm::all_of(op->getOperands(), isExact);
}

static bool recomputable(Operation *op) {
  return isMemoryEffectFree(op) && !op->hasTrait<Contraction>() && !isa<func::CallOp>(op) && !isDecision(op);
}

namespace {
struct Decision {
  Block &block;
  unsigned forwardOps;
  llvm::DenseSet<Value> needed;       ///< forward values that the backward function reads
  llvm::DenseSet<Operation *> again;  ///< forward ops it repeats

  bool isForward(Value v) const { return forward.contains(v); }
  llvm::DenseSet<Value> forward;

  Decision(JointFunction &parts) : block(parts.joint.front()), forwardOps(parts.forwardOps) {
    for (BlockArgument argument : block.getArguments().take_front(parts.original.getNumArguments())) forward.insert(argument);
    for (Operation &op : ops(true)) forward.insert(op.result_begin(), op.result_end());
  }

  llvm::iterator_range<Block::iterator> ops(bool forwardPart) const {
    auto middle = std::next(block.begin(), forwardOps), end = std::prev(block.end());
    return forwardPart ? llvm::make_range(block.begin(), middle) : llvm::make_range(middle, end);
  }

  /// Bytes that would have to be kept for the operands of `op` and are not yet.
  int64_t extra(Operation *op, llvm::DenseSet<Value> &seen) const {
    int64_t bytes = 0;
    for (Value operand : op->getOperands()) {
      if (needed.contains(operand) || !seen.insert(operand).second) continue;
      Operation *producer = operand.getDefiningOp();
      bytes += producer && recomputable(producer) ? extra(producer, seen) : weightOf(operand);
    }
    return bytes;
  }

  void decide() {
    for (Operation &op : ops(false))
      for (Value operand : op.getOperands())
        if (isForward(operand)) needed.insert(operand);
    for (Operation &op : llvm::reverse(ops(true))) {
      int64_t bytes = 0;
      bool read = false;
      for (Value result : op.getResults())
        if (needed.contains(result)) read = true, bytes += weightOf(result);
      llvm::DenseSet<Value> seen;
      if (!read || !recomputable(&op)) continue;
      int64_t instead = extra(&op, seen);
      if (instead != 0 && instead >= bytes) continue;
      again.insert(&op);
      for (Value result : op.getResults()) needed.erase(result);
      needed.insert(op.operand_begin(), op.operand_end());
    }
  }
};
}  // namespace

static func::FuncOp createFunction(OpBuilder &builder, func::FuncOp like, StringRef suffix, unsigned number, TypeRange inputs) {
  std::string name = (like.getName() + suffix).str();
  if (number) name += "." + std::to_string(number);
  auto type = builder.getFunctionType(inputs, {});
  auto function = builder.create<func::FuncOp>(like.getLoc(), name, type);
  function.setPrivate();
  function.addEntryBlock();
  return function;
}

/// Returns `values` and makes them the function's results.
static void finish(func::FuncOp function, OpBuilder &builder, ValueRange values) {
  builder.create<func::ReturnOp>(function.getLoc(), values);
  function.setFunctionType(builder.getFunctionType(function.getArgumentTypes(), values.getTypes()));
}

/// Whether the op ends a run of item-wise ops, which fusion makes one kernel of: a product, attention, a call, the function's end.
static bool endsItemWise(Operation *op) {
  if (isa<FieldOp, ConstantOp>(op)) return false;
  return !op->hasTrait<ItemWise>() || op->hasTrait<Contraction>();
}

static bool isGradient(Operation *op) {
  if (isa<AccumulateOp>(op)) return true;
  return !op->use_empty() && llvm::all_of(op->getUsers(), [](Operation *user) { return isa<AccumulateOp>(user); });
}

/// Moves gradients of weights behind the item-wise ops that follow them: an activation that is made again for one then stands beside its
/// derivative, in one kernel that reads their operand once. No further: what a gradient is made of is still in a cache.
static void delayGradients(Block &block) {
  SmallVector<Operation *> waiting;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (isGradient(&op)) {
      waiting.push_back(&op);
    } else if (endsItemWise(&op)) {
      for (Operation *gradient : waiting) gradient->moveBefore(&op);
      waiting.clear();
    }
  }
}

/// Moves recomputed ops to just before their first reader: they live no longer than they must, and item-wise ops stand beside those
/// they can be fused with.
static void sink(ArrayRef<Operation *> recomputed) {
  for (Operation *op : llvm::reverse(recomputed)) {
    Operation *first = nullptr;
    for (Operation *user : op->getUsers())
      if (!first || user->isBeforeInBlock(first)) first = user;
    if (first) op->moveBefore(first);
  }
}

LogicalResult cut(ModuleOp module, JointFunction &parts, unsigned number, Derivative &derivative) {
  Block &block = parts.joint.front();
  simplifyAdjoint(block, parts.forwardOps);
  derivative.forward = parts.original;
  auto returned = block.getTerminator()->getOperands();
  unsigned results = returned.size() - derivative.dArguments.size();
  Decision decision(parts);
  if (derivative.dArguments.empty() && decision.ops(false).empty()) return success();
  decision.decide();

  // Forward values to hand over, in the order of the forward code.
  SmallVector<Value> kept;
  for (Operation &op : decision.ops(true))
    for (Value result : op.getResults())
      if (decision.needed.contains(result)) kept.push_back(result);

  OpBuilder builder(module.getContext());
  builder.setInsertionPointAfter(parts.original);
  SmallVector<Value> extra;
  DenseMap<Value, unsigned> resultIndex;
  for (auto [i, value] : llvm::enumerate(returned.take_front(results))) resultIndex.try_emplace(value, i);
  for (Value value : kept)
    if (resultIndex.try_emplace(value, results + extra.size()).second) extra.push_back(value);
  if (!extra.empty()) {
    derivative.forward = createFunction(builder, parts.original, ".fwd", number, parts.original.getArgumentTypes());
    OpBuilder body = OpBuilder::atBlockBegin(&derivative.forward.front());
    IRMapping map;
    for (auto [from, to] : llvm::zip(block.getArguments(), derivative.forward.getArguments())) map.map(from, to);
    for (Operation &op : decision.ops(true)) body.clone(op, map);
    SmallVector<Value> values;
    for (Value value : returned.take_front(results)) values.push_back(map.lookup(value));
    for (Value value : extra) values.push_back(map.lookup(value));
    finish(derivative.forward, body, values);
    builder.setInsertionPointAfter(derivative.forward);
  }

  // Operands of the backward function: adjoints, arguments, kept values, weights, gradients; only those that it reads.
  llvm::DenseSet<Value> read;
  for (Operation &op : decision.ops(true))
    if (decision.again.contains(&op)) read.insert(op.operand_begin(), op.operand_end());
  for (Operation &op : decision.ops(false)) read.insert(op.operand_begin(), op.operand_end());
  for (Value value : returned.drop_front(results)) read.insert(value);
  SmallVector<Value> operands;
  auto give = [&](Value value, Source source) {
    if (!value || !read.contains(value)) return;
    operands.push_back(value);
    derivative.operands.push_back(source);
  };
  auto arguments = block.getArguments().take_front(parts.original.getNumArguments());
  for (auto [i, d] : llvm::enumerate(parts.dresults)) give(d, {Source::Dresult, unsigned(i)});
  for (BlockArgument argument : arguments)
    if (!isa<WeightsType>(argument.getType())) give(argument, {Source::Argument, argument.getArgNumber()});
  for (Value value : kept) give(value, {Source::Result, resultIndex[value]});
  for (BlockArgument argument : arguments)
    if (isa<WeightsType>(argument.getType())) give(argument, {Source::Argument, argument.getArgNumber()});
  for (auto [i, address] : llvm::enumerate(parts.gradients)) give(address, {Source::Gradients, unsigned(i)});

  derivative.backward = createFunction(builder, parts.original, ".bwd", number, ValueRange(operands).getTypes());
  OpBuilder body = OpBuilder::atBlockBegin(&derivative.backward.front());
  IRMapping map;
  for (auto [from, to] : llvm::zip(operands, derivative.backward.getArguments())) map.map(from, to);
  SmallVector<Operation *> recomputed;
  for (Operation &op : decision.ops(true))
    if (decision.again.contains(&op)) recomputed.push_back(body.clone(op, map));
  for (Operation &op : decision.ops(false)) body.clone(op, map);
  SmallVector<Value> values;
  for (Value value : returned.drop_front(results)) values.push_back(map.lookup(value));
  finish(derivative.backward, body, values);

  delayGradients(derivative.backward.front());
  sink(recomputed);
  IRRewriter rewriter(module.getContext());
  DominanceInfo dominance(derivative.backward);
  eliminateCommonSubExpressions(rewriter, dominance, derivative.backward);
  return success();
}

}  // namespace offramp::nn
