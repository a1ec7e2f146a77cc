// choose-program: from the structure of a model to its programs, one function per phase and form (worked example, rule 3).
// Collect (every stage runs, per-stage values are stacked): `<phase>.loss`, `<table>.measure`, `evaluate`. Walk (samples leave): `infer`.
// The exit rule is the same function in the walk and in `evaluate`. Nothing is pruned by rows here: that is demand-rows.
#include "compiler/autodiff/Simplify.h"
#include "compiler/dialect/Form.h"
#include "compiler/dialect/Ramp.h"
#include "compiler/transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

#include <map>

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_CHOOSEPROGRAM
#include "compiler/transforms/Passes.h.inc"

namespace {

using ramp::AttachOp;
using ramp::ReadKind;

/// One program under construction. Stages and attachments are called when something asks for them, each at most once, so a program
/// runs what it reads and no more.
class Program {
public:
  Program(ramp::ModelOp model, StringRef name, StringRef kind) : model(model), builder(model) {
    auto module = cast<ModuleOp>(model->getParentOp());
    builder.setInsertionPointToEnd(module.getBody());
    f = builder.create<func::FuncOp>(model.getLoc(), name, builder.getFunctionType({}, {}));
    f->setAttr("nn.program", builder.getStringAttr(kind));
    entry = f.addEntryBlock();
    builder.setInsertionPointToStart(entry);
    loc = model.getLoc();
    addArguments<ramp::InputOp>("nn.input", [](ramp::InputOp op) { return op.getType(); });
    addArguments<ramp::TableOp>("nn.table", [](ramp::TableOp op) { return op.getType(); });
    addArguments<ramp::SettingOp>("nn.setting", [&](ramp::SettingOp) { return RankedTensorType::get({}, builder.getF32Type()); });
    backbone = model.only<ramp::BackboneOp>();
    for (auto state : model.parts<ramp::StateOp>()) states.push_back(constantOf(state.getType(), state.getInitial().convertToDouble()));
  }

  int64_t depth() { return backbone.getStages().size(); }
  OpBuilder &at() { return builder; }
  void setLocation(Location where) { loc = where; }
  Location where() { return loc; }
  ArrayRef<std::string> usedInstances() { return used; }
  /// From here on these instances run in the form of training.
  void train(ArrayRef<StringRef> paths) { trained.insert(paths.begin(), paths.end()); }

  /// Result of stage `s`, from 1; 0 is the embedding.
  Value stage(int64_t s) {
    if (s < (int64_t)hidden.size()) return hidden[s];
    Value h;
    if (s == 0) {
      SmallVector<Value> operands;
      for (Attribute input : backbone.getReads()) operands.push_back(arguments["nn.input"].lookup(cast<StringAttr>(input).getValue()));
      h = callInstance(backbone.getEmbedAttr(), backbone.getTrainEmbedAttr(), backbone.getEmbedInstance(), operands, 0);
    } else {
      Value before = stage(s - 1);
      h = callInstance(backbone.getStages()[s - 1], trainForm(backbone.getTrainStagesAttr(), s), text(backbone.getInstances()[s - 1]), before, s);
      h.getDefiningOp()->setAttr("nn.stage", builder.getI64IntegerAttr(s));
    }
    hidden.push_back(h);
    return h;
  }

  /// An attachment's value after stage `s`. Inside an `exit_if` it is not remembered: it does not dominate what follows.
  Value attachment(StringRef name, int64_t s) {
    auto key = std::pair(name.str(), s);
    if (auto known = attached.find(key); known != attached.end()) return known->second;
    auto attach = model.part<AttachOp>(name);
    SmallVector<Value> operands;
    for (Attribute argument : attach.getArguments()) operands.push_back(text(argument) == "h" ? stage(s) : attachment(text(argument), s));
    Value value = callInstance(attach.getFunctions()[s - 1], trainForm(attach.getTrainFunctionsAttr(), s), text(attach.getInstances()[s - 1]), operands, s);
    if (builder.getInsertionBlock() == entry) attached[key] = value;
    return value;
  }

  Value stacked(StringRef name) {
    SmallVector<Value> values;
    for (size_t s = 1, n = model.part<AttachOp>(name).getFunctions().size(); s <= n; ++s) values.push_back(attachment(name, s));
    return stack(values);
  }

