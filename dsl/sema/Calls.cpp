// Calls: which routine is meant, its arguments by position and name, one instantiation of its body, paths of its weights.
#include "dsl/sema/Evaluator.h"

#include "dsl/sema/Limits.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

static bool ownsWeights(const ast::Routine &routine) {
  return routine.kind == ast::RoutineKind::Layer || routine.kind == ast::RoutineKind::Backbone ||
         routine.kind == ast::RoutineKind::Exit || routine.kind == ast::RoutineKind::Policy;
}

Arguments Evaluator::evaluateArguments(const ast::ArgumentList &list, Frame &frame) {
  Arguments out;
  for (const ast::Argument &argument : list.arguments) {
    EvaluatedArgument evaluated;
    evaluated.name = argument.name;
    evaluated.value = evaluate(*argument.value, frame);
    evaluated.range = argument.value->range;
    out.push_back(std::move(evaluated));
  }
  return out;
}

/// One slot per parameter; null where the default applies (L5).
static std::vector<const EvaluatedArgument *> place(Evaluator &ev, const std::vector<ast::Parameter> &parameters, const Arguments &arguments,
                                                    const std::string &callee, SourceRange where, Frame &caller) {
  std::vector<const EvaluatedArgument *> slots(parameters.size(), nullptr);
  size_t next = 0;
  bool named = false;
  for (const EvaluatedArgument &argument : arguments) {
    size_t slot = parameters.size();
    if (argument.name) {
      named = true;
      std::vector<std::string> known;
      for (size_t i = 0; i < parameters.size(); ++i) {
        known.push_back(parameters[i].name.text);
        if (parameters[i].name.text == argument.name->text) slot = i;
      }
      if (slot == parameters.size()) {
        std::string hint = nearest(argument.name->text, known);
        ev.fail(kind::unknownArgument, argument.name->range, fmt::format("`{}` has no parameter `{}` here", callee, argument.name->text), caller,
                hint.empty() ? "" : fmt::format("did you mean `{}`?", hint));
      }
    } else {
      if (named) ev.fail(kind::argumentCount, argument.range, "an argument without a name stands after a named one", caller);
      if (next >= parameters.size())
        ev.fail(kind::argumentCount, argument.range, fmt::format("`{}` takes {} argument{} here, found {}", callee, parameters.size(),
                                                                 parameters.size() == 1 ? "" : "s", arguments.size()), caller);
      slot = next++;
    }
    if (slots[slot]) ev.fail(kind::argumentCount, argument.range, fmt::format("`{}` is given twice", parameters[slot].name.text), caller);
    slots[slot] = &argument;
  }
  for (size_t i = 0; i < parameters.size(); ++i)
    if (!slots[i] && !parameters[i].defaultValue)
      ev.fail(kind::argumentCount, where, fmt::format("`{}` needs a value for `{}: {}`", callee, parameters[i].name.text, ev.written(parameters[i].type.range)), caller);
  return slots;
}

void Evaluator::bindStatics(const ast::Routine &routine, const Arguments &statics, SourceRange where, Frame &callee, Frame &caller) {
  if (!routine.statics) {
    if (!statics.empty())
      fail(kind::argumentCount, statics[0].range, fmt::format("`{}` has no compile-time parameters", routine.name.text), caller);
    return;
  }
  auto &parameters = routine.statics->parameters;
  auto slots = place(*this, parameters, statics, routine.name.text, where, caller);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ast::Parameter &parameter = parameters[i];
    SourceRange range = slots[i] ? slots[i]->range : parameter.range;
    Frame &blamed = slots[i] ? caller : callee;
    std::string what = fmt::format("`{}` of `{}`", parameter.name.text, routine.name.text);
    Value value = slots[i] ? slots[i]->value : Value(evaluateStatic(*parameter.defaultValue, callee, what.c_str()));
    if (!parameter.type.function) {
      Static number = asStatic(value, range, blamed, what.c_str());
      if (parameter.type.name.text == "int") number = Static::number(asInt(number, range, blamed, what.c_str()));
      value = number;
    }
    Renames unused;
    callee.scope.variables[parameter.name.text] = bindType(parameter.type, value, range, parameter.name.text, callee, blamed, unused);
  }
}

std::string Evaluator::nextPath(Frame &frame, const std::string &callee, const std::string &given) {
  int count = frame.occurrences[given.empty() ? callee : "let " + given]++;
  if (given.empty()) return fmt::format("{}{}_{}.", frame.path, callee, count);
  return frame.path + (count ? fmt::format("{}_{}.", given, count) : given + ".");
}

