// Operations that only derivatives use: A1 … of docs/spec/ops.md. Per sample → shared ops contain the sum over samples.
#ifndef OFFRAMP_NN_ADJOINTS_TD
#define OFFRAMP_NN_ADJOINTS_TD

include "compiler/dialect/NnOpBase.td"

def Nn_SumToOp : Nn_ValueOp<"sum_to"> {
  let summary = "undoes a broadcast: sums the dimensions that were added or stretched; a shared result sums over rows and samples too";
  let arguments = (ins Nn_Value:$x);
}
def Nn_AddRowOp : Nn_ValueOp<"add_row"> {
  let summary = "h with d added to row 0: adjoint of row";
  let arguments = (ins Nn_Value:$h, Nn_Value:$d);
}
def Nn_GeluDxOp : Nn_ValueOp<"gelu_dx", [Nn_ItemWise]> {
  let summary = "dy·gelu'(x)";
  let arguments = (ins Nn_Value:$x, Nn_Value:$dy);
}
def Nn_LinearDxOp : Nn_ValueOp<"linear_dx", [Nn_ItemWise, Nn_Contraction]> {
  let summary = "dy·Wᵀ";
  let arguments = (ins Nn_Value:$dy, AnyRankedTensor:$w);
}
def Nn_LinearDwOp : Nn_ValueOp<"linear_dw", [Nn_SumsSamples]> {
  let summary = "Σ xᵀ·dy over rows and samples, shared";
  let arguments = (ins Nn_Value:$x, Nn_Value:$dy);
}
def Nn_NormalizeDxOp : Nn_ValueOp<"normalize_dx", [Nn_ItemWise]> {
  let summary = "adjoint of normalize";
  let arguments = (ins Nn_Value:$x, Nn_Value:$dy, F64Attr:$eps);
}
def Nn_CrossEntropyDxOp : Nn_ValueOp<"cross_entropy_dx", [Nn_ItemWise]> {
  let summary = "(softmax(f) - onehot(y))·d";
  let arguments = (ins Nn_Value:$f, Nn_Value:$y, Nn_Value:$d);
}
def Nn_AttentionGradOp : Nn_Op<"attention_grad", [Pure]> {
  let summary = "adjoints of q and kv; the softmax is recomputed";
  let arguments = (ins Nn_Value:$q, Nn_Value:$kv, Nn_Value:$dy, I64Attr:$heads);
  let results = (outs Nn_Value:$dq, Nn_Value:$dkv);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}
def Nn_GatherDwOp : Nn_ValueOp<"gather_dw", [Nn_SumsSamples]> {
  let summary = "table adjoint: sums dy at ids; the table has the result's shape";
  let arguments = (ins Nn_Value:$ids, Nn_Value:$dy);
}
def Nn_TakeDxOp : Nn_ValueOp<"take_dx", [Nn_ItemWise]> {
  let summary = "sums dy at k into the taken dimension";
  let arguments = (ins Nn_Value:$k, Nn_Value:$dy);
}
def Nn_PadOp : Nn_ValueOp<"pad", [Nn_ItemWise]> {
  let summary = "zeros around x: adjoint of slice; `offsets` as in slice";
  let arguments = (ins Nn_Value:$x, DenseI64ArrayAttr:$offsets);
}
def Nn_Conv2dDxOp : Nn_ValueOp<"conv2d_dx"> {
  let arguments = (ins Nn_Value:$dy, AnyRankedTensor:$w, I64Attr:$stride, I64Attr:$pad);
}
def Nn_Conv2dDwOp : Nn_ValueOp<"conv2d_dw", [Nn_SumsSamples]> {
  let arguments = (ins Nn_Value:$x, Nn_Value:$dy, I64Attr:$stride, I64Attr:$pad);
}
def Nn_MaxPool2dDxOp : Nn_ValueOp<"max_pool2d_dx"> {
  let arguments = (ins Nn_Value:$x, Nn_Value:$dy, I64Attr:$size, I64Attr:$stride);
}

#endif
