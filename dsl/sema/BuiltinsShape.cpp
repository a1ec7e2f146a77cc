// Builtins that change shapes, pick elements or draw numbers. See Builtins.h.
#include "dsl/sema/Builtins.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

static Value uniform(BuiltinCall &c, std::vector<int64_t> shape, std::vector<std::string> axes, std::vector<ValueId> like) {
  // The site separates draws of one function; the program numbers sites anew when it takes the function in.
  if (!c.ops.builder) throw Wrong{kind::notStatic, "a random number is drawn per sample and is not known before anything runs", ""};
  int64_t site = c.ops.builder->nextSite();
  return c.ops.made("uniform", std::move(like), {{"site", site}}, Type{Dtype::F32, true, std::move(shape)}, std::move(axes));
}

void addShape(BuiltinTable &t) {
  t["reshape"] = {{"x"}, true, [](BuiltinCall &c) { return c.ops.reshape(c.arguments[0], c.shape()); }};
  t["transpose"] = {{"x"}, true, [](BuiltinCall &c) { return c.ops.transpose(c.arguments[0], c.shape()); }};
  t["broadcast"] = {{"x"}, true, [](BuiltinCall &c) { return c.ops.broadcastTo(c.arguments[0], c.shape()); }};
  t["to_rows"] = {{"x"}, false, [](BuiltinCall &c) { return c.ops.toRows(c.arguments[0]); }};
  t["concat"] = {{"a", "b", "dim?"}, false, [](BuiltinCall &c) {
    return c.ops.concat({c.arguments[0], c.arguments[1]}, c.wholeAt(2, 0, "`dim`"));
  }};
  t["append"] = {{"x", "value"}, false, [](BuiltinCall &c) -> Value {  // one more entry at the end of the last dimension
    Tensor x = c.ops.floats(c.arguments[0], "`append`"), v = c.ops.floats(c.arguments[1], "`append`");
    if (x.type.shape.empty() || x.type.shape[0] == kRows)
      throw Wrong{kind::shapeMismatch, fmt::format("`append` expects a list of numbers, found {}", describe(x.type)), "", 0};
    std::vector<int64_t> one = x.type.shape;
    one.back() = 1;
    return c.ops.concat({x, c.ops.broadcastTo(v, one)}, (int64_t)one.size() - 1);
  }};
  t["scalar"] = {{"x"}, false, [](BuiltinCall &c) -> Value {  // f32[1] → f32
    Tensor x = c.ops.tensor(c.arguments[0]);
    if (x.type.shape.empty() || x.type.shape.back() != 1)
      throw Wrong{kind::shapeMismatch, fmt::format("`scalar` expects one element in the last dimension, found {}", describe(x.type)), "", 0};
    Type type{x.type.dtype, false, {x.type.shape.begin(), x.type.shape.end() - 1}};
    return c.ops.made("reshape", {x.id}, {}, type, {x.axes.begin(), x.axes.end() - 1});
  }};
  t["take"] = {{"x", "index?"}, true, [](BuiltinCall &c) -> Value {
    if (c.has(1) == !c.statics.empty()) throw Wrong{kind::argumentCount, "`take` needs a value and an index", ""};
    Value index = c.has(1) ? c.arguments[1] : c.statics[0];
    return c.ops.take(c.arguments[0], index);
  }};
  t["argmax"] = {{"x"}, false, [](BuiltinCall &c) -> Value {
    Tensor x = c.ops.floats(c.arguments[0], "`argmax`");
    if (x.type.shape.empty() || x.type.shape.back() == kRows)
      throw Wrong{kind::shapeMismatch, fmt::format("`argmax` expects f32[C], found {}", describe(x.type)), "", 0};
    refuseSingle(c, x);
    Type type{Dtype::I32, false, {x.type.shape.begin(), x.type.shape.end() - 1}};
    Tensor out = c.ops.made("argmax", {x.id}, {}, type, {x.axes.begin(), x.axes.end() - 1});
    out.classes = x.type.shape.back();
    return out;
  }};
  t["first_true"] = {{"x", "otherwise"}, false, [](BuiltinCall &c) -> Value {
    Tensor x = c.ops.tensor(c.arguments[0]);
    if (x.type.dtype != Dtype::I1 || x.type.shape.empty() || x.type.shape.back() == kRows)
      throw Wrong{kind::typeMismatch, fmt::format("`first_true` expects bool[C], found {}", describe(x.type)), "", 0};
    Type type{Dtype::I32, false, {x.type.shape.begin(), x.type.shape.end() - 1}};
    return c.ops.made("first_true", {x.id}, {{"otherwise", c.wholeAt(1, 0, "`otherwise`")}}, type, {x.axes.begin(), x.axes.end() - 1});
  }};
  t["cumsum"] = {{"x", "reverse?", "exclusive?"}, false, [](BuiltinCall &c) -> Value {
    Tensor x = c.ops.floats(c.arguments[0], "`cumsum`");
    if (x.type.shape.empty() || x.type.shape.back() == kRows)
      throw Wrong{kind::shapeMismatch, fmt::format("`cumsum` expects f32[C], found {}", describe(x.type)), "", 0};
    return c.ops.made("cumsum", {x.id}, {{"reverse", c.flagAt(1, false, "`reverse`")}, {"exclusive", c.flagAt(2, false, "`exclusive`")}}, x.type, x.axes);
  }};
  t["positions"] = {{"like"}, false, [](BuiltinCall &c) -> Value {  // 0, 1, 2 … for every row
    Tensor x = c.ops.tensor(c.arguments[0]);
    if (x.type.shape.empty() || x.type.shape[0] != kRows)
      throw Wrong{kind::rowAxis, fmt::format("`positions` expects a value with varying rows, found {}", describe(x.type)), "", 0};
    return c.ops.made("positions", {x.id}, {}, Type{Dtype::I32, true, {kRows}}, {x.axes[0]});
  }};
  t["uniform"] = {{}, true, [](BuiltinCall &c) {
    std::vector<int64_t> shape = c.shape();
    for (int64_t d : shape)
      if (d == kRows) throw Wrong{kind::rowAxis, "`uniform` draws a fixed number of values", "use `uniform_like`"};
    return uniform(c, shape, std::vector<std::string>(shape.size()), {});
  }};
  t["uniform_like"] = {{"like"}, false, [](BuiltinCall &c) {
    Tensor x = c.ops.tensor(c.arguments[0]);
    bool rows = !x.type.shape.empty() && x.type.shape[0] == kRows;
    return uniform(c, x.type.shape, x.axes, rows ? std::vector<ValueId>{x.id} : std::vector<ValueId>{});
  }};
}

}  // namespace offramp::dsl::sema
