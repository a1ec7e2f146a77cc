// What one batch-level operation computes and moves, a function for each family.
#include "compiler/dialect/Form.h"
#include "compiler/roofline/CountOps.h"
#include "compiler/roofline/Products.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace offramp {
namespace {

/// How many items of its space a value holds.
Amount itemsOf(const nn::Form &form) {
  if (form.shared()) return {1, 0, 0, 0};
  if (form.kind == nn::Form::PerSample) return {0, 1, 0, 0};
  return form.space == nn::Space::Rest ? Amount{0, -1, 1, 0} : Amount{0, 0, 1, 0};
}

Amount perKeyRow(const Amount &items) { return {0, 0, items.sample, items.row}; }

bool isWeight(Value value) { return isa_and_nonnull<nn::FieldOp>(value.getDefiningOp()); }

std::string weightName(Value value) {
  auto field = value.getDefiningOp<nn::FieldOp>();
  if (!field) return "";
  StringRef name = field.getName();
  name.consume_back(".weight");
  return name.str();
}

/// Adds all values of `value` to the right account. Constants cost nothing.
void addRead(OpCount &count, Value value) {
  if (!isa<RankedTensorType>(value.getType()) || value.getDefiningOp<nn::ConstantOp>() || value.getDefiningOp<nn::SettingOp>()) return;
  const nn::Form form = nn::formOf(value);
  const Amount values = itemsOf(form) * (double)form.elements();
  if (isWeight(value))
    count.weights = count.weights + values;
  else if (form.element.isF32())
    count.read = count.read + values;
  else
    count.readBytes = count.readBytes + values * (double)((form.element.getIntOrFloatBitWidth() + 7) / 8);
}

void addWritten(OpCount &count, Value value) {
  if (!isa<RankedTensorType>(value.getType())) return;
  const nn::Form form = nn::formOf(value);
  const Amount values = itemsOf(form) * (double)form.elements();
  if (form.element.isF32())
    count.written = count.written + values;
  else
    count.writtenBytes = count.writtenBytes + values * (double)((form.element.getIntOrFloatBitWidth() + 7) / 8);
}

void countProduct(Operation *op, const Product &product, OpCount &count) {
  const Amount items = itemsOf(nn::formOf(product.items));
  count.flops = (product.perKeyRow ? perKeyRow(items) : items) * (2 * product.macs);
  for (Value operand : op->getOperands()) addRead(count, operand);
  addWritten(count, op->getResult(0));
  if (isa<nn::AttentionOp>(op)) {
    count.kind = OpKind::Attention, count.name = "attention";
  } else {
    count.kind = isa<nn::Conv2dOp>(op) ? OpKind::Convolution : OpKind::Linear;
    count.name = weightName(op->getOperand(1));
    if (count.name.empty()) count.name = count.kind == OpKind::Linear ? "linear" : "convolution";
  }
}

/// Arithmetic of a row kernel for each value of its widest side: one for an elementwise function, five for a softmax (maximum, difference,
/// exponential, sum, quotient) and for a normalization (sum, difference, square, sum, product), none for what only renames or moves.
double rowFlops(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (isa<nn::ReshapeOp, nn::TransposeOp, nn::SliceOp, nn::ConcatOp, nn::StackOp, nn::BroadcastOp, nn::CastOp, nn::StopGradientOp, nn::TakeOp,
          nn::GatherOp, nn::ConstantOp>(op))
    return 0;
  if (name == "softmax" || name == "log_softmax" || name == "normalize") return 5;
  return 1;
}

Amount widest(Operation *op) {
  Amount most;
  double elements = -1;
  auto consider = [&](Value value) {
    if (!isa<RankedTensorType>(value.getType())) return;
    const nn::Form form = nn::formOf(value);
    // A value of the space outweighs a shared one, whatever its size.
    const double size = (double)form.elements() + (form.shared() ? 0 : 1e15);
    if (size > elements) elements = size, most = itemsOf(form) * (double)form.elements();
  };
  for (Value v : op->getOperands()) consider(v);
  for (Value v : op->getResults()) consider(v);
  return most;
}

/// Of a table only the rows that are named are read, each as often as it is named.
Amount namedRows(nn::GatherOp gather) {
  const nn::Form y = nn::formOf(gather.getResult());
  return itemsOf(y) * (double)y.elements();
}

void countFused(nn::FusedOp fused, OpCount &count) {
  llvm::SetVector<Value> read;
  llvm::SetVector<StringRef> names;
  for (Operation &op : fused.getBody().front()) {
    if (isa<nn::YieldOp>(op)) continue;
    const double flops = rowFlops(&op);
    if (flops > 0) count.flops = count.flops + widest(&op) * flops;
    auto gather = dyn_cast<nn::GatherOp>(op);
    if (flops > 0 || gather) names.insert(op.getName().stripDialect());
    if (gather) count.weights = count.weights + namedRows(gather);
    for (Value operand : op.getOperands())
      if (operand.getParentRegion() != &fused.getBody() && !(gather && operand == gather.getTable())) read.insert(operand);
  }
  for (Value value : read) addRead(count, value);
  for (Value result : fused.getResults()) addWritten(count, result);
  count.name = names.empty() ? "move" : llvm::join(names, "+");
}

void countRows(Operation *op, OpCount &count) {
  for (Value operand : op->getOperands()) addRead(count, operand);
  for (Value result : op->getResults()) addWritten(count, result);
  count.name = op->getName().stripDialect().str();
  if (isa<nn::ReadInputOp>(op)) count.read = count.written, count.readBytes = count.writtenBytes;
  if (isa<nn::MaxPool2dOp>(op)) {
    auto pool = cast<nn::MaxPool2dOp>(op);
    count.kind = OpKind::Pool;
    const nn::Form y = nn::formOf(pool.getResult());
    count.flops = itemsOf(y) * ((double)y.elements() * (double)(pool.getSize() * pool.getSize()));
  } else if (isa<nn::MeanRowsOp, nn::SumRowsOp>(op)) {
    count.flops = widest(op);
  }
}

void countGather(nn::GatherOp gather, OpCount &count) {
  count.kind = OpKind::Gather, count.name = weightName(gather.getTable());
  count.weights = namedRows(gather);
  addRead(count, gather.getIds());
  addWritten(count, gather.getResult());
}

}  // namespace

bool countOp(Operation *op, OpCount &count) {
  count = {};
  if (auto product = productOf(op)) return countProduct(op, *product, count), true;
  if (auto fused = dyn_cast<nn::FusedOp>(op)) return countFused(fused, count), true;
  if (auto gather = dyn_cast<nn::GatherOp>(op)) return countGather(gather, count), true;
  // Tokens come in the row space of the batch and are read where they lie.
  if (auto input = dyn_cast<nn::ReadInputOp>(op); input && nn::formOf(input.getResult()).kind == nn::Form::PerRow) return false;
  if (isa<nn::MaxPool2dOp, nn::MeanRowsOp, nn::SumRowsOp, nn::SpreadOp, nn::ToRowsOp, nn::FromRowsOp, nn::NarrowOp, nn::UniformOp, nn::PositionsOp,
          nn::ReadInputOp>(op))
    return countRows(op, count), true;
  return false;
}

}  // namespace offramp
