// Between per-sample and shared, seen from one sample: the interpreter adds up the shares of all samples where a result is shared.
#include "backends/reference/OpTable.h"

#include <stdexcept>

namespace offramp::reference {

namespace {

std::vector<Tensor> sumSamples(const Op &, const Operands &x, const Draws &) { return {*x[0]}; }

/// N is that of the step, which may run in chunks.
Tensor dividedBySamples(const Tensor &x, const Draws &draws) {
  Tensor y = x;
  for (double &v : y.data) v /= draws.stepSamples;
  return y;
}
std::vector<Tensor> meanSamples(const Op &, const Operands &x, const Draws &draws) { return {dividedBySamples(*x[0], draws)}; }
std::vector<Tensor> spreadSamples(const Op &op, const Operands &x, const Draws &draws) {
  return {op.flag("mean") ? dividedBySamples(*x[0], draws) : *x[0]};
}

/// Undoes a broadcast: adds up what was stretched, over rows too where the result has none.
std::vector<Tensor> sumTo(const Op &op, const Operands &x, const Draws &) {
  const Type &type = op.resultTypes[0];
  if (type.rows() && !x[0]->rows) throw std::runtime_error("O4: the result has rows when the operand has none");
  std::vector<int64_t> shape(type.shape.begin() + (type.rows() ? 1 : 0), type.shape.end());
  Tensor y = type.rows() ? makeLike(*x[0], x[0]->dtype, shape) : makeTensor(x[0]->dtype, shape);
  std::vector<int64_t> index = broadcastIndex(y, x[0]->rows ? x[0]->items() : -1, x[0]->itemShape());
  for (int64_t i = 0; i < x[0]->size(); ++i) y.data[index[i]] += x[0]->data[i];
  return {y};
}

}  // namespace

void addCrossings(OpTable &t) {
  t["nn.sum_samples"] = sumSamples;
  t["nn.mean_samples"] = meanSamples;
  t["nn.spread_samples"] = spreadSamples;
  t["nn.sum_to"] = sumTo;
}

}  // namespace offramp::reference
