// f32 to bf16, to nearest even, in integer arithmetic: the same on every CPU, small numbers included (the conversion instruction flushes
// them). NaN stays NaN.
#ifndef OFFRAMP_CPU_BF16_H
#define OFFRAMP_CPU_BF16_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

typedef uint32_t UIntVec __attribute__((ext_vector_type(kLanes)));
typedef uint32_t UIntVecU __attribute__((ext_vector_type(kLanes), aligned(4)));

// The bf16 value in the upper half of each lane, zeros below: an f32 with the rounded value.
OFFRAMP_INLINE UIntVec roundedBits(Vec v) {
  UIntVec bits;
  __builtin_memcpy(&bits, &v, sizeof bits);
  UIntVec rounded = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
  UIntVec nan = (bits | 0x00400000u) & 0xffff0000u;
  return (bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded;
}
OFFRAMP_INLINE Vec asFloats(UIntVec bits) {
  Vec v;
  __builtin_memcpy(&v, &bits, sizeof v);
  return v;
}
OFFRAMP_INLINE uint16_t bf16Of(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)((bits | 0x00400000u) >> 16);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

} // namespace
} // namespace offramp::cpu::simd
#endif
