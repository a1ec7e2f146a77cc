// Base classes of `nn` operations.
#ifndef OFFRAMP_NN_OP_BASE_TD
#define OFFRAMP_NN_OP_BASE_TD

include "compiler/dialect/NnDialect.td"
include "compiler/dialect/NnInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

/// A shared tensor, a per-sample value, or after `batchify` a tensor with a space encoding.
def Nn_Value : AnyTypeOf<[Nn_SampleType, AnyRankedTensor], "shared tensor or per-sample value">;

class Nn_Op<string mnemonic, list<Trait> traits = []> : Op<Nn_Dialect, mnemonic, traits>;

/// Pure value op printed as `nn.op operands {attributes} : (types) -> type`; the verifier cites the op's number in docs/spec/ops.md.
class Nn_ValueOp<string mnemonic, list<Trait> traits = []> : Nn_Op<mnemonic, !listconcat([Pure], traits)> {
  let results = (outs Nn_Value:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

/// Value op with a derivative, defined in compiler/autodiff/adjoints/.
class Nn_DifferentiableOp<string mnemonic, list<Trait> traits = []>
    : Nn_ValueOp<mnemonic, !listconcat([DeclareOpInterfaceMethods<Nn_AdjointInterface>], traits)>;

#endif
