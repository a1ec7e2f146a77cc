// Shape rules shared by the verifiers of all ops.
#include "compiler/dialect/Form.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace offramp::nn {

int64_t Form::elements() const {
  int64_t n = 1;
  for (int64_t d : item) n *= d;
  return n;
}

Form formOf(Type type) {
  Form form;
  if (auto sample = dyn_cast<SampleType>(type)) {
    form.kind = sample.hasRows() ? Form::PerRow : Form::PerSample;
    form.item.assign(sample.getItemShape().begin(), sample.getItemShape().end());
    form.element = sample.getElementType();
    return form;
  }
  auto tensor = cast<RankedTensorType>(type);
  form.element = tensor.getElementType();
  form.item.assign(tensor.getShape().begin(), tensor.getShape().end());
  if (auto space = dyn_cast_if_present<SpaceAttr>(tensor.getEncoding())) {
    form.space = space.getValue();
    form.kind = *form.space == Space::Samples ? Form::PerSample : Form::PerRow;
    form.item.erase(form.item.begin());
  }
  return form;
}

Type withItem(Type like, ArrayRef<int64_t> item, Type element) {
  SmallVector<int64_t> shape;
  if (auto sample = dyn_cast<SampleType>(like)) {
    if (sample.hasRows()) shape.push_back(ShapedType::kDynamic);
    shape.append(item.begin(), item.end());
    return SampleType::get(like.getContext(), shape, element);
  }
  auto tensor = cast<RankedTensorType>(like);
  if (tensor.getEncoding()) shape.push_back(ShapedType::kDynamic);
  shape.append(item.begin(), item.end());
  return RankedTensorType::get(shape, element, tensor.getEncoding());
}

std::optional<SmallVector<int64_t>> broadcastItems(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() < b.size()) std::swap(a, b);
  SmallVector<int64_t> out(a.begin(), a.end());
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t &x = out[out.size() - 1 - i];
    int64_t y = b[b.size() - 1 - i];
    if (x == y || y == 1) continue;
    if (x != 1) return std::nullopt;
    x = y;
  }
  return out;
}

std::string shapeText(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [i, d] : llvm::enumerate(shape)) {
    if (i) text += ", ";
    text += ShapedType::isDynamic(d) ? "?" : std::to_string(d);
  }
  return text + "]";
}

FailureOr<Form> commonPlacement(Operation *op, ValueRange operands) {
  Form placement;
  for (Value operand : operands) {
    Form form = formOf(operand);
    if (form.shared()) continue;
    if (placement.shared()) {
      placement = form;
      continue;
    }
    if (placement.kind != form.kind)
      return op->emitOpError("O4: a per-sample value meets rows; `nn.spread` it first"), failure();
    if (placement.space != form.space) return op->emitOpError("operands lie in different row spaces"), failure();
  }
  return placement;
}

LogicalResult expectResult(Operation *op, Value result, const Form &placement, ArrayRef<int64_t> item, Type element, StringRef rule) {
  Form form = formOf(result);
  if (form.kind != placement.kind || form.space != placement.space)
    return op->emitOpError() << rule << ": result is placed otherwise than the operands";
  if (ArrayRef<int64_t>(form.item) != item)
    return op->emitOpError() << rule << ": result has item shape " << shapeText(form.item) << " when it should be " << shapeText(item);
  if (form.element != element)
    return op->emitOpError() << rule << ": result has element type " << form.element << " when it should be " << element;
  return success();
}

LogicalResult verifyElementwise(Operation *op, ValueRange operands, Type element, StringRef rule) {
  FailureOr<Form> placement = commonPlacement(op, operands);
  if (failed(placement)) return failure();
  SmallVector<int64_t> item;
  for (Value operand : operands) {
    auto joined = broadcastItems(item, formOf(operand).item);
    if (!joined)
      return op->emitOpError() << rule << ": item shapes " << shapeText(item) << " and " << shapeText(formOf(operand).item)
                               << " do not broadcast";
    item = *joined;
  }
  return expectResult(op, op->getResult(0), *placement, item, element, rule);
}

}  // namespace offramp::nn