  /// Per-stage values with a leading dimension of stages.
  Value stack(ArrayRef<Value> values) {
    nn::Form form = nn::formOf(values[0]);
    SmallVector<int64_t> shape{(int64_t)values.size()};
    shape.append(form.item);
    return builder.create<nn::StackOp>(loc, nn::SampleType::get(builder.getContext(), shape, form.element), values);
  }

  /// What `reads` names, as operands. `s`: the stage of a rule.
  SmallVector<Value> readAll(ArrayAttr reads, int64_t s) {
    SmallVector<Value> values;
    for (auto read : reads.getAsRange<ramp::ReadAttr>()) {
      switch (read.getKind()) {
      case ReadKind::Stacked: values.push_back(stacked(read.getName())); break;
      case ReadKind::Here: values.push_back(attachment(read.getName(), s)); break;
      case ReadKind::Input: values.push_back(arguments["nn.input"].lookup(read.getName())); break;
      case ReadKind::Table: values.push_back(arguments["nn.table"].lookup(read.getName())); break;
      case ReadKind::Setting: values.push_back(arguments["nn.setting"].lookup(read.getName())); break;
      case ReadKind::State: values.push_back(states[model.slotOf<ramp::StateOp>(read.getName())]); break;
      case ReadKind::Stage: values.push_back(sharedConstant((double)s)); break;
      }
    }
    return values;
  }

  struct Decision {
    Value leave, decision;
  };
  /// The rule after stage `s`; the states move on.
  Decision rule(int64_t s) {
    auto infer = model.only<ramp::InferOp>();
    SmallVector<Value> results = call(infer.getFunctionAttr(), readAll(infer.getReads(), s), s);
    for (auto [i, state] : llvm::enumerate(states)) state = results[2 + i];
    return {results[0], results[1]};
  }

  /// Calls a function without weights; every result is made per sample.
  SmallVector<Value> call(FlatSymbolRefAttr callee, ValueRange operands, int64_t s) {
    SmallVector<Value> results;
    for (Value result : emitCall(callee, operands, s)) results.push_back(perSample(result));
    return results;
  }

  Value perSample(Value value) {
    if (isa<nn::SampleType>(value.getType())) return value;
    auto tensor = cast<RankedTensorType>(value.getType());
    return builder.create<nn::BroadcastOp>(loc, nn::SampleType::get(builder.getContext(), tensor.getShape(), tensor.getElementType()), value);
  }

  Value sharedConstant(double value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return builder.create<nn::ConstantOp>(loc, type, DenseElementsAttr::get(type, (float)value));
  }
  Value constantOf(Type type, double value) {
    auto sample = cast<nn::SampleType>(type);
    auto shared = RankedTensorType::get(sample.getShape(), sample.getElementType());
    Attribute element = isa<FloatType>(sample.getElementType()) ? Attribute(builder.getFloatAttr(sample.getElementType(), value))
                                                                : builder.getIntegerAttr(sample.getElementType(), (int64_t)value);
    Value constant = builder.create<nn::ConstantOp>(loc, shared, DenseElementsAttr::get(shared, element));
    return builder.create<nn::BroadcastOp>(loc, type, constant);
  }

  /// Ends the program; what nothing reads is dropped.
  func::FuncOp finish(ValueRange results = {}) {
    builder.create<func::ReturnOp>(loc, results);
    f.setFunctionType(builder.getFunctionType(entry->getArgumentTypes(), results.getTypes()));
    f.setAllArgAttrs(argumentAttributes);
    nn::eraseUnreadWithArguments(cast<ModuleOp>(model->getParentOp()), f);
    return f;
  }

private:
  static StringRef text(Attribute a) { return cast<StringAttr>(a).getValue(); }

