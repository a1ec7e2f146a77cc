// Operations that only move values: O27 … O31.
#ifndef OFFRAMP_NN_SHAPES_TD
#define OFFRAMP_NN_SHAPES_TD

include "compiler/dialect/NnOpBase.td"

def Nn_StackOp : Nn_DifferentiableOp<"stack", [Nn_ItemWise]> {
  let summary = "new leading dimension (O27)";
  let arguments = (ins Variadic<Nn_Value>:$xs);
}
def Nn_ConcatOp : Nn_DifferentiableOp<"concat", [Nn_ItemWise]> {
  let summary = "along a static dimension (O28)";
  let arguments = (ins Nn_Value:$a, Nn_Value:$b, I64Attr:$dim);
}
def Nn_SliceOp : Nn_DifferentiableOp<"slice", [Nn_ItemWise]> {
  let summary = "contiguous part (O29)";
  let arguments = (ins Nn_Value:$x, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$sizes);
}
def Nn_ReshapeOp : Nn_DifferentiableOp<"reshape", [Nn_ItemWise]> {
  let summary = "row-major, static shapes or the static tail under rows (O30)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_TransposeOp : Nn_DifferentiableOp<"transpose", [Nn_ItemWise]> {
  let summary = "static dimensions (O31)";
  let arguments = (ins Nn_Value:$x, DenseI64ArrayAttr:$permutation);
}

#endif
