// Whole numbers of 32 bits into 16 or 8, saturated, by the instructions that take two vectors at once: narrowing one vector by itself costs
// twice as much where it exists (AVX-512) and more where it does not. Those instructions work within 128 bits, hence the permutations.
#ifndef OFFRAMP_CPU_NARROW_H
#define OFFRAMP_CPU_NARROW_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

#if defined(__AVX512BW__)
// Signed 16 bits, first and second vector by turns in every 128 bits.
OFFRAMP_INLINE __m512i halvesByTurns(IntVec a, IntVec b) { return _mm512_packs_epi32((__m512i)a, (__m512i)b); }
OFFRAMP_INLINE void storeHalves(const IntVec (&v)[2], void *to) {
  _mm512_storeu_si512(to, _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), halvesByTurns(v[0], v[1])));
}
// Unsigned bytes.
OFFRAMP_INLINE void storeBytes(const IntVec (&v)[4], void *to) {
  __m512i bytes = _mm512_packus_epi16(halvesByTurns(v[0], v[1]), halvesByTurns(v[2], v[3]));
  _mm512_storeu_si512(to, _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes));
}
#elif defined(__AVX2__)
OFFRAMP_INLINE __m256i halvesByTurns(IntVec a, IntVec b) { return _mm256_packs_epi32((__m256i)a, (__m256i)b); }
OFFRAMP_INLINE void storeHalves(const IntVec (&v)[2], void *to) {
  _mm256_storeu_si256((__m256i *)to, _mm256_permute4x64_epi64(halvesByTurns(v[0], v[1]), 0xd8));
}
OFFRAMP_INLINE void storeBytes(const IntVec (&v)[4], void *to) {
  __m256i bytes = _mm256_packus_epi16(halvesByTurns(v[0], v[1]), halvesByTurns(v[2], v[3]));
  _mm256_storeu_si256((__m256i *)to, _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
}
#else
OFFRAMP_INLINE __m128i halves(IntVec a, IntVec b) { return _mm_packs_epi32((__m128i)a, (__m128i)b); }
OFFRAMP_INLINE void storeHalves(const IntVec (&v)[2], void *to) { _mm_storeu_si128((__m128i *)to, halves(v[0], v[1])); }
OFFRAMP_INLINE void storeBytes(const IntVec (&v)[4], void *to) {
  _mm_storeu_si128((__m128i *)to, _mm_packus_epi16(halves(v[0], v[1]), halves(v[2], v[3])));
}
#endif

} // namespace
} // namespace offramp::cpu::simd
#endif
