// batchify: removes `!nn.sample` and does nothing else (worked example, rule 5). A per-sample value becomes a tensor with a leading dynamic
// dimension whose encoding says which rows of the descriptor it holds; ops keep their names. Leaf functions are converted once per
// combination of row spaces they are called with. The walk (exits, regrouping) is BatchifyWalk.cpp.
#include "compiler/transforms/Batchify.h"

#include "compiler/dialect/Ramp.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_BATCHIFY
#include "compiler/transforms/Passes.h.inc"

namespace nn {

Type batchedType(Type type, Space rows) {
  auto sample = dyn_cast<SampleType>(type);
  if (!sample) return type;
  SmallVector<int64_t> shape{ShapedType::kDynamic};
  shape.append(sample.getItemShape().begin(), sample.getItemShape().end());
  Space space = sample.hasRows() ? rows : Space::Samples;
  return RankedTensorType::get(shape, sample.getElementType(), SpaceAttr::get(type.getContext(), space));
}

std::optional<Space> spaceOf(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (!tensor) return std::nullopt;
  if (auto space = dyn_cast_if_present<SpaceAttr>(tensor.getEncoding())) return space.getValue();
  return std::nullopt;
}

/// The space of the result's rows: that of `rest` and `join` by their meaning, else of the first operand with rows.
static Space resultRows(Operation *op, ArrayRef<Value> operands) {
  if (isa<RestOp>(op)) return Space::Rest;
  if (isa<JoinOp>(op)) return Space::Rows;
  for (Value v : operands)
    if (auto space = spaceOf(v); space && *space != Space::Samples) return *space;
  return Space::Rows;
}

Operation *BatchConverter::convertOp(OpBuilder &builder, Operation *op, IRMapping &map) {
  SmallVector<Value> operands;
  for (Value v : op->getOperands()) operands.push_back(map.lookup(v));
  // Rows of a result follow the query in attention: the first operand.
  Space rows = resultRows(op, operands);
  // Item-wise ops run row by row: the one label of a sample is repeated for its rows.
  if (isa<CrossEntropyOp, CrossEntropyDxOp>(op) && spaceOf(operands[0]).value_or(Space::Samples) != Space::Samples) {
    auto like = cast<RankedTensorType>(operands[0].getType()), label = cast<RankedTensorType>(operands[1].getType());
    auto type = RankedTensorType::get({ShapedType::kDynamic}, label.getElementType(), like.getEncoding());
    operands[1] = builder.create<SpreadOp>(op->getLoc(), type, operands[1], operands[0], false);
  }
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(operands);
  state.addAttributes(op->getAttrs());
  for (auto [i, result] : llvm::enumerate(op->getResults())) {
    Space space = rows;
    if (isa<AttentionGradOp>(op)) space = spaceOf(operands[i]).value_or(rows);
    state.addTypes(batchedType(result.getType(), space));
  }
  Operation *made = builder.create(state);
  map.map(op->getResults(), made->getResults());
  return made;
}

FailureOr<func::FuncOp> BatchConverter::convertFunction(func::FuncOp source, ArrayRef<std::optional<Space>> spaces) {
  std::string key = source.getName().str();
  bool rest = false, rows = false;
  for (auto space : spaces) {
    rest |= space == Space::Rest;
    rows |= space == Space::Rows;
  }
  if (rest) {
    key += ".batched";
    for (auto space : spaces) key += space ? (*space == Space::Rest ? "r" : *space == Space::Rows ? "a" : "s") : "_";
  }
  if (auto it = done.find(key); it != done.end()) return it->second;

  OpBuilder builder(source);
  SmallVector<Type> inputs{BatchType::get(source.getContext())};
  if (rest && rows) inputs.push_back(BatchType::get(source.getContext()));  // where the rows of all samples lie (keys and values)
  size_t lead = inputs.size();
  for (auto [type, space] : llvm::zip(source.getArgumentTypes(), spaces)) inputs.push_back(batchedType(type, space.value_or(Space::Rows)));
  auto target = builder.create<func::FuncOp>(source.getLoc(), key + "$", FunctionType::get(source.getContext(), inputs, {}));
  target.setPrivate();
  Block *body = target.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping map;
  for (auto [i, arg] : llvm::enumerate(source.getArguments())) map.map(arg, body->getArgument(lead + i));
  SmallVector<Type> results;
  for (Operation &op : source.front()) {
    if (auto ret = dyn_cast<func::ReturnOp>(op)) {
      SmallVector<Value> values;
      for (Value v : ret.getOperands()) values.push_back(map.lookup(v));
      for (Value v : values) results.push_back(v.getType());
      builder.create<func::ReturnOp>(ret.getLoc(), values);
      continue;
    }
    if (isa<ExitIfOp, LeaveWithOp>(op)) return op.emitOpError("exits belong to the top level of a walk"), failure();
    if (auto call = dyn_cast<func::CallOp>(op)) {
      if (failed(convertCall(builder, call, map, body->getArgument(0), lead == 2 ? body->getArgument(1) : body->getArgument(0)))) return failure();
      continue;
    }
    convertOp(builder, &op, map);
  }
  target.setFunctionType(FunctionType::get(source.getContext(), inputs, results));
  done[key] = target;
  return target;
}

FailureOr<func::CallOp> BatchConverter::convertCall(OpBuilder &builder, func::CallOp call, IRMapping &map, Value batch, Value rowsBatch) {
  SmallVector<std::optional<Space>> spaces;
  SmallVector<Value> operands{batch};
  bool rest = false, rows = false;
  for (Value v : call.getOperands()) {
    auto space = spaceOf(map.lookup(v));
    spaces.push_back(space);
    rest |= space == Space::Rest;
    rows |= space == Space::Rows;
  }
  if (rest && rows) operands.push_back(rowsBatch);
  for (Value v : call.getOperands()) operands.push_back(map.lookup(v));
  auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
  if (!callee) return call.emitOpError("callee not found"), failure();
  auto target = convertFunction(callee, spaces);
  if (failed(target)) return failure();
  auto made = builder.create<func::CallOp>(call.getLoc(), *target, operands);
  for (NamedAttribute attr : call->getDiscardableAttrs()) made->setDiscardableAttr(attr.getName(), attr.getValue());
  map.map(call.getResults(), made.getResults());
  return made;
}

LogicalResult BatchConverter::mapProgramArguments(OpBuilder &builder, func::FuncOp source, IRMapping &map, Value batch) {
  for (auto [i, arg] : llvm::enumerate(source.getArguments())) {
    auto slot = [&](StringRef name) { return source.getArgAttrOfType<IntegerAttr>(i, name); };
    Location loc = arg.getLoc();
    Type type = batchedType(arg.getType(), Space::Rows);
    if (auto attr = slot("nn.input")) {
      map.map(arg, builder.create<ReadInputOp>(loc, type, batch, attr.getInt(), false).getResult());
    } else if (auto attr = slot("nn.table")) {
      map.map(arg, builder.create<ReadInputOp>(loc, type, batch, attr.getInt(), true).getResult());
    } else if (auto attr = slot("nn.setting")) {
      map.map(arg, builder.create<SettingOp>(loc, type, attr.getInt()).getResult());
    } else {
      return source.emitOpError() << "argument " << i << " of a program is neither input, table nor setting";
    }
  }
  return success();
}

/// A program without exits: one gapless batch serves the whole step.
static LogicalResult convertCollect(BatchConverter &converter, func::FuncOp source, func::FuncOp target) {
  OpBuilder builder = OpBuilder::atBlockBegin(&target.front());
  Value batch = target.getArgument(0);
  IRMapping map;
  if (failed(converter.mapProgramArguments(builder, source, map, batch))) return failure();
  for (Operation &op : source.front()) {
    if (isa<func::ReturnOp>(op)) {
      builder.create<func::ReturnOp>(op.getLoc());
    } else if (auto call = dyn_cast<func::CallOp>(op)) {
      if (failed(converter.convertCall(builder, call, map, batch, batch))) return failure();
    } else {
      converter.convertOp(builder, &op, map);
    }
  }
  return success();
}

}  // namespace nn

