// Declared types met by values: a name in a dimension is bound by the first value that has it and must agree afterwards;
// dimensions in front of the declared ones are mapped over (L6). Axis names are the callee's inside and the caller's outside.
#include "dsl/sema/Evaluator.h"

#include "dsl/sema/Limits.h"

#include <fmt/format.h>

#include <cmath>

namespace offramp::dsl::sema {

static std::string sizeText(int64_t d) { return d == kRows ? "T, the varying row count" : fmt::format("{}", d); }

void Evaluator::matchDimensions(const ast::TypeExpr &type, const std::vector<int64_t> &shape, std::vector<std::string> &axes,
                                SourceRange range, const std::string &what, Frame &callee, Frame &blamed, Renames &renames) {
  static const std::vector<ast::Dimension> none;
  const auto &pattern = type.dimensions && type.name.text != "class" ? *type.dimensions : none;
  size_t first = !pattern.empty() && pattern[0].ellipsis ? 1 : 0, declared = pattern.size() - first;
  auto refuse = [&](const std::string &detail) {
    Diagnostic *d = reporter.error(kind::shapeMismatch, range, fmt::format("{} is {} when it should be `{}`{}", what, describe(shape), written(type.range), detail));
    if (d) {
      d->note(type.range, "declared here");
      addTrace(*d, blamed);
    }
    throw Failed{};
  };
  if (shape.size() < declared) refuse("");
  size_t leading = shape.size() - declared;
  if (leading > 0) renames.lifted = true;
  for (size_t i = 0; i < leading; ++i)
    if (!axes[i].empty()) renames.passing.insert(axes[i]);
  for (size_t i = 0; i < declared; ++i) {
    const ast::Dimension &dimension = pattern[first + i];
    if (dimension.ellipsis || !dimension.size) fail(kind::invalidType, dimension.range, "`...` stands in front of the other dimensions", callee);
    int64_t size = shape[leading + i];
    std::string original = axes[leading + i];
    axes[leading + i] = "";
    if (auto *name = dimension.size->as<ast::Name>()) {
      axes[leading + i] = name->text;
      renames.axes.emplace(name->text, original);
      Value *bound = callee.scope.find(name->text);
      if (!bound) {
        callee.scope.variables[name->text] = size == kRows ? Value(RowCount{}) : Value(Static::number(size));
        continue;
      }
      if (bound->isPoison()) throw Failed{};
      if (bound->as<RowCount>()) {
        if (size != kRows) refuse(fmt::format(": `{}` is the varying row count, found {}", name->text, size));
        continue;
      }
    }
    int64_t expected = evaluateInt(*dimension.size, callee, "a dimension");
    if (size != expected) refuse(fmt::format(": `{}` is {}, found {}", written(dimension.range), expected, sizeText(size)));
  }
}

Value Evaluator::bindType(const ast::TypeExpr &type, const Value &given, SourceRange range, const std::string &name, Frame &callee,
                          Frame &blamed, Renames &renames) {
  if (given.isPoison()) throw Failed{};
  Value value = given;
  const std::string &base = type.name.text;
  const std::string what = name.empty() ? "the result" : fmt::format("`{}`", name);
  auto mismatch = [&](const std::string &hint) {
    fail(kind::typeMismatch, range, fmt::format("{} is {} when it should be `{}`", what, describe(value), written(type.range)), blamed, hint);
  };
  if (type.function) {
    if (!value.as<FunctionRef>()) mismatch("pass a function by its name");
    return value;
  }
  if (auto *record = value.record()) {
    if (record->kind != base) mismatch("");
    return value;
  }
  if (base == "Episode" || base == "bernoulli") mismatch(base == "bernoulli" ? "make one of a logit: `bernoulli(logit = scalar(linear[1](x)))`" : "a `rollout` makes one");
  if (base != "f32" && base != "int" && base != "bool" && base != "u8" && base != "class" && base != "tokens")
    fail(kind::invalidType, type.name.range, fmt::format("`{}` is not a type", base), callee, "types are f32, int, bool, u8, class, tokens, bernoulli, Episode and fn");
  if (value.as<SettingRef>()) {
    bool scalar = !type.dimensions || type.dimensions->empty();
    if (!scalar || (base != "f32" && base != "int")) mismatch("");
    return value;
  }
  if (auto *s = value.as<Static>()) {
    Static number = *s;
    if (base == "bool" ? number.kind != Static::Bool : base != "f32" && base != "int") mismatch("");
    if (base != "bool" && number.kind == Static::Bool) mismatch("");
    if (base == "f32") number.kind = Static::Real;
    if (base == "int") {
      for (double v : number.data)
        if (std::nearbyint(v) != v) mismatch("`/` is real division");
      number.kind = Static::Int;
    }
    matchDimensions(type, number.shape, number.axes, range, what, callee, blamed, renames);
    return number;
  }
  auto *t = value.as<Tensor>();
  if (!t) mismatch("");
  Tensor tensor = *t;
  if (base == "tokens") {
    if (tensor.vocabulary == 0) mismatch("");
    if (type.arguments)
      for (auto &argument : type.arguments->arguments) {
        auto *bound = argument.value->as<ast::Name>();
        if (!argument.name || !bound || (argument.name->text != "vocab" && argument.name->text != "max"))
          fail(kind::invalidType, argument.range, "a parameter of type `tokens` names its `vocab` and `max`", callee);
        callee.scope.variables[bound->text] = Static::number(argument.name->text == "vocab" ? tensor.vocabulary : tensor.maxRows);
      }
    if (!tensor.axes.empty()) tensor.axes[0] = "T";
    return tensor;
  }
  if (base == "class") {
    if (tensor.classes == 0) mismatch("");
    if (type.dimensions && type.dimensions->size() == 1 && (*type.dimensions)[0].size) {
      const ast::Expr &size = *(*type.dimensions)[0].size;
      auto *bound = size.as<ast::Name>();
      if (bound && !callee.scope.find(bound->text)) callee.scope.variables[bound->text] = Static::number(tensor.classes);
      else if (evaluateInt(size, callee, "a number of classes") != tensor.classes) mismatch("");
    }
  } else if (base == "f32") {
    if (tensor.type.dtype == Dtype::U8)  // L8
      fail(kind::u8InArithmetic, range, fmt::format("{} is {} when it should be `{}`", what, describe(value), written(type.range)), blamed, "write the conversion: `scale(x, 1 / 255)`");
    if (tensor.type.dtype == Dtype::I1 || tensor.classes > 0) mismatch("");
    if (tensor.type.dtype == Dtype::I32) tensor = operations(range).cast(tensor, Dtype::F32);
  } else {
    Dtype wanted = base == "int" ? Dtype::I32 : base == "bool" ? Dtype::I1 : Dtype::U8;
    if (tensor.type.dtype != wanted || tensor.classes > 0) mismatch("");
  }
  matchDimensions(type, tensor.type.shape, tensor.axes, range, what, callee, blamed, renames);
  return tensor;
}

Value Evaluator::checkResult(const ast::TypeExpr &type, const Value &given, SourceRange range, Frame &callee, const Renames &renames) {
  Renames inside;
  Value value = bindType(type, given, range, "", callee, callee, inside);
  if (inside.lifted && !renames.lifted) {
    auto *t = value.as<Tensor>();
    fail(kind::shapeMismatch, range, fmt::format("the result is {} when it should be `{}`", t ? describe(t->type, t->classes) : describe(value), written(type.range)), callee);
  }
  auto restore = [&](std::vector<std::string> &axes) {
    for (size_t i = 0; i < axes.size(); ++i) {
      auto it = renames.axes.find(axes[i]);
      axes[i] = it != renames.axes.end() ? it->second : renames.passing.count(axes[i]) ? axes[i] : "";
    }
  };
  // `bindType` wrote the names of the declared result into the axes; those of parameters lead back to the caller's.
  if (auto *t = value.as<Tensor>()) {
    Tensor out = *t;
    restore(out.axes);
    return out;
  }
  if (auto *s = value.as<Static>()) {
    Static out = *s;
    restore(out.axes);
    return out;
  }
  return value;
}

std::vector<int64_t> Evaluator::staticShape(const ast::TypeExpr &type, Frame &frame, std::vector<std::string> &axes) {
  std::vector<int64_t> shape;
  if (!type.dimensions) return shape;
  int64_t count = 1;
  for (const ast::Dimension &dimension : *type.dimensions) {
    if (dimension.ellipsis) fail(kind::invalidType, dimension.range, "every dimension is written out here", frame);
    int64_t size = evaluateInt(*dimension.size, frame, "a dimension");
    if (size < 1) fail(kind::outOfRange, dimension.range, fmt::format("a dimension is {} when it should be at least 1", size), frame);
    if (count > kMaxElements / size) fail(kind::tooLarge, type.range, fmt::format("this is larger than {} elements", kMaxElements), frame);
    count *= size;
    shape.push_back(size);
    auto *name = dimension.size->as<ast::Name>();
    axes.push_back(name ? name->text : "");
  }
  if (shape.size() > kMaxRank) fail(kind::tooLarge, type.range, fmt::format("more than {} dimensions", kMaxRank), frame);
  return shape;
}

}  // namespace offramp::dsl::sema
