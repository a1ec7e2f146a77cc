// Products in bf16 on vector registers: by the instruction made for them where this file is compiled for it, else by widening both sides to
// f32, which spends no less arithmetic than f32 but reads half as many bytes of weights. Weights lie in pairs of rows: a 32-bit lane
// holds rows 2s (lower half) and 2s + 1 of its column.
#include "backends/cpu/kernels/simd/Bf16.h"
#include "backends/cpu/kernels/simd/NativeDots.h"
#include "backends/cpu/kernels/simd/ReducedPanel.h"

namespace offramp::cpu::simd {
namespace {

struct Bf16Base {
  using Sum = Vec;
  static constexpr int64_t kGroup = 2, kVectorBytes = 4 * kLanes, kHeaderBytes = 0;
  static int64_t leftHeaderBytes(int64_t) { return 0; }
  template <int MR, int NV> OFFRAMP_INLINE void finish(const ReducedArgs &, const char *, int64_t, Vec (&acc)[MR][NV], Vec (&values)[MR][NV]) {
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) values[i][j] = acc[i][j];
  }
};

#if defined(OFFRAMP_BF16_DOT)
struct Bf16 : Bf16Base {
  static constexpr int64_t kElementBytes = 2;
  template <int MR, int NV> OFFRAMP_INLINE void step(const char *left, int64_t leftRow, const char *weights, Vec (&acc)[MR][NV]) {
    IntVec b[NV];
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) __builtin_memcpy(&b[j], weights + j * kVectorBytes, sizeof b[j]);
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i) {
      int32_t pair;
      __builtin_memcpy(&pair, left + i * leftRow, 4);
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) acc[i][j] = dotBf16(acc[i][j], (IntVec)(pair), b[j]);
    }
  }
  static void convert(const float *src, int64_t k, char *left) {
    typedef uint16_t Halves __attribute__((ext_vector_type(kLanes)));
    for (int64_t s = 0; s < leftElements(k); s += kLanes) {
      Vec v = k - s >= kLanes ? load(src + s) : s < k ? load(src + s, k - s) : splat(0);
      Halves halves = __builtin_convertvector(roundedBits(v) >> 16, Halves);
      __builtin_memcpy(left + 2 * s, &halves, sizeof halves);
    }
  }
  // `columns` rows of the left from columns of src, from k = s on; returns how many steps of k that were.
  OFFRAMP_INLINE int64_t convertDown(const float *src, int64_t stride, int64_t columns, int64_t k, int64_t s, char *left) {
    UIntVec pairs[kLanes];
    pairsDownColumns(src, stride, columns, k - s, pairs);
    const int64_t row = 2 * leftElements(k), bytes = smaller(sizeof pairs[0], row - 2 * s);
    for (int64_t i = 0; i < columns; ++i) __builtin_memcpy(left + i * row + 2 * s, &pairs[i], (size_t)bytes);
    return 2 * kLanes;
  }
};
#else
struct Bf16 : Bf16Base {
  static constexpr int64_t kElementBytes = 4;   // rounded, but kept as f32: broadcasting them is free
  template <int MR, int NV> OFFRAMP_INLINE void step(const char *left, int64_t leftRow, const char *weights, Vec (&acc)[MR][NV]) {
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; ++half) {
      Vec b[NV];
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) {
        UIntVec pairs = *(const UIntVecU *)(weights + j * kVectorBytes);
        b[j] = asFloats(half == 0 ? pairs << 16 : pairs & 0xffff0000u);
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < MR; ++i) {
        float x;
        __builtin_memcpy(&x, left + i * leftRow + 4 * half, 4);
#pragma clang loop unroll(full)
        for (int j = 0; j < NV; ++j) acc[i][j] = fma(splat(x), b[j], acc[i][j]);
      }
    }
  }
  static void convert(const float *src, int64_t k, char *left) {
    float *to = (float *)left;
    for (int64_t s = 0; s < leftElements(k); s += kLanes)
      store(to + s, asFloats(roundedBits(k - s >= kLanes ? load(src + s) : s < k ? load(src + s, k - s) : splat(0))));
  }
  // `columns` rows of the left from columns of src, from k = s on; returns how many steps of k that were.
  OFFRAMP_INLINE int64_t convertDown(const float *src, int64_t stride, int64_t columns, int64_t k, int64_t s, char *left) {
    Vec rows[kLanes];
    for (int t = 0; t < kLanes; ++t) rows[t] = asFloats(roundedBits(s + t < k ? load(src + t * stride, columns) : splat(0)));
    transpose(rows);
    for (int64_t i = 0; i < columns; ++i) store((float *)left + i * leftElements(k) + s, rows[i]);
    return kLanes;
  }
};
#endif