namespace {
struct BatchifyPass : impl::BatchifyBase<BatchifyPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<func::FuncOp> sources(module.getOps<func::FuncOp>());
    nn::BatchConverter converter{module, {}};
    for (func::FuncOp source : sources) {
      auto kind = source->getAttrOfType<StringAttr>("nn.program");
      if (!kind || kind.getValue() == "loss") continue;  // a loss lives on in its training step
      OpBuilder builder(source);
      auto type = FunctionType::get(&getContext(), {nn::BatchType::get(&getContext())}, {});
      auto target = builder.create<func::FuncOp>(source.getLoc(), source.getName().str() + "$", type);
      target->setAttr("nn.program", kind);
      target.addEntryBlock();
      bool walk = kind.getValue() == "infer";
      if (failed(walk ? nn::convertWalk(converter, source, target) : nn::convertCollect(converter, source, target)))
        return signalPassFailure();
    }
    // The structure has done its work: programs say everything from here on, tables by their number.
    int64_t slot = 0;
    llvm::StringMap<int64_t> tables;
    module.walk([&](ramp::TableOp table) { tables[table.getSymName()] = slot++; });
    module.walk([&](nn::WriteTableOp write) {
      write->setAttr("nn.slot", IntegerAttr::get(IntegerType::get(&getContext(), 64), tables.lookup(write.getTable())));
    });
    for (auto model : llvm::make_early_inc_range(module.getOps<ramp::ModelOp>())) model.erase();
    for (func::FuncOp source : sources) source.erase();
    SymbolTable symbols(module);
    for (func::FuncOp f : module.getOps<func::FuncOp>())
      if (StringRef name = f.getName(); name.ends_with("$"))
        if (failed(symbols.rename(f, name.drop_back()))) return signalPassFailure();
  }
};
}  // namespace
}  // namespace offramp
