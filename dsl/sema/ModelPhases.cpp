// Phases: objectives of `train`, rollouts, values of `measure`, and tables. A phase is one function of one sample; the
// mean over the samples of a step is the only implied reduction (L17).
#include "dsl/sema/ModelElaborator.h"

#include "dsl/sema/Limits.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

void ModelElaborator::readTable(const ast::Table &table) {
  checkNewName(table.name);
  const std::string &type = table.type.name.text;
  if ((type != "int" && type != "f32") || table.type.dimensions || table.type.arguments)
    fail(kind::tableValue, table.type.range, "a table holds one int or f32 per training sample");
  auto frame = modelFrame();
  Static initial = evaluator.evaluateStatic(*table.initial, *frame, "the start of a table");
  if (!initial.isScalar() || initial.kind == Static::Bool || (type == "int" && initial.kind != Static::Int))
    fail(kind::tableValue, table.initial->range, fmt::format("a table of `{}` cannot start with {}", type, describe(Value(initial))));
  Table out;
  out.name = table.name.text;
  out.type = Type{type == "int" ? Dtype::I32 : Dtype::F32, true, {}};
  out.initial = initial.data[0];
  out.where = table.name.range;
  result.tables.push_back(out);
}

/// One number per sample: what objectives, tables and metrics are.
static bool isSampleNumber(const Tensor &t) { return t.type.perSample && t.type.shape.empty() && t.type.dtype == Dtype::F32; }

static Tensor meanOfAll(Operations ops, Tensor t) {
  if (t.type.dtype != Dtype::F32) t = ops.cast(t, Dtype::F32);
  while (!t.type.shape.empty()) t = std::get<Tensor>(ops.reduce("mean", t, 0).v);
  return t;
}

void ModelElaborator::rollout(const ast::Rollout &rollout, Frame &frame, std::vector<std::pair<std::string, Tensor>> &metrics) {
  const std::string &name = rollout.name.text;
  if (frame.scope.variables.count(name)) fail(kind::duplicateName, rollout.name.range, fmt::format("`{}` is declared already", name));
  frame.scope.variables[name] = Poison{};
  Value policy = Nothing{};
  SourceRange policyRange = rollout.arguments.range;
  int64_t copies = 0;
  for (const ast::Argument &argument : rollout.arguments.arguments) {
    if (!argument.name) {
      policyRange = argument.range;
      policy = evaluator.evaluate(*argument.value, frame);
    } else if (argument.name->text == "copies") {
      copies = evaluator.evaluateInt(*argument.value, frame, "`copies`");
      if (copies < 1 || copies > kMaxStaticElements) fail(kind::outOfRange, argument.value->range, fmt::format("`copies` is {} when it should be at least 1", copies));
    } else {
      fail(kind::unknownArgument, argument.name->range, fmt::format("a rollout has no option `{}`", argument.name->text), "write `rollout ep(gate, copies = 8)`");
    }
  }
  auto *record = policy.record();
  if (!record || record->kind != "bernoulli")
    fail(kind::rolloutUse, policyRange, std::holds_alternative<Nothing>(policy.v) ? "a rollout names its policy" : fmt::format("a rollout needs a policy, found {}", describe(policy)), "write `rollout ep(gate, copies = 8)`");
  if (copies == 0) fail(kind::rolloutUse, rollout.arguments.range, "a rollout needs its number of copies", "write `rollout ep(gate, copies = 8)`");

  // How a walk is drawn and how likely it is are library text (std.rl); the copies share one forward pass because a
  // decision only picks among values that are there already.
  const RoutineRef *draw = modules.findInLibrary("rl", "draw_stop"), *likelihood = modules.findInLibrary("rl", "log_stop");
  if (!draw || !likelihood) fail(kind::importNotFound, rollout.name.range, "a rollout needs the library file `std.rl` with `draw_stop` and `log_stop`");
  const Value &logit = record->fields.at("logit");
  Arguments statics = {{{}, Static::number(copies), rollout.arguments.range}}, arguments = {{{}, logit, policyRange}};
  Value drawn = evaluator.callRoutine(*draw, statics, arguments, rollout.name.range, frame, "");
  Value logp = evaluator.callRoutine(*likelihood, {}, arguments, rollout.name.range, frame, "");
  auto *index = drawn.as<Tensor>();
  if (!index) throw Failed{};
  Tensor k = *index;
  k.axes = {"copies"};
  auto episode = std::make_shared<Record>();
  episode->kind = "Episode";
  try {
    Operations ops = evaluator.operations(rollout.name.range);
    Value stage = ops.arithmetic("add", k, Static::number(1));
    episode->fields["stage"] = stage;
    episode->fields["logp"] = ops.take(logp, k);
    FunctionRef at{"take", nullptr, {k}};
    episode->fields["at"] = at;
    metrics.push_back({"exit_stage", meanOfAll(ops, std::get<Tensor>(stage.v))});
  } catch (const Wrong &wrong) {
    evaluator.fail(wrong, rollout.name.range, frame);
  }
  frame.scope.variables[name] = episode;
}

