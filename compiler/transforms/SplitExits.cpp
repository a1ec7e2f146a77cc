// split-exits: in the walk, a stage of which the exit reads row 0 alone is run in two parts. `@f.exit` gives row 0 and what the rest
// needs of all rows; after the exit `@f.rest` computes the other rows, for those who stay. Contract: f(h) = join(y, f.rest(rest h, kept…)).
// Where the exit needs more, the call keeps its form and says why (`nn.split_reason`); whether a split pays is decided at run time.
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/RowDemand.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_SPLITEXITS
#include "compiler/transforms/Passes.h.inc"

namespace {

/// How a stage function is split, or why not.
struct Split {
  std::string reason;
  Variant exit;
  func::FuncOp rest;
};

/// Partition of one stage function by what rows 1… of its result need.
struct StageSplitter {
  Specializer &specializer;
  func::FuncOp f;
  SmallVectorImpl<func::FuncOp> &retired;
  llvm::SmallPtrSet<Operation *, 16> recomputed;  ///< run on the rest rows (or shared), in the second part
  DenseSet<Value> atRest;                         ///< values of which the second part has the rest rows
  llvm::SmallSetVector<Value, 8> kept;            ///< whole values that the first part hands over

  Operation *terminator() { return f.getBody().front().getTerminator(); }

  /// Rest rows of operand `index` suffice for rest rows of the result. Whole operands otherwise; null-optional: the op has no such form.
  static std::optional<bool> restSuffices(Operation *op, unsigned index) {
    if (op->getNumResults() != 1 || op->getNumRegions() || isa<nn::PositionsOp>(op)) return std::nullopt;  // numbered from the first row
    if (auto spread = dyn_cast<nn::SpreadOp>(op); spread && spread.getMean()) return std::nullopt;
    if (!hasRows(op->getOperand(index).getType())) return false;
    if (auto interface = dyn_cast<nn::RowDemandInterface>(op)) return interface.firstRowSuffices(index, true);
    if (op->hasTrait<nn::ItemWise>()) return true;
    return std::nullopt;
  }

  std::string partition() {
    atRest.insert(terminator()->getOperand(0));
    DenseSet<Value> shared;  // shared values needed, computed again
    for (Operation &op : llvm::reverse(f.getBody().front().without_terminator())) {
      bool rest = llvm::any_of(op.getResults(), [&](Value v) { return atRest.contains(v); });
      bool again = llvm::any_of(op.getResults(), [&](Value v) { return shared.contains(v); });
      if (!rest && !again) continue;
      recomputed.insert(&op);
      if (op.getNumOperands() == 0 && rest) return ("`" + op.getName().getStringRef() + "` has no form for the rest rows").str();
      for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
        std::optional<bool> restRows = again && !rest ? std::optional(false) : restSuffices(&op, i);
        if (!restRows) return ("`" + op.getName().getStringRef() + "` has no form for the rest rows").str();
        if (*restRows) atRest.insert(operand);
        else if (isa<nn::WeightsType>(operand.getType())) continue;
        else if (isa<nn::SampleType>(operand.getType())) kept.insert(operand);
        else shared.insert(operand);
      }
    }
    return {};
  }

  /// Nothing expensive may be computed on all rows before the exit and again on the rest rows after it.
  std::string checkCost(func::FuncOp withKept, ArrayRef<Rows> results, IRMapping &toCopy) {
    auto demand = specializer.demandIn(withKept, results);
    for (Operation *op : recomputed)
      if (isa<nn::LinearOp, nn::AttentionOp, nn::GatherOp>(op) && demand.lookup(toCopy.lookup(op->getResult(0))) == Rows::All)
        return ("`" + op->getName().getStringRef() + "` would run twice: the exit needs all its rows").str();
    return {};
  }

  void writeRest(Split &split) {
    SmallVector<Type> in{f.getArgumentTypes()[0]};
    for (Value v : kept) in.push_back(v.getType());
    llvm::append_range(in, f.getArgumentTypes().drop_front());
    OpBuilder builder(f.getContext());
    split.rest = func::FuncOp::create(f.getLoc(), (f.getSymName() + ".rest").str(), builder.getFunctionType(in, f.getResultTypes()));
    split.rest.setPrivate();
    Block *entry = split.rest.addEntryBlock();
    builder.setInsertionPointToStart(entry);
    IRMapping rest, whole;
    rest.map(f.getArgument(0), entry->getArgument(0));
    for (auto [i, v] : llvm::enumerate(kept)) whole.map(v, entry->getArgument(1 + i));
    for (auto [from, to] : llvm::zip(f.getArguments().drop_front(), entry->getArguments().drop_front(1 + kept.size()))) whole.map(from, to);
    for (Operation &op : f.getBody().front().without_terminator()) {
      if (!recomputed.contains(&op)) continue;
      bool isRest = atRest.contains(op.getResult(0));
      Operation *copy = op.clone();
      for (unsigned i = 0; i < op.getNumOperands(); ++i)
        copy->setOperand(i, (isRest && *restSuffices(&op, i) ? rest : whole).lookup(op.getOperand(i)));
      builder.insert(copy);
      (isRest ? rest : whole).map(op.getResult(0), copy->getResult(0));
    }
    builder.create<func::ReturnOp>(f.getLoc(), rest.lookup(terminator()->getOperand(0)));
  }

