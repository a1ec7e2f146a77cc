// Whole numbers of 32 bits into unsigned bytes, saturated, by the instructions that take two vectors at once: narrowing one vector by itself costs
// twice as much where it exists (AVX-512) and more where it does not. Those instructions work within 128 bits, hence the permutations.
#ifndef OFFRAMP_CPU_NARROW_H
#define OFFRAMP_CPU_NARROW_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

#if defined(__AVX512BW__)
OFFRAMP_INLINE void storeBytes(const IntVec (&v)[4], void *to) {
  __m512i low = _mm512_packs_epi32((__m512i)v[0], (__m512i)v[1]), high = _mm512_packs_epi32((__m512i)v[2], (__m512i)v[3]);
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, _mm512_packus_epi16(low, high)));
}
#elif defined(__AVX2__)
OFFRAMP_INLINE void storeBytes(const IntVec (&v)[4], void *to) {
  __m256i low = _mm256_packs_epi32((__m256i)v[0], (__m256i)v[1]), high = _mm256_packs_epi32((__m256i)v[2], (__m256i)v[3]);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  _mm256_storeu_si256((__m256i *)to, _mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), order));
}
#else
OFFRAMP_INLINE void storeBytes(const IntVec (&v)[4], void *to) {
  __m128i low = _mm_packs_epi32((__m128i)v[0], (__m128i)v[1]), high = _mm_packs_epi32((__m128i)v[2], (__m128i)v[3]);
  _mm_storeu_si128((__m128i *)to, _mm_packus_epi16(low, high));
}
#endif

} // namespace
} // namespace offramp::cpu::simd
#endif
