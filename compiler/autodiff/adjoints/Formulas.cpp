// Arithmetic for derivatives; see Formulas.h.
#include "compiler/autodiff/adjoints/Formulas.h"

using namespace mlir;

namespace offramp::nn {

/// Type of an elementwise result (O4). Operands fit: they are values of a verified op and their adjoints.
static Type elementwiseType(ArrayRef<Value> operands, Type element) {
  Type like = operands.front().getType();
  SmallVector<int64_t> item;
  for (Value v : operands) {
    Form form = formOf(v);
    if (!form.shared()) like = v.getType();
    auto joined = broadcastItems(item, form.item);
    assert(joined && "adjoint operands must broadcast");
    item = *joined;
  }
  return withItem(like, item, element);
}

Value Formulas::scalar(double value, Value like) {
  auto element = cast<FloatType>(formOf(like).element);
  auto type = RankedTensorType::get({}, element);
  return builder.create<ConstantOp>(loc, type, DenseElementsAttr::get(type, FloatAttr::get(element, value).getValue()));
}

Value Formulas::zeros(Value like) {
  Form form = formOf(like);
  auto type = RankedTensorType::get(form.item, form.element);
  return builder.create<ConstantOp>(loc, type, cast<ElementsAttr>(builder.getZeroAttr(type)));
}

Value Formulas::add(Value a, Value b) { return builder.create<AddOp>(loc, elementwiseType({a, b}, formOf(a).element), a, b); }
Value Formulas::sub(Value a, Value b) { return builder.create<SubOp>(loc, elementwiseType({a, b}, formOf(a).element), a, b); }
Value Formulas::mul(Value a, Value b) { return builder.create<MulOp>(loc, elementwiseType({a, b}, formOf(a).element), a, b); }
Value Formulas::div(Value a, Value b) { return builder.create<DivOp>(loc, elementwiseType({a, b}, formOf(a).element), a, b); }
Value Formulas::neg(Value x) { return builder.create<NegOp>(loc, x.getType(), x); }
Value Formulas::scale(Value x, double by) { return by == 1 ? x : mul(x, scalar(by, x)); }
Value Formulas::compare(StringRef predicate, Value a, Value b) {
  return builder.create<CompareOp>(loc, elementwiseType({a, b}, builder.getI1Type()), a, b, predicate);
}
Value Formulas::select(Value c, Value a, Value b) {
  return builder.create<SelectOp>(loc, elementwiseType({c, a, b}, formOf(a).element), c, a, b);
}

Value Formulas::reshape(Value x, ArrayRef<int64_t> item) {
  Form form = formOf(x);
  if (ArrayRef<int64_t>(form.item) == item) return x;
  return builder.create<ReshapeOp>(loc, withItem(x.getType(), item, form.element), x);
}

Value Formulas::sumKeeping(Value x, ArrayRef<int64_t> dims) {
  if (dims.empty()) return x;
  Form form = formOf(x);
  SmallVector<int64_t> kept(form.item), left, written;
  for (int64_t d : dims) {
    kept[d] = 1;
    written.push_back(d + lead(x));
  }
  for (int64_t d = 0; d < (int64_t)form.item.size(); ++d)
    if (!llvm::is_contained(dims, d)) left.push_back(form.item[d]);
  Value sum = builder.create<SumOp>(loc, withItem(x.getType(), left, form.element), x, written);
  return reshape(sum, kept);
}

Value Formulas::sumLastKeeping(Value x) { return sumKeeping(x, {(int64_t)formOf(x).item.size() - 1}); }

Value Formulas::sumTo(Value d, Type type) {
  if (d.getType() == type) return d;
  Form from = formOf(d), to = formOf(type);
  if (from.kind == Form::PerRow && to.kind == Form::PerSample) {
    d = builder.create<SumRowsOp>(loc, SampleType::get(builder.getContext(), from.item, from.element), d);
    from = formOf(d);
  }
  // Stretched dimensions first, per item; then only leading ones remain.
  SmallVector<int64_t> dims;
  size_t added = from.item.size() - to.item.size();
  for (size_t i = 0; i < to.item.size(); ++i)
    if (to.item[i] == 1 && from.item[added + i] != 1) dims.push_back(added + i);
  bool crosses = to.shared() && !from.shared();
  if (!crosses)
    for (size_t i = 0; i < added; ++i) dims.push_back(i);
  llvm::sort(dims);
  d = sumKeeping(d, dims);
  if (!crosses) return reshape(d, to.item);
  return builder.create<SumToOp>(loc, type, d);
}

}  // namespace offramp::nn
