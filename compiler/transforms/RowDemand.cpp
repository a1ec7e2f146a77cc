// Demand backwards over a function, then the function rebuilt forwards. See RowDemand.h.
#include "compiler/transforms/RowDemand.h"

using namespace mlir;

namespace offramp {

nn::SampleType oneRow(Type type) {
  auto sample = cast<nn::SampleType>(type);
  return nn::SampleType::get(type.getContext(), sample.getItemShape(), sample.getElementType());
}

bool hasFirstRowForm(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() || !hasRows(op->getResult(0).getType())) return false;
  if (auto spread = dyn_cast<nn::SpreadOp>(op)) return !spread.getMean();  // a share of d/T needs T
  return op->hasTrait<nn::ItemWise>() || isa<nn::RowDemandInterface>(op);
}

Rows operandRows(Operation *op, unsigned index, Rows result) {
  if (result == Rows::None) return Rows::None;
  if (!hasRows(op->getOperand(index).getType())) return Rows::All;
  bool rowsOut = llvm::any_of(op->getResultTypes(), hasRows);
  if (rowsOut && result == Rows::First && !hasFirstRowForm(op)) return Rows::All;  // computed whole, then row 0 of it
  if (auto interface = dyn_cast<nn::RowDemandInterface>(op))
    return interface.firstRowSuffices(index, result == Rows::First) ? Rows::First : Rows::All;
  return op->hasTrait<nn::ItemWise>() && rowsOut ? result : Rows::All;
}

void dropRowDimension(Operation *op) {
  Builder builder(op->getContext());
  auto edit = [&](StringRef name, bool drop, bool shift) {
    auto attr = op->getAttrOfType<DenseI64ArrayAttr>(name);
    if (!attr) return;
    SmallVector<int64_t> list(drop ? attr.asArrayRef().drop_front() : attr.asArrayRef());
    if (shift)
      for (int64_t &d : list) --d;
    op->setAttr(name, builder.getDenseI64ArrayAttr(list));
  };
  edit("dims", false, true);         // reductions: the dimensions that go
  edit("permutation", true, true);   // transpose: rows stay in front
  edit("offsets", true, false);      // slice, pad: one entry a dimension
  edit("sizes", true, false);
  if (auto dim = op->getAttrOfType<IntegerAttr>("dim")) op->setAttr("dim", builder.getI64IntegerAttr(dim.getInt() - 1));
}

Value buildFirstRow(OpBuilder &builder, Operation *op, llvm::function_ref<Value(Value)> first, llvm::function_ref<Value(Value)> whole) {
  nn::SampleType type = oneRow(op->getResult(0).getType());
  if (auto spread = dyn_cast<nn::SpreadOp>(op)) {
    Value v = whole(spread.getV());
    return v.getType() == type ? v : builder.create<nn::BroadcastOp>(op->getLoc(), type, v);
  }
  if (isa<nn::PositionsOp>(op)) {
    auto shared = RankedTensorType::get({}, builder.getI32Type());
    Value zero = builder.create<nn::ConstantOp>(op->getLoc(), shared, DenseElementsAttr::get(shared, (int32_t)0));
    return builder.create<nn::BroadcastOp>(op->getLoc(), type, zero);
  }
  OperationState state(op->getLoc(), op->getName());
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    state.operands.push_back(hasRows(operand.getType()) && operandRows(op, i, Rows::First) == Rows::First ? first(operand) : whole(operand));
  state.addTypes(type);
  Operation *row = builder.create(state);
  row->setAttrs(op->getAttrDictionary());
  dropRowDimension(row);
  return row->getResult(0);
}

/// One function: demand of its values, and its body written anew.
struct BodyRebuilder {
  BodyRebuilder(Specializer &specializer, func::FuncOp f) : specializer(specializer), f(f), builder(f.getContext()) {}

  Specializer &specializer;
  func::FuncOp f;
  DenseMap<Value, Rows> demand;
  DenseMap<Operation *, const Variant *> calls;  ///< calls that stay, with what they call; null: as they are
  bool saves = false;                            ///< something is narrowed or dropped

  Rows of(Value v) const { return demand.lookup(v); }
  void raise(Value v, Rows rows) {
    Rows &known = demand[v];
    known = std::max(known, rows);
  }

