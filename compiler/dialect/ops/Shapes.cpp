// Verifiers of reductions, selections and moves over static dimensions: O22 … O31.
#include "compiler/dialect/Form.h"

using namespace mlir;

namespace offramp::nn {

/// `dims` number the dimensions of the written shape, in which the rows are dimension 0.
static int64_t itemDim(const Form &form, int64_t dim) { return form.kind == Form::PerRow ? dim - 1 : dim; }

static LogicalResult verifyReduction(Operation *op, Value x, ArrayRef<int64_t> dims) {
  Form form = formOf(x);
  SmallVector<bool> gone(form.item.size(), false);
  for (int64_t dim : dims) {
    int64_t d = itemDim(form, dim);
    if (d < 0 || d >= (int64_t)form.item.size() || gone[d]) return op->emitOpError("O22: dimension ") << dim << " cannot be reduced";
    gone[d] = true;
  }
  SmallVector<int64_t> item;
  for (size_t d = 0; d < form.item.size(); ++d)
    if (!gone[d]) item.push_back(form.item[d]);
  return expectResult(op, op->getResult(0), form, item, form.element, "O22");
}
LogicalResult SumOp::verify() { return verifyReduction(*this, getX(), getDims()); }
LogicalResult MeanOp::verify() { return verifyReduction(*this, getX(), getDims()); }
LogicalResult ReduceMaxOp::verify() { return verifyReduction(*this, getX(), getDims()); }
LogicalResult ReduceMinOp::verify() { return verifyReduction(*this, getX(), getDims()); }

LogicalResult CumsumOp::verify() {
  if (formOf(getX()).item.empty()) return emitOpError("O23: needs a last dimension");
  return verifyElementwise(*this, getOperation()->getOperands(), formOf(getX()).element, "O23");
}
static LogicalResult verifyIndex(Operation *op, Value x, StringRef rule) {
  Form form = formOf(x);
  if (form.item.empty()) return op->emitOpError() << rule << ": needs a last dimension";
  return expectResult(op, op->getResult(0), form, ArrayRef<int64_t>(form.item).drop_back(), Builder(op->getContext()).getI32Type(), rule);
}
LogicalResult ArgmaxOp::verify() { return verifyIndex(*this, getX(), "O24"); }
LogicalResult FirstTrueOp::verify() {
  if (!formOf(getX()).element.isInteger(1)) return emitOpError("O25: operand is not i1");
  return verifyIndex(*this, getX(), "O25");
}
LogicalResult TakeOp::verify() {
  Form x = formOf(getX()), k = formOf(getK());
  if (x.item.empty() || !k.element.isInteger(32)) return emitOpError("O26: needs a leading static dimension and i32 indices");
  FailureOr<Form> placement = commonPlacement(*this, getOperands());
  if (failed(placement)) return failure();
  SmallVector<int64_t> item(k.item);
  item.append(x.item.begin() + 1, x.item.end());
  return expectResult(*this, getResult(), *placement, item, x.element, "O26");
}
LogicalResult TakeDxOp::verify() {
  return formOf(getResult()).item.empty() ? LogicalResult(emitOpError("O26: result needs the taken dimension")) : success();
}

LogicalResult StackOp::verify() {
  if (getXs().empty()) return emitOpError("O27: needs an operand");
  FailureOr<Form> placement = commonPlacement(*this, getXs());
  if (failed(placement)) return failure();
  SmallVector<int64_t> item(formOf(getXs()[0]).item);
  for (Value x : getXs())
    if (formOf(x).item != item) return emitOpError("O27: operands have different shapes");
  item.insert(item.begin(), getXs().size());
  return expectResult(*this, getResult(), *placement, item, formOf(getXs()[0]).element, "O27");
}
LogicalResult ConcatOp::verify() {
  Form a = formOf(getA()), b = formOf(getB());
  FailureOr<Form> placement = commonPlacement(*this, getOperands());
  if (failed(placement)) return failure();
  int64_t d = itemDim(*placement, getDim());
  if (a.item.size() != b.item.size() || d < 0 || d >= (int64_t)a.item.size()) return emitOpError("O28: shapes do not fit");
  for (size_t i = 0; i < a.item.size(); ++i)
    if ((int64_t)i != d && a.item[i] != b.item[i]) return emitOpError("O28: shapes differ in a dimension that is not joined");
  SmallVector<int64_t> item(a.item);
  item[d] += b.item[d];
  return expectResult(*this, getResult(), *placement, item, a.element, "O28");
}
LogicalResult SliceOp::verify() {
  Form x = formOf(getX());
  size_t lead = x.kind == Form::PerRow;
  if (getOffsets().size() != x.item.size() + lead || getSizes().size() != getOffsets().size()) return emitOpError("O29: one offset and size per dimension");
  SmallVector<int64_t> item;
  for (size_t i = lead; i < getSizes().size(); ++i) {
    if (getOffsets()[i] < 0 || getSizes()[i] <= 0 || getOffsets()[i] + getSizes()[i] > x.item[i - lead])
      return emitOpError("O29: dimension ") << i << " is cut outside its size";
    item.push_back(getSizes()[i]);
  }
  return expectResult(*this, getResult(), x, item, x.element, "O29");
}
LogicalResult PadOp::verify() {
  Form x = formOf(getX()), r = formOf(getResult());
  if (x.kind != r.kind || x.item.size() != r.item.size()) return emitOpError("O29: rank differs");
  return success();
}
LogicalResult ReshapeOp::verify() {
  Form x = formOf(getX()), r = formOf(getResult());
  if (x.elements() != r.elements()) return emitOpError("O30: ") << x.elements() << " elements become " << r.elements();
  return expectResult(*this, getResult(), x, r.item, x.element, "O30");
}
LogicalResult TransposeOp::verify() {
  Form x = formOf(getX());
  size_t lead = x.kind == Form::PerRow;
  if (getPermutation().size() != x.item.size() + lead) return emitOpError("O31: permutation has the wrong length");
  SmallVector<int64_t> item;
  SmallVector<bool> seen(getPermutation().size(), false);
  for (auto [i, p] : llvm::enumerate(getPermutation())) {
    if (p < 0 || p >= (int64_t)seen.size() || seen[p]) return emitOpError("O31: not a permutation");
    seen[p] = true;
    if (lead && (i == 0) != (p == 0)) return emitOpError("O31: rows stay in front");
    if (i >= lead) item.push_back(x.item[p - lead]);
  }
  return expectResult(*this, getResult(), x, item, x.element, "O31");
}

}  // namespace offramp::nn
