// The `nn` dialect: types and attributes. What they mean: docs/spec/ops.md and docs/rationale/architecture.md.
#ifndef OFFRAMP_NN_DIALECT_TD
#define OFFRAMP_NN_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Nn_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::offramp::nn";
  let summary = "formulas of early-exit networks: one sample first, batches after `batchify`";
  let description = [{
    At the sample level a value is *shared* (`tensor<…>`) or *per sample* (`!nn.sample<…>`); the sample is the only implicit axis.
    `batchify` removes `!nn.sample`: a per-sample value becomes a tensor with a leading dynamic dimension whose encoding
    (`#nn.space<rows>`, `<samples>`, `<rest>`) says which rows of the batch descriptor it holds.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

class Nn_Type<string cppName, string typeMnemonic> : TypeDef<Nn_Dialect, cppName> {
  let mnemonic = typeMnemonic;
}

def Nn_SampleType : Nn_Type<"Sample", "sample"> {
  let summary = "one value per sample; at most one `?`, in front: the rows of the sample";
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getRank() const { return getShape().size(); }
    bool hasRows() const { return !getShape().empty() && ::mlir::ShapedType::isDynamic(getShape()[0]); }
    /// The shape of one item: a row if there are rows, the whole sample otherwise.
    ::llvm::ArrayRef<int64_t> getItemShape() const { return hasRows() ? getShape().drop_front() : getShape(); }
  }];
}

def Nn_WeightsType : Nn_Type<"Weights", "weights"> {
  let summary = "shared bundle of weights with the layout of an `nn.bundle`: one address in the weight block";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$bundle);
  let assemblyFormat = "`<` $bundle `>`";
}

def Nn_GradientsType : Nn_Type<"Gradients", "gradients"> {
  let summary = "gradients of a bundle: one address in the gradient block, same layout as the weights";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$bundle);
  let assemblyFormat = "`<` $bundle `>`";
}

def Nn_BatchType : Nn_Type<"Batch", "batch"> {
  let summary = "which samples, and where their rows lie (runtime/abi/Call.h); batch level only";
}

def Nn_SpaceEnum : I32EnumAttr<"Space", "what the leading dimension of a batched tensor counts", [
    I32EnumAttrCase<"Samples", 0, "samples">,
    I32EnumAttrCase<"Rows", 1, "rows">,
    I32EnumAttrCase<"Rest", 2, "rest">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::offramp::nn";
}

def Nn_SpaceAttr : EnumAttr<Nn_Dialect, Nn_SpaceEnum, "space"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif
