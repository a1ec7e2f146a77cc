// The verifier of a model: V1 … V10. It checks what the structural ops say about each other and about the functions they name;
// the formulas inside those functions are checked by the `nn` ops themselves.
//   V1  a label, a table: not readable by the exit rule nor by the embedding (they exist in training only)
//   V2  a policy has no instance after the last stage; any other attachment has one after each stage
//   V3  the answer is an attachment with an instance after the last stage, where everybody leaves
//   V4  a phase reads stacked attachments; the exit rule reads them at its stage, with states and the stage number
//   V5  whatever is named is declared
//   V6  a function has one parameter for each thing it reads, of that thing's type, and the results its place asks for
//   V7  a training phase updates the backbone or attachments, at least one
//   V8  each stage takes what the one before it gives
//   V9  an attachment reads `h` or attachments declared before it
//   V10 a measure writes values of its table's type
#include "compiler/dialect/Form.h"
#include "compiler/dialect/Ramp.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace offramp::ramp {
namespace {

/// Per-sample type with a new leading dimension.
Type stacked(nn::SampleType type, int64_t count) {
  SmallVector<int64_t> shape{count};
  shape.append(type.getShape().begin(), type.getShape().end());
  return nn::SampleType::get(type.getContext(), shape, type.getElementType());
}

struct Verifier {
  ModelOp model;
  SymbolTableCollection &symbols;
  BackboneOp backbone = nullptr;

  int64_t depth() { return backbone.getStages().size(); }

