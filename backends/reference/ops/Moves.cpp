// Ops that only move values: O27 … O31, and the adjoint of slice.
#include "backends/reference/OpTable.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

namespace {

/// The operand with rows if there is one: the result is placed like it.
const Tensor &placement(const Operands &x) {
  commonRows(x);
  for (const Tensor *t : x)
    if (t->rows) return *t;
  return *x[0];
}

/// n equal S → [n, S], item by item
std::vector<Tensor> stack(const Op &, const Operands &x, const Draws &) {
  std::vector<int64_t> shape = x[0]->itemShape();
  for (const Tensor *t : x)
    if (t->itemShape() != shape) throw std::runtime_error("O27: operands have shapes " + shapeText(shape) + " and " + shapeText(t->itemShape()));
  int64_t each = elements(shape);
  shape.insert(shape.begin(), x.size());
  Tensor y = makeLike(placement(x), x[0]->dtype, shape);
  for (int64_t r = 0; r < y.items(); ++r)
    for (size_t i = 0; i < x.size(); ++i) std::copy_n(x[i]->item(r), each, y.item(r) + i * each);
  return {y};
}

/// a, b joined along `dim` of the written shape
std::vector<Tensor> concat(const Op &op, const Operands &x, const Draws &) {
  const Tensor &like = placement(x);
  size_t d = op.integer("dim") - (like.rows ? 1 : 0);
  std::vector<int64_t> a = x[0]->itemShape(), b = x[1]->itemShape(), shape = a;
  if (d >= a.size() || a.size() != b.size()) throw std::runtime_error("O28: shapes " + shapeText(a) + " and " + shapeText(b) + " do not fit");
  shape[d] += b[d];
  Tensor y = makeLike(like, x[0]->dtype, shape);
  int64_t inner = 1;
  for (size_t i = d + 1; i < a.size(); ++i) inner *= a[i];
  int64_t left = a[d] * inner, right = b[d] * inner, outer = elements(a) / left;
  for (int64_t r = 0; r < y.items(); ++r)
    for (int64_t o = 0; o < outer; ++o) {
      double *to = y.item(r) + o * (left + right);
      std::copy_n(x[0]->item(r) + o * left, left, to);
      std::copy_n(x[1]->item(r) + o * right, right, to + left);
    }
  return {y};
}

/// Calls f(i, j) for every element i of the small tensor that lies at `offsets` in the big one, as its element j.
template <typename F>
void forEachInside(const std::vector<int64_t> &small, const std::vector<int64_t> &big, const std::vector<int64_t> &offsets, F f) {
  if (small.size() != big.size() || offsets.size() != big.size()) throw std::runtime_error("O29: one offset per dimension is needed");
  for (size_t d = 0; d < big.size(); ++d)
    if (offsets[d] < 0 || offsets[d] + small[d] > big[d])
      throw std::runtime_error("O29: " + shapeText(small) + " at " + shapeText(offsets) + " is outside " + shapeText(big));
  int64_t count = elements(small);
  for (int64_t i = 0; i < count; ++i) {
    int64_t left = i, j = 0, step = 1;
    for (size_t d = big.size(); d-- > 0; left /= small[d], step *= big[d]) j += (left % small[d] + offsets[d]) * step;
    f(i, j);
  }
}

std::vector<Tensor> slice(const Op &op, const Operands &x, const Draws &) {
  std::vector<int64_t> shape = op.list("sizes");
  if (x[0]->rows) shape.at(0) = x[0]->items();
  Tensor y = makeTensor(x[0]->dtype, shape, x[0]->rows);
  forEachInside(shape, x[0]->shape, op.list("offsets"), [&](int64_t i, int64_t j) { y.data[i] = x[0]->data[j]; });
  return {y};
}

std::vector<Tensor> pad(const Op &op, const Operands &x, const Draws &) {
  std::vector<int64_t> shape = op.resultTypes[0].shape;
  if (x[0]->rows) shape.at(0) = x[0]->items();
  Tensor y = makeTensor(x[0]->dtype, shape, x[0]->rows);
  forEachInside(x[0]->shape, shape, op.list("offsets"), [&](int64_t i, int64_t j) { y.data[j] = x[0]->data[i]; });
  return {y};
}

std::vector<Tensor> reshape(const Op &op, const Operands &x, const Draws &) {
  std::vector<int64_t> shape = op.resultTypes[0].shape;
  if (x[0]->rows) shape.at(0) = x[0]->items();
  if (elements(shape) != x[0]->size()) throw std::runtime_error("O30: " + shapeText(x[0]->shape) + " has another size than " + shapeText(shape));
  Tensor y = *x[0];
  y.shape = shape;
  return {y};
}

std::vector<Tensor> transpose(const Op &op, const Operands &x, const Draws &) {
  const std::vector<int64_t> &from = op.list("permutation");
  std::vector<int64_t> shape, stride(x[0]->shape.size(), 1), along;
  for (size_t d = stride.size(); d-- > 1;) stride[d - 1] = stride[d] * x[0]->shape[d];
  for (int64_t d : from) {
    shape.push_back(x[0]->shape.at(d));
    along.push_back(stride[d]);
  }
  Tensor y = makeTensor(x[0]->dtype, shape, x[0]->rows);
  for (int64_t i = 0; i < y.size(); ++i) {
    int64_t left = i, j = 0;
    for (size_t d = shape.size(); d-- > 0; left /= shape[d]) j += left % shape[d] * along[d];
    y.data[i] = x[0]->data[j];
  }
  return {y};
}

}  // namespace

void addMoves(OpTable &t) {
  t["nn.stack"] = stack;
  t["nn.concat"] = concat;
  t["nn.slice"] = slice;
  t["nn.pad"] = pad;
  t["nn.reshape"] = reshape;
  t["nn.transpose"] = transpose;
}

}  // namespace offramp::reference
