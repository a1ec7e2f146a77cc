// keep-frozen: what the layers that a phase leaves alone make of a sample is the same in every epoch. For each loss program in which whole stages
// are frozen, `<phase>.keep` writes what the rest reads of them to tables, and `<phase>.kept.loss` reads it there. Runs on programs at the
// sample level, after demand (so that no more is kept than is read) and before derivatives. A measure right before such a phase runs the same
// stages: `<table>.measure.keep` does both in one pass. The runtime chooses between the ways.
#include "compiler/autodiff/Simplify.h"
#include "compiler/dialect/Form.h"
#include "compiler/dialect/Ramp.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/RowDemand.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_KEEPFROZEN
#include "compiler/transforms/Passes.h.inc"

namespace {

/// One loss program, seen as what is frozen in it and what is not.
class FrozenPart {
public:
  FrozenPart(ModuleOp module, func::FuncOp program) : module(module), program(program), owner(program.clone()), loss(*owner) {
    for (auto path : loss->getAttrOfType<ArrayAttr>("nn.updates").getAsValueRange<StringAttr>()) updated.insert(path);
  }

  /// Finds the values to keep. False: nothing worth it, or a value of as many rows as the sample has, which no table holds.
  bool find() {
    markFrozen();
    if (llvm::none_of(frozenOps, [](Operation *op) { return op->hasAttr("nn.stage"); })) return false;
    inlineReadersOfRows();
    markFrozen();
    for (Operation &op : loss.front())
      for (Value result : op.getResults())
        if (isFrozen(result) && llvm::any_of(result.getUsers(), [&](Operation *user) { return !frozenOps.contains(user); })) kept.insert(result);
    // A stack of values that are kept anyhow is made again.
    kept.remove_if([&](Value v) {
      auto stack = v.getDefiningOp<nn::StackOp>();
      return !isa<nn::SampleType>(v.getType()) || (stack && llvm::all_of(stack->getOperands(), [&](Value part) { return kept.contains(part); }));
    });
    return !kept.empty() && llvm::all_of(kept, [](Value v) {
      Type element = nn::formOf(v).element;
      return !hasRows(v.getType()) && (element.isF32() || element.isInteger(32));
    });
  }

  ArrayRef<Value> values() const { return kept.getArrayRef(); }

  /// `@<phase>.keep`: the frozen part alone, writing the tables.
  void writeKeep(StringRef phase, ArrayRef<std::string> tables) {
    IRMapping map;
    func::FuncOp keep = copy((phase + ".keep").str(), map);
    keep->setAttr("nn.program", StringAttr::get(module.getContext(), "measure"));
    keep->removeAttr("nn.updates");
    OpBuilder builder(keep.front().getTerminator());
    for (auto [value, table] : llvm::zip(kept, tables)) builder.create<nn::WriteTableOp>(value.getLoc(), map.lookup(value), table);
    Operation *end = keep.front().getTerminator();
    end->setOperands({});
    keep.setFunctionType(builder.getFunctionType(keep.getArgumentTypes(), {}));
    keep.setResAttrsAttr(nullptr);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(loss.front().without_terminator())))
      if (!frozenOps.contains(&op)) map.lookup(&op)->erase();
    nn::eraseUnreadWithArguments(module, keep);
  }

  /// `@<phase>.kept.loss`: the rest, reading the tables whose slots begin at `slot`.
  void writeLoss(StringRef phase, int64_t slot) {
    IRMapping map;
    func::FuncOp rest = copy((phase + ".kept.loss").str(), map);
    Builder builder(module.getContext());
    for (Value value : kept) {
      unsigned at = rest.getNumArguments();
      rest.insertArgument(at, value.getType(), builder.getDictionaryAttr(builder.getNamedAttr("nn.table", builder.getI64IntegerAttr(slot++))), value.getLoc());
      map.lookup(value).replaceAllUsesWith(rest.getArgument(at));
    }
    nn::eraseUnreadWithArguments(module, rest);
  }

