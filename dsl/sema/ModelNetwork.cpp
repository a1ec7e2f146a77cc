// The network of a model: the backbone cut into `embed` and stages, and the table of distinct functions.
// Every instance is elaborated with its own stage number and in both forms (inference and training); equal results are
// one function, so equal stages share code and differ in weights only.
#include "dsl/sema/ModelElaborator.h"

#include "dsl/sema/Limits.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

int ModelElaborator::addFunction(Function function, const std::string &name) {
  function.name.clear();
  for (size_t i = 0; i < originals.size(); ++i)
    if (sameFunction(originals[i], function)) return (int)i;
  originals.push_back(function);
  int64_t sites = 0;  // draws are numbered anew so that two functions never share a site
  for (Node &node : function.nodes)
    if (auto it = node.attributes.find("site"); node.op == "uniform" && it != node.attributes.end()) {
      sites = std::max(sites, std::get<int64_t>(it->second));
      it->second = nextSite - 1 + std::get<int64_t>(it->second);
    }
  nextSite += sites;
  int count = ++usedFunctionNames[name];
  function.name = count == 1 ? name : fmt::format("{}_{}", name, count);
  result.functions.push_back(std::move(function));
  return (int)result.functions.size() - 1;
}

/// The state after `embed` or a stage: f32 of one sample, of the declared type.
Tensor ModelElaborator::stageState(const ast::Routine &routine, const Value &value, SourceRange where, Frame &setting) {
  Frame check;  // free names of the declared type are bound anew for every stage: stages may differ in shape
  check.module = setting.module;
  check.routine = &routine;
  check.callSite = setting.callSite;
  for (auto &[name, known] : setting.scope.variables) check.scope.variables[name] = known;
  Evaluator::Renames renames;
  Value bound = evaluator.bindType(*routine.result, value, where, stateName, check, check, renames);
  auto *t = bound.as<Tensor>();
  if (!t || renames.lifted || t->type.dtype != Dtype::F32)
    evaluator.fail(kind::stageResult, where, fmt::format("`{}` is {} when it should be `{}`", stateName, describe(bound), evaluator.written(routine.result->range)), check);
  if (!t->type.perSample) evaluator.fail(kind::stageResult, where, fmt::format("`{}` does not depend on the input", stateName), check);
  return *t;
}

void ModelElaborator::buildBackbone(const ast::Binding &binding) {
  if (result.stages.size()) fail(kind::duplicateName, binding.name.range, "a model has one backbone");
  if (!declared.emplace("backbone", binding.name.range).second) throw Failed{};
  auto *call = binding.value->as<ast::Call>();
  auto *calleeName = call ? call->callee->as<ast::Name>() : nullptr;
  Value callee = calleeName ? [&] { auto f = modelFrame(); return evaluator.evaluate(*call->callee, *f); }() : Value();
  auto *function = callee.as<FunctionRef>();
  if (!function || !function->routine || function->routine->routine->kind != ast::RoutineKind::Backbone)
    fail(kind::stageResult, binding.value->range, "the backbone of a model is a call of a `backbone` routine", "for example `backbone = vit(patch = 7, stages = 6, width = 128, heads = 4)(image)`");
  const ast::Routine &routine = *function->routine->routine;
  bool twoLists = routine.statics && !routine.staticsInBrackets;
  if (call->lists.size() != (twoLists ? 2 : 1))
    fail(kind::argumentCount, call->lists.back().range, twoLists ? fmt::format("`{}` takes two argument lists: compile-time arguments, then values", routine.name.text) : fmt::format("`{}` takes one argument list", routine.name.text));
  if (!routine.result || !routine.resultName)
    fail(kind::stageResult, routine.name.range, "a backbone names its result", "write `-> h: f32[T, D]`");
  stateName = routine.resultName->text;

  for (bool training : {false, true}) {
    Building building(*this, Place::Embed, training);
    auto text = modelFrame();
    Arguments statics;
    if (twoLists) statics = evaluator.evaluateArguments(call->lists[0], *text);
    else if (call->brackets) statics = evaluator.evaluateArguments(*call->brackets, *text);
    Frame frame;
    frame.module = function->routine->module;
    frame.routine = &routine;
    frame.callSite = binding.value->range;
    frame.mayOwnWeights = true;
    evaluator.bindStatics(routine, statics, binding.value->range, frame, *text);
    std::map<std::string, Value> compileTimeOnly = frame.scope.variables;
    Evaluator::Renames renames;
    Arguments arguments = evaluator.evaluateArguments(call->lists.back(), *text);
    auto &parameters = routine.parameters.parameters;
    if (arguments.size() != parameters.size())
      fail(kind::argumentCount, call->lists.back().range, fmt::format("`{}` takes {} value{}, found {}", routine.name.text, parameters.size(), parameters.size() == 1 ? "" : "s", arguments.size()));
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (arguments[i].name && arguments[i].name->text != parameters[i].name.text)
        fail(kind::unknownArgument, arguments[i].name->range, fmt::format("parameter {} of `{}` is `{}`", i + 1, routine.name.text, parameters[i].name.text));
      frame.scope.variables[parameters[i].name.text] = evaluator.bindType(parameters[i].type, arguments[i].value, arguments[i].range, parameters[i].name.text, frame, *text, renames);
      if (renames.lifted) {  // a network has one input, not one for each entry of a leading dimension
        auto *t = arguments[i].value.as<Tensor>();
        fail(kind::shapeMismatch, arguments[i].range, fmt::format("`{}` is {} when it should be `{}`", parameters[i].name.text, t ? describe(t->type, t->classes) : describe(arguments[i].value), evaluator.written(parameters[i].type.range)),
             fmt::format("`{}` reads one such value per sample; write a backbone for this input", routine.name.text));
      }
    }
    size_t next = 0;
    const auto &statements = routine.body.statements;
    for (; next < statements.size() && !statements[next].as<ast::Stage>(); ++next)
      if (evaluator.runStatement(statements[next], frame))
        evaluator.fail(kind::stageResult, statements[next].range, fmt::format("a backbone assigns `{}` and does not return", stateName), frame);
    Value *embedded = frame.scope.find(stateName);
    if (!embedded)
      evaluator.fail(kind::stageResult, routine.resultName->range, fmt::format("`{}` has no value before the first stage", stateName), frame);
    SourceRange where = next > 0 ? statements[next - 1].range : routine.resultName->range;
    Frame setting;  // what a stage sees: compile-time values and `h`
    setting.module = frame.module;
    setting.routine = &routine;
    setting.callSite = frame.callSite;
    for (auto &[name, value] : frame.scope.variables)
      if ((value.as<Static>() || value.as<FunctionRef>()) && name != stateName) setting.scope.variables[name] = value;
    Tensor state = stageState(routine, *embedded, where, setting);
    std::vector<Read> reads;
    Function embed = building.builder.finish("", {state.id}, false, &reads);
    int index = addFunction(embed, "embed");
    if (training) {
      if (index != result.embed.function) result.embed.trainFunction = index;
      continue;
    }
    result.embed = Instance{"embed", index, -1};
    for (const Read &read : reads) result.embedReads.push_back(read.name);
    if (reads.empty()) evaluator.fail(kind::stageResult, where, fmt::format("`{}` does not depend on an input", stateName), frame);
    result.rowsPerSample = state.type.shape.empty() || state.type.shape[0] != kRows ? -1 : 0;
    for (const Node &node : result.functions[index].nodes)
      if (node.op == "to_rows") result.rowsPerSample = result.functions[index].typeOf(node.operands[0]).shape[0];
    if (next == statements.size()) evaluator.fail(kind::stageResult, routine.name.range, fmt::format("the backbone `{}` has no stage", routine.name.text), frame);
    for (; next < statements.size(); ++next) {
      if (!statements[next].as<ast::Stage>()) evaluator.fail(kind::stageResult, statements[next].range, "after the first stage only stages follow", frame);
      buildStages(routine, statements[next], setting, state);
    }
  }
}