  template <typename Part> void addArguments(StringRef attribute, llvm::function_ref<Type(Part)> typeOf) {
    int64_t slot = 0;
    for (Part part : model.parts<Part>()) {
      arguments[attribute][part.getSymName()] = entry->addArgument(typeOf(part), part.getLoc());
      argumentAttributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(attribute, builder.getI64IntegerAttr(slot++))));
    }
  }

  static Attribute trainForm(ArrayAttr forms, int64_t s) { return forms ? forms[s - 1] : Attribute(); }

  /// Calls `plain`, or `forTraining` (null: the same) where the program trains the instance.
  Value callInstance(Attribute plain, Attribute forTraining, StringRef path, ValueRange operands, int64_t s) {
    auto callee = cast<FlatSymbolRefAttr>(forTraining && trained.contains(path) ? forTraining : plain);
    SmallVector<Value> all(operands);
    auto function = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), callee);
    auto weights = function.getNumArguments() ? dyn_cast<nn::WeightsType>(function.getArgumentTypes().back()) : nn::WeightsType();
    if (weights) {
      auto instance = FlatSymbolRefAttr::get(builder.getContext(), path);
      all.push_back(builder.create<nn::WeightsOp>(loc, weights, instance));
      if (!llvm::is_contained(used, path.str())) used.push_back(path.str());
    }
    return emitCall(callee, all, s)[0];
  }

  SmallVector<Value> emitCall(FlatSymbolRefAttr callee, ValueRange operands, int64_t s) {
    auto function = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), callee);
    if (s > 0) function = atStage(function, s);
    auto call = builder.create<func::CallOp>(loc, function, operands);
    return SmallVector<Value>(call.getResults());
  }

  /// Equal stages share one function, but their draws must differ: a function that draws gets a copy per stage (worked example, rule 9).
  func::FuncOp atStage(func::FuncOp function, int64_t s) {
    if (function.getBody().getOps<nn::UniformOp>().empty()) return function;
    std::string name = (function.getSymName() + ".at." + Twine(s)).str();
    if (auto known = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(model->getParentOp(), builder.getStringAttr(name))) return known;
    func::FuncOp copy = function.clone();
    copy.setSymName(name);
    for (auto draw : copy.getBody().getOps<nn::UniformOp>()) draw.setStage(s);
    function->getBlock()->getOperations().insertAfter(function->getIterator(), copy);
    return copy;
  }

  ramp::ModelOp model;
  ramp::BackboneOp backbone;
  OpBuilder builder;
  Location loc = builder.getUnknownLoc();
  func::FuncOp f;
  Block *entry = nullptr;
  llvm::StringMap<llvm::StringMap<Value>> arguments;  ///< by attribute, then name
  SmallVector<DictionaryAttr> argumentAttributes;
  SmallVector<Value> hidden;
  std::map<std::pair<std::string, int64_t>, Value> attached;
  SmallVector<Value> states;
  std::vector<std::string> used;
  llvm::StringSet<> trained;
};

/// The walk: after each stage the rule, then those who leave. Attachments that only leavers need are computed among them.
void makeInfer(ramp::ModelOp model) {
  auto infer = model.only<ramp::InferOp>();
  Program program(model, "infer", "infer");
  program.setLocation(infer.getLoc());
  OpBuilder &builder = program.at();
  for (int64_t s = 1; s < program.depth(); ++s) {
    program.stage(s);
    Program::Decision d = program.rule(s);
    auto exit = builder.create<nn::ExitIfOp>(program.where(), d.leave);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&exit.getBody().emplaceBlock());
    Value answer = program.attachment(infer.getValue(), s);
    builder.create<nn::LeaveWithOp>(program.where(), answer, d.decision, s);
  }
  Value answer = program.attachment(infer.getValue(), program.depth());
  builder.create<nn::LeaveWithOp>(program.where(), answer, Value(), program.depth());
  program.finish();
}

/// Every stage's answer, and what the rule says at each: exits are simulated from these, at any threshold of the same rule.
void makeEvaluate(ramp::ModelOp model) {
  auto infer = model.only<ramp::InferOp>();
  Program program(model, "evaluate", "evaluate");
  program.setLocation(infer.getLoc());
  OpBuilder &builder = program.at();
  auto scalar = nn::SampleType::get(builder.getContext(), {}, builder.getF32Type());
  SmallVector<Value> leave, decision;
  for (int64_t s = 1; s < program.depth(); ++s) {
    Program::Decision d = program.rule(s);
    leave.push_back(builder.create<nn::CastOp>(program.where(), scalar, d.leave));
    decision.push_back(d.decision);
  }
  Value answers = program.stacked(infer.getValue());
  leave.push_back(program.constantOf(scalar, 1));
  decision.push_back(program.constantOf(scalar, 0));
  builder.create<nn::CollectOp>(program.where(), answers, "logits", 0);
  builder.create<nn::CollectOp>(program.where(), program.stack(leave), "leave", 1);
  builder.create<nn::CollectOp>(program.where(), program.stack(decision), "decision", 2);
  program.finish();
}

