// Elementwise operations: O2 … O8, O36.
#ifndef OFFRAMP_NN_ELEMENTWISE_TD
#define OFFRAMP_NN_ELEMENTWISE_TD

include "compiler/dialect/NnOpBase.td"

def Nn_ConstantOp : Nn_Op<"constant", [Pure, ConstantLike]> {
  let summary = "shared constant (O2)";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

class Nn_UnaryOp<string mnemonic> : Nn_DifferentiableOp<mnemonic, [Nn_ItemWise]> {
  let summary = "elementwise (O3)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_NegOp : Nn_UnaryOp<"neg">;
def Nn_ExpOp : Nn_UnaryOp<"exp">;
def Nn_LogOp : Nn_UnaryOp<"log">;
def Nn_SqrtOp : Nn_UnaryOp<"sqrt">;
def Nn_TanhOp : Nn_UnaryOp<"tanh">;
def Nn_SigmoidOp : Nn_UnaryOp<"sigmoid">;
def Nn_GeluOp : Nn_UnaryOp<"gelu">;
def Nn_ReluOp : Nn_UnaryOp<"relu">;
def Nn_SoftplusOp : Nn_UnaryOp<"softplus">;
def Nn_AbsOp : Nn_UnaryOp<"abs">;

class Nn_BinaryOp<string mnemonic> : Nn_DifferentiableOp<mnemonic, [Nn_ItemWise]> {
  let summary = "elementwise with broadcast (O4)";
  let arguments = (ins Nn_Value:$a, Nn_Value:$b);
}
def Nn_AddOp : Nn_BinaryOp<"add"> { let hasCanonicalizer = 1; }
def Nn_SubOp : Nn_BinaryOp<"sub">;
def Nn_MulOp : Nn_BinaryOp<"mul">;
def Nn_DivOp : Nn_BinaryOp<"div">;
def Nn_MinOp : Nn_BinaryOp<"min">;
def Nn_MaxOp : Nn_BinaryOp<"max">;

def Nn_CompareOp : Nn_ValueOp<"compare", [Nn_ItemWise]> {
  let summary = "comparison; false with NaN but for ne (O5)";
  let arguments = (ins Nn_Value:$a, Nn_Value:$b, StrAttr:$predicate);
}
class Nn_LogicalOp<string mnemonic> : Nn_ValueOp<mnemonic, [Nn_ItemWise]> {
  let summary = "on i1 (O6)";
  let arguments = (ins Nn_Value:$a, Nn_Value:$b);
}
def Nn_AndOp : Nn_LogicalOp<"and">;
def Nn_OrOp : Nn_LogicalOp<"or">;
def Nn_NotOp : Nn_ValueOp<"not", [Nn_ItemWise]> {
  let summary = "on i1 (O6)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_SelectOp : Nn_DifferentiableOp<"select", [Nn_ItemWise]> {
  let summary = "c ? a : b, with broadcast (O7)";
  let arguments = (ins Nn_Value:$c, Nn_Value:$a, Nn_Value:$b);
}
def Nn_CastOp : Nn_ValueOp<"cast", [Nn_ItemWise]> {
  let summary = "to the result's element type (O8)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_StopGradientOp : Nn_ValueOp<"stop_gradient", [Nn_ItemWise, Nn_NoGradient]> {
  let summary = "identity without a derivative (O33)";
  let arguments = (ins Nn_Value:$x);
}
def Nn_BroadcastOp : Nn_DifferentiableOp<"broadcast", [Nn_ItemWise]> {
  let summary = "explicit broadcast by the rule of O4 (O36)";
  let arguments = (ins Nn_Value:$x);
}

#endif