private:
  bool isFrozen(Value v) {
    if (auto argument = dyn_cast<BlockArgument>(v)) return loss.getArgAttr(argument.getArgNumber(), "nn.input") != nullptr;
    return frozenOps.contains(v.getDefiningOp());
  }

  bool draws(Operation *op) {
    if (isa<nn::UniformOp>(op)) return true;
    auto call = dyn_cast<func::CallOp>(op);
    if (!call) return false;
    auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
    return callee.walk([&](Operation *inner) { return draws(inner) ? WalkResult::interrupt() : WalkResult::advance(); }).wasInterrupted();
  }

  /// In order, so that operands are known. Frozen is what depends on inputs and on weights that the phase leaves alone, and on nothing else.
  void markFrozen() {
    frozenOps.clear();
    for (Operation &op : loss.front().without_terminator()) {
      auto weights = dyn_cast<nn::WeightsOp>(op);
      const bool learns = weights && updated.contains(weights.getInstance());
      if (!learns && nn::hasNoEffect(module, &op) && !op.hasTrait<nn::SumsSamples>() && !draws(&op) && llvm::all_of(op.getOperands(), [&](Value v) { return isFrozen(v); })) frozenOps.insert(&op);
    }
  }

  /// What reads rows of frozen values inside a function (an exit that takes their mean) is shown, so that not the rows but what is left of them is kept.
  void inlineReadersOfRows() {
    for (auto call : llvm::make_early_inc_range(loss.front().getOps<func::CallOp>())) {
      if (frozenOps.contains(call) || llvm::none_of(call.getOperands(), [&](Value v) { return hasRows(v.getType()) && isFrozen(v); })) continue;
      auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
      IRMapping map;
      map.map(callee.getArguments(), call.getOperands());
      OpBuilder builder(call);
      for (Operation &op : callee.front().without_terminator()) builder.clone(op, map);
      for (auto [result, inside] : llvm::zip(call.getResults(), callee.front().getTerminator()->getOperands())) result.replaceAllUsesWith(map.lookup(inside));
      call.erase();
    }
  }

  func::FuncOp copy(std::string name, IRMapping &map) {
    auto made = cast<func::FuncOp>(loss->clone(map));
    made.setSymName(name);
    module.insert(std::next(Block::iterator(program)), made);
    return made;
  }

  ModuleOp module;
  func::FuncOp program;
  OwningOpRef<func::FuncOp> owner;
  func::FuncOp loss;  ///< a copy of the program, which stays as it is
  llvm::StringSet<> updated;
  llvm::SmallPtrSet<Operation *, 32> frozenOps;
  llvm::SetVector<Value> kept;  ///< by place
};

/// `@<measure>.keep`: what `measure` does and what `keep` does, equal operations once; calls, which MLIR's own CSE leaves alone, are the point.
void writeBoth(ModuleOp module, func::FuncOp measure, func::FuncOp keep) {
  func::FuncOp both = measure.clone();
  both.setSymName((measure.getName() + ".keep").str());
  module.insert(std::next(Block::iterator(keep)), both);
  IRMapping map;
  for (BlockArgument argument : keep.getArguments()) {
    DictionaryAttr source = keep.getArgAttrDict(argument.getArgNumber());
    unsigned same = 0;
    while (same < both.getNumArguments() && both.getArgAttrDict(same) != source) ++same;
    if (same == both.getNumArguments()) both.insertArgument(same, argument.getType(), source, argument.getLoc());
    map.map(argument, both.getArgument(same));
  }
  OpBuilder builder(both.front().getTerminator());
  for (Operation &op : keep.front().without_terminator()) {
    Operation *made = builder.clone(op, map);
    for (Operation &known : both.front())
      if (&known != made && !known.use_empty() && OperationEquivalence::isEquivalentTo(&known, made, OperationEquivalence::IgnoreLocations)) {
        map.map(op.getResults(), known.getResults());
        made->erase();
        break;
      }
  }
}

struct KeepFrozen : impl::KeepFrozenBase<KeepFrozen> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto models = llvm::to_vector(module.getOps<ramp::ModelOp>());
    if (models.size() != 1) return;  // no structure, no tables
    OpBuilder builder(&getContext());
    builder.setInsertionPointToEnd(&models[0].getBody().front());
    SmallVector<Attribute> declared;
    int64_t slots = llvm::range_size(models[0].parts<ramp::TableOp>());
    for (auto program : llvm::to_vector(module.getOps<func::FuncOp>())) {
      auto kind = program->getAttrOfType<StringAttr>("nn.program");
      if (!kind || kind.getValue() != "loss") continue;
      FrozenPart part(module, program);
      if (!part.find()) continue;
      StringRef phase = program.getName();
      phase.consume_back(".loss");
      std::vector<std::string> tables;
      for (Value value : part.values()) {
        tables.push_back((phase + ".kept." + Twine(tables.size())).str());
        builder.create<ramp::TableOp>(value.getLoc(), tables.back(), value.getType(), APFloat(0.0));
        nn::Form form = nn::formOf(value);
        declared.push_back(builder.getDictionaryAttr({builder.getNamedAttr("name", builder.getStringAttr(tables.back())),
                                                      builder.getNamedAttr("elements", builder.getI64IntegerAttr(form.elements())),
                                                      builder.getNamedAttr("type", TypeAttr::get(form.element))}));
      }
      part.writeLoss(phase, slots);
      part.writeKeep(phase, tables);
      slots += (int64_t)tables.size();
    }
    func::FuncOp measured;  // by the phase before
    for (Operation &phase : models[0].getBody().front()) {
      auto program = phase.getAttrOfType<FlatSymbolRefAttr>("ramp.program");
      if (!program) continue;
      auto function = module.lookupSymbol<func::FuncOp>(program.getValue());
      StringRef name = program.getValue();
      name.consume_back(".loss");
      if (auto keep = module.lookupSymbol<func::FuncOp>((name + ".keep").str()); keep && measured) writeBoth(module, measured, keep);
      measured = isa<ramp::MeasureOp>(phase) ? function : func::FuncOp();
    }
    if (!declared.empty()) module->setAttr("nn.kept_tables", builder.getArrayAttr(declared));
  }
};

}  // namespace
}  // namespace offramp
