// Expressions: literals, names, members, operators, subscripts, reductions. Calls are in Calls.cpp.
#include "dsl/sema/Evaluator.h"

#include "dsl/sema/Limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace offramp::dsl::sema {

Diagnostic *Reporter::error(const DiagnosticKind &kind, SourceRange range, const std::string &message) {
  if (!seen.insert(fmt::format("{}:{}:{}:{}:{}", kind.name, range.file, range.begin.line, range.begin.column, message)).second) return nullptr;
  return &engine.error(kind, range, message);
}

void Evaluator::addTrace(Diagnostic &diagnostic, Frame &frame) {
  int shown = 0;
  for (Frame *f = &frame; f && f->routine && shown < 6; f = f->caller, ++shown)
    if (f->callSite.valid()) diagnostic.note(f->callSite, fmt::format("in this call of `{}`", f->routine->name.text));
}

void Evaluator::fail(const DiagnosticKind &kind, SourceRange range, const std::string &message, Frame &frame, const std::string &hint) {
  if (Diagnostic *d = reporter.error(kind, range, message)) {
    addTrace(*d, frame);
    if (!hint.empty()) d->hint(hint);
  }
  throw Failed{};
}

void Evaluator::fail(const Wrong &wrong, SourceRange range, Frame &frame, const std::vector<SourceRange> &arguments) {
  if (wrong.argument >= 0 && wrong.argument < (int)arguments.size() && arguments[wrong.argument].valid()) range = arguments[wrong.argument];
  fail(wrong.kind, range, wrong.message, frame, wrong.hint);
}

std::string nearest(const std::string &name, const std::vector<std::string> &candidates) {
  std::string best;
  size_t bestDistance = name.size() <= 3 ? 1 : name.size() <= 6 ? 2 : 3;
  for (const std::string &candidate : candidates) {
    if (candidate == name || candidate.empty()) continue;
    std::vector<size_t> row(candidate.size() + 1);
    for (size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= name.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= candidate.size(); ++j) {
        size_t next = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1)});
        diagonal = row[j];
        row[j] = next;
      }
    }
    if (row.back() < bestDistance || (row.back() == bestDistance && (best.empty() || candidate < best)))
      bestDistance = row.back(), best = candidate;
  }
  return best;
}

Value Evaluator::evaluate(const ast::Expr &expr, Frame &frame) { return evaluateNode(expr, frame, ""); }

Value Evaluator::evaluateNamed(const ast::Expr &expr, Frame &frame, const std::string &name) { return evaluateNode(expr, frame, name); }

