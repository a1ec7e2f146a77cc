// What an `nn` op declares about itself, so that no driver names an op: how its rows depend on its operands' rows and its adjoint.
#ifndef OFFRAMP_NN_INTERFACES_TD
#define OFFRAMP_NN_INTERFACES_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/Interfaces.td"

/// Acts on each item by itself; an item is one row where the operands have rows, else one sample. Row S of the result needs
/// row S of the operands, and `batchify` runs the op on all items at once. Without the trait: one descriptor-driven kernel, all rows.
def Nn_ItemWise : NativeOpTrait<"ItemWise"> {
  let cppNamespace = "::offramp::nn";
}

/// Per sample in, shared out: contains the sum over samples, in fixed order.
def Nn_SumsSamples : NativeOpTrait<"SumsSamples"> {
  let cppNamespace = "::offramp::nn";
}

/// Costs more than reading its operands and writing its result: a backward function keeps the result rather than recompute it.
def Nn_Contraction : NativeOpTrait<"Contraction"> {
  let cppNamespace = "::offramp::nn";
}

/// Its derivative is zero by definition, not for want of one.
def Nn_NoGradient : NativeOpTrait<"NoGradient"> {
  let cppNamespace = "::offramp::nn";
}

def Nn_RowDemandInterface : OpInterface<"RowDemandInterface"> {
  let cppNamespace = "::offramp::nn";
  let description = [{ Ops whose operands' demanded rows are not what ItemWise says. }];
  let methods = [
    InterfaceMethod<[{
      Which rows of operand `index` are needed when only row 0 of the result is (`firstOnly`) or all rows are.
      Returns true if row 0 of the operand suffices.
    }], "bool", "firstRowSuffices", (ins "unsigned":$index, "bool":$firstOnly)>
  ];
}

def Nn_AdjointInterface : OpInterface<"AdjointInterface"> {
  let cppNamespace = "::offramp::nn";
  let description = [{ An op owns its derivative (worked example, rule 2): an adjoint has the type of its value. }];
  let methods = [
    InterfaceMethod<[{
      Builds the adjoints of the operands with `needed[i]` from the adjoints of the results (null: zero). Writes a null value where
      the adjoint is zero. Fails, having emitted an error, where the op has no derivative.
    }], "::llvm::LogicalResult", "buildAdjoint",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$dresults, "::llvm::ArrayRef<bool>":$needed,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$doperands)>
  ];
}

#endif
