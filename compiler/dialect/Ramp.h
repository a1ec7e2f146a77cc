// The `ramp` dialect: one include for its attributes and ops. What they mean: RampOps.td.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"

#include "compiler/dialect/RampEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/RampAttributes.h.inc"

#include "compiler/dialect/RampDialect.h.inc"

#define GET_OP_CLASSES
#include "compiler/dialect/RampOps.h.inc"