  Split run() {
    Split split;
    if (f.isExternal() || !llvm::hasSingleElement(f.getBody()) || f.getNumArguments() == 0 || !hasRows(f.getArgumentTypes()[0]))
      return split.reason = "`@" + f.getSymName().str() + "` does not take rows", split;
    if (split.reason = partition(); !split.reason.empty()) return split;

    // The function with the kept values as further results, then its variant for row 0 of the first.
    IRMapping toCopy;
    func::FuncOp withKept = cast<func::FuncOp>(f->clone(toCopy));
    SmallVector<Type> out(f.getResultTypes());
    Operation *returns = withKept.getBody().front().getTerminator();
    for (Value v : kept) {
      out.push_back(v.getType());
      returns->insertOperands(returns->getNumOperands(), toCopy.lookup(v));
    }
    withKept.setFunctionType(FunctionType::get(f.getContext(), f.getArgumentTypes(), out));
    SmallVector<Rows> results(out.size(), Rows::All);
    results[0] = Rows::First;
    split.reason = checkCost(withKept, results, toCopy);
    if (split.reason.empty()) {
      auto place = std::next(f->getIterator());
      f->getBlock()->getOperations().insert(place, withKept);
      split.exit = specializer.variantOf(withKept, results, (f.getSymName() + ".exit").str());
      writeRest(split);
      specializer.table().insert(split.rest, std::next(split.exit.function->getIterator()));
    }
    // Kept until the pass ends: the specializer knows variants by the address of their function.
    if (withKept->getBlock()) withKept->remove();
    retired.push_back(withKept);
    return split;
  }
};

/// Why the exit after a stage needs more than row 0 of its result `h`; empty if it does not. `rows` gets the reads of row 0.
std::string readsBeforeExit(Value h, nn::ExitIfOp exit, SmallVectorImpl<nn::RowOp> &rows) {
  for (Operation *user : h.getUsers()) {
    Operation *top = exit->getBlock()->findAncestorOpInBlock(*user);
    if (exit->isBeforeInBlock(top)) continue;
    if (auto row = dyn_cast<nn::RowOp>(user)) {
      rows.push_back(row);
      continue;
    }
    auto call = dyn_cast<func::CallOp>(user);
    return "`" + (call ? "@" + call.getCallee().str() : user->getName().getStringRef().str()) + "` reads all rows before the exit";
  }
  return rows.empty() ? "the exit reads nothing of the stage" : "";
}

struct SplitExits : impl::SplitExitsBase<SplitExits> {
  llvm::MapVector<Operation *, Split> splits;
  SmallVector<func::FuncOp> retired;

  void splitCall(func::CallOp call, Specializer &specializer) {
    auto exit = [&]() -> nn::ExitIfOp {
      for (Operation *op = call->getNextNode(); op; op = op->getNextNode()) {
        if (auto found = dyn_cast<nn::ExitIfOp>(op)) return found;
        if (op->hasAttr("nn.stage")) return nullptr;
      }
      return nullptr;
    }();
    if (!exit || call.getNumResults() != 1) return;  // after the last stage everybody leaves
    auto refuse = [&](const std::string &reason) { call->setAttr("nn.split_reason", StringAttr::get(&getContext(), reason)); };
    Value h = call.getResult(0);
    if (!hasRows(h.getType())) return refuse("the stage has no rows: the exit needs its whole result");
    SmallVector<nn::RowOp> rows;
    if (std::string reason = readsBeforeExit(h, exit, rows); !reason.empty()) return refuse(reason);
    auto stage = specializer.table().lookup<func::FuncOp>(call.getCallee());
    auto [known, added] = splits.try_emplace(stage, Split());
    if (added) known->second = StageSplitter{specializer, stage, retired, {}, {}, {}}.run();
    Split &split = known->second;
    if (!split.reason.empty()) return refuse(split.reason);

    OpBuilder builder(call);
    Location loc = call.getLoc();
    SmallVector<Value> operands(call.getOperands());
    Value before = operands[0];
    if (split.exit.parameters[0] == Rows::First) operands[0] = builder.create<nn::RowOp>(loc, oneRow(before.getType()), before);
    auto first = builder.create<func::CallOp>(loc, split.exit.function, operands);
    first->setAttrs(call->getAttrs());
    first.setCallee(split.exit.function.getSymName());
    first->setAttr("nn.whole", FlatSymbolRefAttr::get(stage));
    for (nn::RowOp row : rows) {
      row.replaceAllUsesWith(first.getResult(0));
      row.erase();
    }
    builder.setInsertionPointAfter(exit);
    operands = {builder.create<nn::RestOp>(loc, before.getType(), before)};
    llvm::append_range(operands, first.getResults().drop_front());
    llvm::append_range(operands, call.getOperands().drop_front());
    auto rest = builder.create<func::CallOp>(loc, split.rest, operands);
    rest->setAttr("nn.stage", call->getAttr("nn.stage"));
    Value joined = builder.create<nn::JoinOp>(loc, h.getType(), first.getResult(0), rest.getResult(0));
    h.replaceAllUsesWith(joined);
    call.erase();
  }

  void runOnOperation() override {
    Specializer specializer(getOperation());
    splits.clear();
    for (auto program : llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      auto kind = program->getAttrOfType<StringAttr>("nn.program");
      if (!kind || kind.getValue() != "infer") continue;
      for (auto call : llvm::to_vector(program.getBody().getOps<func::CallOp>()))
        if (call->hasAttr("nn.stage") && !call->hasAttr("nn.whole")) splitCall(call, specializer);
    }
    for (func::FuncOp f : retired) f->erase();
    retired.clear();
  }
};

}  // namespace
}  // namespace offramp
