// The walk at the batch level. Every value is known together with the batch it belongs to; an exit makes two batches of one, and a value is
// narrowed to the batch that reads it. Rows stay where they are until a regroup moves them.
#include "compiler/dialect/Form.h"
#include "compiler/transforms/Batchify.h"

using namespace mlir;

namespace offramp::nn {
namespace {

class Walk {
 public:
  Walk(BatchConverter &converter, OpBuilder &builder, Value batch) : converter(converter), builder(builder), batch(batch) {}

  /// Records that `value` (of the source) is `made`, belonging to the current batch.
  void bind(Value value, Value made) {
    map.map(value, made);
    owner[made] = batch;
  }

  LogicalResult convertRange(Block::iterator begin, Block::iterator end);
  LogicalResult convertOne(Operation &op);

 private:
  BatchConverter &converter;
  OpBuilder &builder;
  Value batch;                       ///< who is still in
  IRMapping map;                     ///< source value → batched value
  DenseMap<Value, Value> owner;      ///< batched value → the batch whose samples it holds, in order
  DenseMap<Value, Value> parent;     ///< batch → the batch `leave` made it from
  DenseMap<Value, Value> sameAs;     ///< regrouped batch → the stayers: other places, same samples in the same order
  int64_t stage = 0;                 ///< of the call last converted; 0 before the first

