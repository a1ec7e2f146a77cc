// What programs are made of: bundles of weights, crossings from per sample to shared, exits of the walk form, collected results.
#ifndef OFFRAMP_NN_PROGRAM_TD
#define OFFRAMP_NN_PROGRAM_TD

include "compiler/dialect/NnOpBase.td"

def Nn_BundleOp : Nn_Op<"bundle", [Symbol]> {
  let summary = "layout of the weights of one function: names, shapes, initial values, in block order";
  let description = [{
    `nn.bundle @stage {names = ["n1.gain", …], shapes = [array<i64: 128>, …], kinds = ["constant", …], scales = [1.0, …], decays = [false, …]}`
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$names, ArrayAttr:$shapes, StrArrayAttr:$kinds, F64ArrayAttr:$scales,
                   BoolArrayAttr:$decays);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Index of a field by name, -1 if there is none.
    int64_t indexOf(::llvm::StringRef name);
    ::llvm::ArrayRef<int64_t> shapeOf(int64_t index);
    int64_t elementsOf(int64_t index);
    /// Offset of a field from the bundle's address, in elements; fields start at multiples of 16 elements (64 bytes).
    int64_t offsetOf(int64_t index);
    /// Extent of the bundle in elements.
    int64_t elements();
  }];
}

def Nn_InstanceOp : Nn_Op<"instance", [Symbol]> {
  let summary = "weights of their own with the layout of a bundle: a range of the weight block";
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$bundle, I64Attr:$offset);
  let assemblyFormat = "$sym_name `:` $bundle `at` $offset attr-dict";
}

def Nn_WeightsOp : Nn_Op<"weights", [Pure]> {
  let summary = "address of an instance's weights";
  let arguments = (ins FlatSymbolRefAttr:$instance);
  let results = (outs Nn_WeightsType:$result);
  let assemblyFormat = "$instance attr-dict `:` type($result)";
}
def Nn_GradientsOp : Nn_Op<"gradients", [Pure]> {
  let summary = "address of an instance's gradients";
  let arguments = (ins FlatSymbolRefAttr:$instance);
  let results = (outs Nn_GradientsType:$result);
  let assemblyFormat = "$instance attr-dict `:` type($result)";
}
def Nn_FieldOp : Nn_Op<"field", [Pure]> {
  let summary = "one weight of a bundle (O1)";
  let arguments = (ins Nn_WeightsType:$weights, StrAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$weights $name attr-dict `:` type($weights) `->` type($result)";
}
def Nn_AccumulateOp : Nn_Op<"accumulate"> {
  let summary = "adds a shared adjoint to a field of the gradient block";
  let arguments = (ins Nn_GradientsType:$gradients, AnyRankedTensor:$value, StrAttr:$name);
  let assemblyFormat = "$gradients $name `,` $value attr-dict `:` type($gradients) `,` type($value)";
}

def Nn_MeanSamplesOp : Nn_DifferentiableOp<"mean_samples", [Nn_SumsSamples]> {
  let summary = "mean over the samples of the step: per sample → shared";
  let arguments = (ins Nn_Value:$x);
}
def Nn_SumSamplesOp : Nn_DifferentiableOp<"sum_samples", [Nn_SumsSamples]> {
  let summary = "sum over the samples of the step: per sample → shared";
  let arguments = (ins Nn_Value:$x);
}
def Nn_SpreadSamplesOp : Nn_ValueOp<"spread_samples"> {
  let summary = "shared scalar → per sample, `mean`: divided by the samples of the step; adjoint of the crossings";
  let arguments = (ins AnyRankedTensor:$x, DefaultValuedAttr<BoolAttr, "false">:$mean);
}

def Nn_ExitIfOp : Nn_Op<"exit_if", [NoTerminator, SingleBlock]> {
  let summary = "samples with the condition leave after the body; top level of a walk only";
  let arguments = (ins Nn_Value:$condition);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$condition $body attr-dict `:` type($condition)";
}
def Nn_LeaveWithOp : Nn_Op<"leave_with"> {
  let summary = "the answer of those who leave here; at the top level of a walk everybody who is still in";
  let arguments = (ins Nn_Value:$value, Optional<Nn_Value>:$decision, I64Attr:$stage);
  let assemblyFormat = "operands attr-dict `:` type(operands)";
}
def Nn_ReportOp : Nn_Op<"report"> {
  let summary = "adds the sum over samples of a per-sample scalar to the step's figures: slot 0 is the loss";
  let arguments = (ins Nn_Value:$value, I64Attr:$slot);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}
def Nn_CollectOp : Nn_Op<"collect"> {
  let summary = "hands a per-sample value to the caller, by place: evaluation's stacked outputs";
  let arguments = (ins Nn_Value:$value, StrAttr:$name, I64Attr:$slot);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}
def Nn_WriteTableOp : Nn_Op<"write_table"> {
  let summary = "value for this sample's row of a table, visible when the phase ends";
  let arguments = (ins Nn_Value:$value, FlatSymbolRefAttr:$table);
  let assemblyFormat = "$table `,` $value attr-dict `:` type($value)";
}

#endif
