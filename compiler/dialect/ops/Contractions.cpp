// Verifiers of products, normalisation, attention and convolution: O9 … O13, O21, O34, O35.
#include "compiler/dialect/Form.h"

using namespace mlir;

namespace offramp::nn {

LogicalResult LinearOp::verify() {
  Form x = formOf(getX()), w = formOf(getW());
  if (!w.shared() || w.item.size() != 2) return emitOpError("O9: weight must be a shared matrix [K, N]");
  if (x.item.empty() || x.item.back() != w.item[0])
    return emitOpError("O9: operand has item shape ") << shapeText(x.item) << " when its last dimension should be " << w.item[0];
  if (getB() && (!formOf(getB()).shared() || ArrayRef<int64_t>(formOf(getB()).item) != ArrayRef<int64_t>(w.item[1])))
    return emitOpError("O9: bias must be a shared vector of ") << w.item[1];
  SmallVector<int64_t> item(x.item);
  item.back() = w.item[1];
  return expectResult(*this, getResult(), x, item, x.element, "O9");
}
LogicalResult LinearDxOp::verify() {
  Form dy = formOf(getDy()), w = formOf(getW());
  if (dy.item.empty() || w.item.size() != 2 || dy.item.back() != w.item[1]) return emitOpError("O9: shapes do not fit");
  SmallVector<int64_t> item(dy.item);
  item.back() = w.item[0];
  return expectResult(*this, getResult(), dy, item, dy.element, "O9");
}
LogicalResult LinearDwOp::verify() {
  Form x = formOf(getX()), dy = formOf(getDy()), dw = formOf(getResult());
  if (x.kind != dy.kind || x.space != dy.space) return emitOpError("O9: operands are placed differently");
  if (!dw.shared() || dw.item.size() != 2 || x.item.empty() || dy.item.empty() || dw.item[0] != x.item.back() || dw.item[1] != dy.item.back())
    return emitOpError("O9: result must be the shared matrix [K, N]");
  return success();
}

static LogicalResult verifyLastDimension(Operation *op, Value x, StringRef rule) {
  Form form = formOf(x);
  if (form.item.empty()) return op->emitOpError() << rule << ": needs a last dimension";
  return verifyElementwise(op, op->getOperands(), form.element, rule);
}
LogicalResult NormalizeOp::verify() { return verifyLastDimension(*this, getX(), "O10"); }
LogicalResult NormalizeDxOp::verify() { return verifyLastDimension(*this, getX(), "O10"); }
LogicalResult SoftmaxOp::verify() { return verifyLastDimension(*this, getX(), "O11"); }
LogicalResult LogSoftmaxOp::verify() { return verifyLastDimension(*this, getX(), "O11"); }

static LogicalResult verifyLogitsAndLabel(Operation *op, Value f, Value y) {
  Form logits = formOf(f), label = formOf(y);
  if (logits.shared()) return op->emitOpError("O12: logits must be per sample, as the label is");
  if (logits.item.empty()) return op->emitOpError("O12: logits need a last dimension of classes");
  // At the batch level a label is repeated for the rows that it is compared with.
  bool repeated = label.space && label.kind == Form::PerRow && logits.kind == Form::PerRow;
  if (!label.item.empty() || !label.element.isInteger(32) || (label.kind != Form::PerSample && !repeated))
    return op->emitOpError("O12: label must be an i32 scalar per sample");
  return success();
}
LogicalResult CrossEntropyOp::verify() {
  if (failed(verifyLogitsAndLabel(*this, getF(), getY()))) return failure();
  Form f = formOf(getF());
  return expectResult(*this, getResult(), f, ArrayRef<int64_t>(f.item).drop_back(), f.element, "O12");
}
LogicalResult CrossEntropyDxOp::verify() {
  if (failed(verifyLogitsAndLabel(*this, getF(), getY()))) return failure();
  Form f = formOf(getF());
  return expectResult(*this, getResult(), f, f.item, f.element, "O12");
}

static LogicalResult verifyAttention(Operation *op, Value q, Value kv, int64_t heads) {
  Form query = formOf(q), keys = formOf(kv);
  if (keys.kind != Form::PerRow || keys.item.size() != 1) return op->emitOpError("O13: keys and values must be rows [?, 2D]");
  if (query.shared() || query.item.size() != 1 || keys.item[0] != 2 * query.item[0])
    return op->emitOpError("O13: queries have item shape ") << shapeText(query.item) << " when it should be [" << keys.item[0] / 2 << "]";
  if (heads <= 0 || query.item[0] % heads) return op->emitOpError("O13: width ") << query.item[0] << " is no multiple of " << heads << " heads";
  return success();
}
LogicalResult AttentionOp::verify() {
  if (failed(verifyAttention(*this, getQ(), getKv(), getHeads()))) return failure();
  Form q = formOf(getQ());
  return expectResult(*this, getResult(), q, q.item, q.element, "O13");
}
bool AttentionOp::firstRowSuffices(unsigned index, bool firstOnly) { return index == 0 && firstOnly; }
LogicalResult AttentionGradOp::verify() {
  if (failed(verifyAttention(*this, getQ(), getKv(), getHeads()))) return failure();
  if (getDq().getType() != getQ().getType() || getDkv().getType() != getKv().getType() || getDy().getType() != getQ().getType())
    return emitOpError("O13: an adjoint has the type of its value");
  return success();
}

LogicalResult GatherOp::verify() {
  Form table = formOf(getTable()), ids = formOf(getIds());
  if (!table.shared() || table.item.size() != 2) return emitOpError("O21: table must be a shared matrix [V, D]");
  if (!ids.element.isInteger(32)) return emitOpError("O21: ids must be i32");
  SmallVector<int64_t> item(ids.item);
  item.push_back(table.item[1]);
  return expectResult(*this, getResult(), ids, item, table.element, "O21");
}
LogicalResult GatherDwOp::verify() {
  return formOf(getResult()).shared() && formOf(getResult()).item.size() == 2 ? success() : emitOpError("O21: result must be the table's type");
}

/// Spatial size after a window of `size` moved by `stride` over `in` padded cells.
static int64_t windows(int64_t in, int64_t size, int64_t stride, int64_t pad) { return (in + 2 * pad - size) / stride + 1; }

LogicalResult Conv2dOp::verify() {
  Form x = formOf(getX()), w = formOf(getW());
  if (x.kind == Form::PerRow || x.item.size() != 3) return emitOpError("O34: operand must be [C, H, W]");
  if (!w.shared() || w.item.size() != 4 || w.item[1] != x.item[0]) return emitOpError("O34: weight must be [O, C, kh, kw]");
  if (getB() && (formOf(getB()).item.size() != 1 || formOf(getB()).item[0] != w.item[0])) return emitOpError("O34: bias must be a vector of ") << w.item[0];
  if (getStride() < 1 || int64_t(getPad()) < 0) return emitOpError("O34: stride must be positive and pad not negative");
  SmallVector<int64_t> item{w.item[0], windows(x.item[1], w.item[2], getStride(), getPad()), windows(x.item[2], w.item[3], getStride(), getPad())};
  return expectResult(*this, getResult(), x, item, x.element, "O34");
}
LogicalResult Conv2dDxOp::verify() {
  return formOf(getResult()).item.size() == 3 ? success() : emitOpError("O34: result must be [C, H, W]");
}
LogicalResult Conv2dDwOp::verify() {
  Form dw = formOf(getResult());
  return dw.shared() && dw.item.size() == 4 ? success() : emitOpError("O34: result must be the weight's type");
}
LogicalResult MaxPool2dOp::verify() {
  Form x = formOf(getX());
  if (x.kind == Form::PerRow || x.item.size() != 3) return emitOpError("O35: operand must be [C, H, W]");
  if (getSize() < 1 || getStride() < 1) return emitOpError("O35: size and stride must be positive");
  SmallVector<int64_t> item{x.item[0], windows(x.item[1], getSize(), getStride(), 0), windows(x.item[2], getSize(), getStride(), 0)};
  return expectResult(*this, getResult(), x, item, x.element, "O35");
}
LogicalResult MaxPool2dDxOp::verify() {
  return getResult().getType() == getX().getType() ? success() : emitOpError("O35: an adjoint has the type of its value");
}

}  // namespace offramp::nn
