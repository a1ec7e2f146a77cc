// Operations on dimensions: reductions over a named axis, picking, slicing, reshaping. See Operations.h.
#include "dsl/sema/Operations.h"

#include <fmt/format.h>

#include <algorithm>

namespace offramp::dsl::sema {

static bool hasRows(const Tensor &t) { return !t.type.shape.empty() && t.type.shape[0] == kRows; }

static void refuseRows(const Tensor &t, const char *what) {
  if (hasRows(t))
    throw Wrong{kind::rowAxis, fmt::format("{} of {}: the number of rows varies from sample to sample", what, describe(t.type)),
                "only row-wise operations, `mean over`, `h[0]`, `h[1..]` and attention take varying rows", 0};
}

Value Operations::reduce(const std::string &what, const Value &given, size_t d) {
  Value a = resolved(given);
  if (auto *s = a.as<Static>()) return foldReduce(what, *s, d);
  Tensor t = tensor(a);
  if (t.classes > 0) throw Wrong{kind::classInArithmetic, fmt::format("a reduction of {}: a class is a name, not a number", describe(t.type, t.classes)), ""};
  if (t.type.dtype == Dtype::U8 || t.type.dtype == Dtype::I1 || what == "mean") t = floats(t, "a reduction");
  std::vector<int64_t> shape = t.type.shape;
  std::vector<std::string> axes = t.axes;
  if (shape[d] == kRows) {  // L11: rows are reduced by `mean_rows` only
    if (what != "mean")
      throw Wrong{kind::rowAxis, fmt::format("only `mean over` is defined over the rows of a sample, which vary in number"), ""};
    if (shape.size() == 2) return made("mean_rows", {t.id}, {}, Type{Dtype::F32, false, {shape[1]}}, {axes[1]});
    std::vector<int64_t> tail(shape.begin() + 1, shape.end());
    std::vector<std::string> tailAxes(axes.begin() + 1, axes.end());
    Tensor flat = made("reshape", {t.id}, {}, Type{Dtype::F32, false, {kRows, elementCount(tail)}}, {axes[0], ""});
    Tensor mean = made("mean_rows", {flat.id}, {}, Type{Dtype::F32, false, {elementCount(tail)}}, {""});
    return made("reshape", {mean.id}, {}, Type{Dtype::F32, false, tail}, tailAxes);
  }
  shape.erase(shape.begin() + d);
  axes.erase(axes.begin() + d);
  return made(what, {t.id}, {{"dims", std::vector<int64_t>{(int64_t)d}}}, Type{t.type.dtype, false, shape}, axes);
}

Value Operations::pick(const Value &given, int64_t index) {
  Value a = resolved(given);
  if (auto *s = a.as<Static>()) {
    if (s->isScalar()) throw Wrong{kind::typeMismatch, fmt::format("{} has no elements to index", describe(a)), "", 0};
    if (index < 0 || index >= s->shape[0])
      throw Wrong{kind::outOfRange, fmt::format("index {} is outside 0 … {}", index, s->shape[0] - 1), "", 1};
    Static out{s->kind, {s->shape.begin() + 1, s->shape.end()}, {s->axes.begin() + 1, s->axes.end()}, {}};
    int64_t inner = elementCount(out.shape);
    out.data.assign(s->data.begin() + index * inner, s->data.begin() + (index + 1) * inner);
    return out;
  }
  Tensor t = tensor(a);
  if (t.type.shape.empty()) throw Wrong{kind::typeMismatch, fmt::format("{} has no dimension to index", describe(t.type)), "", 0};
  std::vector<int64_t> shape(t.type.shape.begin() + 1, t.type.shape.end());
  std::vector<std::string> axes(t.axes.begin() + 1, t.axes.end());
  if (hasRows(t)) {
    if (index != 0)
      throw Wrong{kind::rowAxis, fmt::format("row {} may not exist: the number of rows varies from sample to sample", index), "row 0 always exists", 1};
    if (shape.empty()) {  // rows of single numbers
      Tensor column = made("reshape", {t.id}, {}, Type{t.type.dtype, false, {kRows, 1}}, {t.axes[0], ""});
      Tensor one = made("row", {column.id}, {{"index", int64_t(0)}}, Type{t.type.dtype, false, {1}}, {""});
      return made("reshape", {one.id}, {}, Type{t.type.dtype, false, {}}, {});
    }
    return made("row", {t.id}, {{"index", index}}, Type{t.type.dtype, false, shape}, axes);
  }
  if (index < 0 || index >= t.type.shape[0])
    throw Wrong{kind::outOfRange, fmt::format("index {} is outside 0 … {}", index, t.type.shape[0] - 1), "", 1};
  Tensor part = std::get<Tensor>(range(t, index, index).v);
  Tensor out = made("reshape", {part.id}, {}, Type{t.type.dtype, false, shape}, axes);
  out.classes = t.classes;
  return out;
}

Value Operations::range(const Value &given, int64_t from, std::optional<int64_t> last) {
  Tensor t = tensor(given);
  if (t.type.shape.empty()) throw Wrong{kind::typeMismatch, fmt::format("{} has no dimension to slice", describe(t.type)), "", 0};
  if (hasRows(t)) {
    if (last) throw Wrong{kind::rowAxis, "a slice of rows has no end: the number of rows varies from sample to sample", "write `h[1..]`", 1};
    if (from == 0) return t;
    if (from != 1) throw Wrong{kind::rowAxis, "a slice of rows starts at 0 or 1", "write `h[1..]`", 1};
    return made("rest", {t.id}, {{"from", from}}, t.type, t.axes);
  }
  int64_t size = t.type.shape[0], end = last.value_or(size - 1);
  if (from < 0 || end >= size || end < from)
    throw Wrong{kind::outOfRange, fmt::format("slice {}..{} is outside 0 … {}", from, end, size - 1), "both bounds belong to a slice", 1};
  if (from == 0 && end == size - 1) return t;
  std::vector<int64_t> offsets(t.type.shape.size(), 0), sizes = t.type.shape;
  offsets[0] = from;
  sizes[0] = end - from + 1;
  std::vector<std::string> axes = t.axes;
  axes[0] = "";
  Tensor out = made("slice", {t.id}, {{"offsets", offsets}, {"sizes", sizes}}, Type{t.type.dtype, false, sizes}, axes);
  out.classes = t.classes;
  return out;
}

Value Operations::take(const Value &given, const Value &givenIndex) {
  Tensor t = tensor(given), index = tensor(givenIndex, Dtype::I32);
  refuseRows(t, "`take`");
  if (t.type.shape.empty()) throw Wrong{kind::typeMismatch, fmt::format("`take` needs a dimension to pick from, found {}", describe(t.type)), "", 0};
  if (index.type.dtype != Dtype::I32 || hasRows(index))
    throw Wrong{kind::typeMismatch, fmt::format("the index must be int, found {}", describe(index.type)), "", 1};
  Type type{t.type.dtype, false, index.type.shape};
  type.shape.insert(type.shape.end(), t.type.shape.begin() + 1, t.type.shape.end());
  std::vector<std::string> axes = index.axes;
  axes.insert(axes.end(), t.axes.begin() + 1, t.axes.end());
  Tensor out = made("take", {t.id, index.id}, {}, type, axes);
  out.classes = t.classes;
  return out;
}

Value Operations::reshape(const Value &given, std::vector<int64_t> shape) {
  Tensor t = tensor(given);
  bool rows = hasRows(t), keepsRows = !shape.empty() && shape[0] == kRows;
  if (rows != keepsRows)
    throw Wrong{kind::rowAxis, "`reshape` keeps varying rows as they are, in front", rows ? "start the new shape with `T`" : "use `to_rows`", 0};
  if (elementCount(t.type.shape) != elementCount(shape))
    throw Wrong{kind::shapeMismatch, fmt::format("{} has {} elements{}, {} has {}", describe(t.type.shape), elementCount(t.type.shape),
                rows ? " per row" : "", describe(shape), elementCount(shape)), "", 0};
  if (shape == t.type.shape) return t;
  return made("reshape", {t.id}, {}, Type{t.type.dtype, false, shape}, std::vector<std::string>(shape.size()));
}

Value Operations::transpose(const Value &given, const std::vector<int64_t> &permutation) {
  Tensor t = tensor(given);
  refuseRows(t, "`transpose`");
  std::vector<int64_t> sorted = permutation, shape;
  std::sort(sorted.begin(), sorted.end());
  bool valid = permutation.size() == t.type.shape.size();
  for (size_t i = 0; valid && i < sorted.size(); ++i) valid = sorted[i] == (int64_t)i;
  if (!valid)
    throw Wrong{kind::shapeMismatch, fmt::format("{} is no order of the {} dimensions of {}", describe(permutation), t.type.shape.size(), describe(t.type)), "dimensions are counted from 0"};
  std::vector<std::string> axes;
  for (int64_t p : permutation) shape.push_back(t.type.shape[p]), axes.push_back(t.axes[p]);
  return made("transpose", {t.id}, {{"permutation", permutation}}, Type{t.type.dtype, false, shape}, axes);
}

Value Operations::concat(const std::vector<Value> &parts, int64_t dimension) {
  Tensor joined = tensor(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    Tensor next = tensor(parts[i]);
    const auto &a = joined.type, &b = next.type;
    bool fits = a.dtype == b.dtype && a.shape.size() == b.shape.size() && dimension >= 0 && dimension < (int64_t)a.shape.size();
    for (size_t d = 0; fits && d < a.shape.size(); ++d)
      fits = (int64_t)d == dimension ? a.shape[d] != kRows && b.shape[d] != kRows : a.shape[d] == b.shape[d];
    if (!fits)
      throw Wrong{kind::shapeMismatch, fmt::format("{} and {} cannot be joined along dimension {}", describe(a), describe(b), dimension),
                  "all other dimensions must be equal", (int)i};
    Type type = a;
    type.shape[dimension] += b.shape[dimension];
    std::vector<std::string> axes = joined.axes;
    axes[dimension] = "";
    joined = made("concat", {joined.id, next.id}, {{"dim", dimension}}, type, axes);
  }
  return joined;
}

Value Operations::broadcastTo(const Value &given, std::vector<int64_t> shape) {
  Tensor t = tensor(given);
  std::vector<int64_t> merged;
  std::vector<std::string> axes, none(shape.size());
  broadcastShapes(t.type.shape, t.axes, shape, none, merged, axes);
  if (merged != shape)
    throw Wrong{kind::shapeMismatch, fmt::format("{} does not broadcast to {}", describe(t.type), describe(shape)), "", 0};
  if (shape == t.type.shape) return t;
  return made("broadcast", {t.id}, {}, Type{t.type.dtype, false, shape}, axes);
}

Value Operations::toRows(const Value &given) {
  Tensor t = floats(given, "`to_rows`");
  if (t.type.shape.size() != 2 || hasRows(t))
    throw Wrong{kind::shapeMismatch, fmt::format("`to_rows` expects f32[R, D], found {}", describe(t.type)), "", 0};
  Type type = t.type;
  type.perSample = true;
  type.shape[0] = kRows;
  return made("to_rows", {t.id}, {}, type, t.axes);
}

}  // namespace offramp::dsl::sema
