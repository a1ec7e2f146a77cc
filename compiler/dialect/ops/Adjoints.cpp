// Verifiers of adjoint ops that belong to no family of the forward ops: A1 … (docs/spec/ops.md).
#include "compiler/dialect/Form.h"

using namespace mlir;

namespace offramp::nn {

LogicalResult AddRowOp::verify() {
  Form h = formOf(getH()), d = formOf(getD());
  if (h.kind != Form::PerRow || getResult().getType() != getH().getType()) return emitOpError("A2: result and first operand must be equal rows");
  if (d.kind != Form::PerSample || d.item != h.item || d.element != h.element)
    return emitOpError("A2: row to add has item shape ") << shapeText(d.item) << " per sample when it should be " << shapeText(h.item);
  return success();
}

}  // namespace offramp::nn