  /// The function `name` with its parameter types, the weights left out. Null (and an error on `op`) if there is none.
  func::FuncOp function(Operation *op, FlatSymbolRefAttr name, SmallVectorImpl<Type> &parameters) {
    auto f = symbols.lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), name);
    if (!f) {
      op->emitOpError("V5: ") << name << " is not a function";
      return nullptr;
    }
    for (Type type : llvm::concat<const Type>(f.getArgumentTypes(), f.getResultTypes()))
      if (!isa<nn::WeightsType, nn::SampleType, RankedTensorType>(type)) {
        op->emitOpError("V6: ") << name << " takes or gives " << type << ", which is neither shared nor per sample";
        return nullptr;
      }
    for (Type type : f.getArgumentTypes())
      if (!isa<nn::WeightsType>(type)) parameters.push_back(type);
    return f;
  }

  /// A function with weights needs an instance of the bundle it reads.
  LogicalResult instance(Operation *op, func::FuncOp f, StringRef path) {
    auto weights = f.getNumArguments() ? dyn_cast<nn::WeightsType>(f.getArgumentTypes().back()) : nn::WeightsType();
    if (!weights) return success();
    auto found = symbols.lookupNearestSymbolFrom<nn::InstanceOp>(model->getParentOp(), StringAttr::get(f.getContext(), path));
    if (!found) return op->emitOpError("V5: instance @\"") << path << "\" is not declared";
    if (found.getBundleAttr() != weights.getBundle())
      return op->emitOpError("V6: instance @\"") << path << "\" has bundle " << found.getBundleAttr() << " when @" << f.getSymName() << " reads "
                                                 << weights.getBundle();
    return success();
  }

  LogicalResult expectTypes(Operation *op, FlatSymbolRefAttr f, ArrayRef<Type> parameters, ArrayRef<Type> expected, StringRef rule) {
    if (parameters.size() != expected.size())
      return op->emitOpError() << rule << ": " << f << " has " << parameters.size() << " parameters when it should have " << expected.size();
    for (auto [i, pair] : llvm::enumerate(llvm::zip(parameters, expected)))
      if (std::get<0>(pair) != std::get<1>(pair))
        return op->emitOpError() << rule << ": parameter " << i << " of " << f << " is " << std::get<0>(pair) << " when it should be "
                                 << std::get<1>(pair);
    return success();
  }

  FailureOr<Type> onlyResult(Operation *op, func::FuncOp f) {
    if (f.getNumResults() == 1) return f.getResultTypes()[0];
    return op->emitOpError("V6: @") << f.getSymName() << " has " << f.getNumResults() << " results when it should have one", failure();
  }

  /// The forms run in training are one for one and of the same type, so that a phase can take either.
  LogicalResult checkTrainForms(Operation *op, ArrayRef<Attribute> plain, ArrayRef<Attribute> train) {
    if (plain.size() != train.size()) return op->emitOpError("V6: has ") << train.size() << " forms for training when there are " << plain.size() << " functions";
    for (auto [a, b] : llvm::zip(plain, train)) {
      SmallVector<Type> ignored;
      func::FuncOp f = function(op, cast<FlatSymbolRefAttr>(a), ignored), g = function(op, cast<FlatSymbolRefAttr>(b), ignored);
      if (!f || !g) return failure();
      if (f.getFunctionType() != g.getFunctionType()) return op->emitOpError("V6: ") << b << " has another type than " << a;
    }
    return success();
  }

  LogicalResult checkBackbone() {
    if (depth() == 0) return backbone.emitOpError("V8: a model needs at least one stage");
    if (backbone.getInstances().size() != backbone.getStages().size())
      return backbone.emitOpError("V8: ") << backbone.getInstances().size() << " instances for " << depth() << " stages";
    if (auto train = backbone.getTrainEmbedAttr(); train && failed(checkTrainForms(backbone, {backbone.getEmbedAttr()}, {train}))) return failure();
    if (auto train = backbone.getTrainStagesAttr(); train && failed(checkTrainForms(backbone, backbone.getStages().getValue(), train.getValue())))
      return failure();
    SmallVector<Type> expected, parameters;
    for (Attribute name : backbone.getReads()) {
      auto input = model.part<InputOp>(cast<StringAttr>(name).getValue());
      if (!input) return backbone.emitOpError("V5: input ") << name << " is not declared";
      if (input.isLabel()) return backbone.emitOpError("V1: the embedding reads label ") << name << ", which exists in training only";
      expected.push_back(input.getType());
    }
    auto embed = function(backbone, backbone.getEmbedAttr(), parameters);
    if (!embed || failed(instance(backbone, embed, backbone.getEmbedInstance())) ||
        failed(expectTypes(backbone, backbone.getEmbedAttr(), parameters, expected, "V6")))
      return failure();
    FailureOr<Type> h = onlyResult(backbone, embed);
    for (auto [stage, path] : llvm::zip(backbone.getStages(), backbone.getInstances())) {
      if (failed(h)) return failure();
      parameters.clear();
      auto name = cast<FlatSymbolRefAttr>(stage);
      auto f = function(backbone, name, parameters);
      if (!f || failed(instance(backbone, f, cast<StringAttr>(path).getValue())) || failed(expectTypes(backbone, name, parameters, *h, "V8")))
        return failure();
      h = onlyResult(backbone, f);
      if (succeeded(h) && !isa<nn::SampleType>(*h)) return backbone.emitOpError("V8: ") << stage << " gives a shared value";
    }
    return failure(failed(h));
  }

  LogicalResult checkAttachment(AttachOp attach) {
    int64_t expected = attach.getPolicy() ? depth() - 1 : depth();
    if ((int64_t)attach.getFunctions().size() != expected || attach.getInstances().size() != attach.getFunctions().size())
      return attach.emitOpError("V2: has ") << attach.getFunctions().size() << " instances when " << (attach.getPolicy() ? "a policy" : "an attachment")
                                            << " of a model of " << depth() << " stages has " << expected;
    if (auto train = attach.getTrainFunctionsAttr(); train && failed(checkTrainForms(attach, attach.getFunctions().getValue(), train.getValue())))
      return failure();
    for (auto [s, name] : llvm::enumerate(attach.getFunctions())) {
      SmallVector<Type> parameters, given;
      auto f = function(attach, cast<FlatSymbolRefAttr>(name), parameters);
      if (!f || failed(instance(attach, f, cast<StringAttr>(attach.getInstances()[s]).getValue())) || failed(onlyResult(attach, f))) return failure();
      if (!isa<nn::SampleType>(f.getResultTypes()[0])) return attach.emitOpError("V6: ") << name << " gives a shared value";
      for (Attribute argument : attach.getArguments()) {
        StringRef read = cast<StringAttr>(argument).getValue();
        if (read == "h") {
          auto stage = symbols.lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), cast<FlatSymbolRefAttr>(backbone.getStages()[s]));
          given.push_back(stage.getResultTypes()[0]);
          continue;
        }
        auto other = model.part<AttachOp>(read);
        if (!other || !other->isBeforeInBlock(attach)) return attach.emitOpError("V9: ") << argument << " is neither `h` nor an attachment declared before";
        if (s >= other.getFunctions().size())
          return attach.emitOpError("V2: reads policy ") << argument << " after stage " << s + 1 << ", where it has no instance";
        auto source = symbols.lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), cast<FlatSymbolRefAttr>(other.getFunctions()[s]));
        if (source) given.push_back(source.getResultTypes()[0]);
      }
      if (failed(expectTypes(attach, cast<FlatSymbolRefAttr>(name), parameters, given, "V6"))) return failure();
    }
    return success();
  }

  /// The types of what `reads` names, by the place they are read from (V1, V4, V5).
  LogicalResult readTypes(Operation *op, ArrayAttr reads, bool rule, SmallVectorImpl<Type> &types) {
    Builder builder(op->getContext());
    auto scalar = RankedTensorType::get({}, builder.getF32Type());
    for (auto read : reads.getAsRange<ReadAttr>()) {
      StringRef name = read.getName();
      ReadKind kind = read.getKind();
      bool ruleOnly = kind == ReadKind::Here || kind == ReadKind::State || kind == ReadKind::Stage;
      if ((kind == ReadKind::Stacked && rule) || (ruleOnly && !rule))
        return op->emitOpError("V4: ") << read << " cannot be read " << (rule ? "by the exit rule" : "by a phase");
      Type type;
      if (kind == ReadKind::Stacked || kind == ReadKind::Here) {
        auto attach = model.part<AttachOp>(name);
        SmallVector<Type> results;
        for (Attribute f : attach ? attach.getFunctions() : ArrayAttr::get(op->getContext(), {}))
          if (auto found = symbols.lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), cast<FlatSymbolRefAttr>(f)))
            results.push_back(found.getResultTypes()[0]);
        if (!results.empty() && !llvm::all_equal(results)) return op->emitOpError("V6: `") << name << "` has another type after another stage";
        if (!results.empty()) type = kind == ReadKind::Here ? results[0] : stacked(cast<nn::SampleType>(results[0]), results.size());
      } else if (kind == ReadKind::Input) {
        if (auto input = model.part<InputOp>(name)) {
          if (rule && input.isLabel()) return op->emitOpError("V1: label `") << name << "` is not readable by the exit rule";
          type = input.getType();
        }
      } else if (kind == ReadKind::Table) {
        if (rule) return op->emitOpError("V1: table `") << name << "` is not readable by the exit rule";
        if (auto table = model.part<TableOp>(name)) type = table.getType();
      } else if (kind == ReadKind::State) {
        if (auto state = model.part<StateOp>(name)) type = state.getType();
      } else if (kind == ReadKind::Stage || model.part<SettingOp>(name)) {
        type = scalar;
      }
      if (!type) return op->emitOpError("V5: `") << name << "` is not declared";
      types.push_back(type);
    }
    return success();
  }

  LogicalResult checkFunction(Operation *op, FlatSymbolRefAttr name, ArrayAttr reads, bool rule, size_t results, func::FuncOp &f) {
    SmallVector<Type> given, parameters;
    f = function(op, name, parameters);
    if (!f || failed(readTypes(op, reads, rule, given)) || failed(expectTypes(op, name, parameters, given, "V6"))) return failure();
    if (f.getNumResults() != results) return op->emitOpError("V6: ") << name << " has " << f.getNumResults() << " results when it should have " << results;
    return success();
  }

  LogicalResult checkTrain(TrainOp train) {
    if (train.getUpdates().empty()) return train.emitOpError("V7: updates nothing");
    for (Attribute name : train.getUpdates())
      if (cast<StringAttr>(name).getValue() != "backbone" && !model.part<AttachOp>(cast<StringAttr>(name).getValue()))
        return train.emitOpError("V7: ") << name << " is neither the backbone nor an attachment";
    func::FuncOp f;
    if (failed(checkFunction(train, train.getFunctionAttr(), train.getReads(), false, 1 + train.getMetrics().size(), f))) return failure();
    for (Type type : f.getResultTypes())
      if (!nn::formOf(type).item.empty() || !nn::formOf(type).element.isF32())
        return train.emitOpError("V6: ") << train.getFunctionAttr() << " gives " << type << " when an objective and metrics are f32 scalars";
    return success();
  }

  LogicalResult checkMeasure(MeasureOp measure) {
    auto table = model.part<TableOp>(measure.getTable());
    if (!table) return measure.emitOpError("V5: ") << measure.getTableAttr() << " is not a table";
    func::FuncOp f;
    if (failed(checkFunction(measure, measure.getFunctionAttr(), measure.getReads(), false, 1, f))) return failure();
    if (nn::formOf(f.getResultTypes()[0]).item != nn::formOf(table.getType()).item ||
        nn::formOf(f.getResultTypes()[0]).element != nn::formOf(table.getType()).element)
      return measure.emitOpError("V10: ") << measure.getFunctionAttr() << " gives " << f.getResultTypes()[0] << " when the table holds " << table.getType();
    return success();
  }

  LogicalResult checkInfer(InferOp infer) {
    auto value = model.part<AttachOp>(infer.getValue());
    if (!value) return infer.emitOpError("V3: ") << infer.getValueAttr() << " is not an attachment";
    if (value.getPolicy()) return infer.emitOpError("V3: policy ") << infer.getValueAttr() << " cannot be the answer: it has no instance after the last stage";
    func::FuncOp f;
    auto states = llvm::to_vector(model.parts<StateOp>());
    if (failed(checkFunction(infer, infer.getFunctionAttr(), infer.getReads(), true, 2 + states.size(), f))) return failure();
    nn::Form leave = nn::formOf(f.getResultTypes()[0]), decision = nn::formOf(f.getResultTypes()[1]);
    if (!leave.item.empty() || !leave.element.isInteger(1) || !decision.item.empty() || !decision.element.isF32())
      return infer.emitOpError("V6: ") << infer.getFunctionAttr() << " gives " << f.getResultTypes()[0] << " and " << f.getResultTypes()[1]
                                       << " when leave is an i1 scalar and the decision an f32 scalar";
    for (auto [i, state] : llvm::enumerate(states)) {
      nn::Form next = nn::formOf(f.getResultTypes()[2 + i]), held = nn::formOf(state.getType());
      if (next.item != held.item || next.element != held.element)
        return infer.emitOpError("V6: ") << infer.getFunctionAttr() << " gives " << f.getResultTypes()[2 + i] << " for state `" << state.getSymName()
                                         << "` of type " << state.getType();
    }
    return success();
  }
};

}  // namespace

LogicalResult ModelOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Verifier verifier{*this, symbols};
  verifier.backbone = only<BackboneOp>();
  if (!verifier.backbone || !llvm::hasSingleElement(parts<BackboneOp>())) return emitOpError("V5: needs exactly one ramp.backbone");
  if (!llvm::hasSingleElement(parts<InferOp>())) return emitOpError("V5: needs exactly one ramp.infer");
  for (Operation &op : getBody().front())
    if (auto type = op.getAttrOfType<TypeAttr>("type"); type && !isa<nn::SampleType>(type.getValue()))
      return op.emitOpError("V5: type ") << type.getValue() << " is not per sample";
  if (failed(verifier.checkBackbone())) return failure();
  for (AttachOp attach : parts<AttachOp>())
    if (failed(verifier.checkAttachment(attach))) return failure();
  for (TrainOp train : parts<TrainOp>())
    if (failed(verifier.checkTrain(train))) return failure();
  for (MeasureOp measure : parts<MeasureOp>())
    if (failed(verifier.checkMeasure(measure))) return failure();
  return verifier.checkInfer(only<InferOp>());
}

}  // namespace offramp::ramp
