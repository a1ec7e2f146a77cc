// Routine bodies: bindings, weights, compile-time loops and choices. Stages belong to backbones and are run by the model.
#include "dsl/sema/Evaluator.h"

#include "dsl/sema/Limits.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

namespace {
/// A block has its own variables.
struct Inner {
  Frame &frame;
  Scope scope;
  explicit Inner(Frame &frame) : frame(frame), scope{frame.current, {}} { frame.current = &scope; }
  ~Inner() { frame.current = scope.outer; }
};
}  // namespace

std::optional<Value> Evaluator::run(const ast::Block &block, Frame &frame) {
  bool failed = false;
  for (const ast::Statement &statement : block.statements) {
    try {
      if (auto result = runStatement(statement, frame)) {
        if (failed) throw Failed{};
        return result;
      }
    } catch (const Failed &) {
      failed = true;  // report what else is wrong; a failed `let` leaves a poisoned name
      if (statement.as<ast::Return>()) throw;
    }
  }
  if (failed) throw Failed{};
  return {};
}

static bool isReserved(const std::string &name) { return name == "depth" || name == "stage" || name == "stages" || name == "training" || name == "nn"; }

void Evaluator::assign(const ast::Binding &binding, Frame &frame) {
  const std::string &name = binding.name.text;
  bool isResult = frame.routine && frame.routine->resultName && frame.routine->resultName->text == name;
  Value *known = frame.current->find(name);
  if (binding.isLet) {
    if (isReserved(name)) fail(kind::reservedName, binding.name.range, fmt::format("`{}` is reserved", name), frame);  // L4
    if (frame.current->variables.count(name)) fail(kind::duplicateName, binding.name.range, fmt::format("`{}` is declared already", name), frame, "assign to it without `let`");
  } else if (!known && !isResult) {
    std::vector<std::string> candidates;
    for (Scope *s = frame.current; s; s = s->outer)
      for (auto &[candidate, value] : s->variables) candidates.push_back(candidate);
    std::string hint = nearest(name, candidates);
    fail(kind::unknownName, binding.name.range, fmt::format("`{}` is not declared here", name), frame,
         hint.empty() ? fmt::format("declare it: `let {} = …`", name) : fmt::format("did you mean `{}`?", hint));
  }
  Value value = Poison{};
  try {
    value = binding.isLet ? evaluateNamed(*binding.value, frame, name) : evaluate(*binding.value, frame);
    if (std::holds_alternative<Nothing>(value.v)) fail(kind::typeMismatch, binding.value->range, "this has no value", frame);
  } catch (const Failed &) {
    value = Poison{};
    if (known) *known = value;
    else (binding.isLet ? frame.current : &frame.scope)->variables[name] = value;
    throw;
  }
  if (!binding.isLet && known) *known = value;
  else (binding.isLet ? frame.current : &frame.scope)->variables[name] = value;
}

static Initializer initializerOf(Evaluator &ev, const ast::Expr &expr, Frame &frame) {
  auto *call = expr.as<ast::Call>();
  auto *name = call ? call->callee->as<ast::Name>() : nullptr;
  static const std::map<std::string, Initializer::Kind> kinds = {
      {"normal", Initializer::Normal}, {"uniform", Initializer::Uniform}, {"constant", Initializer::Constant}};
  auto it = name ? kinds.find(name->text) : kinds.end();
  if (it == kinds.end() || call->brackets || call->lists.size() != 1 || call->lists[0].arguments.size() != 1)
    ev.fail(kind::invalidInitializer, expr.range, "a weight starts as `normal(deviation)`, `uniform(bound)` or `constant(value)`", frame);
  Static scale = ev.evaluateStatic(*call->lists[0].arguments[0].value, frame, "the scale of a weight");
  if (!scale.isScalar() || (it->second != Initializer::Constant && scale.data[0] < 0))
    ev.fail(kind::invalidInitializer, call->lists[0].range, "the scale of a weight is one number, not negative", frame);
  return {it->second, scale.data[0]};
}

Value Evaluator::declareWeight(const ast::Weight &weight, Frame &frame) {
  if (!frame.mayOwnWeights || !builder) {  // L13
    SourceRange where = weight.name.range;
    for (Frame *f = &frame; f && f->routine; f = f->caller)
      if (f->callSite.valid()) where = f->callSite;
    fail(kind::weightPlace, where, "weights belong to backbones, exits and policies, and to layers called by them", frame);
  }
  if (weight.type.name.text != "f32") fail(kind::invalidType, weight.type.name.range, "a weight is f32", frame);
  Field field;
  std::vector<std::string> axes;
  field.shape = staticShape(weight.type, frame, axes);
  field.name = frame.path + weight.name.text;
  field.initializer = initializerOf(*this, *weight.initializer, frame);
  field.decays = field.shape.size() >= 2;  // L13: vectors and scalars (biases, gains) are left out of weight decay
  field.where = weight.name.range;
  if (!builder->declare(field)) fail(kind::duplicateName, weight.name.range, fmt::format("the weight `{}` is declared already", field.name), frame);
  Tensor out;
  out.type = Type{Dtype::F32, false, field.shape};
  out.axes = axes;
  out.id = builder->readField(field, weight.name.range);
  return out;
}

std::optional<Value> Evaluator::runStatement(const ast::Statement &statement, Frame &frame) {
  if (auto *binding = statement.as<ast::Binding>()) {
    assign(*binding, frame);
  } else if (auto *weight = statement.as<ast::Weight>()) {
    if (frame.current->variables.count(weight->name.text))
      fail(kind::duplicateName, weight->name.range, fmt::format("`{}` is declared already", weight->name.text), frame);
    frame.current->variables[weight->name.text] = Poison{};
    Value value = declareWeight(*weight, frame);
    frame.current->variables[weight->name.text] = value;
  } else if (auto *result = statement.as<ast::Return>()) {
    return evaluate(*result->value, frame);
  } else if (auto *loop = statement.as<ast::For>()) {
    int64_t first = evaluateInt(*loop->counter.first, frame, "the first value of a loop");
    int64_t last = evaluateInt(*loop->counter.last, frame, "the last value of a loop");
    if (last - first >= kMaxStaticElements) fail(kind::tooLarge, statement.range, fmt::format("this loop runs more than {} times", kMaxStaticElements), frame);
    for (int64_t i = first; i <= last; ++i) {
      Inner inner(frame);
      inner.scope.variables[loop->counter.variable.text] = Static::number(i);
      if (auto out = run(loop->body, frame)) return out;
    }
  } else if (auto *choice = statement.as<ast::If>()) {
    Static condition = evaluateStatic(*choice->condition, frame, "the condition of an `if` statement");
    if (!condition.isScalar() || condition.kind != Static::Bool)
      fail(kind::typeMismatch, choice->condition->range, fmt::format("the condition must be a bool, found {}", describe(Value(condition))), frame);
    Inner inner(frame);
    if (condition.data[0] != 0) return run(choice->whenTrue, frame);
    if (choice->whenFalse) return run(*choice->whenFalse, frame);
  } else if (statement.as<ast::Stage>()) {
    fail(kind::stagePlace, statement.range, "`stage` belongs to the body of a backbone", frame);
  }
  return {};
}

}  // namespace offramp::dsl::sema
