// Attention forward for one head of one sample. Scores are kept transposed, [keys, queries]: lanes are queries, so maximum and sum of a
// softmax run down the keys without ever crossing lanes, and a query's bits do not depend on its lane or on how many queries there
// are. A single query (exit-first) takes lanes over keys instead and adds in the same order.
#include "backends/cpu/kernels/simd/AttentionParts.h"
#include "backends/cpu/kernels/simd/GemmTile.h"
#include "backends/cpu/kernels/simd/SimdMath.h"

namespace offramp::cpu::simd {
namespace {

constexpr int64_t kQueries = 2 * kLanes;   // of one block

int64_t forwardScratch(int64_t queries, int64_t keys, int64_t d) {
  int64_t dp = roundUp(d, kLanes), tp = roundUp(keys, kLanes), qp = roundUp(smaller(queries, kQueries), kLanes);
  int64_t many = d * qp + keys * qp + qp * dp + keys * dp, one = dp + d * tp + tp + dp + keys * dp;
  return (queries == 1 ? one : many > one ? many : one) + 4 * kLanes;
}

// Columns of s[keys, NV·kLanes] → exp(s - maximum); factor = 1 / sum, top = the maximum.
template <int NV> OFFRAMP_INLINE void softmaxColumns(float *s, int64_t keys, Vec (&top)[NV], Vec (&sum)[NV]) {
  constexpr int64_t width = NV * kLanes;
#pragma clang loop unroll(full)
  for (int j = 0; j < NV; ++j) top[j] = load(s + j * kLanes), sum[j] = splat(0);
  for (int64_t t = 1; t < keys; ++t)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) top[j] = larger(top[j], load(s + t * width + j * kLanes));
  for (int64_t t = 0; t < keys; ++t)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) {
      Vec e = exp(load(s + t * width + j * kLanes) - top[j]);
      store(s + t * width + j * kLanes, e);
      sum[j] += e;
    }
}

template <int NV> OFFRAMP_INLINE void block(const AttentionArgs *a, int64_t begin, int64_t count, float *qt, float *s, float *o, const float *v) {
  constexpr int64_t width = NV * kLanes;
  int64_t d = a->d, dp = roundUp(d, kLanes);
  SampleRows rows{rowOf(a->q, begin), rowOf(a->q, begin + 1), a->q.stride};   // as if the block began a sample
  copyTransposed(rows, count, d, width, qt);
  Vec scale = splat(a->scale);
  for (int64_t i = 0; i < d * NV; ++i) store(qt + i * kLanes, load(qt + i * kLanes) * scale);
  scratchPanel<NV>(a->k.first, a->k.stride, 1, qt, width, s, width, 1, d, false);
  scratchPanel<NV>(a->k.rest, a->k.stride, 1, qt, width, s + width, width, a->keys - 1, d, false);
  Vec top[NV], sum[NV];
  softmaxColumns<NV>(s, a->keys, top, sum);
  float tops[width], sums[width];
#pragma clang loop unroll(full)
  for (int j = 0; j < NV; ++j) store(tops + j * kLanes, top[j]), store(sums + j * kLanes, sum[j]);
  multiplyScratch(s, 1, width, v, dp, o, dp, count, dp, a->keys, false);
  for (int64_t r = 0; r < count; ++r) {
    copyOutRow(o + r * dp, a->out, begin + r, d, 1.0f / sums[r]);
    if (a->lse.first) *rowOf(a->lse, begin + r) = tops[r] + __builtin_logf(sums[r]);
  }
}

void manyQueries(const AttentionArgs *a) {
  int64_t d = a->d, keys = a->keys, dp = roundUp(d, kLanes), qp = roundUp(smaller(a->queries, kQueries), kLanes);
  float *qt = a->scratch, *s = qt + d * qp, *o = s + keys * qp, *v = o + qp * dp;
  copyIn(a->v, 0, keys, d, dp, 1.0f, v);
  for (int64_t begin = 0; begin < a->queries; begin += kQueries) {
    int64_t count = smaller(kQueries, a->queries - begin);
    if (count > kLanes) block<2>(a, begin, count, qt, s, o, v);
    else block<1>(a, begin, count, qt, s, o, v);
  }
}

void oneQuery(const AttentionArgs *a) {
  int64_t d = a->d, keys = a->keys, dp = roundUp(d, kLanes), tp = roundUp(keys, kLanes);
  float *q = a->scratch, *kt = q + dp, *s = kt + d * tp, *o = s + tp, *v = o + dp;
  copyTransposed(a->k, keys, d, tp, kt);
  copyIn(a->q, 0, 1, d, dp, a->scale, q);
  copyIn(a->v, 0, keys, d, dp, 1.0f, v);
  multiplyScratch(q, dp, 1, kt, tp, s, tp, 1, tp, d, false);
  Vec best = splat(s[0]);
  int64_t t = 0;
  for (; t + kLanes <= keys; t += kLanes) best = larger(best, load(s + t));
  if (t < keys) best = larger(best, keep(load(s + t), keys - t, s[0]));
  float top = maxLanes(best), sum = 0;
  for (t = 0; t < tp; t += kLanes) store(s + t, exp(load(s + t) - splat(top)));
  for (t = 0; t < keys; ++t) sum += s[t];
  multiplyScratch(s, tp, 1, v, dp, o, dp, 1, dp, keys, false);
  copyOutRow(o, a->out, 0, d, 1.0f / sum);
  if (a->lse.first) *a->lse.first = top + __builtin_logf(sum);
}

void forward(const AttentionArgs *a) {
  if (a->queries == 1) oneQuery(a);
  else if (a->queries > 1) manyQueries(a);
}

} // namespace

int64_t OFFRAMP_SIMD_TABLE(attentionGradScratch_)(int64_t queries, int64_t keys, int64_t d);
void OFFRAMP_SIMD_TABLE(attentionGrad_)(const AttentionArgs *args);

extern const AttentionTable OFFRAMP_SIMD_TABLE(attention_);
const AttentionTable OFFRAMP_SIMD_TABLE(attention_) = {forwardScratch, OFFRAMP_SIMD_TABLE(attentionGradScratch_), forward,
                                                        OFFRAMP_SIMD_TABLE(attentionGrad_)};

} // namespace offramp::cpu::simd
