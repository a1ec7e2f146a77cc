// The `ramp` dialect: the structure of a model. Formulas are functions of `nn` ops that it names by symbol; it computes nothing itself.
// Constraints V1 … V10 are those of the verifier in RampModel.cpp, cited in its messages and in tests/lit/dialect/ramp-invalid-*.mlir.
#ifndef OFFRAMP_RAMP_OPS_TD
#define OFFRAMP_RAMP_OPS_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/SymbolInterfaces.td"

def Ramp_Dialect : Dialect {
  let name = "ramp";
  let cppNamespace = "::offramp::ramp";
  let summary = "early-exit models: backbone, stages, attachments, states, tables, phases and the exit rule";
  let useDefaultAttributePrinterParser = 1;
}

def Ramp_ReadKind : I32EnumAttr<"ReadKind", "where a phase function or the exit rule takes a parameter from", [
    I32EnumAttrCase<"Stacked", 0, "stacked">, I32EnumAttrCase<"Here", 1, "here">, I32EnumAttrCase<"Input", 2, "input">,
    I32EnumAttrCase<"Table", 3, "table">, I32EnumAttrCase<"State", 4, "state">, I32EnumAttrCase<"Setting", 5, "setting">,
    I32EnumAttrCase<"Stage", 6, "stage">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::offramp::ramp";
}
def Ramp_ReadAttr : AttrDef<Ramp_Dialect, "Read"> {
  let mnemonic = "read";
  let summary = "one parameter of a phase function or of the exit rule, by position";
  let description = [{
    `stacked`: an attachment over all its stages, leading dimension stages; `here`: an attachment at the current stage; `stage`: the
    stage's number as a shared f32, counted from 1; the others: the value of that name.
  }];
  let parameters = (ins EnumParameter<Ramp_ReadKind>:$kind, StringRefParameter<"name of what is read">:$name);
  let assemblyFormat = "`<` $kind $name `>`";
}
def Ramp_ReadArrayAttr : TypedArrayAttrBase<Ramp_ReadAttr, "array of #ramp.read">;

class Ramp_Op<string mnemonic, list<Trait> traits = []> : Op<Ramp_Dialect, mnemonic, traits>;
class Ramp_PartOp<string mnemonic, list<Trait> traits = []> : Ramp_Op<mnemonic, !listconcat([HasParent<"ModelOp">], traits)>;