Value Evaluator::evaluateNode(const ast::Expr &expr, Frame &frame, const std::string &path) {
  if (++steps > kMaxSteps) fail(kind::tooDeep, expr.range, fmt::format("elaboration takes more than {} steps", kMaxSteps), frame);
  struct Depth {
    int &d;
    ~Depth() { --d; }
  } guard{++depth};
  if (depth > kMaxExpressionDepth)
    fail(kind::tooDeep, expr.range, fmt::format("expressions are nested more than {} deep", kMaxExpressionDepth), frame);

  if (auto *n = expr.as<ast::Number>()) return n->isInt ? Static::number(n->intValue) : Static::real(n->value);
  if (auto *b = expr.as<ast::Bool>()) return Static::boolean(b->value);
  if (auto *s = expr.as<ast::String>()) return Text{s->value};
  if (auto *name = expr.as<ast::Name>()) return evaluateName(*name, expr.range, frame);
  if (auto *member = expr.as<ast::Member>()) return evaluateMember(*member, expr, frame);
  if (auto *call = expr.as<ast::Call>()) return evaluateCall(*call, expr, frame, path);
  if (auto *index = expr.as<ast::Index>()) return evaluateIndex(*index, expr, frame);
  if (auto *binary = expr.as<ast::Binary>()) return evaluateBinary(*binary, expr, frame);
  if (auto *reduction = expr.as<ast::Reduction>()) return evaluateReduction(*reduction, expr, frame);
  if (auto *unary = expr.as<ast::Unary>()) {
    Value operand = evaluate(*unary->operand, frame);
    try {
      Operations ops = operations(expr.range);
      return unary->op == ast::UnaryOp::Not ? ops.logicalNot(operand) : ops.elementwise("neg", operand);
    } catch (const Wrong &wrong) {
      fail(wrong, expr.range, frame, {unary->operand->range});
    }
  }
  if (auto *conditional = expr.as<ast::Conditional>()) {
    Value condition = evaluate(*conditional->condition, frame);
    if (auto *known = condition.as<Static>(); known && known->isScalar() && known->kind == Static::Bool)
      return evaluateNode(known->data[0] != 0 ? *conditional->whenTrue : *conditional->whenFalse, frame, path);
    Value a = evaluate(*conditional->whenTrue, frame), b = evaluate(*conditional->whenFalse, frame);
    try {
      return operations(expr.range).select(condition, a, b);
    } catch (const Wrong &wrong) {
      fail(wrong, expr.range, frame, {conditional->condition->range, conditional->whenTrue->range, conditional->whenFalse->range});
    }
  }
  if (auto *list = expr.as<ast::List>()) {
    Static out;
    out.shape = {(int64_t)list->items.size()};
    out.axes = {""};
    for (auto &item : list->items) {
      Static number = evaluateStatic(*item, frame, "an entry of a list");
      if (!number.isScalar()) fail(kind::typeMismatch, item->range, fmt::format("a list holds numbers, found {}", describe(Value(number))), frame);
      if (out.data.empty()) out.kind = number.kind;
      else if (number.kind != out.kind) out.kind = Static::Real;
      out.data.push_back(number.data[0]);
    }
    return out;
  }
  return Nothing{};
}

Value Evaluator::evaluateName(const ast::Name &name, SourceRange range, Frame &frame) {
  if (Value *v = frame.current->find(name.text)) {
    if (v->isPoison()) throw Failed{};
    return *v;
  }
  if (frame.environment)
    if (auto v = frame.environment->lookup(name.text, range)) {
      if (v->isPoison()) throw Failed{};
      return *v;
    }
  if (name.text == "training" && frame.routine) return Static::boolean(training);
  const RoutineRef *second = nullptr;
  if (const RoutineRef *routine = modules.find(*frame.module, name.text, &second)) {
    if (second)
      fail(kind::ambiguousName, range, fmt::format("`{}` is declared in two imported files", name.text), frame, "declare it in this file, or import one of them");
    return FunctionRef{name.text, routine, {}};
  }
  if (isBuiltin(name.text)) return FunctionRef{name.text, nullptr, {}};
  std::vector<std::string> candidates = modules.visibleNames(*frame.module);  // L1
  for (Scope *s = frame.current; s; s = s->outer)
    for (auto &[known, value] : s->variables) candidates.push_back(known);
  if (frame.environment)
    for (std::string &known : frame.environment->names()) candidates.push_back(std::move(known));
  for (std::string &known : builtinNames()) candidates.push_back(std::move(known));
  std::string hint = nearest(name.text, candidates);
  fail(kind::unknownName, range, fmt::format("`{}` is not declared here", name.text), frame,
       hint.empty() ? "" : fmt::format("did you mean `{}`?", hint));
}

Value Evaluator::evaluateMember(const ast::Member &member, const ast::Expr &expr, Frame &frame) {
  if (auto *base = member.base->as<ast::Name>(); base && base->text == "nn" && !frame.current->find("nn")) {
    if (!isBuiltin(member.member.text)) {
      std::string hint = nearest(member.member.text, builtinNames());
      fail(kind::unknownName, member.member.range, fmt::format("there is no operation `nn.{}`", member.member.text), frame,
           hint.empty() ? "" : fmt::format("did you mean `nn.{}`?", hint));
    }
    return FunctionRef{member.member.text, nullptr, {}};
  }
  Value base = evaluate(*member.base, frame);
  if (auto *record = base.record()) {
    if (auto it = record->fields.find(member.member.text); it != record->fields.end()) return it->second;
    std::vector<std::string> known;
    for (auto &[name, value] : record->fields) known.push_back(name);
    std::string hint = nearest(member.member.text, known);
    std::string all = record->kind == "Episode" ? "it has `stage`, `logp` and `at(x)`, which is x at that stage" : "it has `logit` and `p`, its probability";
    fail(kind::unknownMember, member.member.range, fmt::format("{} has no member `{}`", record->kind, member.member.text), frame,
         hint.empty() ? all : fmt::format("did you mean `{}`?", hint));
  }
  if (auto *t = base.as<Tensor>(); t && t->vocabulary > 0) {  // what the type of a tokens input says
    if (member.member.text == "vocab") return Static::number(t->vocabulary);
    if (member.member.text == "max") return Static::number(t->maxRows);
    fail(kind::unknownMember, member.member.range, fmt::format("tokens have no member `{}`", member.member.text), frame, "they have `vocab` and `max`");
  }
  fail(kind::unknownMember, member.member.range, fmt::format("{} has no members", describe(base)), frame);
}

