// Registration of the `ramp` dialect. Its verifier is RampModel.cpp.
#include "compiler/dialect/Ramp.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "compiler/dialect/RampDialect.cpp.inc"
#include "compiler/dialect/RampEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/RampAttributes.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/RampOps.cpp.inc"

namespace offramp::ramp {

void RampDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/dialect/RampAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/RampOps.cpp.inc"
      >();
}

}  // namespace offramp::ramp
