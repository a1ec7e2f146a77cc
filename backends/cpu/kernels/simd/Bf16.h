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
// Two rows of values as pairs: lane i holds upper[i] over lower[i].
OFFRAMP_INLINE UIntVec pairsOf(Vec lower, Vec upper) { return roundedBits(lower) >> 16 | roundedBits(upper); }

OFFRAMP_INLINE void transposePairs(UIntVec (&pairs)[kLanes]) {
  Vec rows[kLanes];
  __builtin_memcpy(rows, pairs, sizeof rows);
  transpose(rows);
  __builtin_memcpy(pairs, rows, sizeof rows);
}
// Lane t: the values 2t and 2t + 1 of a run whose first vector is `first`.
template <int... I> OFFRAMP_INLINE UIntVec neighbours(Vec first, Vec second, Indices<I...>) {
  return pairsOf(__builtin_shufflevector(first, second, (2 * I)...), __builtin_shufflevector(first, second, (2 * I + 1)...));
}
// pairs[t], lane i: the values 2t and 2t + 1 of row i of src[rows, steps], rows `stride` apart; zeros where there are none. At most kLanes rows.
OFFRAMP_INLINE void pairsAcrossRows(const float *src, int64_t stride, int64_t rows, int64_t steps, UIntVec (&pairs)[kLanes]) {
  for (int i = 0; i < kLanes; ++i) {
    const float *row = src + i * stride;
    Vec first = splat(0), second = splat(0);
    if (i < rows && steps > 0) first = load(row, smaller(kLanes, steps));
    if (i < rows && steps > kLanes) second = load(row + kLanes, smaller(kLanes, steps - kLanes));
    pairs[i] = neighbours(first, second, typename MakeIndices<kLanes>::Type{});
  }
  transposePairs(pairs);
}
// pairs[i], lane t: the values 2t and 2t + 1 of column i of src[steps, columns], rows `stride` apart; zeros where there are none. At most kLanes
// columns.
OFFRAMP_INLINE void pairsDownColumns(const float *src, int64_t stride, int64_t columns, int64_t steps, UIntVec (&pairs)[kLanes]) {
  for (int t = 0; t < kLanes; ++t) {
    const float *row = src + 2 * t * stride;
    pairs[t] = pairsOf(2 * t < steps ? load(row, columns) : splat(0), 2 * t + 1 < steps ? load(row + stride, columns) : splat(0));
  }
  transposePairs(pairs);
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