Value Evaluator::evaluateIndex(const ast::Index &index, const ast::Expr &expr, Frame &frame) {
  Value base = evaluate(*index.base, frame);
  if (auto *function = base.as<FunctionRef>()) {
    FunctionRef out = *function;
    for (auto &subscript : index.subscripts) {
      if (subscript.kind != ast::Subscript::Item || !subscript.first)
        fail(kind::typeMismatch, subscript.range, "a compile-time argument is one value", frame);
      out.statics.push_back(evaluate(*subscript.first, frame));
    }
    return out;
  }
  if (index.subscripts.size() != 1 || index.subscripts[0].kind == ast::Subscript::Ellipsis)
    fail(kind::typeMismatch, index.subscripts.back().range, "one subscript, for the first dimension, is supported", frame,
         "index several times, as in `x[0][1]`");
  const ast::Subscript &subscript = index.subscripts[0];
  try {
    Operations ops = operations(expr.range);
    if (subscript.kind == ast::Subscript::Item) {
      Value at = evaluate(*subscript.first, frame);
      if (at.as<Tensor>()) return ops.take(base, at);
      return ops.pick(base, asInt(at, subscript.range, frame, "an index"));
    }
    int64_t from = subscript.first ? evaluateInt(*subscript.first, frame, "a bound of a slice") : 0;
    std::optional<int64_t> last;
    if (subscript.last) last = evaluateInt(*subscript.last, frame, "a bound of a slice");
    return ops.range(base, from, last);
  } catch (const Wrong &wrong) {
    fail(wrong, expr.range, frame, {index.base->range, subscript.range});
  }
}

Value Evaluator::evaluateBinary(const ast::Binary &binary, const ast::Expr &expr, Frame &frame) {
  Value a = evaluate(*binary.left, frame), b = evaluate(*binary.right, frame);
  try {
    Operations ops = operations(expr.range);
    switch (binary.op) {
      case ast::BinaryOp::Add: return ops.arithmetic("add", a, b);
      case ast::BinaryOp::Subtract: return ops.arithmetic("sub", a, b);
      case ast::BinaryOp::Multiply: return ops.arithmetic("mul", a, b);
      case ast::BinaryOp::Divide: return ops.arithmetic("div", a, b);
      case ast::BinaryOp::Equal: return ops.compare("eq", a, b);
      case ast::BinaryOp::NotEqual: return ops.compare("ne", a, b);
      case ast::BinaryOp::Less: return ops.compare("lt", a, b);
      case ast::BinaryOp::LessEqual: return ops.compare("le", a, b);
      case ast::BinaryOp::Greater: return ops.compare("gt", a, b);
      case ast::BinaryOp::GreaterEqual: return ops.compare("ge", a, b);
      case ast::BinaryOp::And: return ops.logical("and", a, b);
      case ast::BinaryOp::Or: return ops.logical("or", a, b);
    }
  } catch (const Wrong &wrong) {
    fail(wrong, expr.range, frame, {binary.left->range, binary.right->range});
  }
  return Nothing{};
}

