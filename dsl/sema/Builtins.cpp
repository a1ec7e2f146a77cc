// Lookup and argument binding of builtins, and the elementwise family. See Builtins.h.
#include "dsl/sema/Builtins.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace offramp::dsl::sema {

static const BuiltinTable &table() {
  static const BuiltinTable all = [] {
    BuiltinTable t;
    addElementwise(t);
    addShape(t);
    addNetwork(t);
    return t;
  }();
  return all;
}

bool Evaluator::isBuiltin(const std::string &name) { return table().count(name) != 0; }

std::vector<std::string> Evaluator::builtinNames() {
  std::vector<std::string> out;
  for (auto &[name, builtin] : table()) out.push_back(name);
  return out;
}

int64_t BuiltinCall::wholeAt(size_t i, int64_t otherwise, const char *what) {
  return has(i) ? evaluator.asInt(arguments[i], ranges[i], frame, what) : otherwise;
}

double BuiltinCall::numberAt(size_t i, double otherwise, const char *what) {
  if (!has(i)) return otherwise;
  Static s = evaluator.asStatic(arguments[i], ranges[i], frame, what);
  if (!s.isScalar() || s.kind == Static::Bool)
    evaluator.fail(kind::typeMismatch, ranges[i], fmt::format("{} must be one number, found {}", what, describe(Value(s))), frame);
  return s.data[0];
}

bool BuiltinCall::flagAt(size_t i, bool otherwise, const char *what) {
  if (!has(i)) return otherwise;
  Static s = evaluator.asStatic(arguments[i], ranges[i], frame, what);
  if (!s.isScalar() || s.kind != Static::Bool)
    evaluator.fail(kind::typeMismatch, ranges[i], fmt::format("{} must be true or false, found {}", what, describe(Value(s))), frame);
  return s.data[0] != 0;
}

std::vector<int64_t> BuiltinCall::shape() {
  std::vector<int64_t> out;
  for (const Value &value : statics) {
    if (value.as<RowCount>()) {
      out.push_back(kRows);
      continue;
    }
    int64_t size = evaluator.asInt(value, where, frame, "a dimension");
    if (size < 0) evaluator.fail(kind::outOfRange, where, fmt::format("a dimension is {}", size), frame);
    out.push_back(size);
  }
  return out;
}

/// L32: what looks for the likeliest class of a head that gives one number would always say the same.
void refuseSingle(const BuiltinCall &c, const Tensor &x) {
  if (!c.evaluator.labelIsNumber || x.type.shape.back() != 1) return;
  throw Wrong{kind::shapeMismatch,
              fmt::format("`{}` of {} is the same whatever the value is: the label of this model is a number", c.name, describe(x.type)),
              "exits can be decided by a policy, or by how near two stages' numbers are (`close_agreements`)", 0};
}

Value Evaluator::callBuiltin(const std::string &name, const Arguments &statics, const Arguments &arguments, SourceRange range, Frame &frame) {
  const Builtin &builtin = table().at(name);
  std::vector<std::string> names;
  std::vector<bool> optional;
  for (const char *p : builtin.parameters) {
    bool isOptional = p[std::strlen(p) - 1] == '?';
    names.emplace_back(p, std::strlen(p) - isOptional);
    optional.push_back(isOptional);
  }
  BuiltinCall call{operations(range), *this, frame, name, std::vector<Value>(names.size()), std::vector<SourceRange>(names.size()), {}, range};
  if (!statics.empty() && !builtin.takesStatics)
    fail(kind::argumentCount, statics[0].range, fmt::format("`{}` has no compile-time arguments", name), frame);
  for (const EvaluatedArgument &s : statics) call.statics.push_back(s.value);
  size_t next = 0;
  for (const EvaluatedArgument &argument : arguments) {
    size_t slot = next;
    if (argument.name) {
      slot = std::find(names.begin(), names.end(), argument.name->text) - names.begin();
      if (slot == names.size()) {
        std::string hint = nearest(argument.name->text, names);
        fail(kind::unknownArgument, argument.name->range, fmt::format("`{}` has no parameter `{}`", name, argument.name->text), frame,
             hint.empty() ? "" : fmt::format("did you mean `{}`?", hint));
      }
    } else {
      ++next;
    }
    if (slot >= names.size())
      fail(kind::argumentCount, argument.range, fmt::format("`{}` takes at most {} argument{}, found {}", name, names.size(), names.size() == 1 ? "" : "s", arguments.size()), frame);
    if (call.has(slot)) fail(kind::argumentCount, argument.range, fmt::format("`{}` is given twice", names[slot]), frame);
    call.arguments[slot] = argument.value;
    call.ranges[slot] = argument.range;
  }
  for (size_t i = 0; i < names.size(); ++i)
    if (!optional[i] && !call.has(i)) fail(kind::argumentCount, range, fmt::format("`{}` needs a value for `{}`", name, names[i]), frame);
  try {
    return builtin.apply(call);
  } catch (const Wrong &wrong) {
    fail(wrong, range, frame, call.ranges);
  }
}

void addElementwise(BuiltinTable &t) {
  for (const char *name : {"exp", "log", "sqrt", "tanh", "sigmoid", "gelu", "relu", "softplus", "abs"})
    t[name] = {{"x"}, false, [](BuiltinCall &c) { return c.ops.elementwise(c.name, c.arguments[0]); }};
  for (const char *name : {"min", "max"})
    t[name] = {{"a", "b"}, false, [](BuiltinCall &c) { return c.ops.arithmetic(c.name, c.arguments[0], c.arguments[1]); }};
  t["stop_gradient"] = {{"x"}, false, [](BuiltinCall &c) -> Value {
    Value v = c.ops.resolved(c.arguments[0]);
    if (v.as<Static>()) return v;
    Tensor x = c.ops.floats(v, "`stop_gradient`");
    return c.ops.made("stop_gradient", {x.id}, {}, x.type, x.axes);
  }};
  t["scale"] = {{"x", "by"}, false, [](BuiltinCall &c) -> Value {  // the written conversion of u8 (L8)
    Tensor x = c.ops.tensor(c.arguments[0]);
    if (x.type.dtype == Dtype::I1 || x.classes > 0)
      throw Wrong{kind::typeMismatch, fmt::format("`scale` expects numbers, found {}", describe(x.type, x.classes)), "", 0};
    return c.ops.arithmetic("mul", c.ops.cast(x, Dtype::F32), c.arguments[1]);
  }};
  t["share"] = {{"x"}, false, [](BuiltinCall &c) -> Value {  // of a library's parameter that is a part of a whole: dropout
    const Static share = c.evaluator.asStatic(c.arguments[0], c.ranges[0], c.frame, "a share");
    if (share.kind == Static::Bool || !share.isScalar())
      throw Wrong{kind::typeMismatch, fmt::format("a share is one number, found {}", describe(Value(share))), "", 0};
    if (!(share.data[0] >= 0 && share.data[0] < 1))
      throw Wrong{kind::outOfRange, fmt::format("a share is at least 0 and below 1, found {}", share.data[0]), "", 0};
    return share;
  }};
  t["to_int"] = {{"x"}, false, [](BuiltinCall &c) -> Value {
    Tensor x = c.ops.tensor(c.arguments[0]);
    if (x.type.dtype == Dtype::U8) x = c.ops.cast(x, Dtype::F32);
    x = c.ops.cast(x, Dtype::I32);
    x.classes = 0;
    return x;
  }};
}

}  // namespace offramp::dsl::sema
