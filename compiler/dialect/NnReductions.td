// Reductions and selections over static dimensions: O22 … O26.
#ifndef OFFRAMP_NN_REDUCTIONS_TD
#define OFFRAMP_NN_REDUCTIONS_TD

include "compiler/dialect/NnOpBase.td"

class Nn_ReductionOp<string mnemonic> : Nn_DifferentiableOp<mnemonic, [Nn_ItemWise]> {
  let summary = "over `dims`, numbered in the sample's shape; never over rows (O22)";
  let arguments = (ins Nn_Value:$x, DenseI64ArrayAttr:$dims);
}
def Nn_SumOp : Nn_ReductionOp<"sum">;
def Nn_MeanOp : Nn_ReductionOp<"mean">;
def Nn_ReduceMaxOp : Nn_ReductionOp<"reduce_max">;
def Nn_ReduceMinOp : Nn_ReductionOp<"reduce_min">;

def Nn_CumsumOp : Nn_DifferentiableOp<"cumsum", [Nn_ItemWise]> {
  let summary = "over the last dimension (O23)";
  let arguments = (ins Nn_Value:$x, DefaultValuedAttr<BoolAttr, "false">:$reverse, DefaultValuedAttr<BoolAttr, "false">:$exclusive);
}
def Nn_ArgmaxOp : Nn_ValueOp<"argmax", [Nn_ItemWise]> {
  let summary = "over the last dimension, lowest index wins (O24)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_FirstTrueOp : Nn_ValueOp<"first_true", [Nn_ItemWise]> {
  let summary = "first true index of the last dimension, or `otherwise` (O25)";
  let arguments = (ins Nn_Value:$x, I64Attr:$otherwise);
}
def Nn_TakeOp : Nn_DifferentiableOp<"take", [Nn_ItemWise]> {
  let summary = "x[k] along the leading dimension, inside the sample (O26)";
  let arguments = (ins Nn_Value:$x, Nn_Value:$k);
}

#endif
