// Attention forward for one head of one sample: scores of a block of queries against all keys, exact softmax over the whole row, values.
// Keys are transposed once into scratch, so that lanes are keys; with 17 rows and 32 columns everything stays in the first-level cache.
#include "backends/cpu/kernels/simd/AttentionParts.h"
#include "backends/cpu/kernels/simd/GemmTile.h"
#include "backends/cpu/kernels/simd/SimdMath.h"

namespace offramp::cpu::simd {
namespace {

int64_t forwardScratch(int64_t queries, int64_t keys, int64_t d) {
  int64_t block = smaller(queries, kQueryBlock), dp = roundUp(d, kLanes), tp = roundUp(keys, kLanes);
  return block * (2 * dp + tp) + d * tp + keys * dp + 4 * kLanes;
}

// row[keys] → exp(row - max); lanes beyond keys become 0. Returns the sum; *top is the maximum.
OFFRAMP_INLINE float softmaxRow(float *row, int64_t keys, float *top) {
  constexpr float kLowest = -__builtin_inff();
  Vec best = splat(kLowest);
  int64_t t = 0;
  for (; t + kLanes <= keys; t += kLanes) best = larger(best, load(row + t));
  if (t < keys) best = larger(best, keep(load(row + t), keys - t, kLowest));
  float highest = maxLanes(best);
  Vec h = splat(highest), sum = splat(0);
  for (t = 0; t + kLanes <= keys; t += kLanes) {
    Vec e = exp(load(row + t) - h);
    sum += e;
    store(row + t, e);
  }
  if (t < keys) {
    Vec e = keep(exp(load(row + t) - h), keys - t, 0.0f);
    sum += e;
    store(row + t, e);
  }
  *top = highest;
  return sumLanes(sum);
}

void forward(const AttentionArgs *a) {
  int64_t d = a->d, keys = a->keys, dp = roundUp(d, kLanes), tp = roundUp(keys, kLanes), block = smaller(a->queries, kQueryBlock);
  float *q = a->scratch, *s = q + block * dp, *o = s + block * tp, *kt = o + block * dp, *v = kt + d * tp;
  copyTransposed(a->k, keys, d, tp, kt);
  copyIn(a->v, 0, keys, d, dp, 1.0f, v);
  for (int64_t begin = 0; begin < a->queries; begin += block) {
    int64_t count = smaller(block, a->queries - begin);
    copyIn(a->q, begin, count, d, dp, a->scale, q);
    multiplyScratch(q, dp, 1, kt, tp, s, tp, count, tp, d, false);
    float factor[kQueryBlock];
    for (int64_t r = 0; r < count; ++r) {
      float top, sum = softmaxRow(s + r * tp, keys, &top);
      factor[r] = 1.0f / sum;
      if (a->lse.first) *rowOf(a->lse, begin + r) = top + __builtin_logf(sum);
    }
    multiplyScratch(s, tp, 1, v, dp, o, dp, count, dp, keys, false);
    for (int64_t r = 0; r < count; ++r) copyOutRow(o + r * dp, a->out, begin + r, d, factor[r]);
  }
}

} // namespace

int64_t OFFRAMP_SIMD_TABLE(attentionGradScratch_)(int64_t queries, int64_t keys, int64_t d);
void OFFRAMP_SIMD_TABLE(attentionGrad_)(const AttentionArgs *args);

extern const AttentionTable OFFRAMP_SIMD_TABLE(attention_);
const AttentionTable OFFRAMP_SIMD_TABLE(attention_) = {forwardScratch, OFFRAMP_SIMD_TABLE(attentionGradScratch_), forward,
                                                        OFFRAMP_SIMD_TABLE(attentionGrad_)};

} // namespace offramp::cpu::simd
