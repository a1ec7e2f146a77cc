// exp, tanh and gelu on vectors. No tables, no branches. NaN stays NaN.
#ifndef OFFRAMP_CPU_SIMD_MATH_H
#define OFFRAMP_CPU_SIMD_MATH_H

#include "backends/cpu/formulas/FittedQuotients.h"
#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

// Highest power first.
template <int N> OFFRAMP_INLINE Vec polynomial(const float (&coefficients)[N], Vec t) {
  Vec y = splat(coefficients[0]);
#pragma clang loop unroll(full)
  for (int i = 1; i < N; ++i) y = fma(y, t, splat(coefficients[i]));
  return y;
}

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
  constexpr float kCoefficients[] = {1.98756958e-4f, 1.39819994e-3f, 8.33345205e-3f, 4.16657962e-2f, 1.66666660e-1f, 0.5f};
  Vec p = fma(polynomial(kCoefficients, r), r * r, r + splat(1.0f));
#if defined(__AVX512F__)
  return (Vec)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  IntVec e = (__builtin_convertvector(n, IntVec) + 126) << 23;   // half the power, then doubled: n = 128 stays finite here
  Vec scale;
  __builtin_memcpy(&scale, &e, sizeof scale);
  return p * scale * splat(2.0f);
#endif
}

struct Quotient { Vec over, under; };
template <int P, int Q> OFFRAMP_INLINE Quotient quotient(const FittedQuotient<P, Q> &f, Vec x) {
  Vec c = lesser(splat(f.bound), larger(splat(-f.bound), x)), t = c * c;
  return {c * polynomial(f.p, t), polynomial(f.q, t)};
}

OFFRAMP_INLINE Vec tanh(Vec x) {
  Quotient f = quotient(kTanh, x);
  return lesser(splat(1.0f), larger(splat(-1.0f), f.over * reciprocal(f.under)));
}
// x·Φ(x) = h + h·erf(x/√2), h = x/2.
OFFRAMP_INLINE Vec gelu(Vec x) {
  Vec h = x * splat(0.5f);
  Quotient f = quotient(kErfOfRootHalf, x);
  return fma(h * f.over, reciprocal(f.under), h);
}
OFFRAMP_INLINE Vec relu(Vec x) { return larger(splat(0.0f), x); }

} // namespace
} // namespace offramp::cpu::simd
#endif
