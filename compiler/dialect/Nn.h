// The `nn` dialect: one include for its types, attributes, interfaces and ops.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace offramp::nn {

/// See NnInterfaces.td: acts on each item (a row, or a sample without rows) by itself.
template <typename ConcreteOp>
class ItemWise : public mlir::OpTrait::TraitBase<ConcreteOp, ItemWise> {};

/// See NnInterfaces.td: per sample in, shared out.
template <typename ConcreteOp>
class SumsSamples : public mlir::OpTrait::TraitBase<ConcreteOp, SumsSamples> {};

/// See NnInterfaces.td: kept by a backward function, not recomputed.
template <typename ConcreteOp>
class Contraction : public mlir::OpTrait::TraitBase<ConcreteOp, Contraction> {};

/// See NnInterfaces.td: derivative zero by definition.
template <typename ConcreteOp>
class NoGradient : public mlir::OpTrait::TraitBase<ConcreteOp, NoGradient> {};

}  // namespace offramp::nn

#include "compiler/dialect/NnEnums.h.inc"

#include "compiler/dialect/NnInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/NnAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/NnTypes.h.inc"

#include "compiler/dialect/NnDialect.h.inc"

#define GET_OP_CLASSES
#include "compiler/dialect/NnOps.h.inc"
