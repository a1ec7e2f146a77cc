// What a name of the model means at each place: parameters, inputs, attachments, tables, states, definitions. See
// ModelElaborator.h. Definitions (`ce = …`) are evaluated where they are used, once per function.
#include "dsl/sema/ModelElaborator.h"

#include <fmt/format.h>

#include <numeric>

namespace offramp::dsl::sema {

ModelElaborator::Building::Building(ModelElaborator &m, Place place, bool training)
    : m(m), savedBuilder(m.evaluator.builder), savedPlace(m.place), savedTraining(m.evaluator.training) {
  savedDefinitions.swap(m.definitionValues);
  savedReads.swap(m.readParametersOfFunction);
  m.evaluator.builder = &builder;
  m.place = place;
  m.evaluator.training = training;
}

ModelElaborator::Building::~Building() {
  m.evaluator.builder = savedBuilder;
  m.place = savedPlace;
  m.evaluator.training = savedTraining;
  m.definitionValues.swap(savedDefinitions);
  m.readParametersOfFunction.swap(savedReads);
}

std::unique_ptr<Frame> ModelElaborator::modelFrame() {
  auto frame = std::make_unique<Frame>();
  frame->module = &module;
  frame->environment = this;
  return frame;
}

void ModelElaborator::fail(const DiagnosticKind &kind, SourceRange range, const std::string &message, const std::string &hint) {
  Frame frame;
  evaluator.fail(kind, range, message, frame, hint);
}

Tensor ModelElaborator::parameterOf(const std::string &name, Type type, Read::Kind kind, std::vector<std::string> axes) {
  auto it = readParametersOfFunction.find(name);
  if (it != readParametersOfFunction.end()) return it->second;
  Tensor out;
  out.type = type;
  out.axes = std::move(axes);
  out.axes.resize(type.shape.size());
  out.id = evaluator.builder->parameter(name, type, Read{kind, name});
  return readParametersOfFunction[name] = out;
}

/// L12: arithmetic in a phase or rule reads the setting at run time; anywhere else the parameter is compile time.
Value ModelElaborator::readSetting(const std::string &name) {
  const Setup &setup = parameters.at(name);
  if (!compileTime.count(name) && evaluator.builder && (place == Place::Collect || place == Place::Rule)) {
    Tensor out = parameterOf(name, Type{Dtype::F32, false, {}}, Read::SettingValue, {});
    out.isSetting = true;
    return out;
  }
  if (compileTime.insert(name).second) grew = true;
  return setup.value;
}

Tensor ModelElaborator::readInput(const Input &input) {
  std::vector<std::string> axes;
  if (input.kind == Input::Tokens) axes = {"T"};
  Tensor out = parameterOf(input.name, input.type, Read::InputField, axes);
  if (input.kind == Input::Label) out.classes = input.classes;
  if (input.kind == Input::Tokens) out.vocabulary = input.classes, out.maxRows = input.maxRows;
  return out;
}

Value ModelElaborator::attachedValue(const Attached &attached, Tensor tensor) {
  if (!attached.policy) return tensor;
  auto record = std::make_shared<Record>();
  record->kind = "bernoulli";
  record->fields["logit"] = tensor;
  record->fields["p"] = evaluator.operations(attached.where).elementwise("sigmoid", tensor);
  return record;
}

std::optional<Value> ModelElaborator::lookupAttached(const Attached &attached, SourceRange where) {
  if (place == Place::Static || place == Place::Embed)
    fail(kind::notStatic, where, fmt::format("`{}` is computed by the network and is not known here", attached.name));
  if (!evaluator.builder) fail(kind::notStatic, where, fmt::format("`{}` is computed by the network and is not known before anything runs", attached.name));
  if (place == Place::Attach) {
    if ((size_t)currentStage > attached.types.size())
      fail(kind::policyValue, where, fmt::format("the policy `{}` has no instance after the last stage", attached.name));
    return attachedValue(attached, parameterOf(attached.name, attached.types[currentStage - 1], Read::Here, attached.axes[currentStage - 1]));
  }
  if (attached.types.empty()) fail(kind::policyValue, where, fmt::format("the policy `{}` has no instance: the network has one stage", attached.name));
  for (size_t s = 1; s < attached.types.size(); ++s)
    if (!(attached.types[s] == attached.types[0]))
      fail(kind::shapeMismatch, where, fmt::format("`{}` cannot be read here: it is {} after stage 1 and {} after stage {}", attached.name,
                                                   describe(attached.types[0]), describe(attached.types[s]), s + 1));
  if (place == Place::Rule) return attachedValue(attached, parameterOf(attached.name, attached.types[0], Read::Here, attached.axes[0]));
  Type type = attached.types[0];
  if (!type.shape.empty() && type.shape[0] == kRows)
    fail(kind::rowAxis, where, fmt::format("`{}` has rows and cannot be stacked over stages", attached.name));
  type.shape.insert(type.shape.begin(), (int64_t)attached.types.size());  // L14: L for heads, L - 1 for policies
  std::vector<std::string> axes = attached.axes[0];
  axes.insert(axes.begin(), attached.policy ? "decisions" : "stages");
  return attachedValue(attached, parameterOf(attached.name, type, Read::Stacked, axes));
}

Value ModelElaborator::definition(const ast::Binding &binding, SourceRange where) {
  const std::string &name = binding.name.text;
  if (auto it = definitionValues.find(name); it != definitionValues.end()) {
    if (it->second.isPoison()) throw Failed{};
    return it->second;
  }
  if (!beingDefined.insert(name).second) fail(kind::unknownName, where, fmt::format("`{}` is defined by itself", name));
  struct Done {
    std::set<std::string> &set;
    const std::string &name;
    ~Done() { set.erase(name); }
  } done{beingDefined, name};
  auto frame = modelFrame();
  definitionValues[name] = Poison{};
  Value value = evaluator.evaluate(*binding.value, *frame);
  if (evaluator.builder) definitionValues[name] = value;
  else definitionValues.erase(name);
  return value;
}

std::optional<Value> ModelElaborator::lookup(const std::string &name, SourceRange where) {
  if (auto it = parameters.find(name); it != parameters.end()) {
    Setup &setup = it->second;
    setup.read = true;
    if (setup.ofInfer && place != Place::Rule)
      fail(kind::unknownName, where, fmt::format("`{}` is a parameter of `infer` and is not known here", name), "make it a parameter of the model");
    if (setup.value.kind == Static::Bool || compileTime.count(name)) return Value(setup.value);
    return Value(SettingRef{name});
  }
  int64_t depth = (int64_t)result.stages.size();
  if (name == "depth" || name == "stages") {
    if (depth == 0) fail(kind::unknownName, where, fmt::format("`{}` is not known before the backbone", name));
    return Value(Static::number(depth));
  }
  if (name == "stage") {
    if (place == Place::Attach) return Value(Static::number(currentStage));
    if (place == Place::Rule && evaluator.builder)  // an int, so that it may be an index: `thresholds[stage - 1]`
      return Value(evaluator.operations(where).cast(parameterOf("stage", Type{Dtype::F32, false, {}}, Read::StageNumber, {}), Dtype::I32));
    if (place != Place::Collect) fail(kind::notStatic, where, "`stage` is not known here");
    Static numbers{Static::Int, {depth}, {"stages"}, std::vector<double>(depth)};
    std::iota(numbers.data.begin(), numbers.data.end(), 1.0);
    return Value(numbers);
  }
  if (place == Place::Attach && name == stateName && !stageTypes.empty()) {
    if (!evaluator.builder) fail(kind::notStatic, where, fmt::format("`{}` is computed by the network and is not known before anything runs", name));
    return Value(parameterOf("h", stageTypes[currentStage - 1], Read::Here, stageAxes[currentStage - 1]));
  }
  for (const Attached &attached : attachments)
    if (attached.name == name) return lookupAttached(attached, where);
  for (const Input &input : result.inputs) {
    if (input.name != name) continue;
    if (input.kind == Input::Label && place == Place::Rule)  // L16
      fail(kind::labelInInfer, where, fmt::format("the label `{}` cannot be read in `infer`: there is none when a model is used", name));
    if (place == Place::Rule) fail(kind::exitRule, where, fmt::format("the exit rule cannot read the input `{}`", name), "it reads attachments, states, settings and `stage`");
    if (place == Place::Attach) fail(kind::attachment, where, fmt::format("`{}` cannot be read after a stage", name), "attachments read the stage's state and earlier attachments");
    if (place == Place::Embed && input.kind == Input::Label) fail(kind::labelInInfer, where, fmt::format("the backbone cannot read the label `{}`", name));
    if (!evaluator.builder) fail(kind::notStatic, where, fmt::format("`{}` is not known before anything runs", name));
    return Value(readInput(input));
  }
  for (const Table &table : result.tables) {
    if (table.name != name) continue;
    if (place != Place::Collect || !evaluator.builder)
      fail(kind::tableValue, where, fmt::format("the table `{}` is kept for training samples and can be read in phases only", name));
    return Value(parameterOf(name, table.type, Read::TableValue, {}));
  }
  for (const State &state : result.states) {
    if (state.name != name) continue;
    if (place != Place::Rule || !evaluator.builder) fail(kind::stateRule, where, fmt::format("the state `{}` is carried by the exit rule and can be read in `infer` only", name));
    return Value(parameterOf(name, state.type, Read::StateValue, {}));
  }
  if (auto it = definitions.find(name); it != definitions.end()) return definition(*it->second, where);
  return {};
}

std::vector<std::string> ModelElaborator::names() const {
  std::vector<std::string> out = {"depth", "stage", "stages"};
  for (auto &[name, where] : declared) out.push_back(name);
  return out;
}

}  // namespace offramp::dsl::sema
