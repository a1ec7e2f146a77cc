// Reductions and selections over static dimensions of one sample: O22 … O26.
#include "backends/reference/OpTable.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

namespace {

/// For every element of x, the element of the result into which `dims` (numbered in x's written shape) reduce it; fills the result's shape.
std::vector<int64_t> reducedIndex(const Tensor &x, const std::vector<int64_t> &dims, std::vector<int64_t> &shape) {
  std::vector<bool> gone(x.shape.size(), false);
  for (int64_t d : dims) {
    if (d < (x.rows ? 1 : 0) || d >= x.rank()) throw std::runtime_error("O22: dimension " + std::to_string(d) + " cannot be reduced");
    gone[d] = true;
  }
  std::vector<int64_t> stride(x.shape.size(), 0);
  int64_t step = 1;
  for (size_t d = x.shape.size(); d-- > 0;)
    if (!gone[d]) {
      stride[d] = step;
      step *= x.shape[d];
      shape.insert(shape.begin(), x.shape[d]);
    }
  std::vector<int64_t> index(x.size());
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t left = i;
    for (size_t d = x.shape.size(); d-- > 0; left /= x.shape[d]) index[i] += left % x.shape[d] * stride[d];
  }
  return index;
}

template <typename F>
Tensor reduce(const Op &op, const Tensor &x, F f) {
  std::vector<int64_t> shape;
  std::vector<int64_t> index = reducedIndex(x, op.list("dims"), shape);
  Tensor y = makeTensor(x.dtype, shape, x.rows);
  std::vector<bool> begun(y.size(), false);
  for (int64_t i = 0; i < x.size(); ++i) {
    double &v = y.data[index[i]];
    v = begun[index[i]] ? f(v, x.data[i]) : x.data[i];
    begun[index[i]] = true;
  }
  return y;
}

double plus(double a, double b) { return a + b; }
std::vector<Tensor> sum(const Op &op, const Operands &x, const Draws &) { return {reduce(op, *x[0], plus)}; }
std::vector<Tensor> mean(const Op &op, const Operands &x, const Draws &) {
  Tensor y = reduce(op, *x[0], plus);
  for (double &v : y.data) v *= (double)y.size() / x[0]->size();
  return {y};
}
std::vector<Tensor> reduceMax(const Op &op, const Operands &x, const Draws &) {
  return {reduce(op, *x[0], [](double a, double b) { return b > a ? b : a; })};
}
std::vector<Tensor> reduceMin(const Op &op, const Operands &x, const Draws &) {
  return {reduce(op, *x[0], [](double a, double b) { return b < a ? b : a; })};
}

std::vector<Tensor> cumsum(const Op &op, const Operands &x, const Draws &) {
  Tensor y = *x[0];
  bool reverse = op.flag("reverse"), exclusive = op.flag("exclusive");
  int64_t n = y.shape.back();
  for (int64_t begin = 0; begin < y.size(); begin += n) {
    double s = 0;
    for (int64_t i = 0; i < n; ++i) {
      double &v = y.data[begin + (reverse ? n - 1 - i : i)];
      double before = s;
      s += v;
      v = exclusive ? before : s;
    }
  }
  return {y};
}

/// One i32 for every row of the last dimension, picked by f(values, n).
template <typename F>
Tensor pick(const Tensor &x, F f) {
  if (x.shape.empty()) throw std::runtime_error("O24: needs a last dimension");
  Tensor y = makeTensor(Dtype::I32, {x.shape.begin(), x.shape.end() - 1}, x.rows);
  int64_t n = x.shape.back();
  for (int64_t i = 0; i < y.size(); ++i) y.data[i] = f(x.data.data() + i * n, n);
  return y;
}
std::vector<Tensor> argmax(const Op &, const Operands &x, const Draws &) {
  return {pick(*x[0], [](const double *v, int64_t n) { return std::max_element(v, v + n) - v; })};
}
std::vector<Tensor> firstTrue(const Op &op, const Operands &x, const Draws &) {
  int64_t otherwise = op.integer("otherwise");
  return {pick(*x[0], [otherwise](const double *v, int64_t n) {
    const double *at = std::find_if(v, v + n, [](double b) { return b != 0; });
    return at == v + n ? otherwise : at - v;
  })};
}

int64_t takeIndex(double k, int64_t n) {
  if (k < 0 || k >= n) throw std::runtime_error("O26: index " + std::to_string((int64_t)k) + " is outside 0 … " + std::to_string(n - 1));
  return (int64_t)k;
}

/// x [S, …], k [K…] → [K…, …], item by item
std::vector<Tensor> take(const Op &, const Operands &x, const Draws &) {
  const Tensor &from = *x[0], &k = *x[1];
  commonRows(x);
  std::vector<int64_t> shape = k.itemShape(), in = from.itemShape();
  shape.insert(shape.end(), in.begin() + 1, in.end());
  Tensor y = makeLike(k.rows ? k : from, from.dtype, shape);
  int64_t indices = k.itemSize(), each = from.itemSize() / in[0];
  for (int64_t r = 0; r < y.items(); ++r)
    for (int64_t i = 0; i < indices; ++i)
      std::copy_n(from.item(r) + takeIndex(k.item(r)[i], in[0]) * each, each, y.item(r) + i * each);
  return {y};
}

/// k [K…], dy [K…, …] → [S, …]: sums dy at k
std::vector<Tensor> takeDx(const Op &op, const Operands &x, const Draws &) {
  const Tensor &k = *x[0], &dy = *x[1];
  commonRows(x);
  const Type &type = op.resultTypes[0];
  std::vector<int64_t> shape(type.shape.begin() + (type.rows() ? 1 : 0), type.shape.end());
  if (type.rows() != dy.rows) throw std::runtime_error("O26: the adjoint is placed otherwise than its value");
  Tensor dx = makeLike(dy, Dtype::F32, shape);
  int64_t indices = k.itemSize(), each = dx.itemSize() / shape[0];
  if (dy.itemSize() != indices * each) throw std::runtime_error("O26: the adjoint does not fit the indices");
  for (int64_t r = 0; r < dx.items(); ++r)
    for (int64_t i = 0; i < indices; ++i)
      for (int64_t j = 0; j < each; ++j) dx.item(r)[takeIndex(k.item(r)[i], shape[0]) * each + j] += dy.item(r)[i * each + j];
  return {dx};
}

}  // namespace

void addReductions(OpTable &t) {
  t["nn.sum"] = sum;
  t["nn.mean"] = mean;
  t["nn.reduce_max"] = reduceMax;
  t["nn.reduce_min"] = reduceMin;
  t["nn.cumsum"] = cumsum;
  t["nn.argmax"] = argmax;
  t["nn.first_true"] = firstTrue;
  t["nn.take"] = take;
  t["nn.take_dx"] = takeDx;
}

}  // namespace offramp::reference
