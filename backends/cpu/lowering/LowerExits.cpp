// Exits: leave, narrow, regroup, put, and the choice between deciding first and running a stage whole.
#include "backends/cpu/lowering/FunctionLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace offramp::cpu {

LogicalResult FunctionLowering::lowerExit(Operation *op) {
  if (auto leave = dyn_cast<nn::LeaveOp>(op)) {
    Value stayers = entryAlloca(1), leavers = entryAlloca(1);
    runtime("offramp_cpu_leave", {call, address(leave.getBatch()), address(leave.getCondition()), stayers, leavers});
    pointers[leave.getStayers()] = b.create<LLVM::LoadOp>(loc, ptrType(), stayers);
    pointers[leave.getLeavers()] = b.create<LLVM::LoadOp>(loc, ptrType(), leavers);
  } else if (auto narrow = dyn_cast<nn::NarrowOp>(op)) {
    Value to = address(narrow.getTo());
    runtime("offramp_cpu_narrow", {call, to, address(narrow.getValue()), place(narrow.getResult(), to), i64(itemBytes(narrow.getValue()))});
  } else if (isa<nn::RegroupRestOp, nn::RegroupAllOp>(op)) {
    bool rest = isa<nn::RegroupRestOp>(op);
    Value out = entryAlloca(1), moved = entryAlloca(1), h = op->getOperand(1), result = op->getResult(1);
    int64_t stage = op->getAttrOfType<IntegerAttr>("stage").getInt();
    runtime(rest ? "offramp_cpu_regroup_rest" : "offramp_cpu_regroup_all",
            {call, address(op->getOperand(0)), address(h), place(result, batch), i64(nn::formOf(h).elements()), i64(stage), out, moved});
    Value made = b.create<LLVM::LoadOp>(loc, ptrType(), out);
    pointers[op->getResult(0)] = made;
    pointers[result] = b.create<LLVM::LoadOp>(loc, ptrType(), moved);
    owners[result] = made;
  } else if (auto put = dyn_cast<nn::PutOp>(op)) {
    Value decision = put.getDecision() ? address(put.getDecision()) : nullPointer();
    runtime("offramp_cpu_put", {call, address(put.getBatch()), address(put.getValue()), i64(nn::formOf(put.getValue()).elements()), i64(put.getStage()), decision});
  } else if (auto done = dyn_cast<nn::DoneIfEmptyOp>(op)) {
    Value empty = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, samples(address(done.getBatch())), i64(0));
    Block *here = b.getInsertionBlock();
    Block *leave = b.createBlock(&target.getBody(), target.getBody().end());
    b.create<func::ReturnOp>(loc);
    Block *next = b.createBlock(&target.getBody(), target.getBody().end());
    b.setInsertionPointToEnd(here);
    b.create<cf::CondBranchOp>(loc, empty, leave, next);
    b.setInsertionPointToEnd(next);
  }
  return success();
}

LogicalResult FunctionLowering::lowerEither(nn::EitherOp op) {
  Value owner = address(op.getBatch());
  auto choose = context.runtimeFunction("offramp_cpu_choose_split", {ptrType(), ptrType(), b.getI64Type()}, {b.getI64Type()});
  Value chosen = b.create<func::CallOp>(loc, choose, ValueRange{call, owner, i64(op.getStage())}).getResult(0);
  Value first = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, chosen, i64(0));
  SmallVector<Type> types(op.getNumResults(), ptrType());
  auto branch = b.create<scf::IfOp>(loc, types, first, /*withElse=*/true);
  for (bool whole : {false, true}) {
    OpBuilder::InsertionGuard guard(b);
    Block *block = whole ? branch.elseBlock() : branch.thenBlock();
    b.setInsertionPointToStart(block);
    Block &body = whole ? op.getWhole().front() : op.getSplit().front();
    if (failed(lowerBlock(body))) return failure();
    SmallVector<Value> yields;
    for (Value v : cast<nn::YieldOp>(body.back()).getValues()) yields.push_back(address(v));
    b.create<scf::YieldOp>(op.getLoc(), yields);
  }
  for (auto [result, pointer] : llvm::zip(op.getResults(), branch.getResults())) {
    pointers[result] = pointer;
    if (!isa<nn::BatchType>(result.getType())) owners[result] = branch.getResult(0);
  }
  return success();
}

}  // namespace offramp::cpu
