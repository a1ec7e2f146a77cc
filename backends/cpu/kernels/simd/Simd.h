// One vector type per instruction-set level and the few operations the kernels need. Compiled once per level (OFFRAMP_SIMD_LEVEL), so
// everything here has internal linkage and no standard C++ header is included. It deliberately offers no operation whose result
// depends on the lane a value lies in: that is what keeps a row's bits independent of its place.
#ifndef OFFRAMP_CPU_SIMD_H
#define OFFRAMP_CPU_SIMD_H

#include <immintrin.h>
#include <stdint.h>

#define OFFRAMP_SIMD_JOIN2(a, b) a##b
#define OFFRAMP_SIMD_JOIN(a, b) OFFRAMP_SIMD_JOIN2(a, b)
#define OFFRAMP_SIMD_TABLE(group) OFFRAMP_SIMD_JOIN(group, OFFRAMP_SIMD_LEVEL)

namespace offramp::cpu::simd {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kTileRows = 6, kTileVectors = 4;   // 24 accumulators of 32 registers
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr int kTileRows = 6, kTileVectors = 2;   // 12 of 16
#else
constexpr int kLanes = 4;
constexpr int kTileRows = 4, kTileVectors = 2;
#endif

typedef float Vec __attribute__((ext_vector_type(kLanes)));
typedef float VecU __attribute__((ext_vector_type(kLanes), aligned(4)));
typedef int32_t IntVec __attribute__((ext_vector_type(kLanes)));
#define OFFRAMP_INLINE static inline __attribute__((always_inline))

template <int N> struct Lanes {};
OFFRAMP_INLINE int64_t roundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }
OFFRAMP_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

OFFRAMP_INLINE Vec splat(float x) { return (Vec)(x); }
OFFRAMP_INLINE Vec load(const float *p) { return *(const VecU *)p; }
OFFRAMP_INLINE void store(float *p, Vec v) { *(VecU *)p = v; }

// First `count` lanes (0 … kLanes); the others read as zero and are not written.
#if defined(__AVX512F__)
OFFRAMP_INLINE __mmask16 maskOf(int64_t count) { return (__mmask16)((1u << count) - 1u); }
OFFRAMP_INLINE Vec load(const float *p, int64_t count) { return (Vec)_mm512_maskz_loadu_ps(maskOf(count), p); }
OFFRAMP_INLINE void store(float *p, Vec v, int64_t count) { _mm512_mask_storeu_ps(p, maskOf(count), (__m512)v); }
OFFRAMP_INLINE Vec keep(Vec v, int64_t count, float other) { return (Vec)_mm512_mask_blend_ps(maskOf(count), (__m512)splat(other), (__m512)v); }
#elif defined(__AVX2__)
OFFRAMP_INLINE __m256i maskOf(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
OFFRAMP_INLINE Vec load(const float *p, int64_t count) { return (Vec)_mm256_maskload_ps(p, maskOf(count)); }
OFFRAMP_INLINE void store(float *p, Vec v, int64_t count) { _mm256_maskstore_ps(p, maskOf(count), (__m256)v); }
OFFRAMP_INLINE Vec keep(Vec v, int64_t count, float other) {
  return (Vec)_mm256_blendv_ps((__m256)splat(other), (__m256)v, (__m256)maskOf(count));
}
#else
OFFRAMP_INLINE Vec load(const float *p, int64_t count) {
  Vec v = splat(0);
  for (int i = 0; i < kLanes; ++i) if (i < count) v[i] = p[i];
  return v;
}
OFFRAMP_INLINE void store(float *p, Vec v, int64_t count) { for (int i = 0; i < kLanes; ++i) if (i < count) p[i] = v[i]; }
OFFRAMP_INLINE Vec keep(Vec v, int64_t count, float other) {
  for (int i = 0; i < kLanes; ++i) if (i >= count) v[i] = other;
  return v;
}
#endif

OFFRAMP_INLINE Vec fma(Vec a, Vec b, Vec c) {
#if defined(__FMA__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
OFFRAMP_INLINE float fma(float a, float b, float c) {
#if defined(__FMA__)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
OFFRAMP_INLINE Vec larger(Vec a, Vec b) { return a > b ? a : b; }    // NaN in a is dropped, NaN in b is kept
OFFRAMP_INLINE Vec lesser(Vec a, Vec b) { return a < b ? a : b; }

// All lanes into one, by halves: one fixed order. (Clang's own reduction to a maximum is a chain through every lane.)
template <class Op> OFFRAMP_INLINE float acrossLanes(Vec v, Op op) {
#if defined(__AVX512F__)
  typedef float V8 __attribute__((ext_vector_type(8)));
  V8 h = op(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
#elif defined(__AVX2__)
  Vec h = v;
#endif
#if defined(__AVX2__)
  typedef float V4 __attribute__((ext_vector_type(4)));
  V4 q = op(__builtin_shufflevector(h, h, 0, 1, 2, 3), __builtin_shufflevector(h, h, 4, 5, 6, 7));
#else
  Vec q = v;
#endif
  auto pairs = op(__builtin_shufflevector(q, q, 0, 1), __builtin_shufflevector(q, q, 2, 3));
  return op(pairs, __builtin_shufflevector(pairs, pairs, 1, 0))[0];
}
OFFRAMP_INLINE float sumLanes(Vec v) {
  return acrossLanes(v, [](auto a, auto b) { return a + b; });
}
// NaN may or may not be dropped: whoever cares looks for it otherwise.
OFFRAMP_INLINE float maxLanes(Vec v) {
  return acrossLanes(v, [](auto a, auto b) { return a > b ? a : b; });
}

// Reciprocal within 2 ulp: the division unit takes 16 cycles a vector, this takes 3.
OFFRAMP_INLINE Vec reciprocal(Vec x) {
#if defined(__AVX512F__)
  Vec r = (Vec)_mm512_rcp14_ps((__m512)x);
  return fma(r, fma(-x, r, splat(1.0f)), r);
#else
  return splat(1.0f) / x;
#endif
}

// Transposes kLanes vectors in registers: four (three, two) rounds of pairwise exchanges.
template <int... I> struct Indices {};
template <int N, int... I> struct MakeIndices : MakeIndices<N - 1, N - 1, I...> {};
template <int... I> struct MakeIndices<0, I...> { using Type = Indices<I...>; };
template <int H, int... I> OFFRAMP_INLINE void exchange(Vec &a, Vec &b, Indices<I...>) {
  Vec low = __builtin_shufflevector(a, b, ((I & H) ? (I - H) + kLanes : I)...);
  Vec high = __builtin_shufflevector(a, b, ((I & H) ? I + kLanes : I + H)...);
  a = low;
  b = high;
}
template <int H> OFFRAMP_INLINE void exchangeRound(Vec (&rows)[kLanes]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < kLanes; ++i)
    if (!(i & H)) exchange<H>(rows[i], rows[i + H], typename MakeIndices<kLanes>::Type{});
}
OFFRAMP_INLINE void transpose(Vec (&rows)[kLanes]) {
  exchangeRound<1>(rows);
  exchangeRound<2>(rows);
  if constexpr (kLanes > 4) exchangeRound<4>(rows);
  if constexpr (kLanes > 8) exchangeRound<8>(rows);
}

} // namespace
} // namespace offramp::cpu::simd
#endif
