// Ops on the rows of a sample, draws, and what is read from and handed to the caller.
#include "backends/cpu/lowering/FunctionLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace offramp::cpu {

LogicalResult FunctionLowering::lowerRows(Operation *op) {
  Value owner = ownerOf(op);
  auto width = [&](Value v) { return i64(nn::formOf(v).elements()); };
  if (auto row = dyn_cast<nn::RowOp>(op)) {
    // First rows lie in front of the space: a view.
    pointers[row.getResult()] = address(row.getH());
    owners[row.getResult()] = owner;
    return success();
  }
  if (auto rest = dyn_cast<nn::RestOp>(op)) {
    pointers[rest.getResult()] = bytesFrom(address(rest.getH()), mul(samples(owner), i64(itemBytes(rest.getH()))));
    owners[rest.getResult()] = owner;
    return success();
  }
  if (auto join = dyn_cast<nn::JoinOp>(op)) {
    owner = owners.lookup(join.getRest());
    if (!pointers.count(join.getResult())) place(join.getResult(), owner);
    owners[join.getResult()] = owner;
    Value at = pointers[join.getResult()], firstBytes = mul(samples(owner), i64(itemBytes(join.getFirst())));
    if (lifetimes.joinOf(join.getFirst()) != op) b.create<LLVM::MemcpyOp>(loc, at, address(join.getFirst()), firstBytes, false);
    if (lifetimes.joinOf(join.getRest()) != op) {
      Value restBytes = mul(items(join.getRest().getType(), owner), i64(itemBytes(join.getRest())));
      b.create<LLVM::MemcpyOp>(loc, bytesFrom(at, firstBytes), address(join.getRest()), restBytes, false);
    }
    return success();
  }
  if (auto addRow = dyn_cast<nn::AddRowOp>(op)) {
    // h copied, then d added to the first rows in front.
    Value at = place(addRow.getResult(), owner), n = samples(owner);
    b.create<LLVM::MemcpyOp>(loc, at, address(addRow.getH()), mul(items(addRow.getH().getType(), owner), i64(itemBytes(addRow.getH()))), false);
    runtime("offramp_cpu_column_sum", {call, address(addRow.getD()), at, i64(1), mul(n, width(addRow.getD()))});
    return success();
  }
  if (auto mean = dyn_cast<nn::MeanRowsOp>(op)) {
    runtime("offramp_cpu_mean_rows", {call, owner, address(mean.getH()), place(mean.getResult(), owner), width(mean.getH())});
    return success();
  }
  if (auto sum = dyn_cast<nn::SumRowsOp>(op)) {
    runtime("offramp_cpu_sum_rows", {call, owner, address(sum.getH()), place(sum.getResult(), owner), width(sum.getH())});
    return success();
  }
  if (auto spread = dyn_cast<nn::SpreadOp>(op)) {
    if (nn::formOf(spread.getV()).shared()) return op->emitOpError("repeats a shared value; broadcast it instead"), failure();
    if (nn::formOf(spread.getLike()).space == nn::Space::Rest) {
      owner = owners.lookup(spread.getLike());
      runtime("offramp_cpu_spread_rest", {call, owner, address(spread.getV()), place(spread.getResult(), owner), width(spread.getV())});
      return success();
    }
    runtime("offramp_cpu_spread", {call, owner, address(spread.getV()), place(spread.getResult(), owner), width(spread.getV()), i64(spread.getMean())});
    return success();
  }
  if (auto to = dyn_cast<nn::ToRowsOp>(op)) {
    nn::Form x = nn::formOf(to.getX());
    runtime("offramp_cpu_to_rows", {call, owner, address(to.getX()), place(to.getResult(), owner), i64(x.item[0]), i64(x.item[1])});
    return success();
  }
  if (auto from = dyn_cast<nn::FromRowsOp>(op)) {
    nn::Form r = nn::formOf(from.getResult());
    runtime("offramp_cpu_from_rows", {call, owner, address(from.getH()), place(from.getResult(), owner), i64(r.item[0]), i64(r.item[1])});
    return success();
  }
  if (auto positions = dyn_cast<nn::PositionsOp>(op)) {
    runtime("offramp_cpu_positions", {call, owner, place(positions.getResult(), owner)});
    return success();
  }
  if (auto uniform = dyn_cast<nn::UniformOp>(op)) {
    int64_t rows = nn::formOf(uniform.getResult()).kind == nn::Form::PerRow;
    Value number = uniform.getStage() || !stage ? i64(uniform.getStage()) : stage;
    runtime("offramp_cpu_uniform", {call, owner, place(uniform.getResult(), owner), i64(uniform.getSite()), number, width(uniform.getResult()), i64(rows)});
    return success();
  }
  if (isa<nn::SumSamplesOp, nn::MeanSamplesOp>(op)) return lowerCrossing(op, owner), success();
  return op->emitOpError("has no lowering on the CPU"), failure();
}

