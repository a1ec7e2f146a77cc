// Products of pairs of bf16 and of groups of bytes, by instructions, as functions on the vectors of Simd.h, each with the name of what it needs. For
// bf16 there is none where the compiler may not use it; for bytes every level has one. A test replaces this header by a model of the instructions.
#ifndef OFFRAMP_CPU_NATIVE_DOTS_H
#define OFFRAMP_CPU_NATIVE_DOTS_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

// sum + a₀·b₀ + a₁·b₁ in every lane: pairs of bf16, the lower half first.
#if defined(__AVX512BF16__)
#define OFFRAMP_BF16_DOT "avx512-bf16"
OFFRAMP_INLINE Vec dotBf16(Vec sum, IntVec a, IntVec b) { return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b); }
#endif

// sum + Σ aᵢ·bᵢ in every lane: four unsigned bytes by four signed bytes. Exact where |b₀| + |b₁| and |b₂| + |b₃| are at most 128 (Quantize.h).
#if defined(__AVX512VNNI__)
#define OFFRAMP_INT8_DOT "avx512-vnni"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) { return (IntVec)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b); }
#elif defined(__AVXVNNI__)
#define OFFRAMP_INT8_DOT "avx-vnni"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) { return (IntVec)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)a, (__m256i)b); }
#elif defined(__AVX512BW__)
#define OFFRAMP_INT8_DOT "avx512-bytes"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) {
  return sum + (IntVec)_mm512_madd_epi16(_mm512_maddubs_epi16((__m512i)a, (__m512i)b), _mm512_set1_epi16(1));
}
#elif defined(__AVX2__)
#define OFFRAMP_INT8_DOT "avx2-bytes"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) {
  return sum + (IntVec)_mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)a, (__m256i)b), _mm256_set1_epi16(1));
}
#else
#define OFFRAMP_INT8_DOT "sse2-words"
#define OFFRAMP_INT8_EMULATED
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) {   // bytes 0 and 2, then 1 and 3, as 16 bits
  __m128i even = _mm_madd_epi16(_mm_and_si128((__m128i)a, _mm_set1_epi16(255)), _mm_srai_epi16(_mm_slli_epi16((__m128i)b, 8), 8));
  __m128i odd = _mm_madd_epi16(_mm_srli_epi16((__m128i)a, 8), _mm_srai_epi16((__m128i)b, 8));
  return sum + (IntVec)even + (IntVec)odd;
}
#endif

} // namespace
} // namespace offramp::cpu::simd
#endif