// w[k, n] → panels of pairs. Pairs of rows in the outer loop: they are read as they lie.
void packWeights(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  for (int64_t s = 0; s < k; s += 2)
    for (int64_t p = panelBegin; p < panelEnd; ++p) {
      int64_t j = p * kReducedPanel, columns = smaller(kReducedPanel, n - j), vectors = (columns + kLanes - 1) / kLanes;
      const float *from = w + s * n + j;
      char *out = static_cast<char *>(packed) + j * columnBytes<Bf16>(k) + s / 2 * vectors * Bf16::kVectorBytes;
      for (int64_t v = 0; v < vectors; ++v) {
        int64_t count = smaller(kLanes, columns - v * kLanes);
        auto rounded = [&](const float *row) { return roundedBits(count == kLanes ? load(row + v * kLanes) : load(row + v * kLanes, count)); };
        UIntVec pairs = rounded(from) >> 16;
        if (s + 1 < k) pairs |= rounded(from + n);
        *(UIntVecU *)(out + v * Bf16::kVectorBytes) = pairs;
      }
    }
}

// w[n, k] → panels of pairs of its transpose.
void packTransposed(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  for (int64_t p = panelBegin; p < panelEnd; ++p) {
    int64_t j = p * kReducedPanel, columns = smaller(kReducedPanel, n - j), vectors = (columns + kLanes - 1) / kLanes;
    char *panel = static_cast<char *>(packed) + j * columnBytes<Bf16>(k);
    for (int64_t v = 0; v < vectors; ++v)
      for (int64_t s = 0; s < k; s += 2 * kLanes) {
        UIntVec pairs[kLanes];
        pairsAcrossRows(w + (j + v * kLanes) * k + s, k, columns - v * kLanes, k - s, pairs);
        for (int64_t t = 0; t < kLanes && s + 2 * t < k; ++t) *(UIntVecU *)(panel + ((s / 2 + t) * vectors + v) * Bf16::kVectorBytes) = pairs[t];
      }
  }
}

int64_t leftBytes(int64_t rows, int64_t k) { return rows * leftElements(k) * Bf16::kElementBytes; }

void convertRows(const float *src, int64_t, int64_t k, int64_t begin, int64_t end, void *left) {
  for (int64_t r = begin; r < end; ++r) Bf16::convert(src + r * k, k, static_cast<char *>(left) + r * leftElements(k) * Bf16::kElementBytes);
}

void convertColumns(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left) {
  for (int64_t c = begin; c < end; c += kLanes)
    for (int64_t s = 0; s < leftElements(k);) {
      char *to = static_cast<char *>(left) + c * leftElements(k) * Bf16::kElementBytes;
      s += Bf16::convertDown(src + s * rows + c, rows, smaller(kLanes, end - c), k, s, to);
    }
}

} // namespace

extern const ReducedKernel OFFRAMP_SIMD_TABLE(bf16_);
#if defined(OFFRAMP_BF16_DOT)
const ReducedKernel OFFRAMP_SIMD_TABLE(bf16_) = {OFFRAMP_BF16_DOT, false, kOwnLevel,
#else
const ReducedKernel OFFRAMP_SIMD_TABLE(bf16_) = {OFFRAMP_LEVEL_NAME, true, kOwnLevel,
#endif
                                                 kReducedPanel, kTileRows, weightBytes<Bf16>, packWeights, blockRows<Bf16>, leftBytes, convertRows,
                                                 reducedMultiply<Bf16>, packTransposed, convertColumns};

} // namespace offramp::cpu::simd
