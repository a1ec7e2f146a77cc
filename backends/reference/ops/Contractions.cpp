// Products, normalisation, softmax, cross entropy, embedding: O9 … O12, O21, each beside its adjoints. Weights are [K, N], row-major.
#include "backends/reference/OpTable.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace offramp::reference {

namespace {

/// Leading dimensions folded into one: [..., C] as [count, C].
struct Matrix {
  int64_t count, width;
};
Matrix asMatrix(const Tensor &x) {
  if (x.shape.empty()) throw std::runtime_error("needs a last dimension");
  int64_t width = x.shape.back(), count = 1;
  for (size_t d = 0; d + 1 < x.shape.size(); ++d) count *= x.shape[d];
  return {count, width};
}
Tensor withLast(const Tensor &x, int64_t width) {
  std::vector<int64_t> shape = x.shape;
  shape.back() = width;
  return makeTensor(Dtype::F32, shape, x.rows);
}
void expect(bool holds, const char *rule) {
  if (!holds) throw std::runtime_error(rule);
}

/// y[count, n] += x[count, k]·w[k, n]; four rows share each row of w that is read.
void addProduct(const double *x, const double *w, double *y, int64_t count, int64_t k, int64_t n) {
  int64_t r = 0;
  for (; r + 4 <= count; r += 4) {
    double *__restrict__ y0 = y + r * n, *__restrict__ y1 = y0 + n, *__restrict__ y2 = y1 + n, *__restrict__ y3 = y2 + n;
    for (int64_t i = 0; i < k; ++i) {
      const double *__restrict__ row = w + i * n;
      double a = x[r * k + i], b = x[(r + 1) * k + i], c = x[(r + 2) * k + i], d = x[(r + 3) * k + i];
      for (int64_t j = 0; j < n; ++j) {
        y0[j] += a * row[j];
        y1[j] += b * row[j];
        y2[j] += c * row[j];
        y3[j] += d * row[j];
      }
    }
  }
  for (; r < count; ++r)
    for (int64_t i = 0; i < k; ++i) {
      double a = x[r * k + i];
      for (int64_t j = 0; j < n; ++j) y[r * n + j] += a * w[i * n + j];
    }
}

/// To bf16, the nearest, even where two are: f32 with 8 of its 24 bits of precision. Values are f32 in compiled programs, so they become that first.
double roundedToBf16(double value) {
  const float x = (float)value;
  if (!std::isfinite(x)) return x;
  uint32_t bits = std::bit_cast<uint32_t>(x);
  bits += 0x7fff + (bits >> 16 & 1);
  return std::bit_cast<float>(bits & 0xffff0000u);
}
Tensor roundedToBf16(const Tensor &t) {
  Tensor rounded = t;
  for (double &v : rounded.data) v = roundedToBf16(v);
  return rounded;
}

/// A row as int8 kernels hold it: codes 0 … 255 with a zero point that makes 0 exact; what the codes stand for.
void roundRowToInt8(double *row, int64_t k) {
  float least = 0, most = 0;
  bool finite = true;
  for (int64_t i = 0; i < k; ++i)
    least = std::min(least, (float)row[i]), most = std::max(most, (float)row[i]), finite &= std::isfinite((float)row[i]);
  const float range = most - least;
  if (!finite || !(range <= 3e38f)) return (void)std::fill_n(row, k, NAN);
  if (range < 1e-30f) return (void)std::fill_n(row, k, 0.0);
  const float inverse = 255 / range, zero = std::nearbyint(-least * inverse);
  for (int64_t i = 0; i < k; ++i)
    row[i] = (double)(range / 255) * ((double)std::clamp(std::nearbyint((float)row[i] * inverse) + zero, 0.0f, 255.0f) - (double)zero);
}

/// Columns of weights: codes -127 … 127, of two neighbours together at most 128.
void roundColumnToInt8(double *w, int64_t k, int64_t n) {
  float greatest = 0, pair = 0;
  bool finite = true;
  for (int64_t i = 0; i < k; ++i) {
    const float magnitude = std::fabs((float)w[i * n]);
    greatest = std::max(greatest, magnitude), finite &= std::isfinite(magnitude);
    if (i % 2) pair = std::max(pair, std::fabs((float)w[(i - 1) * n]) + magnitude);
  }
  const float scale = std::max(greatest / 127, pair / 127.999f), inverse = std::min(127 / greatest, 127.999f / pair);
  for (int64_t i = 0; i < k; ++i)
    w[i * n] = !finite ? NAN : greatest < 1e-30f ? 0 : (double)scale * (double)std::min(std::nearbyint((float)w[i * n] * inverse), 127.0f);
}

/// Products so small stay as they are in every precision, and such deep ones (docs/spec/numerics.md).
bool isReduced(int64_t k, int64_t n) { return k >= 32 && n >= 32 && k <= 65536; }

/// x [..., K], w [K, N], (b [N]) → [..., N]
std::vector<Tensor> linear(const Op &, const Operands &x, const Draws &draws) {
  const Tensor &w = *x[1];
  auto [count, k] = asMatrix(*x[0]);
  int64_t n = w.shape[1];
  expect(w.shape[0] == k, "O9: weight does not fit the operand");
  Tensor y = withLast(*x[0], n);
  if (x.size() > 2)
    for (int64_t r = 0; r < count; ++r) std::copy_n(x[2]->data.begin(), n, y.data.begin() + r * n);
  if (draws.precision == Precision::Int8 && isReduced(k, n)) {
    Tensor rows = *x[0], columns = w;
    for (int64_t r = 0; r < count; ++r) roundRowToInt8(rows.data.data() + r * k, k);
    for (int64_t c = 0; c < n; ++c) roundColumnToInt8(columns.data.data() + c, k, n);
    addProduct(rows.data.data(), columns.data.data(), y.data.data(), count, k, n);
  } else if (draws.precision == Precision::Bf16 && isReduced(k, n))
    addProduct(roundedToBf16(*x[0]).data.data(), roundedToBf16(w).data.data(), y.data.data(), count, k, n);
  else addProduct(x[0]->data.data(), w.data.data(), y.data.data(), count, k, n);
  return {y};
}

/// dy [..., N], w [K, N] → [..., K]
std::vector<Tensor> linearDx(const Op &, const Operands &x, const Draws &) {
  const Tensor &dy = *x[0], &w = *x[1];
  auto [count, n] = asMatrix(dy);
  int64_t k = w.shape[0];
  expect(w.shape[1] == n, "O9: weight does not fit the adjoint");
  Tensor dx = withLast(dy, k);
  for (int64_t r = 0; r < count; ++r)
    for (int64_t i = 0; i < k; ++i) {
      double s = 0;
      for (int64_t j = 0; j < n; ++j) s += dy.data[r * n + j] * w.data[i * n + j];
      dx.data[r * k + i] = s;
    }
  return {dx};
}

/// x [..., K], dy [..., N] → [K, N]: one sample's share
std::vector<Tensor> linearDw(const Op &, const Operands &x, const Draws &) {
  auto [count, k] = asMatrix(*x[0]);
  auto [same, n] = asMatrix(*x[1]);
  expect(count == same, "O9: operands have different row counts");
  Tensor dw = makeTensor(Dtype::F32, {k, n});
  for (int64_t r = 0; r < count; ++r)
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < n; ++j) dw.data[i * n + j] += x[0]->data[r * k + i] * x[1]->data[r * n + j];
  return {dw};
}

