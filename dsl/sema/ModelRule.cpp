// The exit rule: states carried along depth, the condition under which a sample leaves, and the value that decides.
// The rule is one pure function of what a stage attaches; trainer, evaluation and inference all call it (L16).
#include "dsl/sema/ModelElaborator.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

void ModelElaborator::readState(const ast::State &state) {
  checkNewName(state.name);
  const std::string &type = state.type.name.text;
  if ((type != "int" && type != "f32") || state.type.dimensions || state.type.arguments)
    fail(kind::stateRule, state.type.range, "a state is one int or f32 per sample");
  auto frame = modelFrame();
  Static initial = evaluator.evaluateStatic(*state.initial, *frame, "the start of a state");
  if (!initial.isScalar() || initial.kind == Static::Bool || (type == "int" && initial.kind != Static::Int))
    fail(kind::stateRule, state.initial->range, fmt::format("a state of `{}` cannot start with {}", type, describe(Value(initial))));
  State out;
  out.name = state.name.text;
  out.type = Type{type == "int" ? Dtype::I32 : Dtype::F32, true, {}};
  out.initial = initial.data[0];
  out.where = state.name.range;
  result.states.push_back(out);
}

/// The next value of a state, with its type: int → f32 is implicit, a class may be kept in an int.
Tensor ModelElaborator::stateValue(const State &state, const Value &value, SourceRange where, Frame &frame) {
  Tensor t = evaluator.operations(where).tensor(value, state.type.dtype);
  bool fits = t.type.shape.empty() && (t.type.dtype == state.type.dtype || (t.type.dtype == Dtype::I32 && t.classes == 0));
  if (!fits) fail(kind::typeMismatch, where, fmt::format("the state `{}` is {}, its next value {}", state.name, describe(state.type), describe(t.type, t.classes)));
  t = evaluator.operations(where).cast(t, state.type.dtype);
  if (!t.type.perSample)
    fail(kind::stateRule, where, fmt::format("the next value of `{}` does not depend on the sample", state.name));
  t.classes = 0;
  return t;
}

static const char *const comparisons[] = {"==", "!=", "<", "<=", ">", ">="};

static bool isComparison(ast::BinaryOp op) {
  for (const char *sign : comparisons)
    if (std::string(ast::spelling(op)) == sign) return true;
  return false;
}

/// What the compared expression is, in a word for reports.
static std::string kindOf(const ast::Expr &expr, const Tensor &value) {
  if (auto *member = expr.as<ast::Member>()) return member->member.text == "p" ? "probability" : member->member.text;
  if (auto *call = expr.as<ast::Call>())
    if (auto *name = call->callee->as<ast::Name>()) return name->text;
  if (value.type.dtype == Dtype::I32) return "count";
  if (auto *name = expr.as<ast::Name>()) return name->text;
  return "value";
}

/// The per-sample side of the first comparison in the condition: the number that reports show and thresholds are set for.
std::optional<Tensor> ModelElaborator::decisionOf(const ast::Expr &condition, Frame &frame, std::string &kind) {
  if (auto *name = condition.as<ast::Name>()) {
    auto it = definitions.find(name->text);
    return it != definitions.end() && !frame.scope.variables.count(name->text) ? decisionOf(*it->second->value, frame, kind) : std::nullopt;
  }
  if (auto *unary = condition.as<ast::Unary>()) return unary->op == ast::UnaryOp::Not ? decisionOf(*unary->operand, frame, kind) : std::nullopt;
  auto *binary = condition.as<ast::Binary>();
  if (!binary) return {};
  if (!isComparison(binary->op)) {
    if (binary->op != ast::BinaryOp::And && binary->op != ast::BinaryOp::Or) return {};
    auto first = decisionOf(*binary->left, frame, kind);
    return first ? first : decisionOf(*binary->right, frame, kind);
  }
  for (const ast::Expr *side : {binary->left.get(), binary->right.get()}) {
    Value value = evaluator.evaluate(*side, frame);  // evaluated before: equal operations are one
    auto *t = value.as<Tensor>();
    if (!t || !t->type.perSample || !t->type.shape.empty() || (t->type.dtype != Dtype::F32 && t->type.dtype != Dtype::I32)) continue;
    kind = kindOf(*side, *t);
    return *t;
  }
  return {};
}

