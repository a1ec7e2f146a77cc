// Elementwise operations: conversions (L8), broadcasting (L9), real division (L10). See Operations.h.
#include "dsl/sema/Limits.h"
#include "dsl/sema/Operations.h"

#include <fmt/format.h>

#include <algorithm>

namespace offramp::dsl::sema {

static std::string shownAxes(const std::vector<int64_t> &shape, const std::vector<std::string> &axes) {
  std::string out;
  for (size_t i = 0; i < shape.size(); ++i) {
    std::string size = shape[i] == kRows ? "T" : fmt::format("{}", shape[i]);
    bool named = !axes[i].empty() && axes[i] != size;
    out += (i ? ", " : "") + (named ? axes[i] + " = " + size : size);
  }
  return "[" + out + "]";
}

void broadcastShapes(const std::vector<int64_t> &a, const std::vector<std::string> &axesA, const std::vector<int64_t> &b,
                     const std::vector<std::string> &axesB, std::vector<int64_t> &shape, std::vector<std::string> &axes) {
  size_t rank = std::max(a.size(), b.size());
  shape.assign(rank, 1);
  axes.assign(rank, "");
  auto refuse = [&](const std::string &why) {
    throw Wrong{kind::shapeMismatch, fmt::format("shapes {} and {} do not fit together: {}", shownAxes(a, axesA), shownAxes(b, axesB), why),
                "dimensions are compared from the last one; they must be equal, or one of them 1"};
  };
  for (size_t i = 0; i < rank; ++i) {
    bool inA = i < a.size(), inB = i < b.size();
    int64_t da = inA ? a[a.size() - 1 - i] : 1, db = inB ? b[b.size() - 1 - i] : 1;
    std::string na = inA ? axesA[a.size() - 1 - i] : "", nb = inB ? axesB[b.size() - 1 - i] : "";
    if (da != db && da != 1 && db != 1) {
      auto text = [](int64_t d) { return d == kRows ? std::string("T") : fmt::format("{}", d); };
      refuse(fmt::format("{} against {}", text(da), text(db)));
    }
    if (da == db && da != 1 && !na.empty() && !nb.empty() && na != nb)
      refuse(fmt::format("axis `{}` against axis `{}`", na, nb));
    size_t at = rank - 1 - i;
    shape[at] = da == 1 ? db : da;
    axes[at] = da == db ? (na.empty() ? nb : na) : da == 1 ? nb : na;
  }
}

Value Operations::resolved(const Value &value) {
  if (auto *s = value.as<SettingRef>()) return settings.readSetting(s->name);
  return value;
}

Tensor Operations::made(std::string op, std::vector<ValueId> operands, std::map<std::string, Attribute> attributes, Type type,
                        std::vector<std::string> axes) {
  if (!builder) throw Wrong{kind::notStatic, "a number is needed here that is known before anything runs", "use literals and model parameters"};
  for (ValueId v : operands) type.perSample |= builder->typeOf(v).perSample;
  if (type.shape.size() > kMaxRank) throw Wrong{kind::tooLarge, fmt::format("a value of rank {} is above the limit of {}", type.shape.size(), kMaxRank), ""};
  int64_t count = 1;
  for (int64_t d : type.shape) {
    if (d == kRows) continue;
    if (d > 0 && count > kMaxElements / d)
      throw Wrong{kind::tooLarge, fmt::format("a value of shape {} is larger than {} elements", describe(type.shape), kMaxElements), ""};
    count *= d;
  }
  if (builder->nodeCount() >= kMaxNodes)
    throw Wrong{kind::tooLarge, fmt::format("this function needs more than {} operations", kMaxNodes), ""};
  Tensor out;
  out.type = type;
  out.axes = std::move(axes);
  out.axes.resize(type.shape.size());
  out.id = builder->emit(std::move(op), std::move(operands), std::move(attributes), std::move(type), where);
  return out;
}

/// A value as a tensor of the function being built; numbers become constants, whole ones of the preferred type.
Tensor Operations::tensor(const Value &given, Dtype preferred) {
  Value value = resolved(given);
  if (auto *t = value.as<Tensor>()) return *t;
  if (auto *s = value.as<Static>()) {
    Dtype dtype = s->kind == Static::Bool ? Dtype::I1 : s->kind == Static::Real ? Dtype::F32 : preferred;
    if (dtype == Dtype::U8 || (dtype == Dtype::I1 && s->kind != Static::Bool)) dtype = Dtype::I32;
    std::vector<double> data = s->data;
    if (data.size() > 1 && std::all_of(data.begin(), data.end(), [&](double v) { return v == data[0]; })) data.resize(1);
    return made("constant", {}, {{"value", data}, {"shape", s->shape}}, Type{dtype, false, s->shape}, s->axes);
  }
  if (value.as<RowCount>())
    throw Wrong{kind::rowCount, "the number of rows varies from sample to sample and is not a number here", "reduce over the axis instead, as in `mean over T: …`"};
  bool bernoulli = value.record() && value.record()->kind == "bernoulli";
  throw Wrong{kind::typeMismatch, fmt::format("expected a value, found {}", describe(value)), bernoulli ? "read its probability `.p` or its `.logit`" : ""};
}

Tensor Operations::cast(const Tensor &t, Dtype dtype) {
  if (t.type.dtype == dtype) return t;
  Type type = t.type;
  type.dtype = dtype;
  if (ValueId stage = builder && dtype == Dtype::F32 ? builder->stageNumberOf(t.id) : -1; stage >= 0) {
    Tensor number = t;
    number.id = stage;
    number.type = type;
    return number;
  }
  if (auto *data = builder ? builder->constantData(t.id) : nullptr; data && dtype == Dtype::F32)
    return made("constant", {}, {{"value", *data}, {"shape", t.type.shape}}, type, t.axes);
  return made("cast", {t.id}, {}, type, t.axes);
}

Tensor Operations::floats(const Value &value, const char *who) {
  Tensor t = tensor(value);
  if (t.type.dtype == Dtype::U8)  // L8
    throw Wrong{kind::u8InArithmetic, fmt::format("{} is used as f32", describe(t.type)), "write the conversion: `scale(x, 1 / 255)`"};
  if (t.type.dtype == Dtype::I1)
    throw Wrong{kind::boolInArithmetic, fmt::format("{} expects a number, found {}", who, describe(t.type)), "write `if … then 1 else 0`"};
  return cast(t, Dtype::F32);
}

Tensor Operations::spreadLike(const Tensor &value, const Tensor &rows) {
  Tensor v = value;
  size_t rank = rows.type.shape.size() - 1;
  if (v.type.shape.size() < rank) {
    std::vector<int64_t> shape(rank - v.type.shape.size(), 1);
    std::vector<std::string> axes(shape.size());
    shape.insert(shape.end(), v.type.shape.begin(), v.type.shape.end());
    axes.insert(axes.end(), v.axes.begin(), v.axes.end());
    v = made("reshape", {v.id}, {}, Type{v.type.dtype, v.type.perSample, shape}, axes);
  }
  Type type = v.type;
  type.shape.insert(type.shape.begin(), kRows);
  std::vector<std::string> axes = v.axes;
  axes.insert(axes.begin(), rows.axes[0]);
  return made("spread", {v.id, rows.id}, {}, type, axes);
}

static bool hasRows(const Tensor &t) { return !t.type.shape.empty() && t.type.shape[0] == kRows; }

Operations::Pair Operations::aligned(Tensor a, Tensor b) {
  auto spreads = [](const Tensor &v, const Tensor &rows) {
    return hasRows(rows) && !hasRows(v) && v.type.perSample && v.type.shape.size() < rows.type.shape.size();
  };
  Pair pair;
  broadcastShapes(a.type.shape, a.axes, b.type.shape, b.axes, pair.shape, pair.axes);
  if (spreads(a, b)) a = spreadLike(a, b);
  else if (spreads(b, a)) b = spreadLike(b, a);
  pair.a = std::move(a);
  pair.b = std::move(b);
  return pair;
}

static const char *signOf(const std::string &op) {
  return op == "add" ? "+" : op == "sub" ? "-" : op == "mul" ? "*" : op == "div" ? "/" : op == "pow" ? "^" : op.c_str();
}

Value Operations::arithmetic(const std::string &op, const Value &first, const Value &second) {
  Value a = resolved(first), b = resolved(second);
  if (a.as<Static>() && b.as<Static>()) return foldArithmetic(op, *a.as<Static>(), *b.as<Static>());
  auto preferred = [](const Value &other) { return other.as<Tensor>() && other.as<Tensor>()->type.dtype == Dtype::I32 ? Dtype::I32 : Dtype::F32; };
  Tensor x = tensor(a, preferred(b)), y = tensor(b, preferred(a));
  for (int i = 0; i < 2; ++i) {
    const Tensor &t = i ? y : x;
    if (t.classes > 0)
      throw Wrong{kind::classInArithmetic, fmt::format("`{}` on {}: a class is a name, not a number", signOf(op), describe(t.type, t.classes)), "", i};
    if (t.type.dtype == Dtype::U8)  // L8
      throw Wrong{kind::u8InArithmetic, fmt::format("`{}` on {}", signOf(op), describe(t.type)), "write the conversion: `scale(x, 1 / 255)`", i};
    if (t.type.dtype == Dtype::I1)
      throw Wrong{kind::boolInArithmetic, fmt::format("`{}` on {}", signOf(op), describe(t.type)), "write `if … then 1 else 0`", i};
  }
  bool whole = x.type.dtype == Dtype::I32 && y.type.dtype == Dtype::I32 && op != "div" && op != "pow";  // L10
  if (!whole) x = cast(x, Dtype::F32), y = cast(y, Dtype::F32);
  Pair p = aligned(x, y);
  return made(op, {p.a.id, p.b.id}, {}, Type{whole ? Dtype::I32 : Dtype::F32, false, p.shape}, p.axes);
}

Value Operations::compare(const std::string &predicate, const Value &first, const Value &second) {
  Value a = resolved(first), b = resolved(second);
  if (a.as<Static>() && b.as<Static>()) return foldCompare(predicate, *a.as<Static>(), *b.as<Static>());
  auto preferred = [](const Value &other) { return other.as<Tensor>() && other.as<Tensor>()->type.dtype == Dtype::I32 ? Dtype::I32 : Dtype::F32; };
  Tensor x = tensor(a, preferred(b)), y = tensor(b, preferred(a));
  if (x.classes > 0 && y.classes > 0 && x.classes != y.classes)
    throw Wrong{kind::typeMismatch, fmt::format("{} is compared with {}", describe(x.type, x.classes), describe(y.type, y.classes)), ""};
  if ((x.classes > 0 || y.classes > 0) && predicate != "eq" && predicate != "ne")
    throw Wrong{kind::classInArithmetic, "classes have no order", "compare them with `==` or `!=`"};
  for (int i = 0; i < 2; ++i) {
    const Tensor &t = i ? y : x;
    if (t.type.dtype == Dtype::U8)
      throw Wrong{kind::u8InArithmetic, fmt::format("a comparison of {}", describe(t.type)), "write the conversion: `scale(x, 1 / 255)`", i};
    if (t.type.dtype == Dtype::I1)
      throw Wrong{kind::boolInArithmetic, fmt::format("a comparison of {}", describe(t.type)), "use `and`, `or`, `not`", i};
  }
  if (x.type.dtype != y.type.dtype) x = cast(x, Dtype::F32), y = cast(y, Dtype::F32);
  Pair p = aligned(x, y);
  return made("compare", {p.a.id, p.b.id}, {{"predicate", predicate}}, Type{Dtype::I1, false, p.shape}, p.axes);
}

static void requireBool(const Tensor &t, const char *what, int argument) {
  if (t.type.dtype != Dtype::I1)
    throw Wrong{kind::typeMismatch, fmt::format("{} must be a bool, found {}", what, describe(t.type, t.classes)), "", argument};
}

Value Operations::logical(const std::string &op, const Value &first, const Value &second) {
  Value a = resolved(first), b = resolved(second);
  auto known = [](const Value &v) { return v.as<Static>() && v.as<Static>()->isScalar() && v.as<Static>()->kind == Static::Bool; };
  for (int i = 0; i < 2; ++i) {  // a known side decides or disappears
    const Value &side = i ? b : a, &other = i ? a : b;
    if (known(side)) return (side.as<Static>()->data[0] != 0) == (op == "and") ? other : side;
  }
  Tensor x = tensor(a), y = tensor(b);
  requireBool(x, "the left side", 0);
  requireBool(y, "the right side", 1);
  Pair p = aligned(x, y);
  return made(op, {p.a.id, p.b.id}, {}, Type{Dtype::I1, false, p.shape}, p.axes);
}

Value Operations::logicalNot(const Value &given) {
  Value a = resolved(given);
  if (auto *s = a.as<Static>(); s && s->kind == Static::Bool) {
    Static out = *s;
    for (double &v : out.data) v = v == 0;
    return out;
  }
  Tensor x = tensor(a);
  requireBool(x, "the operand of `not`", 0);
  return made("not", {x.id}, {}, x.type, x.axes);
}

Value Operations::elementwise(const std::string &op, const Value &given) {
  Value a = resolved(given);
  if (auto *s = a.as<Static>()) return foldUnary(op, *s);
  Tensor x = tensor(a);
  if (op == "neg" && x.type.dtype == Dtype::I32 && x.classes == 0)
    return arithmetic("sub", Static::number(0), x);  // `neg` is f32 only (O3)
  if (x.classes > 0)
    throw Wrong{kind::classInArithmetic, fmt::format("`{}` of {}: a class is a name, not a number", op, describe(x.type, x.classes)), "", 0};
  x = floats(x, op.c_str());
  return made(op, {x.id}, {}, x.type, x.axes);
}

Value Operations::select(const Value &givenCondition, const Value &first, const Value &second) {
  Value condition = resolved(givenCondition), a = resolved(first), b = resolved(second);
  if (auto *c = condition.as<Static>()) {
    if (c->kind != Static::Bool) throw Wrong{kind::typeMismatch, fmt::format("the condition must be a bool, found {}", describe(condition)), "", 0};
    if (c->isScalar()) return c->data[0] != 0 ? a : b;
    if (a.as<Static>() && b.as<Static>()) return foldSelect(*c, *a.as<Static>(), *b.as<Static>());
  }
  Tensor test = tensor(condition);
  requireBool(test, "the condition", 0);
  auto isReal = [](const Value &v) {
    if (auto *t = v.as<Tensor>()) return t->type.dtype == Dtype::F32;
    auto *s = v.as<Static>();
    return s && s->kind == Static::Real;
  };
  Dtype preferred = isReal(a) || isReal(b) ? Dtype::F32 : Dtype::I32;
  Tensor x = tensor(a, preferred), y = tensor(b, preferred);
  if (x.type.dtype != y.type.dtype) {
    auto number = [](const Tensor &t) { return t.classes == 0 && (t.type.dtype == Dtype::F32 || t.type.dtype == Dtype::I32); };
    if (!number(x) || !number(y))
      throw Wrong{kind::typeMismatch, fmt::format("the branches are {} and {}", describe(x.type, x.classes), describe(y.type, y.classes)), "", 2};
    x = cast(x, Dtype::F32), y = cast(y, Dtype::F32);
  }
  if (x.classes > 0 && y.classes > 0 && x.classes != y.classes)
    throw Wrong{kind::typeMismatch, fmt::format("the branches are {} and {}", describe(x.type, x.classes), describe(y.type, y.classes)), "", 2};
  Pair p = aligned(x, y);
  Tensor like = p.a;
  like.type.shape = p.shape;
  like.axes = p.axes;
  if (hasRows(p.b) && !hasRows(p.a)) like.id = p.b.id;
  Pair q = aligned(test, like);
  if (hasRows(q.a) && !hasRows(like)) {  // the condition alone has rows
    if (p.a.type.perSample) p.a = spreadLike(p.a, q.a);
    if (p.b.type.perSample) p.b = spreadLike(p.b, q.a);
  }
  Tensor out = made("select", {q.a.id, p.a.id, p.b.id}, {}, Type{x.type.dtype, false, q.shape}, q.axes);
  out.classes = std::max(x.classes, y.classes);
  return out;
}

}  // namespace offramp::dsl::sema