  void analyse(ArrayRef<Rows> results) { analyse(f.getBody().front(), results); }

  void analyse(Block &block, ArrayRef<Rows> results) {
    for (Operation &op : llvm::reverse(block)) {
      if (isa<func::ReturnOp>(op)) {
        for (auto [v, rows] : llvm::zip(op.getOperands(), results)) raise(v, rows);
        continue;
      }
      for (Region &region : op.getRegions())
        for (Block &inner : region) analyse(inner, {});
      Rows wanted = Rows::None;
      for (Value result : op.getResults()) wanted = std::max(wanted, of(result));
      if (auto call = dyn_cast<func::CallOp>(op)) {
        analyse(call, wanted);
      } else if (!isPure(&op)) {
        for (Value operand : op.getOperands()) raise(operand, Rows::All);
      } else {
        saves |= wanted == Rows::First && hasFirstRowForm(&op);
        for (unsigned i = 0; i < op.getNumOperands(); ++i) raise(op.getOperand(i), operandRows(&op, i, wanted));
      }
    }
  }

  void analyse(func::CallOp call, Rows wanted) {
    auto callee = specializer.symbols.lookup<func::FuncOp>(call.getCallee());
    if (!callee || callee.isExternal()) {
      for (Value operand : call.getOperands()) raise(operand, Rows::All);
      calls[call] = nullptr;
      return;
    }
    bool pure = true;
    callee.walk([&](Operation *op) { pure &= isa<func::FuncOp, func::ReturnOp>(op) || isPure(op); });
    if (wanted == Rows::None && pure) {
      saves = true;
      return;
    }
    SmallVector<Rows> rows;
    for (Value result : call.getResults()) rows.push_back(of(result));
    const Variant &variant = specializer.variantOf(callee, rows);
    saves |= variant.function != callee;
    calls[call] = &variant;
    for (auto [operand, need] : llvm::zip(call.getOperands(), variant.parameters)) raise(operand, need);
  }

  // Forwards: `whole` holds values as they were, `firstRows` their row 0.
  OpBuilder builder;
  IRMapping whole;
  DenseMap<Value, Value> firstRows;

  Value first(Value v) {
    Value &row = firstRows[v];
    if (row) return row;
    OpBuilder::InsertionGuard guard(builder);  // beside the value, so that the row is there wherever the value is
    Value source = whole.lookup(v);
    builder.setInsertionPointAfterValue(source);
    return row = builder.create<nn::RowOp>(v.getLoc(), oneRow(v.getType()), source);
  }

  void rebuild(Block &block, ArrayRef<Rows> results) {
    for (Operation &op : block) {
      if (isa<func::ReturnOp>(op)) {
        SmallVector<Value> values;
        for (auto [v, rows] : llvm::zip(op.getOperands(), results)) values.push_back(rows == Rows::First ? first(v) : whole.lookup(v));
        builder.create<func::ReturnOp>(op.getLoc(), values);
      } else if (auto call = dyn_cast<func::CallOp>(op)) {
        auto kept = calls.find(&op);
        if (kept == calls.end()) continue;  // nobody reads it
        if (kept->second) rebuildCall(call, *kept->second);
        else builder.clone(op, whole);
      } else {
        rebuildOp(op);
      }
    }
  }

  void rebuildOp(Operation &op) {
    bool wanted = llvm::any_of(op.getResults(), [&](Value v) { return of(v) != Rows::None; });
    if (!wanted && isPure(&op)) return;
    if (auto row = dyn_cast<nn::RowOp>(op)) {
      whole.map(row.getResult(), first(row.getH()));
    } else if (hasFirstRowForm(&op) && of(op.getResult(0)) == Rows::First) {
      firstRows[op.getResult(0)] = buildFirstRow(builder, &op, [&](Value v) { return first(v); }, [&](Value v) { return whole.lookup(v); });
    } else if (op.getNumRegions()) {
      Operation *copy = op.cloneWithoutRegions(whole);
      builder.insert(copy);
      for (auto [from, to] : llvm::zip(op.getRegions(), copy->getRegions()))
        for (Block &inner : from) {
          OpBuilder::InsertionGuard guard(builder);
          builder.setInsertionPointToStart(&to.emplaceBlock());
          rebuild(inner, {});
        }
    } else {
      builder.clone(op, whole);
    }
  }

