// A model of the dot product instructions in plain arithmetic, in place of simd/NativeDots.h: it lets any CPU check how the kernels lay out
// their operands for these instructions. It says nothing about speed, nor about how the instructions round.
#define OFFRAMP_CPU_NATIVE_DOTS_H

#include "backends/cpu/kernels/simd/Bf16.h"

namespace offramp::cpu::simd {
namespace {

#define OFFRAMP_BF16_DOT "model of avx512-bf16"
OFFRAMP_INLINE Vec dotBf16(Vec sum, IntVec a, IntVec b) {
  UIntVec x = (UIntVec)a, y = (UIntVec)b;
  sum = sum + asFloats(x << 16) * asFloats(y << 16);
  return sum + asFloats(x & 0xffff0000u) * asFloats(y & 0xffff0000u);
}

#define OFFRAMP_INT8_DOT "model of vnni"
OFFRAMP_INLINE IntVec dotInt8(IntVec sum, IntVec a, IntVec b) {
  for (int i = 0; i < 4; ++i) sum += (a >> (8 * i) & 255) * (b << (24 - 8 * i) >> 24);
  return sum;
}

} // namespace
} // namespace offramp::cpu::simd
