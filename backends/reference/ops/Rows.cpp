// Ops on the varying rows of a sample and draws: O14 … O20, O32, A2, A3.
#include "backends/reference/OpTable.h"

#include "runtime/abi/Random.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

namespace {

void expectRows(const Tensor &t, const char *rule) {
  if (!t.rows) throw std::runtime_error(std::string(rule) + ": operand has no rows");
}

/// Rows begin … end-1 of h.
Tensor rowRange(const Tensor &h, int64_t begin, int64_t end) {
  std::vector<int64_t> shape = h.shape;
  shape[0] = end - begin;
  Tensor y = makeTensor(h.dtype, shape, true);
  std::copy_n(h.data.begin() + begin * h.itemSize(), y.size(), y.data.begin());
  return y;
}

std::vector<Tensor> row(const Op &op, const Operands &x, const Draws &) {
  const Tensor &h = *x[0];
  expectRows(h, "O14");
  int64_t index = op.integer("index", 0);
  if (index >= h.items()) throw std::runtime_error("O14: row " + std::to_string(index) + " of a sample with " + std::to_string(h.items()) + " rows");
  Tensor y = makeTensor(h.dtype, h.itemShape());
  std::copy_n(h.item(index), y.size(), y.data.begin());
  return {y};
}

std::vector<Tensor> rest(const Op &op, const Operands &x, const Draws &) {
  expectRows(*x[0], "O15");
  return {rowRange(*x[0], std::min(op.integer("from", 1), x[0]->items()), x[0]->items())};
}

std::vector<Tensor> join(const Op &, const Operands &x, const Draws &) {
  const Tensor &first = *x[0], &rest = *x[1];
  expectRows(rest, "O16");
  if (first.shape != rest.itemShape()) throw std::runtime_error("O16: the first row does not fit the rest");
  Tensor y = makeTensor(first.dtype, rest.shape, true);
  y.shape[0] += 1;
  y.data = first.data;
  y.data.insert(y.data.end(), rest.data.begin(), rest.data.end());
  return {y};
}

/// h [?, D], d [D]: d added to row 0
std::vector<Tensor> addRow(const Op &, const Operands &x, const Draws &) {
  Tensor y = *x[0];
  expectRows(y, "A2");
  if (x[1]->shape != y.itemShape() || y.items() == 0) throw std::runtime_error("A2: the row to add does not fit");
  for (int64_t j = 0; j < x[1]->size(); ++j) y.data[j] += x[1]->data[j];
  return {y};
}

Tensor sumOfRows(const Tensor &h, double by) {
  expectRows(h, "O17");
  Tensor y = makeTensor(h.dtype, h.itemShape());
  for (int64_t r = 0; r < h.items(); ++r)
    for (int64_t j = 0; j < y.size(); ++j) y.data[j] += h.item(r)[j];
  for (double &v : y.data) v *= by;
  return y;
}
std::vector<Tensor> sumRows(const Op &, const Operands &x, const Draws &) { return {sumOfRows(*x[0], 1)}; }
std::vector<Tensor> meanRows(const Op &, const Operands &x, const Draws &) { return {sumOfRows(*x[0], 1.0 / x[0]->items())}; }

std::vector<Tensor> spread(const Op &op, const Operands &x, const Draws &) {
  expectRows(*x[1], "O18");
  Tensor y = makeLike(*x[1], x[0]->dtype, x[0]->shape);
  double by = op.flag("mean") ? 1.0 / y.items() : 1.0;
  for (int64_t r = 0; r < y.items(); ++r)
    for (int64_t j = 0; j < x[0]->size(); ++j) y.item(r)[j] = x[0]->data[j] * by;
  return {y};
}

std::vector<Tensor> toRows(const Op &, const Operands &x, const Draws &) {
  Tensor y = *x[0];
  y.rows = true;
  return {y};
}
std::vector<Tensor> fromRows(const Op &, const Operands &x, const Draws &) {
  expectRows(*x[0], "O19");
  Tensor y = *x[0];
  y.rows = false;
  return {y};
}

std::vector<Tensor> positions(const Op &, const Operands &x, const Draws &) {
  expectRows(*x[0], "O20");
  Tensor y = makeLike(*x[0], Dtype::I32, {});
  for (int64_t r = 0; r < y.size(); ++r) y.data[r] = r;
  return {y};
}

/// The element's number counts inside the sample, row by row: never the place in a batch.
std::vector<Tensor> uniform(const Op &op, const Operands &x, const Draws &draws) {
  const Type &type = op.resultTypes[0];
  std::vector<int64_t> shape = type.shape;
  if (type.rows()) shape[0] = x.at(0)->items();
  Tensor y = makeTensor(Dtype::F32, shape, type.rows());
  uint64_t key = offramp_random_key(draws.seed, draws.visit, op.integer("site"), draws.stage);
  for (int64_t i = 0; i < y.size(); ++i) y.data[i] = offramp_random_uniform(key, i);
  return {y};
}

}  // namespace

void addRows(OpTable &t) {
  t["nn.row"] = row;
  t["nn.rest"] = rest;
  t["nn.join"] = join;
  t["nn.add_row"] = addRow;
  t["nn.mean_rows"] = meanRows;
  t["nn.sum_rows"] = sumRows;
  t["nn.spread"] = spread;
  t["nn.to_rows"] = toRows;
  t["nn.from_rows"] = fromRows;
  t["nn.positions"] = positions;
  t["nn.uniform"] = uniform;
}

}  // namespace offramp::reference
