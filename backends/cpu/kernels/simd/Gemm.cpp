// Matrix products with bias and epilogue over packed or plain right-hand sides, on one thread. Used where a fork would cost more than
// the product, and for all row counts in inference, because a row's bits must not depend on its neighbours (exit parity).
#include "backends/cpu/kernels/simd/GemmTile.h"
#include "backends/cpu/kernels/simd/SimdTable.h"
#include "backends/cpu/kernels/simd/TileEpilogue.h"

namespace offramp::cpu::simd {
namespace {

constexpr int64_t kPanel = kTileVectors * kLanes;
constexpr int64_t kRowBlockBytes = 192 * 1024;   // left-hand rows that stay in the second-level cache while all panels pass
constexpr int64_t kDepth = 512;                  // k is taken in such steps when it is larger than 1.5 of them …
constexpr int64_t kDeepRows = 96;                // … for so many rows at a time

int64_t packedSize(int64_t k, int64_t n) { return k * roundUp(n, kLanes); }

// Rows [begin, end) of w[k, n], rows ldw apart → panels [k, width]. Rows in the outer loop: they are read as they lie.
void pack(const float *w, int64_t ldw, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, int64_t begin, int64_t end, float *packed) {
  for (int64_t s = begin; s < end; ++s)
    for (int64_t p = panelBegin; p < panelEnd; ++p) {
      int64_t j = p * kPanel, columns = smaller(kPanel, n - j), width = roundUp(columns, kLanes);
      const float *from = w + s * ldw + j;
      float *out = packed + j * k + s * width;
      if (columns == kPanel) {
#pragma clang loop unroll(full)
        for (int v = 0; v < kTileVectors; ++v) store(out + v * kLanes, load(from + v * kLanes));
      } else {
        for (int64_t v = 0; v < width; v += kLanes) store(out + v, load(from + v, smaller(kLanes, columns - v)));
      }
    }
}

// w[n, k] → panels [k, width] of its transpose.
void packTransposed(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, float *packed) {
  for (int64_t p = panelBegin; p < panelEnd; ++p) {
    int64_t j = p * kPanel, columns = smaller(kPanel, n - j), width = roundUp(columns, kLanes);
    float *out = packed + j * k;
    for (int64_t v = 0; v < width; v += kLanes)
      for (int64_t s = 0; s < k; s += kLanes) {
        Vec rows[kLanes];
        int64_t steps = smaller(kLanes, k - s);
#pragma clang loop unroll(full)
        for (int i = 0; i < kLanes; ++i) {
          int64_t row = j + v + i;
          rows[i] = row < n ? load(w + row * k + s, steps) : splat(0);
        }
        transpose(rows);
#pragma clang loop unroll(full)
        for (int i = 0; i < kLanes; ++i)
          if (i < steps) store(out + (s + i) * width + v, rows[i]);
      }
  }
}

// x[k, rows], rows of it ldx apart → tiles [k, kTileRows] of its transpose, for GemmArgs.aTile.
void packColumns(const float *x, int64_t ldx, int64_t k, int64_t rows, float *packed) {
  const int64_t whole = rows / kTileRows;
  for (int64_t s = 0; s < k; ++s) {
    const float *from = x + s * ldx;
    float *out = packed + s * kTileRows;
    for (int64_t t = 0; t < whole; ++t, from += kTileRows, out += k * kTileRows) __builtin_memcpy(out, from, kTileRows * sizeof(float));
    for (int64_t i = 0; i < rows % kTileRows; ++i) out[i] = from[i];
  }
}

// What one pass over a panel works on. Sums too long for the caches are continued from `sums` [rows, kPanel]: the chain of an element goes
// through memory unchanged, so its bits are those of one long pass.
struct Pass {
  const GemmArgs *g;
  int64_t k, tail;
  const float *bias;
  float *sums;         // null: one pass
  bool first, last;
};

template <int MR, int NV, Rhs Kind>
OFFRAMP_INLINE void tile(const Pass &pass, const float *a, const float *b, int64_t ldb, float *c, float *sums, const char *ahead, int64_t aheadStep) {
  const GemmArgs *g = pass.g;
  Vec acc[MR][NV];
  if (g->epilogue == OFFRAMP_EPILOGUE_ADD) {   // gradients lie in memory: what the end of the tile adds to arrives meanwhile
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
      for (int j = 0; j < NV * kLanes; j += kLineFloats) __builtin_prefetch(c + i * g->ldc + j, 1);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) acc[i][j] = pass.first ? splat(0) : load(sums + i * kPanel + j * kLanes);
  multiplyTile<MR, NV, Kind>(a, g->aRow, g->aStep, b, ldb, pass.k, pass.tail, acc, ahead, aheadStep);
  if (!pass.last) {
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) store(sums + i * kPanel + j * kLanes, acc[i][j]);
    return;
  }
  finishRegisters(acc, pass.tail, pass.bias, c, g->ldc, g->epilogue);
}

OFFRAMP_INLINE int64_t tileDistance(const GemmArgs &g) { return g.aTile ? g.aTile : kTileRows * g.aRow; }

// The tiles of a panel share the fetching of what follows it in the packed block: the next panel, or the next step of k.
template <int NV, Rhs Kind> void panel(const Pass &pass, const float *a, int64_t rows, const float *b, int64_t ldb, float *c) {
  const GemmArgs *g = pass.g;
  float *sums = pass.sums;
  const int64_t aheadStep = int64_t(sizeof(float)) * ldb / ((rows + kTileRows - 1) / kTileRows);
  const char *ahead = reinterpret_cast<const char *>(b + pass.k * ldb);
  for (; rows >= kTileRows; rows -= kTileRows, a += tileDistance(*g), c += kTileRows * g->ldc, sums += kTileRows * kPanel, ahead += pass.k * aheadStep)
    tile<kTileRows, NV, Kind>(pass, a, b, ldb, c, sums, ahead, aheadStep);
  switch (rows) {
  case 1: tile<1, NV, Kind>(pass, a, b, ldb, c, sums, ahead, aheadStep); break;
  case 2: tile<2, NV, Kind>(pass, a, b, ldb, c, sums, ahead, aheadStep); break;
  case 3: tile<3, NV, Kind>(pass, a, b, ldb, c, sums, ahead, aheadStep); break;
  case 4: if constexpr (kTileRows > 4) tile<4, NV, Kind>(pass, a, b, ldb, c, sums, ahead, aheadStep); break;
  case 5: if constexpr (kTileRows > 4) tile<5, NV, Kind>(pass, a, b, ldb, c, sums, ahead, aheadStep); break;
  default: break;
  }
}

template <Rhs Kind> void panelOfWidth(const Pass &pass, int64_t vectors, const float *a, int64_t rows, const float *b, int64_t ldb, float *c) {
  switch (vectors) {
  case 1: panel<1, Kind>(pass, a, rows, b, ldb, c); break;
  case 2: panel<2, Kind>(pass, a, rows, b, ldb, c); break;
  case 3: if constexpr (kTileVectors > 2) panel<3, Kind>(pass, a, rows, b, ldb, c); break;
  case 4: if constexpr (kTileVectors > 2) panel<4, Kind>(pass, a, rows, b, ldb, c); break;
  default: break;
  }
}

void multiply(const GemmArgs *g, int64_t panelBegin, int64_t panelEnd) {
  const bool deep = g->k > kDepth + kDepth / 2;
  float sums[kDeepRows * kPanel];
  int64_t block = deep ? kDeepRows : kRowBlockBytes / (4 * (g->k > 0 ? g->k : 1)) / kTileRows * kTileRows;
  if (block < kTileRows) block = kTileRows;
  for (int64_t r = 0; r < g->rows; r += block) {
    int64_t rows = smaller(block, g->rows - r);
    for (int64_t p = panelBegin; p < panelEnd; ++p) {
      int64_t j = p * kPanel, columns = smaller(kPanel, g->n - j), vectors = (columns + kLanes - 1) / kLanes;
      Pass pass{g, 0, columns - (vectors - 1) * kLanes, g->bias ? g->bias + j : nullptr, sums, true, true};
      const float *b = g->ldb ? g->b + j : g->b + j * g->k;
      int64_t ldb = g->ldb ? g->ldb : roundUp(columns, kLanes), s = 0;
      do {
        pass.k = deep ? smaller(kDepth, g->k - s) : g->k;
        pass.first = s == 0;
        pass.last = s + pass.k >= g->k;
        const float *a = g->a + r / kTileRows * tileDistance(*g) + s * g->aStep;   // blocks are whole tiles
        float *c = g->c + r * g->ldc + j;
        if (!g->ldb && rows > kFewTiles * kTileRows) panelOfWidth<Rhs::Packed>(pass, vectors, a, rows, b + s * ldb, ldb, c);
        else if (!g->ldb) panelOfWidth<Rhs::PackedFew>(pass, vectors, a, rows, b + s * ldb, ldb, c);
        else if (columns % kLanes) panelOfWidth<Rhs::MaskedRows>(pass, vectors, a, rows, b + s * ldb, ldb, c);
        else panelOfWidth<Rhs::Rows>(pass, vectors, a, rows, b + s * ldb, ldb, c);
        s += pass.k;
      } while (s < g->k);
    }
  }
}

} // namespace

extern const GemmTable OFFRAMP_SIMD_TABLE(gemm_);
const GemmTable OFFRAMP_SIMD_TABLE(gemm_) = {kPanel, kTileRows, packedSize, pack, packTransposed, packColumns, multiply};

} // namespace offramp::cpu::simd
