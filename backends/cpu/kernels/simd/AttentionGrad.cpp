// Attention backward for one head of one sample: probabilities are recomputed block by block of queries (from the saved log-sum-exp where
// there is one), keys' and values' gradients accumulate over the blocks in order. Nothing of size queries × keys is kept beyond a block.
#include "backends/cpu/kernels/simd/AttentionParts.h"
#include "backends/cpu/kernels/simd/GemmTile.h"
#include "backends/cpu/kernels/simd/SimdMath.h"

namespace offramp::cpu::simd {

namespace {

// In place: scores of one query, `tp` lanes of which `keys` count, become probabilities; the others become 0.
OFFRAMP_INLINE void probabilities(float *p, int64_t keys, int64_t tp, const float *lse) {
  if (lse) {
    for (int64_t t = 0; t < tp; t += kLanes) {
      Vec e = exp(load(p + t) - splat(*lse));
      store(p + t, t + kLanes > keys ? keep(e, keys - t, 0.0f) : e);
    }
    return;
  }
  Vec best = splat(p[0]), sum = splat(0);
  for (int64_t t = 0; t < tp; t += kLanes) best = larger(best, t + kLanes > keys ? keep(load(p + t), keys - t, p[0]) : load(p + t));
  Vec top = splat(maxLanes(best));
  for (int64_t t = 0; t < tp; t += kLanes) {
    Vec e = exp(load(p + t) - top);
    if (t + kLanes > keys) e = keep(e, keys - t, 0.0f);
    store(p + t, e);
    sum += e;
  }
  Vec inverse = splat(1.0f / sumLanes(sum));
  for (int64_t t = 0; t < tp; t += kLanes) store(p + t, load(p + t) * inverse);
}

} // namespace

int64_t OFFRAMP_SIMD_TABLE(attentionGradScratch_)(int64_t queries, int64_t keys, int64_t d) {
  int64_t block = smaller(queries, kQueryBlock), dp = roundUp(d, kLanes), tp = roundUp(keys, kLanes);
  return block * (3 * dp + 2 * tp) + 2 * d * tp + 3 * keys * dp + 4 * kLanes;
}

void OFFRAMP_SIMD_TABLE(attentionGrad_)(const AttentionArgs *a) {
  int64_t d = a->d, keys = a->keys, dp = roundUp(d, kLanes), tp = roundUp(keys, kLanes), block = smaller(a->queries, kQueryBlock);
  float *q = a->scratch, *dout = q + block * dp, *dq = dout + block * dp;                             // [block, dp] each
  float *p = dq + block * dp, *ds = p + block * tp;                                                   // [block, tp]
  float *kt = ds + block * tp, *vt = kt + d * tp;                                                     // [d, tp]
  float *k = vt + d * tp, *dk = k + keys * dp, *dv = dk + keys * dp;                                  // [keys, dp]
  copyTransposed(a->k, keys, d, tp, kt);
  copyTransposed(a->v, keys, d, tp, vt);
  copyIn(a->k, 0, keys, d, dp, a->scale, k);   // the scale of dq = scale · ds·k rides on the copy
  if (a->queries == 0)
    for (int64_t i = 0; i < 2 * keys * dp; ++i) dk[i] = 0;
  for (int64_t begin = 0; begin < a->queries; begin += block) {
    int64_t count = smaller(block, a->queries - begin);
    copyIn(a->q, begin, count, d, dp, a->scale, q);
    copyIn(a->dout, begin, count, d, dp, 1.0f, dout);
    multiplyScratch(q, dp, 1, kt, tp, p, tp, count, tp, d, false);
    multiplyScratch(dout, dp, 1, vt, tp, ds, tp, count, tp, d, false);
    for (int64_t r = 0; r < count; ++r) {
      float *pr = p + r * tp, *dsr = ds + r * tp;
      probabilities(pr, keys, tp, a->lse.first ? rowOf(a->lse, begin + r) : nullptr);
      Vec dot = splat(0);   // Σ p·(dout·v), which is dout·out
      for (int64_t t = 0; t < tp; t += kLanes) dot = fma(load(pr + t), load(dsr + t), dot);
      Vec delta = splat(sumLanes(dot));
      for (int64_t t = 0; t < tp; t += kLanes) store(dsr + t, load(pr + t) * (load(dsr + t) - delta));
    }
    multiplyScratch(ds, tp, 1, k, dp, dq, dp, count, dp, keys, false);
    for (int64_t r = 0; r < count; ++r) copyOutRow(dq + r * dp, a->dq, begin + r, d, 1.0f);
    multiplyScratch(ds, 1, tp, q, dp, dk, dp, keys, dp, count, begin > 0);   // q carries the scale
    multiplyScratch(p, 1, tp, dout, dp, dv, dp, keys, dp, count, begin > 0);
  }
  for (int64_t t = 0; t < keys; ++t) {
    copyOutRow(dk + t * dp, a->dk, t, d, 1.0f);
    copyOutRow(dv + t * dp, a->dv, t, d, 1.0f);
  }
}

} // namespace offramp::cpu::simd