/// Instances of what a phase updates.
SmallVector<StringRef> updatedInstances(ramp::ModelOp model, ramp::TrainOp train) {
  llvm::SetVector<StringRef, SmallVector<StringRef>> named;
  for (Attribute name : train.getUpdates()) {
    if (auto attach = model.part<AttachOp>(cast<StringAttr>(name).getValue())) {
      for (Attribute path : attach.getInstances()) named.insert(cast<StringAttr>(path).getValue());
      continue;
    }
    auto backbone = model.only<ramp::BackboneOp>();
    named.insert(backbone.getEmbedInstance());
    for (Attribute path : backbone.getInstances()) named.insert(cast<StringAttr>(path).getValue());
  }
  return named.takeVector();
}

/// A table may be measured in several phases, and a phase may be written twice: `name`, `name.2` … noted on the phase as `ramp.program`.
std::string programName(Operation *phase, std::string name) {
  std::string unique = name;
  for (int n = 2; SymbolTable::lookupNearestSymbolFrom(phase->getParentOp()->getParentOp(), StringAttr::get(phase->getContext(), unique)); ++n)
    unique = name + "." + std::to_string(n);
  phase->setAttr("ramp.program", FlatSymbolRefAttr::get(phase->getContext(), unique));
  return unique;
}

LogicalResult makeLoss(ramp::ModelOp model, ramp::TrainOp train) {
  Program program(model, programName(train, (train.getName() + ".loss").str()), "loss");
  program.setLocation(train.getLoc());
  SmallVector<StringRef> updates = updatedInstances(model, train);
  program.train(updates);
  OpBuilder &builder = program.at();
  SmallVector<Value> results = program.call(train.getFunctionAttr(), program.readAll(train.getReads(), 0), 0);
  for (auto [slot, value] : llvm::enumerate(results)) builder.create<nn::ReportOp>(program.where(), value, slot);
  auto shared = RankedTensorType::get({}, builder.getF32Type());
  Value mean = builder.create<nn::MeanSamplesOp>(program.where(), shared, results[0]);
  func::FuncOp f = program.finish(mean);
  llvm::erase_if(updates, [&](StringRef path) { return !llvm::is_contained(program.usedInstances(), path); });  // what is not read has no gradient
  if (updates.empty()) return train.emitOpError("the objective reads no weight of what the phase updates");
  f->setAttr("nn.updates", builder.getStrArrayAttr(updates));
  return success();
}

void makeMeasure(ramp::ModelOp model, ramp::MeasureOp measure) {
  Program program(model, programName(measure, (measure.getTable() + ".measure").str()), "measure");
  program.setLocation(measure.getLoc());
  SmallVector<Value> results = program.call(measure.getFunctionAttr(), program.readAll(measure.getReads(), 0), 0);
  program.at().create<nn::WriteTableOp>(program.where(), results[0], measure.getTable());
  program.finish();
}

struct ChooseProgram : impl::ChooseProgramBase<ChooseProgram> {
  using ChooseProgramBase::ChooseProgramBase;

  bool wants(StringRef kind) { return programs.empty() || llvm::is_contained(programs, kind); }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (StringRef kind : programs)
      if (!llvm::is_contained({"loss", "measure", "evaluate", "infer"}, kind))
        return module.emitError("choose-program: `") << kind << "` is not one of loss, measure, evaluate, infer", signalPassFailure();
    auto models = llvm::to_vector(module.getOps<ramp::ModelOp>());
    if (models.size() != 1) {
      module.emitError("choose-program needs one ramp.model, found ") << models.size();
      return signalPassFailure();
    }
    ramp::ModelOp model = models[0];
    for (auto program : module.getOps<func::FuncOp>())
      if (program->hasAttr("nn.program")) return program.emitOpError("programs were chosen before"), signalPassFailure();
    if (wants("loss"))
      for (auto train : model.parts<ramp::TrainOp>())
        if (failed(makeLoss(model, train))) return signalPassFailure();
    if (wants("measure"))
      for (auto measure : model.parts<ramp::MeasureOp>()) makeMeasure(model, measure);
    if (wants("evaluate")) makeEvaluate(model);
    if (wants("infer")) makeInfer(model);
  }
};

}  // namespace
}  // namespace offramp
