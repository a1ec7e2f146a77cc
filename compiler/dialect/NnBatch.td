// Operations of the batch level: who is still in (leave) and where rows lie (regroup).
#ifndef OFFRAMP_NN_BATCH_TD
#define OFFRAMP_NN_BATCH_TD

include "compiler/dialect/NnOpBase.td"

def Nn_ReadInputOp : Nn_Op<"read_input", [Pure]> {
  let summary = "the caller's values of an input (or a table's, `table`) for the samples of a batch";
  let arguments = (ins Nn_BatchType:$batch, I64Attr:$slot, DefaultValuedAttr<BoolAttr, "false">:$table);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$batch attr-dict `:` type($result)";
}
def Nn_SettingOp : Nn_Op<"setting", [Pure]> {
  let summary = "run-time setting";
  let arguments = (ins I64Attr:$slot);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}
def Nn_LeaveOp : Nn_Op<"leave"> {
  let summary = "stayers and leavers of a batch, both in order; no row moves";
  let arguments = (ins Nn_BatchType:$batch, AnyRankedTensor:$condition);
  let results = (outs Nn_BatchType:$stayers, Nn_BatchType:$leavers);
  let assemblyFormat = "$batch `,` $condition attr-dict `:` type($condition)";
}
def Nn_NarrowOp : Nn_Op<"narrow"> {
  let summary = "per-sample values of the samples of `to`, a batch that `leave` made from `value`'s";
  let arguments = (ins Nn_BatchType:$to, AnyRankedTensor:$value);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$value `to` $to attr-dict `:` type($value) `->` type($result)";
}
def Nn_RegroupRestOp : Nn_Op<"regroup_rest"> {
  let summary = "new batch of the stayers; their rest rows, moved together or left in place, as the cost model says";
  let arguments = (ins Nn_BatchType:$stayers, AnyRankedTensor:$h, I64Attr:$stage);
  let results = (outs Nn_BatchType:$batch, AnyRankedTensor:$rest);
  let assemblyFormat = "$stayers `,` $h attr-dict `:` type($h) `->` type($rest)";
}
def Nn_RegroupAllOp : Nn_Op<"regroup_all"> {
  let summary = "new batch of the stayers with all their rows; identity when nobody left";
  let arguments = (ins Nn_BatchType:$stayers, AnyRankedTensor:$h, I64Attr:$stage);
  let results = (outs Nn_BatchType:$batch, AnyRankedTensor:$rows);
  let assemblyFormat = "$stayers `,` $h attr-dict `:` type($h) `->` type($rows)";
}
def Nn_PutOp : Nn_Op<"put"> {
  let summary = "results to the places of the batch's ids";
  let arguments = (ins Nn_BatchType:$batch, AnyRankedTensor:$value, Optional<AnyRankedTensor>:$decision, I64Attr:$stage);
  let assemblyFormat = "operands attr-dict `:` type(operands)";
}
def Nn_EitherOp : Nn_Op<"either", [NoTerminator, SingleBlock, NoRegionArguments]> {
  let summary = "one of two equal ways to run a stage, chosen at run time: exit first, or the stage whole";
  let arguments = (ins Nn_BatchType:$batch, I64Attr:$stage);
  let regions = (region SizedRegion<1>:$split, SizedRegion<1>:$whole);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = "$batch $split `or` $whole attr-dict `:` type($results)";
}
def Nn_FusedOp : Nn_Op<"fused", [NoTerminator, SingleBlock, NoRegionArguments]> {
  let summary = "item-wise ops that run as one kernel over the items of one space; made by fuse-rows";
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = "$body attr-dict `:` type($results)";
}
def Nn_YieldOp : Nn_Op<"yield", [Pure]> {
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}
def Nn_DoneIfEmptyOp : Nn_Op<"done_if_empty"> {
  let summary = "returns from the program when nobody is left";
  let arguments = (ins Nn_BatchType:$batch);
  let assemblyFormat = "$batch attr-dict";
}

#endif
