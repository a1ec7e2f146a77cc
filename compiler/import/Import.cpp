// The model: bundles, functions, instances, then `ramp.model` that names them. Formulas: ImportFunction.cpp.
#include "compiler/import/Import.h"

#include "compiler/dialect/Nn.h"
#include "compiler/dialect/Ramp.h"
#include "compiler/import/ImportFunction.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace offramp {
namespace {

struct ModelImporter {
  ModelImporter(MLIRContext &context, const dsl::Model &model) : context(context), model(model) {}

  MLIRContext &context;
  const dsl::Model &model;
  OpBuilder builder{&context};
  std::vector<std::string> symbols;  ///< of functions, by index
  std::vector<std::string> bundles;  ///< of functions, by index: the layout of their weights
  llvm::StringMap<int> instances;    ///< path → function index
  int64_t offset = 0;                ///< elements of the weight block given away so far

  Location at(const dsl::SourceRange &where) { return import::importLocation(context, where, model.sources); }
  StringAttr text(StringRef s) { return builder.getStringAttr(s); }
  ArrayAttr texts(const std::vector<std::string> &list) {
    SmallVector<Attribute> out;
    for (const std::string &s : list) out.push_back(text(s));
    return builder.getArrayAttr(out);
  }
  FlatSymbolRefAttr symbol(int function) { return FlatSymbolRefAttr::get(&context, symbols[function]); }

  bool knownFunction(int index, const llvm::Twine &user) {
    if (index >= 0 && index < (int)model.functions.size()) return true;
    emitError(builder.getUnknownLoc()) << user << " has no function";
    return false;
  }

  std::vector<const dsl::Instance *> allInstances() {
    std::vector<const dsl::Instance *> all{&model.embed};
    for (const dsl::Instance &stage : model.stages) all.push_back(&stage);
    for (const dsl::Attachment &attachment : model.attachments)
      for (const dsl::Instance &instance : attachment.instances) all.push_back(&instance);
    return all;
  }

  /// A symbol for each function: its name, unless an instance or a program needs that symbol.
  void nameFunctions() {
    llvm::StringSet<> taken{"infer", "evaluate", model.name};
    for (const dsl::Instance *instance : allInstances()) taken.insert(instance->path);
    for (const dsl::Function &function : model.functions) symbols.push_back(taken.contains(function.name) ? function.name + ".body" : function.name);
  }

  /// The form run in training reads the weights of the form run otherwise, so both have one layout.
  LogicalResult shareBundles() {
    for (const dsl::Function &function : model.functions) bundles.push_back(import::bundleName(function));
    for (const dsl::Instance *instance : allInstances()) {
      if (!knownFunction(instance->function, "instance `" + instance->path + "`")) return failure();
      if (instance->trainFunction < 0) continue;
      if (!knownFunction(instance->trainFunction, "training form of `" + instance->path + "`")) return failure();
      const dsl::Function &plain = model.functions[instance->function], &train = model.functions[instance->trainFunction];
      bool same = llvm::equal(plain.fields, train.fields, [](const dsl::Field &a, const dsl::Field &b) { return a.name == b.name && a.shape == b.shape; });
      if (!same) return emitError(builder.getUnknownLoc()) << "`" << train.name << "`, the training form of `" << plain.name << "`, has other weights";
      bundles[instance->trainFunction] = bundles[instance->function];
    }
    return success();
  }

  /// `nn.instance` for each path, once: the same path is the same weights.
  LogicalResult importInstances() {
    for (const dsl::Instance *instance : allInstances()) {
      auto [known, added] = instances.try_emplace(instance->path, instance->function);
      const dsl::Function &function = model.functions[instance->function];
      if (!added && bundles[known->second] != bundles[instance->function])
        return emitError(builder.getUnknownLoc()) << "instance `" << instance->path << "` is used by `" << model.functions[known->second].name << "` and by `"
                                                  << function.name << "`, whose weights differ";
      if (!added || function.fields.empty()) continue;
      auto bundle = FlatSymbolRefAttr::get(&context, bundles[instance->function]);
      builder.create<nn::InstanceOp>(builder.getUnknownLoc(), text(instance->path), bundle, builder.getI64IntegerAttr(offset));
      for (const dsl::Field &field : function.fields) {
        int64_t elements = 1;
        for (int64_t d : field.shape) elements *= d;
        offset += (elements + 15) / 16 * 16;
      }
    }
    return success();
  }

  ArrayAttr readsOf(const std::vector<dsl::Read> &reads) {
    SmallVector<Attribute> out;
    for (const dsl::Read &read : reads) {
      static constexpr ramp::ReadKind kinds[] = {ramp::ReadKind::Stacked, ramp::ReadKind::Here,    ramp::ReadKind::Input, ramp::ReadKind::Table,
                                                 ramp::ReadKind::State,   ramp::ReadKind::Setting, ramp::ReadKind::Stage};
      out.push_back(ramp::ReadAttr::get(&context, kinds[read.kind], read.name));
    }
    return builder.getArrayAttr(out);
  }