/// Sums over the samples of this call; a mean divides by those of the whole step, of which this may be a chunk.
void FunctionLowering::lowerCrossing(Operation *op, Value owner) {
  Value x = op->getOperand(0), result = op->getResult(0), at = place(result, batch);
  int64_t width = nn::formOf(result).elements();
  b.create<LLVM::MemsetOp>(loc, at, b.create<arith::ConstantOp>(loc, b.getI8IntegerAttr(0)), i64(itemBytes(result)), false);
  runtime("offramp_cpu_column_sum", {call, address(x), at, samples(owner), i64(width)});
  if (isa<nn::SumSamplesOp>(op)) return;
  Value step = b.create<arith::SIToFPOp>(loc, b.getF32Type(), loadField(call, 16, b.getI64Type()));
  Value zero = b.create<arith::ConstantIndexOp>(loc, 0), one = b.create<arith::ConstantIndexOp>(loc, 1), end = b.create<arith::ConstantIndexOp>(loc, width);
  b.create<scf::ForOp>(loc, zero, end, one, ValueRange{}, [&](OpBuilder &in, Location, Value i, ValueRange) {
    Value number = in.create<arith::IndexCastOp>(loc, in.getI64Type(), i);
    Value element = in.create<LLVM::GEPOp>(loc, ptrType(), in.getF32Type(), at, ArrayRef<LLVM::GEPArg>{number});
    Value mean = in.create<arith::DivFOp>(loc, in.create<LLVM::LoadOp>(loc, in.getF32Type(), element), step);
    in.create<LLVM::StoreOp>(loc, mean, element);
    in.create<scf::YieldOp>(loc);
  });
}

LogicalResult FunctionLowering::lowerCaller(Operation *op) {
  auto pointerAt = [&](int64_t block, int64_t slot) { return loadField(callField(block), slot, ptrType()); };
  if (auto read = dyn_cast<nn::ReadInputOp>(op)) {
    Value owner = address(read.getBatch());
    nn::Form form = nn::formOf(read.getResult());
    Value array = pointerAt(read.getTable() ? 7 : 6, read.getSlot());
    owners[read.getResult()] = owner;
    if (form.kind == nn::Form::PerRow) {
      pointers[read.getResult()] = array;  // tokens come in the row space of the batch
      return success();
    }
    runtime(read.getTable() ? "offramp_cpu_read_table" : "offramp_cpu_read",
            {call, owner, array, place(read.getResult(), owner), i64(itemBytes(read.getResult()))});
  } else if (auto setting = dyn_cast<nn::SettingOp>(op)) {
    pointers[setting.getResult()] = bytesFrom(callField(5), i64((int64_t)setting.getSlot() * 4));
  } else if (auto report = dyn_cast<nn::ReportOp>(op)) {
    Value owner = ownerOf(op);
    runtime("offramp_cpu_add_loss", {call, address(report.getValue()), samples(owner), i64(report.getSlot())});
  } else if (auto collect = dyn_cast<nn::CollectOp>(op)) {
    runtime("offramp_cpu_write", {call, ownerOf(op), pointerAt(17, collect.getSlot()), address(collect.getValue()), i64(itemBytes(collect.getValue()))});
  } else if (auto write = dyn_cast<nn::WriteTableOp>(op)) {
    auto slot = op->getAttrOfType<IntegerAttr>("nn.slot");
    if (!slot) return op->emitOpError("has no table number; run batchify first"), failure();
    runtime("offramp_cpu_write_table", {call, ownerOf(op), pointerAt(7, slot.getInt()), address(write.getValue()), i64(itemBytes(write.getValue()))});
  }
  return success();
}

}  // namespace offramp::cpu