void ModelElaborator::buildStages(const ast::Routine &routine, const ast::Statement &statement, Frame &setting, Tensor &state) {
  const ast::Stage &stage = *statement.as<ast::Stage>();
  if (!stage.counter) return buildStage(routine, stage.body, "", 0, setting, state);
  int64_t first = evaluator.evaluateInt(*stage.counter->first, setting, "the first stage");
  int64_t last = evaluator.evaluateInt(*stage.counter->last, setting, "the number of stages");
  if (last < first) evaluator.fail(kind::outOfRange, stage.counter->last->range, fmt::format("there is no stage from {} to {}", first, last), setting);
  if (last - first >= kMaxStages) evaluator.fail(kind::tooLarge, stage.counter->last->range, fmt::format("more than {} stages", kMaxStages), setting);
  for (int64_t k = first; k <= last; ++k) buildStage(routine, stage.body, stage.counter->variable.text, k, setting, state);
}

void ModelElaborator::buildStage(const ast::Routine &routine, const ast::Block &body, const std::string &counter, int64_t number, Frame &setting, Tensor &state) {
  if ((int64_t)result.stages.size() >= kMaxStages) evaluator.fail(kind::tooLarge, body.range, fmt::format("more than {} stages", kMaxStages), setting);
  Instance instance{fmt::format("stage.{}", result.stages.size() + 1), -1, -1};
  Tensor after;
  for (bool training : {false, true}) {
    Building building(*this, Place::Embed, training);
    Frame frame;
    frame.module = setting.module;
    frame.routine = &routine;
    frame.callSite = setting.callSite;
    frame.mayOwnWeights = true;
    frame.scope.variables = setting.scope.variables;
    if (!counter.empty()) frame.scope.variables[counter] = Static::number(number);
    Tensor input = state;
    input.id = building.builder.parameter("h", state.type, Read{Read::Here, "h"});
    frame.scope.variables[stateName] = input;
    if (evaluator.run(body, frame)) evaluator.fail(kind::stageResult, body.range, fmt::format("a stage assigns `{}` and does not return", stateName), frame);
    after = stageState(routine, *frame.scope.find(stateName), body.statements.empty() ? body.range : body.statements.back().range, setting);
    if (after.id == input.id) evaluator.fail(kind::stageResult, body.range, fmt::format("this stage does not change `{}`", stateName), frame);
    int index = addFunction(building.builder.finish("", {after.id}, true), training ? "stage.train" : "stage");
    if (!training) instance.function = index;
    else if (index != instance.function) instance.trainFunction = index;
  }
  after.id = -1;
  state = after;
  stageTypes.push_back(after.type);
  stageAxes.push_back(after.axes);
  result.stages.push_back(instance);
}

}  // namespace offramp::dsl::sema
