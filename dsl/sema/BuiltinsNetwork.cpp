// Builtins of networks: products, normalisation, attention, convolution, losses. The library's layers wrap them with weights.
#include "dsl/sema/Builtins.h"
#include "dsl/sema/Limits.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

namespace {

bool hasRows(const Tensor &t) { return !t.type.shape.empty() && t.type.shape[0] == kRows; }

/// f32 with at least one static last dimension: what row-wise operations take.
Tensor vectorArgument(BuiltinCall &c, size_t i) {
  Tensor x = c.ops.floats(c.arguments[i], ("`" + c.name + "`").c_str());
  if (x.type.shape.empty() || x.type.shape.back() == kRows)
    throw Wrong{kind::shapeMismatch, fmt::format("`{}` expects f32[…, C], found {}", c.name, describe(x.type)), "", (int)i};
  return x;
}

Tensor sharedArgument(BuiltinCall &c, size_t i, size_t rank, const char *what) {
  Tensor w = c.ops.floats(c.arguments[i], what);
  if (w.type.perSample || w.type.shape.size() != rank)
    throw Wrong{kind::shapeMismatch, fmt::format("{} must be a weight with {} dimensions, found {}{}", what, rank, describe(w.type),
                                                 w.type.perSample ? " of each sample" : ""), "", (int)i};
  return w;
}

void requireSize(int64_t found, int64_t expected, const char *what, int argument) {
  if (found != expected) throw Wrong{kind::shapeMismatch, fmt::format("{} is {} when it should be {}", what, found, expected), "", argument};
}

Value linear(BuiltinCall &c) {
  Tensor x = vectorArgument(c, 0), w = sharedArgument(c, 1, 2, "`weight`");
  requireSize(w.type.shape[0], x.type.shape.back(), "the first dimension of `weight`", 1);
  std::vector<ValueId> operands = {x.id, w.id};
  if (c.has(2)) {
    Tensor b = sharedArgument(c, 2, 1, "`bias`");
    requireSize(b.type.shape[0], w.type.shape[1], "the size of `bias`", 2);
    operands.push_back(b.id);
  }
  Type type = x.type;
  type.shape.back() = w.type.shape[1];
  std::vector<std::string> axes = x.axes;
  axes.back() = w.axes[1];
  return c.ops.made("linear", operands, {}, type, axes);
}

Value sameShape(BuiltinCall &c) {
  Tensor x = vectorArgument(c, 0);
  refuseSingle(c, x);
  return c.ops.made(c.name, {x.id}, {}, x.type, x.axes);
}

Value normalize(BuiltinCall &c) {
  Tensor x = vectorArgument(c, 0);
  double eps = c.numberAt(1, 1e-5, "`eps`");
  if (!(eps > 0)) throw Wrong{kind::outOfRange, "`eps` must be positive", "", 1};
  return c.ops.made("normalize", {x.id}, {{"eps", eps}}, x.type, x.axes);
}

Value crossEntropy(BuiltinCall &c) {
  Tensor f = vectorArgument(c, 0), y = c.ops.tensor(c.arguments[1], Dtype::I32);
  if (y.classes == 0 || !y.type.shape.empty())
    throw Wrong{kind::typeMismatch, fmt::format("`cross_entropy` expects a label of type class, found {}", describe(y.type, y.classes)), "", 1};
  requireSize(f.type.shape.back(), y.classes, "the last dimension of the logits", 0);
  Type type{Dtype::F32, false, {f.type.shape.begin(), f.type.shape.end() - 1}};
  return c.ops.made("cross_entropy", {f.id, y.id}, {}, type, {f.axes.begin(), f.axes.end() - 1});
}

Value attention(BuiltinCall &c) {
  Tensor q = vectorArgument(c, 0), kv = vectorArgument(c, 1);
  int64_t heads = c.wholeAt(2, 1, "`heads`"), width = q.type.shape.back();
  if (!hasRows(kv) || kv.type.shape.size() != 2)
    throw Wrong{kind::rowAxis, fmt::format("keys and values must be rows f32[T, 2·D], found {}", describe(kv.type)), "`to_rows` makes rows of f32[R, D]", 1};
  if (!(q.type.shape.size() == 1 || (hasRows(q) && q.type.shape.size() == 2)))
    throw Wrong{kind::shapeMismatch, fmt::format("queries must be f32[T, D] or f32[D], found {}", describe(q.type)), "", 0};
  requireSize(kv.type.shape[1], 2 * width, "the width of keys and values", 1);
  if (heads < 1 || width % heads != 0)
    throw Wrong{kind::outOfRange, fmt::format("the width {} is not divisible by {} heads", width, heads), "", 2};
  return c.ops.made("attention", {q.id, kv.id}, {{"heads", heads}}, q.type, q.axes);
}

Value gather(BuiltinCall &c) {
  Tensor table = sharedArgument(c, 0, 2, "`table`"), ids = c.ops.tensor(c.arguments[1], Dtype::I32);
  if (ids.type.dtype != Dtype::I32) throw Wrong{kind::typeMismatch, fmt::format("ids must be int, found {}", describe(ids.type)), "", 1};
  if (ids.vocabulary > 0) requireSize(table.type.shape[0], ids.vocabulary, "the number of entries", 0);
  Type type{Dtype::F32, false, ids.type.shape};
  type.shape.push_back(table.type.shape[1]);
  std::vector<std::string> axes = ids.axes;
  axes.push_back(table.axes[1]);
  return c.ops.made("gather", {table.id, ids.id}, {}, type, axes);
}

Tensor imageArgument(BuiltinCall &c) {
  Tensor x = c.ops.floats(c.arguments[0], ("`" + c.name + "`").c_str());
  if (x.type.shape.size() != 3 || hasRows(x))
    throw Wrong{kind::shapeMismatch, fmt::format("`{}` expects f32[C, H, W], found {}", c.name, describe(x.type)), "", 0};
  return x;
}

int64_t windows(int64_t size, int64_t pad, int64_t kernel, int64_t stride) {
  if (stride < 1 || pad < 0 || kernel < 1 || stride > kMaxElements || pad > kMaxElements || size + 2 * pad < kernel)
    throw Wrong{kind::outOfRange, fmt::format("a window of {} with padding {} and stride {} does not fit a size of {}", kernel, pad, stride, size), ""};
  return (size + 2 * pad - kernel) / stride + 1;
}

Value conv2d(BuiltinCall &c) {
  Tensor x = imageArgument(c), w = sharedArgument(c, 1, 4, "`weight`");
  requireSize(w.type.shape[1], x.type.shape[0], "the second dimension of `weight`", 1);
  std::vector<ValueId> operands = {x.id, w.id};
  if (c.has(2)) {
    Tensor b = sharedArgument(c, 2, 1, "`bias`");
    requireSize(b.type.shape[0], w.type.shape[0], "the size of `bias`", 2);
    operands.push_back(b.id);
  }
  int64_t stride = c.wholeAt(3, 1, "`stride`"), pad = c.wholeAt(4, 0, "`pad`");
  Type type{Dtype::F32, false, {w.type.shape[0], windows(x.type.shape[1], pad, w.type.shape[2], stride), windows(x.type.shape[2], pad, w.type.shape[3], stride)}};
  return c.ops.made("conv2d", operands, {{"stride", stride}, {"pad", pad}}, type, {});
}

Value maxPool(BuiltinCall &c) {
  Tensor x = imageArgument(c);
  int64_t size = c.wholeAt(1, 2, "`size`"), stride = c.wholeAt(2, size, "`stride`");
  Type type{Dtype::F32, false, {x.type.shape[0], windows(x.type.shape[1], 0, size, stride), windows(x.type.shape[2], 0, size, stride)}};
  return c.ops.made("max_pool2d", {x.id}, {{"size", size}, {"stride", stride}}, type, {});
}

/// What a policy returns: the logit of leaving. `p` is its probability, for rules; log-probabilities come from the logit (L15).
Value bernoulli(BuiltinCall &c) {
  Tensor z = c.ops.floats(c.arguments[0], "`logit`");
  auto record = std::make_shared<Record>();
  record->kind = "bernoulli";
  record->fields["logit"] = z;
  record->fields["p"] = c.ops.elementwise("sigmoid", z);
  return record;
}

}  // namespace

void addNetwork(BuiltinTable &t) {
  t["linear"] = {{"x", "weight", "bias?"}, false, linear};
  t["softmax"] = {{"x"}, false, sameShape};
  t["log_softmax"] = {{"x"}, false, sameShape};
  t["normalize"] = {{"x", "eps?"}, false, normalize};
  t["cross_entropy"] = {{"logits", "label"}, false, crossEntropy};
  t["attention"] = {{"q", "kv", "heads?"}, false, attention};
  t["gather"] = {{"table", "ids"}, false, gather};
  t["conv2d"] = {{"x", "weight", "bias?", "stride?", "pad?"}, false, conv2d};
  t["max_pool2d"] = {{"x", "size?", "stride?"}, false, maxPool};
  t["bernoulli"] = {{"logit"}, false, bernoulli};
}

}  // namespace offramp::dsl::sema