def Ramp_ModelOp : Ramp_Op<"model", [SymbolTable, NoTerminator, SingleBlock, NoRegionArguments,
                                     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "an early-exit model";
  let description = [{
    `rows_per_sample`: fixed number of rows (images), 0: length of the token input, -1: values without rows.
    `parameters`: compile-time values in force. `sources`: the files read, the model first.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$rows_per_sample, DictionaryAttr:$parameters, StrArrayAttr:$sources);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let extraClassDeclaration = [{
    template <typename Op> Op part(::llvm::StringRef name) { return ::mlir::dyn_cast_if_present<Op>(lookupSymbol(name)); }
    template <typename Op> auto parts() { return getBody().front().getOps<Op>(); }
    /// The single part of a kind (backbone, infer); null if there is none.
    template <typename Op> Op only() { auto all = parts<Op>(); return all.empty() ? Op() : *all.begin(); }
    /// Position among the parts of one kind: the slot of an input, table or setting. -1 if there is none.
    template <typename Op> int64_t slotOf(::llvm::StringRef name) {
      int64_t slot = 0;
      for (Op op : parts<Op>()) {
        if (op.getSymName() == name) return slot;
        ++slot;
      }
      return -1;
    }
  }];
}

def Ramp_SettingOp : Ramp_PartOp<"setting", [Symbol]> {
  let summary = "a number that enters arithmetic only; changed at run time without recompiling";
  let arguments = (ins SymbolNameAttr:$sym_name, F64Attr:$value);
  let assemblyFormat = "$sym_name `=` $value attr-dict";
}
def Ramp_InputOp : Ramp_PartOp<"input", [Symbol]> {
  let summary = "what the data hold for a sample; `kind`: values, tokens or label";
  let description = [{ `classes`: number of classes of a label, vocabulary size of tokens. A label exists in training only (V1). }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, StrAttr:$kind, I64Attr:$classes, I64Attr:$max_rows, StrAttr:$names_file);
  let assemblyFormat = "$sym_name `:` $type attr-dict";
  let extraClassDeclaration = [{ bool isLabel() { return getKind() == "label"; } }];
}
def Ramp_BackboneOp : Ramp_PartOp<"backbone"> {
  let summary = "the embedding and the stages, functions by symbol and instances by path; equal stages name one function";
  let description = [{ `train_embed`, `train_stages`: the forms that phases run which update them (dropout active); absent: the same. }];
  let arguments = (ins FlatSymbolRefAttr:$embed, StrAttr:$embed_instance, StrArrayAttr:$reads, FlatSymbolRefArrayAttr:$stages,
                   StrArrayAttr:$instances, OptionalAttr<FlatSymbolRefAttr>:$train_embed,
                   OptionalAttr<FlatSymbolRefArrayAttr>:$train_stages);
  let assemblyFormat = "$embed `reads` $reads `then` $stages attr-dict";
}
def Ramp_AttachOp : Ramp_PartOp<"attach", [Symbol]> {
  let summary = "computed after each stage; a `policy` has no instance after the last stage (V2)";
  let description = [{
    `arguments`: what each instance reads: `h`, the result of the stage, or an attachment declared before. `train_functions`: as in
    ramp.backbone.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefArrayAttr:$functions, StrArrayAttr:$instances, StrArrayAttr:$arguments,
                   UnitAttr:$policy, OptionalAttr<FlatSymbolRefArrayAttr>:$train_functions);
  let assemblyFormat = "(`policy` $policy^)? $sym_name $functions `of` $arguments attr-dict";
}
def Ramp_StateOp : Ramp_PartOp<"state", [Symbol]> {
  let summary = "carried along depth, per sample, from the first stage to the exit";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, F64Attr:$initial);
  let assemblyFormat = "$sym_name `:` $type `=` $initial attr-dict";
}
def Ramp_TableOp : Ramp_PartOp<"table", [Symbol]> {
  let summary = "one value per training sample, kept across epochs and phases";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, F64Attr:$initial);
  let assemblyFormat = "$sym_name `:` $type `=` $initial attr-dict";
}
def Ramp_TrainOp : Ramp_PartOp<"train"> {
  let summary = "a training phase: minimises the mean of the function's first result; further results are reported as `metrics`";
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$function, Ramp_ReadArrayAttr:$reads, StrArrayAttr:$updates, I64Attr:$epochs,
                   I64Attr:$batch, DictionaryAttr:$optimizer, StrArrayAttr:$metrics);
  let assemblyFormat = "$name $function `reads` $reads `updates` $updates attr-dict";
}
def Ramp_MeasureOp : Ramp_PartOp<"measure"> {
  let summary = "writes the function's result to a table; visible when the phase ends";
  let arguments = (ins FlatSymbolRefAttr:$table, FlatSymbolRefAttr:$function, Ramp_ReadArrayAttr:$reads);
  let assemblyFormat = "$table `=` $function `reads` $reads attr-dict";
}
def Ramp_InferOp : Ramp_PartOp<"infer"> {
  let summary = "the exit rule at one stage: leave, decision, next states; at the last stage everybody leaves (V3)";
  let description = [{ `value`: attachment whose value is the answer. `decision_kind`: what the compared number is, for reports. }];
  let arguments = (ins FlatSymbolRefAttr:$function, Ramp_ReadArrayAttr:$reads, FlatSymbolRefAttr:$value, StrAttr:$decision_kind);
  let assemblyFormat = "$function `reads` $reads `answers` $value attr-dict";
}

#endif
