// Products, normalisation, attention, convolution: O9 … O13, O21, O34, O35.
#ifndef OFFRAMP_NN_CONTRACTIONS_TD
#define OFFRAMP_NN_CONTRACTIONS_TD

include "compiler/dialect/NnOpBase.td"

def Nn_LinearOp : Nn_DifferentiableOp<"linear", [Nn_ItemWise, Nn_Contraction]> {
  let summary = "x·W + b per row (O9)";
  let arguments = (ins Nn_Value:$x, AnyRankedTensor:$w, Optional<AnyRankedTensor>:$b);
}
def Nn_NormalizeOp : Nn_DifferentiableOp<"normalize", [Nn_ItemWise]> {
  let summary = "zero mean and unit variance over the last dimension (O10)";
  let arguments = (ins Nn_Value:$x, F64Attr:$eps);
}
def Nn_SoftmaxOp : Nn_DifferentiableOp<"softmax", [Nn_ItemWise]> {
  let summary = "over the last dimension (O11)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_LogSoftmaxOp : Nn_DifferentiableOp<"log_softmax", [Nn_ItemWise]> {
  let summary = "over the last dimension (O11)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_CrossEntropyOp : Nn_DifferentiableOp<"cross_entropy", [Nn_ItemWise]> {
  let summary = "-log softmax(f)[y]; one label per sample (O12)";
  let arguments = (ins Nn_Value:$f, Nn_Value:$y);
}
def Nn_AttentionOp : Nn_DifferentiableOp<"attention", [Nn_Contraction, DeclareOpInterfaceMethods<Nn_RowDemandInterface>]> {
  let summary = "per head softmax(q·kᵀ/√d)·v over the rows of the sample; q may have fewer rows (O13)";
  let arguments = (ins Nn_Value:$q, Nn_Value:$kv, I64Attr:$heads);
}
def Nn_GatherOp : Nn_DifferentiableOp<"gather", [Nn_ItemWise]> {
  let summary = "rows of a shared table (O21)";
  let arguments = (ins AnyRankedTensor:$table, Nn_Value:$ids);
}
def Nn_Conv2dOp : Nn_DifferentiableOp<"conv2d", [Nn_Contraction]> {
  let summary = "cross-correlation with zero padding (O34)";
  let arguments = (ins Nn_Value:$x, AnyRankedTensor:$w, Optional<AnyRankedTensor>:$b, I64Attr:$stride, I64Attr:$pad);
}
def Nn_MaxPool2dOp : Nn_DifferentiableOp<"max_pool2d"> {
  let summary = "(O35)";
  let arguments = (ins Nn_Value:$x, I64Attr:$size, I64Attr:$stride);
}

#endif