  LogicalResult importValues() {
    for (const dsl::Setting &setting : model.settings)
      builder.create<ramp::SettingOp>(at(setting.where), setting.name, APFloat(setting.value));
    auto typeOf = [&](const dsl::Type &type, StringRef name) -> TypeAttr {
      Type imported = import::importType(context, type);
      if (imported) return TypeAttr::get(imported);
      emitError(builder.getUnknownLoc()) << "`" << name << "` has a shape that no value has";
      return {};
    };
    for (const dsl::Input &input : model.inputs) {
      static constexpr const char *kinds[] = {"values", "tokens", "label"};
      TypeAttr type = typeOf(input.type, input.name);
      if (!type) return failure();
      builder.create<ramp::InputOp>(at(input.where), input.name, type.getValue(), kinds[input.kind], input.classes, input.maxRows, input.namesFile);
    }
    for (const dsl::State &state : model.states) {
      TypeAttr type = typeOf(state.type, state.name);
      if (!type) return failure();
      builder.create<ramp::StateOp>(at(state.where), state.name, type.getValue(), APFloat(state.initial));
    }
    for (const dsl::Table &table : model.tables) {
      TypeAttr type = typeOf(table.type, table.name);
      if (!type) return failure();
      builder.create<ramp::TableOp>(at(table.where), table.name, type.getValue(), APFloat(table.initial));
    }
    return success();
  }

  struct Instances {
    SmallVector<Attribute> functions, trained;
    std::vector<std::string> paths;
    bool hasTrained = false;
  };
  Instances gather(const std::vector<dsl::Instance> &list) {
    Instances out;
    for (const dsl::Instance &instance : list) {
      bool other = instance.trainFunction >= 0 && instance.trainFunction != instance.function;
      out.hasTrained |= other;
      out.functions.push_back(symbol(instance.function));
      out.trained.push_back(symbol(other ? instance.trainFunction : instance.function));
      out.paths.push_back(instance.path);
    }
    return out;
  }

  void importDepth() {
    Instances embed = gather({model.embed}), stages = gather(model.stages);
    auto trained = [&](Instances &i) { return i.hasTrained ? builder.getArrayAttr(i.trained) : ArrayAttr(); };
    builder.create<ramp::BackboneOp>(builder.getUnknownLoc(), symbol(model.embed.function), text(model.embed.path), texts(model.embedReads),
                                     builder.getArrayAttr(stages.functions), texts(stages.paths),
                                     embed.hasTrained ? cast<FlatSymbolRefAttr>(embed.trained[0]) : FlatSymbolRefAttr(), trained(stages));
    for (const dsl::Attachment &attachment : model.attachments) {
      Instances instances = gather(attachment.instances);
      builder.create<ramp::AttachOp>(builder.getUnknownLoc(), text(attachment.name), builder.getArrayAttr(instances.functions), texts(instances.paths),
                                     texts(attachment.arguments), attachment.policy ? builder.getUnitAttr() : UnitAttr(), trained(instances));
    }
  }

  DictionaryAttr optimizerOf(const dsl::Optimizer &o) {
    SmallVector<NamedAttribute> list;
    auto number = [&](StringRef name, double value) { list.push_back(builder.getNamedAttr(name, builder.getF64FloatAttr(value))); };
    number("lr", o.lr), number("beta1", o.beta1), number("beta2", o.beta2), number("eps", o.eps);
    number("weight_decay", o.weightDecay), number("warmup", o.warmup), number("clip", o.clip);
    list.push_back(builder.getNamedAttr("decay", text(o.decay)));
    if (o.average > 0) number("average", o.average);
    if (o.lazyRows) list.push_back(builder.getNamedAttr("lazy_rows", builder.getBoolAttr(true)));
    return builder.getDictionaryAttr(list);
  }

  LogicalResult importPhases() {
    for (const dsl::Phase &phase : model.phases) {
      if (auto *train = std::get_if<dsl::TrainPhase>(&phase)) {
        if (!knownFunction(train->function, "phase `" + train->name + "`")) return failure();
        builder.create<ramp::TrainOp>(at(train->where), text(train->name), symbol(train->function), readsOf(train->reads), texts(train->updates),
                                      builder.getI64IntegerAttr(train->epochs), builder.getI64IntegerAttr(train->batch), optimizerOf(train->optimizer),
                                      texts(train->metrics));
        continue;
      }
      const auto &measure = std::get<dsl::MeasurePhase>(phase);
      if (!knownFunction(measure.function, "measure `" + measure.table + "`")) return failure();
      builder.create<ramp::MeasureOp>(at(measure.where), FlatSymbolRefAttr::get(&context, measure.table), symbol(measure.function), readsOf(measure.reads));
    }
    if (!knownFunction(model.infer.function, "infer")) return failure();
    builder.create<ramp::InferOp>(at(model.infer.where), symbol(model.infer.function), readsOf(model.infer.reads),
                                  FlatSymbolRefAttr::get(&context, model.infer.value), text(model.infer.decisionKind));
    return success();
  }

  OwningOpRef<ModuleOp> run() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToStart(module->getBody());
    nameFunctions();
    if (failed(shareBundles())) return {};
    for (auto [i, function] : llvm::enumerate(model.functions))
      if (!import::importFunction(builder, function, symbols[i], bundles[i], model.sources)) return {};
    if (failed(importInstances())) return {};
    SmallVector<NamedAttribute> parameters;
    for (auto &[name, value] : model.staticParameters) parameters.push_back(builder.getNamedAttr(name, builder.getF64FloatAttr(value)));
    auto structure = builder.create<ramp::ModelOp>(builder.getUnknownLoc(), text(model.name), builder.getI64IntegerAttr(model.rowsPerSample),
                                                   builder.getDictionaryAttr(parameters), texts(model.sources));
    builder.setInsertionPointToStart(&structure.getBody().emplaceBlock());
    if (failed(importValues())) return {};
    importDepth();
    if (failed(importPhases()) || failed(verify(*module))) return {};
    return module;
  }
};

}  // namespace

OwningOpRef<ModuleOp> importModel(MLIRContext &context, const dsl::Model &model) {
  context.loadDialect<nn::NnDialect, ramp::RampDialect, func::FuncDialect>();
  return ModelImporter(context, model).run();
}

}  // namespace offramp