Tensor ModelElaborator::objective(const ast::Objective &objective, Frame &frame, std::vector<std::pair<std::string, Tensor>> &metrics) {
  Value value = evaluator.operations(objective.value->range).resolved(evaluator.evaluate(*objective.value, frame));
  const char *word = objective.maximize ? "maximize" : "minimize";
  Operations ops = evaluator.operations(objective.value->range);
  auto numberOf = [&](const Value &v, SourceRange where) {
    auto *t = v.as<Tensor>();
    if (t && isSampleNumber(*t)) return *t;
    if (t && !t->type.shape.empty())
      fail(kind::objectiveValue, where, fmt::format("an objective is one number per sample, found {}", describe(t->type, t->classes)), "reduce it over its axis, as in `mean over copies: …`");
    fail(kind::objectiveValue, where, fmt::format("an objective is one f32 that depends on the sample, found {}", t ? describe(t->type, t->classes) : describe(v)));
  };
  if (!objective.estimator) {
    Tensor number = numberOf(value, objective.value->range);
    metrics.push_back({word, number});
    return objective.maximize ? std::get<Tensor>(ops.elementwise("neg", number).v) : number;
  }
  // `maximize reward by estimator(episode, …)`: the estimator gets the value as its parameter `reward` and returns what
  // to maximise in its place.
  auto *reward = value.as<Tensor>();
  if (!reward || reward->type.dtype != Dtype::F32 || !reward->type.perSample)
    fail(kind::objectiveValue, objective.value->range, fmt::format("a reward is f32 of the sample, found {}", describe(value)));
  auto *call = objective.estimator->as<ast::Call>();
  auto *calleeName = call ? call->callee->as<ast::Name>() : nullptr;
  Value callee = calleeName ? evaluator.evaluate(*call->callee, frame) : Value();
  auto *function = callee.as<FunctionRef>();
  if (!function || !function->routine || function->routine->routine->kind != ast::RoutineKind::Estimator || call->lists.size() != 1)
    fail(kind::objectiveValue, objective.estimator->range, "after `by` an estimator is called", "for example `by reinforce(ep, baseline = group_mean)`");
  Arguments statics, arguments = evaluator.evaluateArguments(call->lists[0], frame);
  if (call->brackets) statics = evaluator.evaluateArguments(*call->brackets, frame);
  for (const EvaluatedArgument &argument : arguments)
    if (argument.name && argument.name->text == "reward")
      fail(kind::argumentCount, argument.name->range, "the reward is what stands after `maximize`");
  arguments.push_back({ast::Identifier{"reward", objective.value->range}, *reward, objective.value->range});
  Value surrogate = evaluator.callFunction(*function, statics, arguments, objective.estimator->range, frame, "");
  Tensor number = numberOf(surrogate, objective.estimator->range);
  metrics.push_back({word, meanOfAll(ops, *reward)});
  return objective.maximize ? std::get<Tensor>(ops.elementwise("neg", number).v) : number;
}

void ModelElaborator::train(const ast::Train &train) {
  checkNewName(train.name);
  TrainPhase phase;
  phase.name = train.name.text;
  phase.where = train.name.range;
  readOptions(train, phase);

  Building building(*this, Place::Collect, true);
  auto frame = modelFrame();
  std::vector<std::pair<std::string, Tensor>> metrics;
  std::optional<Tensor> total;
  bool wrong = false, any = false;
  for (const ast::TrainItem &item : train.items) {
    try {
      if (auto *binding = item.as<ast::Binding>()) {
        if (declared.count(binding->name.text)) fail(kind::duplicateName, binding->name.range, fmt::format("`{}` is declared already in this model", binding->name.text));
        ast::Binding local{true, binding->name, nullptr};
        if (frame->scope.variables.count(binding->name.text)) fail(kind::duplicateName, binding->name.range, fmt::format("`{}` is declared already", binding->name.text));
        frame->scope.variables[binding->name.text] = Poison{};
        Value value = evaluator.evaluate(*binding->value, *frame);
        frame->scope.variables[binding->name.text] = value;
      } else if (auto *roll = item.as<ast::Rollout>()) {
        rollout(*roll, *frame, metrics);
      } else if (auto *goal = item.as<ast::Objective>()) {
        any = true;
        Tensor term = objective(*goal, *frame, metrics);
        Operations ops = evaluator.operations(item.range);
        total = total ? std::get<Tensor>(ops.arithmetic("add", *total, term).v) : term;
      }
    } catch (const Failed &) {
      wrong = true;
    }
  }
  if (!any) fail(kind::objectiveValue, train.name.range, fmt::format("the phase `{}` has no objective", phase.name), "write `minimize …` or `maximize … by …`");
  if (wrong || !total) throw Failed{};

  std::vector<ValueId> results = {total->id};
  std::map<std::string, int> seen;
  for (auto &[name, value] : metrics) {
    int count = ++seen[name];
    phase.metrics.push_back(count == 1 ? name : fmt::format("{}_{}", name, count));
    results.push_back(value.id);
  }
  Function function = building.builder.finish("", results, false, &phase.reads);
  phase.function = addFunction(std::move(function), phase.name);
  checkUpdates(train, phase);
  result.phases.push_back(std::move(phase));
}