/// Mean and 1/√(variance + eps) of v[n], biased variance.
struct Moments {
  double mean, scale;
};
Moments moments(const double *v, int64_t n, double eps) {
  double mean = 0, square = 0;
  for (int64_t j = 0; j < n; ++j) mean += v[j];
  mean /= n;
  for (int64_t j = 0; j < n; ++j) square += (v[j] - mean) * (v[j] - mean);
  return {mean, 1 / std::sqrt(square / n + eps)};
}

std::vector<Tensor> normalize(const Op &op, const Operands &x, const Draws &) {
  auto [count, n] = asMatrix(*x[0]);
  double eps = op.real("eps");
  Tensor y = *x[0];
  for (int64_t r = 0; r < count; ++r) {
    double *v = y.data.data() + r * n;
    Moments m = moments(v, n, eps);
    for (int64_t j = 0; j < n; ++j) v[j] = (v[j] - m.mean) * m.scale;
  }
  return {y};
}

/// dx = scale·(dy − mean(dy) − y·mean(dy·y)) with y the normalised x
std::vector<Tensor> normalizeDx(const Op &op, const Operands &x, const Draws &) {
  auto [count, n] = asMatrix(*x[0]);
  expect(x[0]->shape == x[1]->shape, "O10: an adjoint has the type of its value");
  double eps = op.real("eps");
  Tensor dx = *x[1];
  for (int64_t r = 0; r < count; ++r) {
    const double *v = x[0]->data.data() + r * n;
    double *d = dx.data.data() + r * n;
    Moments m = moments(v, n, eps);
    double mean = 0, along = 0;
    for (int64_t j = 0; j < n; ++j) {
      mean += d[j] / n;
      along += d[j] * (v[j] - m.mean) * m.scale / n;
    }
    for (int64_t j = 0; j < n; ++j) d[j] = m.scale * (d[j] - mean - (v[j] - m.mean) * m.scale * along);
  }
  return {dx};
}