  void rebuildCall(func::CallOp call, const Variant &variant) {
    SmallVector<Value> operands;
    for (auto [operand, rows] : llvm::zip(call.getOperands(), variant.parameters))
      operands.push_back(rows == Rows::First ? first(operand) : whole.lookup(operand));
    auto copy = builder.create<func::CallOp>(call.getLoc(), variant.function, operands);
    copy->setDiscardableAttrs(call->getDiscardableAttrDictionary());
    for (auto [from, to, rows] : llvm::zip(call.getResults(), copy.getResults(), variant.results)) {
      if (rows == Rows::First) firstRows[from] = to;
      else whole.map(from, to);
    }
  }

  /// The function `name`, beside `f`, with one-row parameters and results as said.
  func::FuncOp write(StringRef name, ArrayRef<Rows> parameters, ArrayRef<Rows> results) {
    SmallVector<Type> in, out;
    for (auto [type, rows] : llvm::zip(f.getArgumentTypes(), parameters)) in.push_back(rows == Rows::First ? Type(oneRow(type)) : type);
    for (auto [type, rows] : llvm::zip(f.getResultTypes(), results)) out.push_back(rows == Rows::First ? Type(oneRow(type)) : type);
    auto g = func::FuncOp::create(f.getLoc(), name, builder.getFunctionType(in, out));
    g.setVisibility(f.getVisibility());
    g->setDiscardableAttrs(f->getDiscardableAttrDictionary());
    if (auto attributes = f.getArgAttrsAttr()) g.setArgAttrsAttr(attributes);
    Block *entry = g.addEntryBlock();
    builder.setInsertionPointToStart(entry);
    for (auto [from, to, rows] : llvm::zip(f.getArguments(), entry->getArguments(), parameters)) {
      if (rows == Rows::First) firstRows[from] = to;
      else whole.map(from, to);
    }
    rebuild(f.getBody().front(), results);
    return g;
  }
};

const Variant &Specializer::variantOf(func::FuncOp f, ArrayRef<Rows> wanted, StringRef name) {
  SmallVector<Rows> results;
  for (auto [type, rows] : llvm::zip(f.getResultTypes(), wanted)) results.push_back(hasRows(type) ? std::max(rows, Rows::First) : Rows::All);
  auto [place, added] = variants.try_emplace(std::pair(f.getOperation(), results));
  Variant &variant = place->second;
  if (!added) return variant;

  BodyRebuilder rebuilder(*this, f);
  rebuilder.analyse(results);
  for (Value argument : f.getArguments())
    variant.parameters.push_back(hasRows(argument.getType()) && rebuilder.of(argument) != Rows::All ? Rows::First : Rows::All);
  variant.results = results;
  variant.function = f;
  bool changes = rebuilder.saves || llvm::is_contained(results, Rows::First) || llvm::is_contained(variant.parameters, Rows::First);
  if (!changes && name.empty()) return variant;
  std::string symbol = name.empty() ? (f.getSymName() + ".first").str() : name.str();
  for (int n = 2; symbols.lookup(symbol); ++n) symbol = (f.getSymName() + ".first." + Twine(n)).str();
  variant.function = rebuilder.write(symbol, variant.parameters, results);
  symbols.insert(variant.function, std::next(f->getIterator()));
  return variant;
}

DenseMap<Value, Rows> Specializer::demandIn(func::FuncOp f, ArrayRef<Rows> results) {
  BodyRebuilder rebuilder(*this, f);
  rebuilder.analyse(results);
  return std::move(rebuilder.demand);
}

func::FuncOp Specializer::rebuildProgram(func::FuncOp program) {
  BodyRebuilder rebuilder(*this, program);
  SmallVector<Rows> results(program.getNumResults(), Rows::All), parameters(program.getNumArguments(), Rows::All);
  rebuilder.analyse(results);
  func::FuncOp rebuilt = rebuilder.write(program.getSymName(), parameters, results);
  auto place = std::next(program->getIterator());
  symbols.erase(program);
  symbols.insert(rebuilt, place);
  return rebuilt;
}

}  // namespace offramp