/// L18: what a phase updates exists and is reached by its objective.
void ModelElaborator::checkUpdates(const ast::Train &train, TrainPhase &phase) {
  std::set<std::string> reached;
  std::vector<std::string> pending;
  for (const Read &read : phase.reads)
    if (read.kind == Read::Stacked) pending.push_back(read.name);
  while (!pending.empty()) {
    std::string name = pending.back();
    pending.pop_back();
    if (!reached.insert(name == "h" ? "backbone" : name).second) continue;
    for (const Attachment &attachment : result.attachments)
      if (attachment.name == name)
        for (const std::string &argument : attachment.arguments) pending.push_back(argument);
  }
  if (reached.empty())
    fail(kind::nothingTrained, train.name.range, fmt::format("the objective of `{}` reads nothing that the network computes", phase.name));
  if (train.updates.empty()) {
    phase.updates.push_back("backbone");
    for (const Attachment &attachment : result.attachments)
      if (reached.count(attachment.name)) phase.updates.push_back(attachment.name);
    return;
  }
  std::vector<std::string> known = {"backbone"};
  for (const Attachment &attachment : result.attachments) known.push_back(attachment.name);
  for (const ast::Identifier &name : train.updates) {
    if (std::find(known.begin(), known.end(), name.text) == known.end()) {
      std::string hint = nearest(name.text, known);
      fail(kind::nothingTrained, name.range, fmt::format("`{}` is neither the backbone nor attached after a stage", name.text),
           hint.empty() ? "" : fmt::format("did you mean `{}`?", hint));
    }
    if (!reached.count(name.text)) fail(kind::nothingTrained, name.range, fmt::format("the objective of `{}` does not depend on `{}`", phase.name, name.text));
    if (std::find(phase.updates.begin(), phase.updates.end(), name.text) != phase.updates.end())
      fail(kind::duplicateName, name.range, fmt::format("`{}` is listed twice", name.text));
    phase.updates.push_back(name.text);
  }
}

void ModelElaborator::measure(const ast::Measure &measure) {
  const Table *table = nullptr;
  std::vector<std::string> known;
  for (const Table &t : result.tables) {
    known.push_back(t.name);
    if (t.name == measure.table.text) table = &t;
  }
  if (!table) {
    std::string hint = nearest(measure.table.text, known);
    fail(kind::tableValue, measure.table.range, fmt::format("there is no table `{}`", measure.table.text), hint.empty() ? fmt::format("declare it: `table {}: int = …`", measure.table.text) : fmt::format("did you mean `{}`?", hint));
  }
  Building building(*this, Place::Collect, false);
  auto frame = modelFrame();
  Value value = evaluator.operations(measure.value->range).resolved(evaluator.evaluate(*measure.value, *frame));
  auto *t = value.as<Tensor>();
  bool number = t && t->type.perSample && t->type.shape.empty() && (t->type.dtype == Dtype::F32 || t->type.dtype == Dtype::I32);
  if (!number || (table->type.dtype == Dtype::I32 && t->type.dtype == Dtype::F32))
    fail(kind::tableValue, measure.value->range, fmt::format("the table `{}` holds one {} per sample, found {}", table->name, describe(table->type), describe(value)));
  Tensor written = evaluator.operations(measure.value->range).cast(*t, table->type.dtype);
  MeasurePhase phase;
  phase.table = table->name;
  phase.where = measure.table.range;
  Function function = building.builder.finish("", {written.id}, false, &phase.reads);
  phase.function = addFunction(std::move(function), "measure_" + table->name);
  result.phases.push_back(std::move(phase));
}

}  // namespace offramp::dsl::sema
