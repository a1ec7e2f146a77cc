// Operations on the varying rows of a sample: O14 … O20, and draws O32.
#ifndef OFFRAMP_NN_ROWS_TD
#define OFFRAMP_NN_ROWS_TD

include "compiler/dialect/NnOpBase.td"

def Nn_RowOp : Nn_DifferentiableOp<"row", [DeclareOpInterfaceMethods<Nn_RowDemandInterface>]> {
  let summary = "row 0 (O14)";
  let arguments = (ins Nn_Value:$h, DefaultValuedAttr<I64Attr, "0">:$index);
}
def Nn_RestOp : Nn_DifferentiableOp<"rest"> {
  let summary = "rows from 1 (O15)";
  let arguments = (ins Nn_Value:$h, DefaultValuedAttr<I64Attr, "1">:$from);
}
def Nn_JoinOp : Nn_DifferentiableOp<"join"> {
  let summary = "first row, then the rest (O16)";
  let arguments = (ins Nn_Value:$first, Nn_Value:$rest);
}
def Nn_MeanRowsOp : Nn_DifferentiableOp<"mean_rows"> {
  let summary = "mean over the rows (O17)";
  let arguments = (ins Nn_Value:$h);
}
def Nn_SumRowsOp : Nn_DifferentiableOp<"sum_rows"> {
  let summary = "sum over the rows; adjoint of spread";
  let arguments = (ins Nn_Value:$h);
}
def Nn_SpreadOp : Nn_DifferentiableOp<"spread", [DeclareOpInterfaceMethods<Nn_RowDemandInterface>]> {
  let summary = "repeated for every row of `like`; `mean`: divided by their number (O18)";
  let arguments = (ins Nn_Value:$v, Nn_Value:$like, DefaultValuedAttr<BoolAttr, "false">:$mean);
}
def Nn_ToRowsOp : Nn_DifferentiableOp<"to_rows"> {
  let summary = "static [R, D] becomes the rows of the sample (O19)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_FromRowsOp : Nn_ValueOp<"from_rows"> {
  let summary = "inverse of to_rows; its adjoint";
  let arguments = (ins Nn_Value:$h);
}
def Nn_PositionsOp : Nn_ValueOp<"positions", [DeclareOpInterfaceMethods<Nn_RowDemandInterface>]> {
  let summary = "0, 1, 2 … within the sample (O20)";
  let arguments = (ins Nn_Value:$like);
}
def Nn_UniformOp : Nn_ValueOp<"uniform", [Nn_NoGradient]> {
  let summary = "U(0,1), a function of (seed, visit, site, stage, element in the sample) (O32)";
  let arguments = (ins Optional<Nn_Value>:$like, I64Attr:$site, DefaultValuedAttr<I64Attr, "0">:$stage);
}

#endif