void ModelElaborator::infer(const ast::Infer &infer) {
  Building building(*this, Place::Rule, false);
  auto frame = modelFrame();
  const ast::ExitWhen *exit = nullptr;
  Tensor leave, decision;
  bool wrong = false;
  for (const ast::InferItem &item : infer.items) {
    try {
      if (auto *binding = item.as<ast::Binding>()) {
        const State *state = nullptr;
        for (const State &s : result.states)
          if (s.name == binding->name.text) state = &s;
        if (!state && declared.count(binding->name.text))
          fail(kind::stateRule, binding->name.range, fmt::format("`{}` is not a state and cannot be assigned here", binding->name.text));
        if (!state && frame->scope.variables.count(binding->name.text))
          fail(kind::duplicateName, binding->name.range, fmt::format("`{}` is declared already", binding->name.text));
        Value old = Poison{};
        if (state && !binding->isLet) {
          Value value = evaluator.evaluate(*binding->value, *frame);
          if (auto *t = value.as<Tensor>(); t && t->classes > 0 && state->type.dtype == Dtype::I32) {
            Tensor plain = *t;
            plain.classes = 0;
            value = plain;
          }
          frame->scope.variables[state->name] = stateValue(*state, value, binding->value->range, *frame);
        } else {
          if (state) fail(kind::duplicateName, binding->name.range, fmt::format("`{}` is a state already", state->name), "assign to it without `let`");
          frame->scope.variables[binding->name.text] = Poison{};
          Value value = evaluator.evaluate(*binding->value, *frame);
          frame->scope.variables[binding->name.text] = value;
        }
      } else if (auto *e = item.as<ast::ExitWhen>()) {
        if (exit) fail(kind::exitRule, item.range, "a model has one `exit … when …`", "join conditions with `or`");
        exit = e;
        Value condition = evaluator.operations(e->condition->range).resolved(evaluator.evaluate(*e->condition, *frame));
        auto *t = condition.as<Tensor>();
        if (!t || t->type.dtype != Dtype::I1 || !t->type.shape.empty())
          fail(kind::exitRule, e->condition->range, fmt::format("the condition of an exit is one bool, found {}", describe(condition)));
        if (!t->type.perSample) fail(kind::exitRule, e->condition->range, "the condition does not depend on the sample", "it reads attachments or states");
        leave = *t;
        result.infer.decisionKind = "decision";
        auto compared = decisionOf(*e->condition, *frame, result.infer.decisionKind);
        decision = evaluator.operations(e->condition->range).cast(compared ? *compared : leave, Dtype::F32);
        auto *name = e->value->as<ast::Name>();
        const Attached *answer = nullptr;
        for (const Attached &attached : attachments)
          if (name && attached.name == name->text) answer = &attached;
        if (!answer || answer->policy) fail(kind::exitRule, e->value->range, "a sample leaves with the value of an exit attached after each stage", "for example `exit head when …`");
        const Type &type = answer->types[0];
        for (const Input &input : result.inputs) {
          if (input.kind != Input::Label) continue;
          if (input.classes == 0 && type.shape != std::vector<int64_t>{1})  // L32
            fail(kind::exitRule, e->value->range,
                 fmt::format("`{}` is {} when it should be f32[1]: the label `{}` is a number", answer->name, describe(type), input.name));
          if (input.classes > 0 && (type.shape.size() != 1 || type.shape[0] != input.classes))
            fail(kind::exitRule, e->value->range, fmt::format("`{}` is {} when it should have one logit for each of the {} classes of `{}`", answer->name, describe(type), input.classes, input.name));
        }
        if (type.shape.size() != 1 || type.shape[0] == kRows) fail(kind::exitRule, e->value->range, fmt::format("the answer is {} when it should be f32[classes]", describe(type)));
        for (const Type &other : answer->types)
          if (!(other == type)) fail(kind::exitRule, e->value->range, fmt::format("`{}` has another shape after another stage", answer->name));
        result.infer.value = answer->name;
      }
    } catch (const Failed &) {
      wrong = true;
    } catch (const Wrong &w) {
      wrong = true;
      try {
        evaluator.fail(w, item.range, *frame);
      } catch (const Failed &) {
      }
    }
  }
  if (wrong) throw Failed{};
  if (!exit) fail(kind::exitRule, infer.parameters.range.valid() ? infer.parameters.range : model.name.range, "`infer` has no `exit … when …`", "the last stage always exits; write when earlier ones do");
  std::vector<ValueId> results = {leave.id, decision.id};
  for (const State &state : result.states) {
    Value *next = frame->scope.find(state.name);
    Value value = next ? *next : *lookup(state.name, state.where);
    results.push_back(std::get<Tensor>(value.v).id);
  }
  Function function = building.builder.finish("", results, false, &result.infer.reads);
  result.infer.function = addFunction(std::move(function), "rule");
  result.infer.where = exit->condition->range;
}

}  // namespace offramp::dsl::sema
