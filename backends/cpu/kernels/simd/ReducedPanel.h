// Products of converted rows by packed panels, for any operand type P: blocking, passes over k and the end of a tile. P says how operands
// lie and what one step over a group of k adds. Every element is one chain over k in order, so its bits do not depend on the tile, the
// thread or the row count. Threads are the callers' business.
//
// A panel: P::kHeaderBytes a column, then for each group of P::kGroup rows of the weights P::kVectorBytes per vector of columns.
#ifndef OFFRAMP_CPU_REDUCED_PANEL_H
#define OFFRAMP_CPU_REDUCED_PANEL_H

#include "backends/cpu/kernels/simd/GemmTile.h"
#include "backends/cpu/kernels/simd/ReducedTable.h"
#include "backends/cpu/kernels/simd/TileEpilogue.h"

namespace offramp::cpu::simd {
namespace {

#if defined(__AVX512F__)
constexpr SimdLevel kOwnLevel = SimdLevel::V4;
#define OFFRAMP_LEVEL_NAME "x86-64-v4"
#elif defined(__AVX2__)
constexpr SimdLevel kOwnLevel = SimdLevel::V3;
#define OFFRAMP_LEVEL_NAME "x86-64-v3"
#else
constexpr SimdLevel kOwnLevel = SimdLevel::V1;
#define OFFRAMP_LEVEL_NAME "x86-64-v1"
#endif

constexpr int64_t kReducedPanel = kTileVectors * kLanes;
constexpr int64_t kLeftBlockBytes = 192 * 1024;   // left-hand rows that stay in the second-level cache while all panels pass
constexpr int64_t kPassDepth = 512;               // k is taken in such steps when it is larger than 1.5 of them …
constexpr int64_t kPassRows = 96;                 // … for so many rows at a time
constexpr int64_t kFirstCacheBytes = 32 * 1024;   // of a panel that stays in the first-level cache beside the rows it meets

// Rows are padded, so that conversion writes whole vectors whatever their width, four at a time.
OFFRAMP_INLINE int64_t leftElements(int64_t k) { return roundUp(k, 64); }
template <class P> int64_t columnBytes(int64_t k) { return P::kHeaderBytes + roundUp(k, P::kGroup) / P::kGroup * (P::kVectorBytes / kLanes); }
template <class P> int64_t weightBytes(int64_t k, int64_t n) { return columnBytes<P>(k) * roundUp(n, kLanes); }
// How much of k one pass over a panel takes: all, or a step, or half where a panel fits the first-level cache by halves.
template <class P> int64_t passDepth(int64_t k) {
  if (k > kPassDepth + kPassDepth / 2) return kPassDepth;
  const int64_t half = roundUp((k + 1) / 2, P::kGroup), groupBytes = kTileVectors * P::kVectorBytes;
  return k / P::kGroup * groupBytes > kFirstCacheBytes && half / P::kGroup * groupBytes <= kFirstCacheBytes ? half : k;
}
template <class P> int64_t blockRows(int64_t k) {
  int64_t rows = passDepth<P>(k) < k ? kPassRows : kLeftBlockBytes / (leftElements(k) * P::kElementBytes) / kTileRows * kTileRows;
  return rows < kTileRows ? kTileRows : rows;
}

// One pass over (a part of) k for one panel. Sums of earlier passes go through memory unchanged.
template <class P> struct ReducedPass {
  const ReducedArgs *args;
  const char *header;   // the panel's
  int64_t panel;        // its first column
  int64_t groups, tail; // tail: columns in the last vector
  int64_t leftRow;      // bytes
  int64_t aheadStep;    // bytes of what follows in the packed weights that a tile fetches in a step
  bool first, last;
};

template <class P, int MR, int NV, bool Few>
OFFRAMP_INLINE void reducedTile(const ReducedPass<P> &pass, int64_t row, const char *left, const char *weights, typename P::Sum *sums, const char *ahead) {
  typename P::Sum acc[MR][NV];
#pragma clang loop unroll(full)
  for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) acc[i][j] = pass.first ? (typename P::Sum)(0) : sums[i * kTileVectors + j];
  for (int64_t g = 0; g < pass.groups; ++g) {
    P::template step<MR, NV>(left, pass.leftRow, weights, acc);
    fetchAhead<Few>(ahead, NV * P::kVectorBytes);
    left += P::kGroup * P::kElementBytes;
    weights += NV * P::kVectorBytes;
    ahead += pass.aheadStep;
  }
  if (!pass.last) {
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) sums[i * kTileVectors + j] = acc[i][j];
    return;
  }
  Vec values[MR][NV];
  P::template finish<MR, NV>(*pass.args, pass.header, row, acc, values);
  const ReducedArgs &g = *pass.args;
  finishRegisters(values, pass.tail, g.bias ? g.bias + pass.panel : nullptr, g.c + row * g.ldc + pass.panel, g.ldc, g.epilogue);
}

