// Verifiers and row demands of ops on rows and samples: O14 … O20, O32 and the crossings.
#include "compiler/dialect/Form.h"

using namespace mlir;

namespace offramp::nn {

static LogicalResult expectRows(Operation *op, Value h, StringRef rule) {
  if (formOf(h).kind != Form::PerRow) return op->emitOpError() << rule << ": operand must have rows";
  return success();
}

/// The item of `h` with another placement; the space is checked at the batch level by the result's own type.
static LogicalResult expectItem(Operation *op, Value from, Value result, Form::Kind kind, StringRef rule) {
  Form f = formOf(from), r = formOf(result);
  if (r.kind != kind || r.item != f.item || r.element != f.element) return op->emitOpError() << rule << ": result type does not fit";
  return success();
}

LogicalResult RowOp::verify() {
  if (getIndex() != 0) return emitOpError("O14: only row 0 can be picked in this version, not row ") << getIndex();
  if (failed(expectRows(*this, getH(), "O14"))) return failure();
  return expectItem(*this, getH(), getResult(), Form::PerSample, "O14");
}
bool RowOp::firstRowSuffices(unsigned, bool) { return true; }
LogicalResult RestOp::verify() {
  if (getFrom() != 1) return emitOpError("O15: only rows from 1 can be taken in this version, not from ") << getFrom();
  if (failed(expectRows(*this, getH(), "O15"))) return failure();
  return expectItem(*this, getH(), getResult(), Form::PerRow, "O15");
}
LogicalResult JoinOp::verify() {
  if (failed(expectRows(*this, getRest(), "O16"))) return failure();
  return expectItem(*this, getFirst(), getResult(), Form::PerRow, "O16");
}
LogicalResult MeanRowsOp::verify() {
  if (failed(expectRows(*this, getH(), "O17"))) return failure();
  return expectItem(*this, getH(), getResult(), Form::PerSample, "O17");
}
LogicalResult SumRowsOp::verify() {
  if (failed(expectRows(*this, getH(), "O17"))) return failure();
  return expectItem(*this, getH(), getResult(), Form::PerSample, "O17");
}
LogicalResult SpreadOp::verify() {
  if (failed(expectRows(*this, getLike(), "O18"))) return failure();
  if (formOf(getV()).kind == Form::PerRow) return emitOpError("O18: the value to repeat has rows already");
  return expectItem(*this, getV(), getResult(), Form::PerRow, "O18");
}
bool SpreadOp::firstRowSuffices(unsigned index, bool firstOnly) { return index == 0 || firstOnly; }
LogicalResult ToRowsOp::verify() {
  Form x = formOf(getX()), r = formOf(getResult());
  if (x.kind != Form::PerSample || x.item.size() != 2 || r.kind != Form::PerRow || ArrayRef<int64_t>(r.item) != ArrayRef<int64_t>(x.item[1]))
    return emitOpError("O19: [R, D] becomes [?, D]");
  return success();
}
LogicalResult FromRowsOp::verify() {
  Form h = formOf(getH()), r = formOf(getResult());
  if (h.kind != Form::PerRow || r.kind != Form::PerSample || r.item.size() != 2 || h.item.size() != 1 || r.item[1] != h.item[0])
    return emitOpError("O19: [?, D] becomes [R, D]");
  return success();
}
LogicalResult PositionsOp::verify() {
  Form r = formOf(getResult());
  return r.kind == Form::PerRow && r.item.empty() && r.element.isInteger(32) ? success() : emitOpError("O20: result must be i32 rows");
}
bool PositionsOp::firstRowSuffices(unsigned, bool firstOnly) { return firstOnly; }
LogicalResult UniformOp::verify() {
  Form r = formOf(getResult());
  if (r.shared()) return emitOpError("O32: a draw belongs to a sample");
  if ((r.kind == Form::PerRow) != bool(getLike())) return emitOpError("O32: `like` is given exactly when rows are drawn");
  return success();
}

LogicalResult SumToOp::verify() {
  Form x = formOf(getX()), r = formOf(getResult());
  auto joined = broadcastItems(r.item, x.item);
  if (!joined || joined->size() != x.item.size() || ArrayRef<int64_t>(*joined) != ArrayRef<int64_t>(x.item))
    return emitOpError("O4: ") << shapeText(r.item) << " does not broadcast to " << shapeText(x.item);
  if (!r.shared() && r.kind != x.kind) return emitOpError("O4: sum over rows is `nn.sum_rows`");
  return success();
}

static LogicalResult verifyCrossing(Operation *op) {
  Form x = formOf(op->getOperand(0)), r = formOf(op->getResult(0));
  if (x.kind != Form::PerSample || !r.shared() || x.item != r.item) return op->emitOpError("a crossing goes from per sample to shared, same item");
  return success();
}
LogicalResult MeanSamplesOp::verify() { return verifyCrossing(*this); }
LogicalResult SumSamplesOp::verify() { return verifyCrossing(*this); }
LogicalResult SpreadSamplesOp::verify() {
  Form x = formOf(getX()), r = formOf(getResult());
  if (!x.shared() || r.kind != Form::PerSample || x.item != r.item) return emitOpError("goes from shared to per sample, same item");
  return success();
}

}  // namespace offramp::nn