static const char *primitiveOf(ast::Reducer reducer) {
  switch (reducer) {
    case ast::Reducer::Sum: return "sum";
    case ast::Reducer::Mean: return "mean";
    case ast::Reducer::Max: return "reduce_max";
    case ast::Reducer::Min: return "reduce_min";
  }
  return "sum";
}

Value Evaluator::evaluateReduction(const ast::Reduction &reduction, const ast::Expr &expr, Frame &frame) {
  const std::string &axis = reduction.axis.text;
  if (axis == "samples")  // L11
    fail(kind::overSamples, reduction.axis.range, "reductions over samples are not part of this version", frame,
         "an objective is averaged over the samples of a step by itself");
  Operations resolver = operations(expr.range);
  Value body = resolver.resolved(evaluate(*reduction.body, frame));
  const std::vector<std::string> *axes = nullptr;
  if (auto *t = body.as<Tensor>()) axes = &t->axes;
  else if (auto *s = body.as<Static>()) axes = &s->axes;
  if (!axes) fail(kind::typeMismatch, reduction.body->range, fmt::format("expected a value to reduce, found {}", describe(body)), frame);
  auto it = std::find(axes->begin(), axes->end(), axis);
  if (it == axes->end()) {
    std::string have;
    for (const std::string &name : *axes)
      if (!name.empty()) have += fmt::format("{}`{}`", have.empty() ? "" : ", ", name);
    fail(kind::unknownAxis, reduction.axis.range, fmt::format("this value, {}, has no axis `{}`", describe(body), axis), frame,
         have.empty() ? "none of its dimensions has a name" : fmt::format("its named axes are {}", have));
  }
  if (std::count(axes->begin(), axes->end(), axis) > 1)
    fail(kind::unknownAxis, reduction.axis.range, fmt::format("two dimensions of {} are named `{}`", describe(body), axis), frame);
  try {
    return operations(expr.range).reduce(primitiveOf(reduction.reducer), body, it - axes->begin());
  } catch (const Wrong &wrong) {
    fail(wrong, expr.range, frame, {reduction.body->range});
  }
}

Static Evaluator::asStatic(const Value &value, SourceRange range, Frame &frame, const char *what) {
  if (value.isPoison()) throw Failed{};
  if (auto *s = value.as<Static>()) return *s;
  if (auto *setting = value.as<SettingRef>()) {
    FunctionBuilder *saved = builder;
    builder = nullptr;  // asked for a number: the parameter is compile time (L12)
    Value number = settings.readSetting(setting->name);
    builder = saved;
    if (auto *s = number.as<Static>()) return *s;
  }
  if (value.as<RowCount>())
    fail(kind::rowCount, range, fmt::format("{} must be a number, but the number of rows varies from sample to sample", what), frame);
  fail(kind::notStatic, range, fmt::format("{} must be known before anything runs, found {}", what, describe(value)), frame,
       "use a literal or a model parameter");
}

int64_t Evaluator::asInt(const Value &value, SourceRange range, Frame &frame, const char *what) {
  Static s = asStatic(value, range, frame, what);
  if (!s.isScalar() || s.kind == Static::Bool || std::nearbyint(s.data[0]) != s.data[0] || std::fabs(s.data[0]) > 9007199254740992.0)
    fail(kind::notWhole, range, fmt::format("{} must be a whole number, found {}", what, s.isScalar() ? describe(s.data[0]) : describe(Value(s))), frame,
         s.isScalar() && s.kind == Static::Real ? "`/` is real division: choose sizes that divide without a rest" : "");
  return (int64_t)s.data[0];
}

Static Evaluator::evaluateStatic(const ast::Expr &expr, Frame &frame, const char *what) {
  FunctionBuilder *saved = builder;
  builder = nullptr;  // whatever meets a setting here makes it compile time (L12)
  struct Restore {
    FunctionBuilder *&slot, *value;
    ~Restore() { slot = value; }
  } restore{builder, saved};
  return asStatic(evaluate(expr, frame), expr.range, frame, what);
}

int64_t Evaluator::evaluateInt(const ast::Expr &expr, Frame &frame, const char *what) {
  return asInt(evaluateStatic(expr, frame, what), expr.range, frame, what);
}

}  // namespace offramp::dsl::sema