Value Evaluator::callRoutine(const RoutineRef &ref, const Arguments &statics, const Arguments &arguments, SourceRange callSite,
                             Frame &caller, const std::string &path) {
  const ast::Routine &routine = *ref.routine;
  struct Depth {
    int &d;
    ~Depth() { --d; }
  } guard{++calls};
  if (calls > kMaxCallDepth)
    fail(kind::tooDeep, callSite, fmt::format("calls are nested more than {} deep; `{}` may call itself", kMaxCallDepth, routine.name.text), caller);

  Frame callee;
  callee.module = ref.module;
  callee.routine = &routine;
  callee.caller = &caller;
  callee.callSite = callSite;
  callee.path = path;
  callee.mayOwnWeights = ownsWeights(routine) && caller.mayOwnWeights;
  bindStatics(routine, statics, callSite, callee, caller);
  Renames renames;
  auto &parameters = routine.parameters.parameters;
  auto slots = place(*this, parameters, arguments, routine.name.text, callSite, caller);
  for (size_t i = 0; i < parameters.size(); ++i) {
    Frame &blamed = slots[i] ? caller : callee;
    SourceRange range = slots[i] ? slots[i]->range : parameters[i].range;
    Value value = slots[i] ? slots[i]->value : evaluate(*parameters[i].defaultValue, callee);
    callee.scope.variables[parameters[i].name.text] = bindType(parameters[i].type, value, range, parameters[i].name.text, callee, blamed, renames);
  }
  // L20: a value of the declared type.
  std::optional<Value> result = run(routine.body, callee);
  if (!result && routine.resultName)
    if (Value *named = callee.scope.find(routine.resultName->text)) result = *named;
  if (!result || !routine.result)
    fail(kind::noResult, routine.name.range, fmt::format("`{}` ends without `return`", routine.name.text), callee);
  if (result->isPoison()) throw Failed{};
  SourceRange where = routine.result->range;
  for (const ast::Statement &statement : routine.body.statements)
    if (auto *last = statement.as<ast::Return>()) where = last->value->range;
  return checkResult(*routine.result, *result, where, callee, renames);
}

Value Evaluator::callFunction(const FunctionRef &function, const Arguments &givenStatics, const Arguments &arguments, SourceRange range,
                              Frame &frame, const std::string &path) {
  Arguments statics;
  for (const Value &value : function.statics) statics.push_back({{}, value, range});
  statics.insert(statics.end(), givenStatics.begin(), givenStatics.end());
  if (!function.routine) return callBuiltin(function.name, statics, arguments, range, frame);
  std::string weights = ownsWeights(*function.routine->routine) ? nextPath(frame, function.name, path) : frame.path;
  return callRoutine(*function.routine, statics, arguments, range, frame, weights);
}

Value Evaluator::evaluateCall(const ast::Call &call, const ast::Expr &expr, Frame &frame, const std::string &path) {
  Value callee = evaluate(*call.callee, frame);
  auto *function = callee.as<FunctionRef>();
  if (!function) fail(kind::notCallable, call.callee->range, fmt::format("{} cannot be called", describe(callee)), frame);
  Arguments statics;
  if (call.brackets) statics = evaluateArguments(*call.brackets, frame);
  const ast::Routine *routine = function->routine ? function->routine->routine : nullptr;
  bool twoLists = routine && routine->statics && !routine->staticsInBrackets;
  if (twoLists && call.brackets)
    fail(kind::argumentCount, call.brackets->range, fmt::format("compile-time arguments of `{}` are written in a `(…)` list of their own", routine->name.text), frame);
  if (call.lists.size() != (twoLists ? 2 : 1))
    fail(kind::argumentCount, call.lists.back().range,
         twoLists ? fmt::format("`{}` takes two argument lists: compile-time arguments, then values", function->name)
                  : fmt::format("`{}` takes one argument list", function->name), frame,
         !twoLists && call.lists.size() == 2 && routine && routine->statics ? fmt::format("its compile-time arguments stand in brackets: `{}[…](…)`", function->name) : "");
  if (twoLists) statics = evaluateArguments(call.lists[0], frame);
  Arguments arguments = evaluateArguments(call.lists.back(), frame);
  return callFunction(*function, statics, arguments, expr.range, frame, path);
}

}  // namespace offramp::dsl::sema
