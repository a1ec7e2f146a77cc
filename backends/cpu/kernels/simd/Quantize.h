// f32 to 8 bits. A row: unsigned with a zero point, so that zero is exact and one-sided values use the whole range. A column of weights:
// signed, symmetric, and two neighbours (rows 2s and 2s + 1) together at most 128, so that two products with codes of a row stay within 16 bits:
// 255·128 = 32640. Rounding is by adding 1.5·2²³, the same at every level. What is not finite makes the scale NaN, and with it every
// result that reads it: an error stays visible.
#ifndef OFFRAMP_CPU_QUANTIZE_H
#define OFFRAMP_CPU_QUANTIZE_H

#include "backends/cpu/kernels/simd/Narrow.h"

namespace offramp::cpu::simd {
namespace {

constexpr float kRoundingShift = 12582912.0f;
constexpr float kLeastRange = 1e-30f;   // rows and columns of smaller numbers count as zero: 1 / range must stay finite
constexpr float kMostCode = 127;
// Of two magnitudes before they are rounded. Were it 128, f32's error could lift 63.5 and 64.5 over their ties: 64 + 65.
constexpr float kMostOfPair = 127.999f;

// value ≈ scale·(code - zero)
struct RowScale {
  float scale;
  int32_t zero;
};

struct RowCoder {
  RowScale row;
  float inverse;
  // Codes of some values. Only where `inverse` is not zero: a row without finite values or of zeros only has the code `zero`. The low bits
  // of the shifted value are the rounded one. No code is below 0, because the least value is rounded as `zero` was; 256 may occur and is
  // stored as 255.
  IntVec codes(Vec v) const {
    return (IntVec)(v * splat(inverse) + splat(kRoundingShift)) + (row.zero - __builtin_bit_cast(int32_t, kRoundingShift));
  }
};

// Stores the codes of the four vectors src[s …] up to k, from there on `zero`, a byte each.
OFFRAMP_INLINE void storeRowCodes(const RowCoder &coder, const float *src, int64_t s, int64_t k, void *to) {
  IntVec codes[4];
  const bool whole = coder.inverse != 0 && k - s >= 4 * kLanes;
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; ++i, s += kLanes)
    if (whole) codes[i] = coder.codes(load(src + s));
    else if (coder.inverse == 0 || s >= k) codes[i] = (IntVec)(coder.row.zero);
    else codes[i] = coder.codes(load(src + s, smaller(kLanes, k - s)));
  storeBytes(codes, to);
}

// Four vectors at a time: each of the three results waits for the one before it.
OFFRAMP_INLINE RowCoder rowCoderOf(const float *src, int64_t k) {
  constexpr int chains = 4;
  Vec low[chains], high[chains], bad[chains];
#pragma clang loop unroll(full)
  for (int i = 0; i < chains; ++i) low[i] = high[i] = bad[i] = splat(0);
  auto read = [&](int i, Vec v) { low[i] = lesser(v, low[i]), high[i] = larger(v, high[i]), bad[i] += v * splat(0); };
  int64_t s = 0;
  for (; s + chains * kLanes <= k; s += chains * kLanes)
#pragma clang loop unroll(full)
    for (int i = 0; i < chains; ++i) read(i, load(src + s + i * kLanes));
  for (; s < k; s += kLanes) read(0, load(src + s, smaller(kLanes, k - s)));
  for (int i = 1; i < chains; ++i) low[0] = lesser(low[i], low[0]), high[0] = larger(high[i], high[0]), bad[0] += bad[i];
  float least = -maxLanes(-low[0]), most = maxLanes(high[0]), range = most - least;
  bool finite = sumLanes(bad[0]) == 0 && range <= 3e38f;
  if (!finite) return {{__builtin_nanf(""), 0}, 0};
  if (range < kLeastRange) return {{0, 0}, 0};
  float inverse = 255 / range;
  return {{range / 255, (int32_t)((-least * inverse + kRoundingShift) - kRoundingShift)}, inverse};
}

// Scales of kLanes columns of weights. `columns` of them exist; the others read as zero.
struct ColumnCoders {
  Vec scale, inverse;
};
OFFRAMP_INLINE ColumnCoders columnCodersOf(const float *w, int64_t ldw, int64_t k, int64_t columns) {
  Vec greatest = splat(0), pair = splat(0), bad = splat(0);
  auto magnitude = [&](int64_t s) {
    Vec v = s >= k ? splat(0) : columns == kLanes ? load(w + s * ldw) : load(w + s * ldw, columns);
    bad += v * splat(0);
    return larger(v, -v);
  };
  for (int64_t s = 0; s < k; s += 2) {
    Vec even = magnitude(s), odd = magnitude(s + 1);
    greatest = larger(larger(even, odd), greatest), pair = larger(even + odd, pair);
  }
  Vec scale = larger(greatest / splat(kMostCode), pair / splat(kMostOfPair));
  Vec inverse = lesser(splat(kMostCode) / greatest, splat(kMostOfPair) / pair);
  ColumnCoders coders{scale, inverse};
  coders.scale = greatest < splat(kLeastRange) ? splat(0) : coders.scale;
  coders.inverse = greatest < splat(kLeastRange) ? splat(0) : coders.inverse;
  coders.inverse = bad == splat(0) ? coders.inverse : splat(0);
  coders.scale = bad == splat(0) ? coders.scale : splat(__builtin_nanf(""));
  return coders;
}
OFFRAMP_INLINE IntVec columnCodes(const float *w, int64_t columns, Vec inverse) {
  Vec v = columns == kLanes ? load(w) : load(w, columns);
  v = inverse == splat(0) ? splat(0) : v;   // what is not finite has no code
  v = (v * inverse + splat(kRoundingShift)) - splat(kRoundingShift);
  return __builtin_convertvector(lesser(v, splat(kMostCode)), IntVec);   // -127 needs no limit: |v|·(127/greatest) rounds to 127 at most
}

// Codes of `Group` rows from s on (zero from row k on), a byte each, in every lane; adds them to `sums`.
template <int Group> OFFRAMP_INLINE IntVec columnGroup(const float *w, int64_t ldw, int64_t k, int64_t s, int64_t columns, Vec inverse, IntVec &sums) {
  IntVec word = (IntVec)(0);
  for (int i = 0; i < Group && s + i < k; ++i) {
    IntVec code = columnCodes(w + (s + i) * ldw, columns, inverse);
    sums += code;
    word |= (code & 255) << (8 * i);
  }
  return word;
}

// acc: Σ code·weight over the row, of which `sums`·zero is the zero point's share.
OFFRAMP_INLINE Vec dequantize(IntVec acc, IntVec sums, Vec columnScale, RowScale row) {
  return __builtin_convertvector(acc - sums * row.zero, Vec) * (columnScale * splat(row.scale));
}

} // namespace
} // namespace offramp::cpu::simd
#endif
