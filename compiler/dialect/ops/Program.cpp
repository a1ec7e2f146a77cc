// Bundles of weights and the ops' generated definitions.
#include "compiler/dialect/Form.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "compiler/dialect/NnOps.cpp.inc"

namespace offramp::nn {

LogicalResult BundleOp::verify() {
  size_t n = getNames().size();
  if (getShapes().size() != n || getKinds().size() != n || getScales().size() != n || getDecays().size() != n)
    return emitOpError("names, shapes, kinds, scales and decays must have one entry a field");
  for (Attribute shape : getShapes())
    if (!isa<DenseI64ArrayAttr>(shape)) return emitOpError("shapes must be i64 arrays");
  return success();
}

int64_t BundleOp::indexOf(StringRef name) {
  for (auto [i, attr] : llvm::enumerate(getNames()))
    if (cast<StringAttr>(attr).getValue() == name) return i;
  return -1;
}
ArrayRef<int64_t> BundleOp::shapeOf(int64_t index) { return cast<DenseI64ArrayAttr>(getShapes()[index]).asArrayRef(); }
int64_t BundleOp::elementsOf(int64_t index) {
  int64_t n = 1;
  for (int64_t d : shapeOf(index)) n *= d;
  return n;
}

/// Fields start at 64-byte boundaries, so vector loads never straddle two fields' cache lines.
static int64_t aligned(int64_t elements) { return (elements + 15) / 16 * 16; }

int64_t BundleOp::offsetOf(int64_t index) {
  int64_t offset = 0;
  for (int64_t i = 0; i < index; ++i) offset += aligned(elementsOf(i));
  return offset;
}
int64_t BundleOp::elements() { return offsetOf(getNames().size()); }

}  // namespace offramp::nn
