// Registration, types and attributes of the `nn` dialect. Verifiers live in compiler/dialect/ops/, derivatives in compiler/autodiff/.
#include "compiler/dialect/Nn.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "compiler/dialect/NnDialect.cpp.inc"
#include "compiler/dialect/NnEnums.cpp.inc"
#include "compiler/dialect/NnInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/NnAttributes.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/NnTypes.cpp.inc"

namespace offramp::nn {

void NnDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/dialect/NnTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/dialect/NnAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/NnOps.cpp.inc"
      >();
}

Type SampleType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type element;
  if (parser.parseLess() || parser.parseDimensionList(shape) || parser.parseType(element) || parser.parseGreater()) return {};
  return parser.getChecked<SampleType>(parser.getContext(), shape, element);
}

void SampleType::print(AsmPrinter &printer) const {
  printer << "<";
  for (int64_t d : getShape()) {
    if (ShapedType::isDynamic(d)) printer << "?x";
    else printer << d << "x";
  }
  printer << getElementType() << ">";
}

LogicalResult SampleType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> shape, Type element) {
  for (auto [i, d] : llvm::enumerate(shape)) {
    if (ShapedType::isDynamic(d) && i != 0) return emitError() << "`?` may only be the leading dimension of a sample value";
    if (!ShapedType::isDynamic(d) && d <= 0) return emitError() << "dimension " << i << " is " << d << " when it should be positive";
  }
  if (!element.isF32() && !element.isF64() && !element.isInteger(1) && !element.isInteger(8) && !element.isInteger(32) &&
      !element.isInteger(64))
    return emitError() << "element type " << element << " is not one of f32, f64, i1, ui8, i32, i64";
  return success();
}

}  // namespace offramp::nn