// The tiles of a panel share the fetching of what follows it: the next step of k or the next panel.
template <class P, int NV, bool Few> void reducedPanel(const ReducedPass<P> &pass, const char *left, const char *weights, typename P::Sum *sums) {
  int64_t row = 0, rows = pass.args->rows;
  const char *ahead = weights + pass.groups * NV * P::kVectorBytes;
  for (; row + kTileRows <= rows; row += kTileRows, left += kTileRows * pass.leftRow, sums += kTileRows * kTileVectors, ahead += pass.groups * pass.aheadStep)
    reducedTile<P, kTileRows, NV, Few>(pass, row, left, weights, sums, ahead);
  switch (rows - row) {
  case 1: reducedTile<P, 1, NV, Few>(pass, row, left, weights, sums, ahead); break;
  case 2: reducedTile<P, 2, NV, Few>(pass, row, left, weights, sums, ahead); break;
  case 3: reducedTile<P, 3, NV, Few>(pass, row, left, weights, sums, ahead); break;
  case 4: if constexpr (kTileRows > 4) reducedTile<P, 4, NV, Few>(pass, row, left, weights, sums, ahead); break;
  case 5: if constexpr (kTileRows > 4) reducedTile<P, 5, NV, Few>(pass, row, left, weights, sums, ahead); break;
  default: break;
  }
}

template <class P, bool Few>
void reducedPanelOfWidth(const ReducedPass<P> &pass, int64_t vectors, const char *left, const char *weights, typename P::Sum *sums) {
  switch (vectors) {
  case 1: reducedPanel<P, 1, Few>(pass, left, weights, sums); break;
  case 2: reducedPanel<P, 2, Few>(pass, left, weights, sums); break;
  case 3: if constexpr (kTileVectors > 2) reducedPanel<P, 3, Few>(pass, left, weights, sums); break;
  case 4: if constexpr (kTileVectors > 2) reducedPanel<P, 4, Few>(pass, left, weights, sums); break;
  default: break;
  }
}

template <class P> void reducedMultiply(const ReducedArgs *args, int64_t panelBegin, int64_t panelEnd) {
  typename P::Sum sums[kPassRows * kTileVectors];   // args->rows is at most blockRows
  const char *left = static_cast<const char *>(args->left) + P::leftHeaderBytes(args->rows);
  const int64_t step = passDepth<P>(args->k), tiles = (args->rows + kTileRows - 1) / kTileRows;
  for (int64_t p = panelBegin; p < panelEnd; ++p) {
    int64_t j = p * kReducedPanel, columns = smaller(kReducedPanel, args->n - j), vectors = (columns + kLanes - 1) / kLanes;
    const char *header = static_cast<const char *>(args->weights) + j * columnBytes<P>(args->k);
    const char *weights = header + vectors * kLanes * P::kHeaderBytes;
    ReducedPass<P> pass{args, header, j, 0, columns - (vectors - 1) * kLanes, leftElements(args->k) * P::kElementBytes, vectors * P::kVectorBytes / tiles, true, true};
    for (int64_t s = 0; s < args->k;) {
      int64_t depth = smaller(step, args->k - s);
      pass.groups = roundUp(depth, P::kGroup) / P::kGroup;
      pass.first = s == 0, pass.last = s + depth >= args->k;
      const char *a = left + s * P::kElementBytes, *b = weights + s / P::kGroup * vectors * P::kVectorBytes;
      if (tiles > kFewTiles) reducedPanelOfWidth<P, false>(pass, vectors, a, b, sums);
      else reducedPanelOfWidth<P, true>(pass, vectors, a, b, sums);
      s += depth;
    }
  }
}

} // namespace
} // namespace offramp::cpu::simd
#endif
