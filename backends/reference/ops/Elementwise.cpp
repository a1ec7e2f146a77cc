// Elementwise ops: O3 … O8, O33, O36, and the derivative of gelu.
#include "backends/reference/OpTable.h"

#include <cmath>
#include <stdexcept>

namespace offramp::reference {

namespace {

template <double (*f)(double)>
std::vector<Tensor> unary(const Op &, const Operands &x, const Draws &) {
  Tensor y = *x[0];
  for (double &v : y.data) v = f(v);
  return {y};
}

double negate(double x) { return -x; }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double root(double x) { return std::sqrt(x); }
double hyperbolicTangent(double x) { return std::tanh(x); }
double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double normalCdf(double x) { return 0.5 * std::erfc(-x * M_SQRT1_2); }
double gelu(double x) { return x * normalCdf(x); }
double relu(double x) { return x > 0 ? x : 0; }
double softplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }
double absolute(double x) { return std::fabs(x); }
double same(double x) { return x; }
double logicalNot(double x) { return x == 0; }

/// Broadcasts by O4 and applies f element by element.
template <typename F>
Tensor zip(const Operands &x, Dtype dtype, F f) {
  int64_t rows = commonRows(x);
  std::vector<int64_t> item = broadcastItems(x), shape = item;
  if (rows >= 0) shape.insert(shape.begin(), rows);
  Tensor y = makeTensor(dtype, shape, rows >= 0);
  std::vector<std::vector<int64_t>> index;
  for (const Tensor *t : x) index.push_back(t->size() == y.size() ? std::vector<int64_t>{} : broadcastIndex(*t, rows, item));
  auto at = [&](size_t operand, int64_t i) { return x[operand]->data[index[operand].empty() ? i : index[operand][i]]; };
  for (int64_t i = 0; i < y.size(); ++i) y.data[i] = f(at, i);
  return y;
}

template <double (*f)(double, double)>
std::vector<Tensor> binary(const Op &, const Operands &x, const Draws &) {
  return {zip(x, x[0]->dtype, [](auto at, int64_t i) { return f(at(0, i), at(1, i)); })};
}

double sum(double a, double b) { return a + b; }
double difference(double a, double b) { return a - b; }
double product(double a, double b) { return a * b; }
double quotient(double a, double b) { return a / b; }
double smaller(double a, double b) { return b < a ? b : a; }
double larger(double a, double b) { return b > a ? b : a; }
double both(double a, double b) { return a != 0 && b != 0; }
double either(double a, double b) { return a != 0 || b != 0; }

std::vector<Tensor> compare(const Op &op, const Operands &x, const Draws &) {
  const std::string &p = op.text("predicate");
  bool (*f)(double, double) = p == "lt"   ? +[](double a, double b) { return a < b; }
                              : p == "le" ? +[](double a, double b) { return a <= b; }
                              : p == "gt" ? +[](double a, double b) { return a > b; }
                              : p == "ge" ? +[](double a, double b) { return a >= b; }
                              : p == "eq" ? +[](double a, double b) { return a == b; }
                              : p == "ne" ? +[](double a, double b) { return a != b; }
                                          : nullptr;
  if (!f) throw std::runtime_error("O5: unknown predicate `" + p + "`");
  return {zip(x, Dtype::I1, [f](auto at, int64_t i) { return f(at(0, i), at(1, i)) ? 1.0 : 0.0; })};
}

std::vector<Tensor> select(const Op &, const Operands &x, const Draws &) {
  return {zip(x, x[1]->dtype, [](auto at, int64_t i) { return at(0, i) != 0 ? at(1, i) : at(2, i); })};
}

std::vector<Tensor> cast(const Op &op, const Operands &x, const Draws &) {
  Tensor y = *x[0];
  y.dtype = op.resultTypes[0].dtype;
  if (x[0]->dtype == Dtype::F32 && y.dtype != Dtype::F32)
    for (double &v : y.data) v = std::trunc(v);
  return {y};
}

std::vector<Tensor> broadcast(const Op &op, const Operands &x, const Draws &) {
  const Type &type = op.resultTypes[0];
  if (type.rows() != x[0]->rows) throw std::runtime_error("O36: a value without rows cannot become rows; `nn.spread` knows their number");
  std::vector<int64_t> item(type.shape.begin() + (type.rows() ? 1 : 0), type.shape.end());
  Tensor y = makeLike(*x[0], x[0]->dtype, item);
  std::vector<int64_t> index = broadcastIndex(*x[0], x[0]->rows ? x[0]->shape[0] : -1, item);
  for (int64_t i = 0; i < y.size(); ++i) y.data[i] = x[0]->data[index[i]];
  return {y};
}

/// gelu'(x) = Φ(x) + x·φ(x)
double geluSlope(double x, double dy) { return dy * (normalCdf(x) + x * std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI)); }

}  // namespace

void addElementwise(OpTable &t) {
  t["nn.neg"] = unary<negate>;
  t["nn.exp"] = unary<exponential>;
  t["nn.log"] = unary<logarithm>;
  t["nn.sqrt"] = unary<root>;
  t["nn.tanh"] = unary<hyperbolicTangent>;
  t["nn.sigmoid"] = unary<sigmoid>;
  t["nn.gelu"] = unary<gelu>;
  t["nn.relu"] = unary<relu>;
  t["nn.softplus"] = unary<softplus>;
  t["nn.abs"] = unary<absolute>;
  t["nn.stop_gradient"] = unary<same>;
  t["nn.not"] = unary<logicalNot>;
  t["nn.add"] = binary<sum>;
  t["nn.sub"] = binary<difference>;
  t["nn.mul"] = binary<product>;
  t["nn.div"] = binary<quotient>;
  t["nn.min"] = binary<smaller>;
  t["nn.max"] = binary<larger>;
  t["nn.and"] = binary<both>;
  t["nn.or"] = binary<either>;
  t["nn.compare"] = compare;
  t["nn.select"] = select;
  t["nn.cast"] = cast;
  t["nn.broadcast"] = broadcast;
  t["nn.gelu_dx"] = binary<geluSlope>;
}

}  // namespace offramp::reference
