// Shared pieces of the attention kernels: copying one head of one sample into padded scratch and back. Rows come in two parts (row 0 lies
// apart from the others), columns are padded with zeros to whole vectors.
#ifndef OFFRAMP_CPU_ATTENTION_PARTS_H
#define OFFRAMP_CPU_ATTENTION_PARTS_H

#include "backends/cpu/kernels/simd/Simd.h"
#include "backends/cpu/kernels/simd/SimdTable.h"

namespace offramp::cpu::simd {
namespace {

constexpr int64_t kQueryBlock = 24;

OFFRAMP_INLINE float *rowOf(const SampleRows &r, int64_t row) { return row == 0 ? r.first : r.rest + (row - 1) * r.stride; }

// to[count, padded] = rows[begin …, d]·factor
OFFRAMP_INLINE void copyIn(const SampleRows &rows, int64_t begin, int64_t count, int64_t d, int64_t padded, float factor, float *to) {
  Vec f = splat(factor);
  for (int64_t r = 0; r < count; ++r, to += padded) {
    const float *from = rowOf(rows, begin + r);
    int64_t c = 0;
    for (; c + kLanes <= d; c += kLanes) store(to + c, load(from + c) * f);
    if (c < d) store(to + c, load(from + c, d - c) * f);
  }
}

// to[d, padded] = rows[0 … count, d] transposed; lanes beyond count are zero.
OFFRAMP_INLINE void copyTransposed(const SampleRows &rows, int64_t count, int64_t d, int64_t padded, float *to) {
  for (int64_t t = 0; t < count; t += kLanes)
    for (int64_t c = 0; c < d; c += kLanes) {
      Vec block[kLanes];
      int64_t columns = smaller(kLanes, d - c), present = smaller(kLanes, count - t);
      if (present == 1) {   // a lone last key (16 patches and a class row): no exchange needed
        const float *from = rowOf(rows, t) + c;
        for (int64_t i = 0; i < columns; ++i) {
          Vec v = splat(0);
          v[0] = from[i];
          store(to + (c + i) * padded + t, v);
        }
        continue;
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < kLanes; ++i)
        block[i] = i < present ? (columns == kLanes ? load(rowOf(rows, t + i) + c) : load(rowOf(rows, t + i) + c, columns)) : splat(0);
      transpose(block);
#pragma clang loop unroll(full)
      for (int i = 0; i < kLanes; ++i)
        if (i < columns) store(to + (c + i) * padded + t, block[i]);
    }
}

// rows[begin …, d] = from[count, padded]·factor
OFFRAMP_INLINE void copyOutRow(const float *from, const SampleRows &rows, int64_t row, int64_t d, float factor) {
  float *to = rowOf(rows, row);
  Vec f = splat(factor);
  int64_t c = 0;
  for (; c + kLanes <= d; c += kLanes) store(to + c, load(from + c) * f);
  if (c < d) store(to + c, load(from + c) * f, d - c);
}

} // namespace
} // namespace offramp::cpu::simd
#endif
