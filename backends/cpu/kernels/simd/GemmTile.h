// The one matrix micro-kernel: a register tile of MR rows × NV vectors. Every element is one fma chain over k in order, so its bits do
// not depend on the tile, the thread or the row count. Blocking, threads and epilogues are the callers' business.
#ifndef OFFRAMP_CPU_GEMM_TILE_H
#define OFFRAMP_CPU_GEMM_TILE_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

// How the right-hand side lies: packed panels; the same with so few tiles that each must fetch whole steps of what follows; rows ldb apart; such rows
// whose last vector has `tail` lanes.
enum class Rhs { Packed, PackedFew, Rows, MaskedRows };

constexpr int64_t kLineBytes = 64;   // of a cache
constexpr int64_t kLineFloats = kLineBytes / int64_t(sizeof(float));

// Asks for what a later step will read. A tile shares this work with the others of its panel; where they are few, it asks for every line.
template <bool EveryLine> OFFRAMP_INLINE void fetchAhead(const char *ahead, int64_t stepBytes) {
  __builtin_prefetch(ahead, 0, 2);
  if constexpr (EveryLine)
    for (int64_t byte = kLineBytes; byte < stepBytes; byte += kLineBytes) __builtin_prefetch(ahead + byte, 0, 2);
}
// How many tiles at most count as few.
constexpr int64_t kFewTiles = 3;

// acc[MR][NV] += a[MR, k]·b[k, NV·kLanes]. a: element (i, s) at a[i·aRow + s·aStep]. Packed: what is needed after this panel is fetched from
// `ahead`, `aheadStep` bytes a step, so that weights arrive from memory while others are multiplied.
template <int MR, int NV, Rhs Kind>
OFFRAMP_INLINE void multiplyTile(const float *a, int64_t aRow, int64_t aStep, const float *b, int64_t ldb, int64_t k, int64_t tail,
                                 Vec (&acc)[MR][NV], const char *ahead = nullptr, int64_t aheadStep = 0) {
  constexpr bool Masked = Kind == Rhs::MaskedRows;
  for (int64_t s = 0; s < k; ++s) {
    Vec bv[NV];
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) bv[j] = Masked && j == NV - 1 ? load(b + j * kLanes, tail) : load(b + j * kLanes);
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i) {
      Vec av = splat(a[i * aRow]);
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) acc[i][j] = fma(av, bv[j], acc[i][j]);
    }
    if constexpr (Kind == Rhs::Packed || Kind == Rhs::PackedFew) {
      fetchAhead<Kind == Rhs::PackedFew>(ahead, NV * kLanes * int64_t(sizeof(float)));
      ahead += aheadStep;
    } else {
      __builtin_prefetch(a + 8 * aStep);   // weight gradients walk down columns of a; elsewhere it costs nothing
    }
    a += aStep;
    b += ldb;
  }
}

// c[m, n] (= or +=) a[m, k]·b[k, n] on padded scratch: n is a multiple of kLanes, ldb and ldc are at least n.
template <int MR, int NV>
OFFRAMP_INLINE void scratchTile(const float *a, int64_t aRow, int64_t aStep, const float *b, int64_t ldb, float *c, int64_t ldc, int64_t k,
                                bool add) {
  Vec acc[MR][NV];
#pragma clang loop unroll(full)
  for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) acc[i][j] = add ? load(c + i * ldc + j * kLanes) : splat(0);
  multiplyTile<MR, NV, Rhs::Rows>(a, aRow, aStep, b, ldb, k, kLanes, acc);
#pragma clang loop unroll(full)
  for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) store(c + i * ldc + j * kLanes, acc[i][j]);
}

template <int NV>
static void scratchPanel(const float *a, int64_t aRow, int64_t aStep, const float *b, int64_t ldb, float *c, int64_t ldc, int64_t m, int64_t k,
                         bool add) {
  for (; m >= kTileRows; m -= kTileRows, a += kTileRows * aRow, c += kTileRows * ldc)
    scratchTile<kTileRows, NV>(a, aRow, aStep, b, ldb, c, ldc, k, add);
  switch (m) {
  case 1: scratchTile<1, NV>(a, aRow, aStep, b, ldb, c, ldc, k, add); break;
  case 2: scratchTile<2, NV>(a, aRow, aStep, b, ldb, c, ldc, k, add); break;
  case 3: scratchTile<3, NV>(a, aRow, aStep, b, ldb, c, ldc, k, add); break;
  case 4: if constexpr (kTileRows > 4) scratchTile<4, NV>(a, aRow, aStep, b, ldb, c, ldc, k, add); break;
  case 5: if constexpr (kTileRows > 4) scratchTile<5, NV>(a, aRow, aStep, b, ldb, c, ldc, k, add); break;
  default: break;
  }
}

[[maybe_unused]] static void multiplyScratch(const float *a, int64_t aRow, int64_t aStep, const float *b, int64_t ldb, float *c, int64_t ldc, int64_t m, int64_t n,
                            int64_t k, bool add) {
  int64_t j = 0;
  for (; j + kTileVectors * kLanes <= n; j += kTileVectors * kLanes)
    scratchPanel<kTileVectors>(a, aRow, aStep, b + j, ldb, c + j, ldc, m, k, add);
  switch ((n - j) / kLanes) {
  case 1: scratchPanel<1>(a, aRow, aStep, b + j, ldb, c + j, ldc, m, k, add); break;
  case 2: if constexpr (kTileVectors > 2) scratchPanel<2>(a, aRow, aStep, b + j, ldb, c + j, ldc, m, k, add); break;
  case 3: if constexpr (kTileVectors > 2) scratchPanel<3>(a, aRow, aStep, b + j, ldb, c + j, ldc, m, k, add); break;
  default: break;
  }
}

} // namespace
} // namespace offramp::cpu::simd
#endif