  Value samplesOf(Value b) const {
    while (Value same = sameAs.lookup(b)) b = same;
    return b;
  }
  Value narrowTo(Value made, Value to);
  void useOperands(Operation &op);
  LogicalResult convertExit(ExitIfOp exit);
  void convertLeaveWith(LeaveWithOp leave);
  LogicalResult convertCall(func::CallOp call);
  LogicalResult convertEither(func::CallOp first, Block::iterator end);
  void regroupAll(Value source);
  friend LogicalResult offramp::nn::convertWalk(BatchConverter &, func::FuncOp, func::FuncOp);
};

/// Per-sample values are dense and follow their batch; values with rows stay where they lie (the descriptor knows).
Value Walk::narrowTo(Value made, Value to) {
  auto space = spaceOf(made);
  if (!space || *space != Space::Samples) return made;
  Value from = owner.lookup(made);
  if (!from || samplesOf(from) == samplesOf(to)) return made;
  if (Value between = parent.lookup(samplesOf(to)); between && samplesOf(between) != samplesOf(from)) made = narrowTo(made, between);
  Value result = builder.create<NarrowOp>(made.getLoc(), made.getType(), to, made);
  owner[result] = to;
  return result;
}

void Walk::useOperands(Operation &op) {
  for (Value v : op.getOperands()) {
    Value made = map.lookup(v);
    Value narrowed = narrowTo(made, batch);
    if (narrowed != made) map.map(v, narrowed);
  }
}

void Walk::convertLeaveWith(LeaveWithOp leave) {
  useOperands(*leave);
  Value decision = leave.getDecision() ? map.lookup(leave.getDecision()) : Value();
  builder.create<PutOp>(leave.getLoc(), batch, map.lookup(leave.getValue()), decision, leave.getStage());
}

LogicalResult Walk::convertExit(ExitIfOp exit) {
  useOperands(*exit);
  auto leave = builder.create<LeaveOp>(exit.getLoc(), BatchType::get(exit.getContext()), BatchType::get(exit.getContext()), batch,
                                       map.lookup(exit.getCondition()));
  Value before = batch;
  parent[leave.getStayers()] = before;
  parent[leave.getLeavers()] = before;
  IRMapping outside = map;
  batch = leave.getLeavers();
  if (failed(convertRange(exit.getBody().front().begin(), exit.getBody().front().end()))) return failure();
  map = outside;
  batch = leave.getStayers();
  return success();
}

LogicalResult Walk::convertCall(func::CallOp call) {
  if (auto attr = call->getAttrOfType<IntegerAttr>("nn.stage")) stage = attr.getInt();
  useOperands(*call);
  // `rest` rows belong to the regrouped batch; rows of all samples (keys and values) lie where the stayers' descriptor says: unmoved.
  Value rowsBatch = batch;
  for (Value v : call.getOperands()) {
    Value made = map.lookup(v);
    if (spaceOf(made) == Space::Rows && owner.lookup(made) && owner.lookup(made) != batch) rowsBatch = samplesOf(batch);
  }
  auto made = converter.convertCall(builder, call, map, batch, rowsBatch);
  if (failed(made)) return failure();
  for (Value result : made->getResults()) owner[result] = batch;
  return success();
}

/// Moves all rows of the stayers together before the next stage reads them.
void Walk::regroupAll(Value source) {
  Value made = map.lookup(source);
  auto regroup = builder.create<RegroupAllOp>(made.getLoc(), batch.getType(), made.getType(), batch, made, stage);
  sameAs[regroup.getBatch()] = batch;
  batch = regroup.getBatch();
  map.map(source, regroup.getRows());
  owner[regroup.getRows()] = batch;
}

/// Two ways to run a stage that can decide first: `first` … `join` in the source is the exit-first way; the other runs the stage whole.
LogicalResult Walk::convertEither(func::CallOp first, Block::iterator end) {
  JoinOp join;
  Block::iterator last = first->getIterator();
  for (auto it = first->getIterator(); it != end; ++it)
    if (auto op = dyn_cast<JoinOp>(*it)) {
      join = op;
      last = it;
      break;
    }
  if (!join) return first.emitOpError("a stage that decides first has no `nn.join`");
  // What later ops read of the segment: per-sample values such as carried state, and the joined rows.
  SmallVector<Value> live;
  for (auto it = first->getIterator(); it != std::next(last); ++it)
    for (Value result : it->getResults())
      if (result != join.getResult() && llvm::any_of(result.getUsers(), [&](Operation *user) {
            Operation *top = user->getBlock() == join->getBlock() ? user : user->getParentOp();
            return join->isBeforeInBlock(top);
          }))
        live.push_back(result);

  IRMapping outside = map;
  Value before = batch;
  stage = first->getAttrOfType<IntegerAttr>("nn.stage").getInt();
  SmallVector<Type> types{batch.getType(), batchedType(join.getType(), Space::Rows)};
  for (Value v : live) types.push_back(batchedType(v.getType(), Space::Rows));
  auto either = builder.create<EitherOp>(first.getLoc(), types, batch, stage);

  for (bool way : {false, true}) {
    Region &region = way ? either.getWhole() : either.getSplit();
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&region);
    map = outside;
    batch = before;
    if (way) {
      auto callee = first->getAttrOfType<FlatSymbolRefAttr>("nn.whole");
      OpBuilder scratch(first);
      auto stageCall = scratch.create<func::CallOp>(first.getLoc(), callee, TypeRange{join.getType()}, first.getOperands());
      stageCall->setAttr("nn.stage", first->getAttr("nn.stage"));
      if (failed(convertCall(stageCall))) return failure();
      Value rows = map.lookup(stageCall.getResult(0));
      stageCall.erase();
      Value y = first.getResult(0);
      bind(y, builder.create<RowOp>(first.getLoc(), batchedType(y.getType(), Space::Rows), rows, 0));
      map.map(join.getResult(), rows);
      owner[rows] = batch;
      // The walk to the join, without what only the exit-first way has.
      for (auto it = std::next(first->getIterator()); it != last; ++it) {
        if (isa<RestOp>(*it)) continue;
        if (auto call = dyn_cast<func::CallOp>(*it); call && call.getNumResults() == 1 && call.getResult(0) == join.getRest()) continue;
        if (failed(convertOne(*it))) return failure();
      }
      auto regroup = builder.create<RegroupAllOp>(join.getLoc(), batch.getType(), types[1], batch, rows, stage);
      sameAs[regroup.getBatch()] = batch;
      batch = regroup.getBatch();
      map.map(join.getResult(), regroup.getRows());
    } else {
      if (failed(converter.convertCall(builder, first, map, batch, batch))) return failure();
      for (Value result : first.getResults()) owner[map.lookup(result)] = batch;
      for (auto it = std::next(first->getIterator()); it != std::next(last); ++it)
        if (failed(convertOne(*it))) return failure();
    }
    SmallVector<Value> yields{batch, map.lookup(join.getResult())};
    for (Value v : live) yields.push_back(narrowTo(map.lookup(v), batch));
    builder.create<YieldOp>(join.getLoc(), yields);
  }
  map = outside;
  batch = either.getResult(0);
  parent[batch] = before;  // a regrouped descriptor keeps the stayers' `from`
  bind(join.getResult(), either.getResult(1));
  for (auto [v, result] : llvm::zip(live, either.getResults().drop_front(2))) bind(v, result);
  builder.create<DoneIfEmptyOp>(join.getLoc(), batch);
  return success();
}

LogicalResult Walk::convertOne(Operation &op) {
  if (auto exit = dyn_cast<ExitIfOp>(op)) return convertExit(exit);
  if (auto leave = dyn_cast<LeaveWithOp>(op)) return convertLeaveWith(leave), success();
  if (auto call = dyn_cast<func::CallOp>(op)) return convertCall(call);
  if (auto rest = dyn_cast<RestOp>(op)) {
    // Stayers' rest rows, for the first time after the exit: here they may move.
    Value h = map.lookup(rest.getH());
    auto regroup = builder.create<RegroupRestOp>(op.getLoc(), batch.getType(), batchedType(rest.getType(), Space::Rest), batch, h, stage);
    sameAs[regroup.getBatch()] = batch;
    batch = regroup.getBatch();
    bind(rest.getResult(), regroup.getRest());
    return success();
  }
  useOperands(op);
  Operation *made = converter.convertOp(builder, &op, map);
  for (Value result : made->getResults()) owner[result] = batch;
  return success();
}

LogicalResult Walk::convertRange(Block::iterator begin, Block::iterator end) {
  bool left = false;  // somebody may have left since rows were last put together
  for (auto it = begin; it != end;) {
    Operation &op = *it;
    if (isa<func::ReturnOp>(op)) break;
    auto call = dyn_cast<func::CallOp>(op);
    if (call && call->hasAttr("nn.whole")) {
      if (failed(convertEither(call, end))) return failure();
      while (!isa<JoinOp>(*it)) ++it;
      ++it;
      left = false;
      continue;
    }
    if (left && call && call->hasAttr("nn.stage")) {
      // A stage that could not decide first: its input still lies among rows of samples that left.
      for (Value v : call.getOperands())
        if (spaceOf(map.lookup(v)) == Space::Rows) regroupAll(v);
      builder.create<DoneIfEmptyOp>(call.getLoc(), batch);
      left = false;
    }
    if (failed(convertOne(op))) return failure();
    left |= isa<ExitIfOp>(op);
    ++it;
  }
  return success();
}

}  // namespace

LogicalResult convertWalk(BatchConverter &converter, func::FuncOp source, func::FuncOp target) {
  OpBuilder builder = OpBuilder::atBlockBegin(&target.front());
  Walk walk(converter, builder, target.getArgument(0));
  if (failed(converter.mapProgramArguments(builder, source, walk.map, target.getArgument(0)))) return failure();
  for (Value arg : source.getArguments()) walk.owner[walk.map.lookup(arg)] = target.getArgument(0);
  if (failed(walk.convertRange(source.front().begin(), source.front().end()))) return failure();
  builder.create<func::ReturnOp>(source.getLoc());
  return success();
}

}  // namespace offramp::nn
