// exp, tanh and gelu on vectors. The quotients for erf and tanh were fitted for this file (weighted least squares iterated to equal
// relative error, then checked in f32): erf 2.5e-7, tanh 3e-7, exp about 1 ulp. No tables, no branches.
#ifndef OFFRAMP_CPU_SIMD_MATH_H
#define OFFRAMP_CPU_SIMD_MATH_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

// eˣ; below -87.3 the smallest normal number, above 88.7 the largest power: both far outside what a softmax reads.
OFFRAMP_INLINE Vec exp(Vec x) {
  x = lesser(splat(88.72283f), larger(splat(-87.33654f), x));   // x second: NaN stays NaN
#if defined(__AVX2__)
  Vec n = __builtin_elementwise_roundeven(x * splat(1.44269504f));
#else
  Vec n = (x * splat(1.44269504f) + splat(12582912.0f)) - splat(12582912.0f);   // 1.5·2²³: rounds to an integer
#endif
  Vec r = fma(n, splat(-0.693145752f), x);
  r = fma(n, splat(-1.42860677e-6f), r);
  Vec p = splat(1.98756958e-4f);
  p = fma(p, r, splat(1.39819994e-3f));
  p = fma(p, r, splat(8.33345205e-3f));
  p = fma(p, r, splat(4.16657962e-2f));
  p = fma(p, r, splat(1.66666660e-1f));
  p = fma(p, r, splat(0.5f));
  p = fma(p, r * r, r + splat(1.0f));
#if defined(__AVX512F__)
  return (Vec)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  IntVec e = (__builtin_convertvector(n, IntVec) + 126) << 23;   // half the power, then doubled: n = 128 stays finite here
  Vec scale;
  __builtin_memcpy(&scale, &e, sizeof scale);
  return p * scale * splat(2.0f);
#endif
}

OFFRAMP_INLINE Vec tanh(Vec x) {
  Vec c = lesser(splat(9.0f), larger(splat(-9.0f), x));
  Vec t = c * c;
  Vec p = splat(1.335681865e-08f);
  p = fma(p, t, splat(2.061078090e-05f));
  p = fma(p, t, splat(3.495697132e-03f));
  p = fma(p, t, splat(1.338111922e-01f));
  p = fma(p, t, splat(9.999999795e-01f));
  Vec q = splat(7.777483653e-07f);
  q = fma(q, t, splat(3.285809094e-04f));
  q = fma(q, t, splat(2.587740255e-02f));
  q = fma(q, t, splat(4.671443489e-01f));
  q = fma(q, t, splat(1.0f));
  Vec y = c * p * reciprocal(q);
  return lesser(splat(1.0f), larger(splat(-1.0f), y));
}

// x·Φ(x) = h + h·erf(x/√2), h = x/2. The fitted quotient of erf with √2 drawn into its coefficients. NaN passes through the factor h.
OFFRAMP_INLINE Vec gelu(Vec x) {
  Vec h = x * splat(0.5f);
  Vec c = lesser(splat(5.5437f), larger(splat(-5.5437f), x));
  Vec t = c * c;
  Vec p = splat(4.530503683e-08f);
  p = fma(p, t, splat(1.258958277e-05f));
  p = fma(p, t, splat(3.327696933e-04f));
  p = fma(p, t, splat(9.324329723e-03f));
  p = fma(p, t, splat(6.731238324e-02f));
  p = fma(p, t, splat(7.978845459e-01f));
  Vec q = splat(1.190405437e-06f);
  q = fma(q, t, splat(7.264750512e-05f));
  q = fma(q, t, splat(1.870960919e-03f));
  q = fma(q, t, splat(2.852540338e-02f));
  q = fma(q, t, splat(2.510299335e-01f));
  q = fma(q, t, splat(1.000000000e+00f));
  return fma(h * (c * p), reciprocal(q), h);
}
OFFRAMP_INLINE Vec relu(Vec x) { return larger(splat(0.0f), x); }

} // namespace
} // namespace offramp::cpu::simd
#endif
