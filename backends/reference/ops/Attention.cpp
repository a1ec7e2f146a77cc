// Attention over the rows of one sample and its adjoint: O13. kv holds keys in columns 0 … D-1, values in D … 2D-1. Queries may be fewer than
// keys (one row, or the rest rows after an exit).
#include "backends/reference/OpTable.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace offramp::reference {

namespace {

struct Sizes {
  int64_t queries, keys, dim, heads, width;  ///< width of one head
  double scale;
};
Sizes sizes(const Op &op, const Tensor &q, const Tensor &kv) {
  Sizes s{q.items(), kv.items(), q.itemSize(), op.integer("heads"), 0, 0};
  if (kv.itemSize() != 2 * s.dim || s.dim % s.heads) throw std::runtime_error("O13: keys and values do not fit the queries");
  s.width = s.dim / s.heads;
  s.scale = 1 / std::sqrt((double)s.width);
  return s;
}

/// softmax over the keys for one query and head: p[keys]
std::vector<double> weights(const Sizes &s, const double *q, const Tensor &kv, int64_t head) {
  std::vector<double> p(s.keys);
  double top = -INFINITY, sum = 0;
  for (int64_t t = 0; t < s.keys; ++t) {
    const double *key = kv.data.data() + t * 2 * s.dim + head * s.width;
    double dot = 0;
    for (int64_t j = 0; j < s.width; ++j) dot += q[head * s.width + j] * key[j];
    p[t] = dot * s.scale;
    top = std::max(top, p[t]);
  }
  for (double &v : p) sum += v = std::exp(v - top);
  for (double &v : p) v /= sum;
  return p;
}

/// q [?, D] or [D], kv [?, 2D] → like q
std::vector<Tensor> attention(const Op &op, const Operands &x, const Draws &) {
  const Tensor &q = *x[0], &kv = *x[1];
  Sizes s = sizes(op, q, kv);
  Tensor y = makeTensor(Dtype::F32, q.shape, q.rows);
  for (int64_t r = 0; r < s.queries; ++r)
    for (int64_t h = 0; h < s.heads; ++h) {
      std::vector<double> p = weights(s, q.item(r), kv, h);
      double *out = y.item(r) + h * s.width;
      for (int64_t t = 0; t < s.keys; ++t) {
        const double *value = kv.data.data() + t * 2 * s.dim + s.dim + h * s.width;
        for (int64_t j = 0; j < s.width; ++j) out[j] += p[t] * value[j];
      }
    }
  return {y};
}

/// q, kv, dy like q → dq, dkv
std::vector<Tensor> attentionGrad(const Op &op, const Operands &x, const Draws &) {
  const Tensor &q = *x[0], &kv = *x[1], &dy = *x[2];
  Sizes s = sizes(op, q, kv);
  if (dy.shape != q.shape) throw std::runtime_error("O13: an adjoint has the type of its value");
  Tensor dq = makeTensor(Dtype::F32, q.shape, q.rows), dkv = makeTensor(Dtype::F32, kv.shape, true);
  for (int64_t r = 0; r < s.queries; ++r)
    for (int64_t h = 0; h < s.heads; ++h) {
      std::vector<double> p = weights(s, q.item(r), kv, h), dp(s.keys);
      const double *query = q.item(r) + h * s.width, *d = dy.item(r) + h * s.width;
      double mean = 0;  // Σ p·dp: what the softmax's adjoint subtracts
      for (int64_t t = 0; t < s.keys; ++t) {
        const double *value = kv.data.data() + t * 2 * s.dim + s.dim + h * s.width;
        double *dvalue = dkv.data.data() + t * 2 * s.dim + s.dim + h * s.width;
        for (int64_t j = 0; j < s.width; ++j) {
          dp[t] += d[j] * value[j];
          dvalue[j] += p[t] * d[j];
        }
        mean += p[t] * dp[t];
      }
      for (int64_t t = 0; t < s.keys; ++t) {
        const double *key = kv.data.data() + t * 2 * s.dim + h * s.width;
        double *dkey = dkv.data.data() + t * 2 * s.dim + h * s.width, *dquery = dq.item(r) + h * s.width;
        double dscore = p[t] * (dp[t] - mean) * s.scale;
        for (int64_t j = 0; j < s.width; ++j) {
          dquery[j] += dscore * key[j];
          dkey[j] += dscore * query[j];
        }
      }
    }
  return {dq, dkv};
}

}  // namespace

void addAttention(OpTable &t) {
  t["nn.attention"] = attention;
  t["nn.attention_grad"] = attentionGrad;
}

}  // namespace offramp::reference