/// log Σ exp v, without overflow
double logSumExp(const double *v, int64_t n) {
  double top = *std::max_element(v, v + n), s = 0;
  for (int64_t j = 0; j < n; ++j) s += std::exp(v[j] - top);
  return top + std::log(s);
}

std::vector<Tensor> logSoftmax(const Op &, const Operands &x, const Draws &) {
  auto [count, n] = asMatrix(*x[0]);
  Tensor y = *x[0];
  for (int64_t r = 0; r < count; ++r) {
    double all = logSumExp(y.data.data() + r * n, n);
    for (int64_t j = 0; j < n; ++j) y.data[r * n + j] -= all;
  }
  return {y};
}

std::vector<Tensor> softmax(const Op &op, const Operands &x, const Draws &draws) {
  Tensor y = logSoftmax(op, x, draws)[0];
  for (double &v : y.data) v = std::exp(v);
  return {y};
}

int64_t label(const Tensor &y, int64_t classes) {
  double v = y.data[0];
  if (v < 0 || v >= classes) throw std::runtime_error("O12: label " + std::to_string((int64_t)v) + " is outside 0 … " + std::to_string(classes - 1));
  return (int64_t)v;
}

/// f [..., C], y [] → [...]
std::vector<Tensor> crossEntropy(const Op &op, const Operands &x, const Draws &draws) {
  auto [count, n] = asMatrix(*x[0]);
  int64_t truth = label(*x[1], n);
  Tensor p = logSoftmax(op, x, draws)[0];
  std::vector<int64_t> shape(p.shape.begin(), p.shape.end() - 1);
  Tensor y = makeTensor(Dtype::F32, shape, p.rows);
  for (int64_t r = 0; r < count; ++r) y.data[r] = -p.data[r * n + truth];
  return {y};
}

/// f [..., C], y [], d [...] → (softmax(f) − onehot(y))·d
std::vector<Tensor> crossEntropyDx(const Op &op, const Operands &x, const Draws &draws) {
  auto [count, n] = asMatrix(*x[0]);
  int64_t truth = label(*x[1], n);
  expect(x[2]->size() == count, "O12: the adjoint does not fit the logits");
  Tensor df = softmax(op, {x[0]}, draws)[0];
  for (int64_t r = 0; r < count; ++r) {
    df.data[r * n + truth] -= 1;
    for (int64_t j = 0; j < n; ++j) df.data[r * n + j] *= x[2]->data[r];
  }
  return {df};
}

int64_t tableRow(double id, int64_t rows) {
  if (id < 0 || id >= rows) throw std::runtime_error("O21: id " + std::to_string((int64_t)id) + " is outside 0 … " + std::to_string(rows - 1));
  return (int64_t)id;
}

/// table [V, D], ids S → S×[D]
std::vector<Tensor> gather(const Op &, const Operands &x, const Draws &) {
  const Tensor &table = *x[0], &ids = *x[1];
  int64_t d = table.shape[1];
  std::vector<int64_t> shape = ids.shape;
  shape.push_back(d);
  Tensor y = makeTensor(Dtype::F32, shape, ids.rows);
  for (int64_t i = 0; i < ids.size(); ++i)
    std::copy_n(table.data.begin() + tableRow(ids.data[i], table.shape[0]) * d, d, y.data.begin() + i * d);
  return {y};
}

/// ids S, dy S×[D] → [V, D]: one sample's share
std::vector<Tensor> gatherDw(const Op &op, const Operands &x, const Draws &) {
  Tensor dw = makeTensor(Dtype::F32, op.resultTypes[0].shape);
  int64_t d = dw.shape[1];
  expect(x[1]->size() == x[0]->size() * d, "O21: the adjoint does not fit the ids");
  for (int64_t i = 0; i < x[0]->size(); ++i)
    for (int64_t j = 0; j < d; ++j) dw.data[tableRow(x[0]->data[i], dw.shape[0]) * d + j] += x[1]->data[i * d + j];
  return {dw};
}

}  // namespace

void addContractions(OpTable &t) {
  t["nn.linear"] = linear;
  t["nn.linear_dx"] = linearDx;
  t["nn.linear_dw"] = linearDw;
  t["nn.normalize"] = normalize;
  t["nn.normalize_dx"] = normalizeDx;
  t["nn.softmax"] = softmax;
  t["nn.log_softmax"] = logSoftmax;
  t["nn.cross_entropy"] = crossEntropy;
  t["nn.cross_entropy_dx"] = crossEntropyDx;
  t["nn.gather"] = gather;
  t["nn.gather_dw"] = gatherDw;
}

}  // namespace offramp::reference
