// The instructions made for bf16 and int8 products, as functions on the vectors of Simd.h; defined where the compiler may use them, each with
// the name of what it needs. A test replaces this header by a model of the instructions.
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

// sum + Σ aᵢ·bᵢ in every lane: four unsigned bytes by four signed bytes, exact.
#if defined(__AVX512VNNI__)
#define OFFRAMP_INT8_DOT "avx512-vnni"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) { return (IntVec)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b); }
#elif defined(__AVXVNNI__)
#define OFFRAMP_INT8_DOT "avx-vnni"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) { return (IntVec)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)a, (__m256i)b); }
#endif

} // namespace
} // namespace offramp::cpu::simd
#endif
